"""What leaves a journal: segments, each written down in the journal before it is sent.

A segment's cut, which events and which rows, is noted in the events file first. A resend after a crash is therefore the
same segment under the same number, and the store takes each number once: nothing is lost between a store's commit
and the journal's learning of it, and nothing is doubled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assay.formats.event import Event
from assay.formats.rows import WORD_BYTES, Piece
from assay.formats.segment import Rows
from assay.recording.journal import Journal

SEGMENT_BYTES = 1 << 20
"""Rows a segment, at most: cut in a millisecond or two, and enough for chunks worth having."""
SEGMENT_EVENTS = 2000


@dataclass(slots=True)
class Segment:
    """What is sent to the store at once.

    Attributes:
        index: Its number in its writer, from 0.
        noted: Whether the journal says what it consists of.
        final: Whether the writer ends with it.
        more: Whether there is more to send behind it, for all that was known when it was cut.
    """

    index: int
    events: list[Event]
    rows: list[Rows]
    pieces: list[Piece]
    noted: bool
    final: bool
    more: bool = False


class Cutter:
    """Cuts a journal into segments, one at a time; the next is cut when the store has taken the one before."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.waiting: Segment | None = None
        self._next_index = 0

    def next_segment(self, *, ending: bool = False, even_empty: bool = False) -> Segment | None:
        """The segment to send: the one that waits, or what was logged since; None where there is nothing.

        Args:
            ending: The journal is sealed: the segment that empties it is the writer's last.
            even_empty: Where there is nothing, give a segment of nothing: it lets the store know of the writer.

        Raises:
            OSError: The journal has no space to note it; nothing is lost, and a later call tries again.
        """
        if self.waiting is None:
            self.waiting = self._cut(ending=ending, even_empty=even_empty)
        segment = self.waiting
        # A last one needs no note: the store either ends the writer with it, or has nothing of it.
        if segment is not None and not segment.noted and not segment.final:
            self.journal.note("segment", described(segment.index, segment.events, segment.pieces))
            segment.noted = True
        return segment

    def _cut(self, *, ending: bool, even_empty: bool) -> Segment | None:
        journal = self.journal
        blocks = {}
        pieces, size_bytes = [], 0
        for block in list(journal.rows.blocks):
            if size_bytes >= SEGMENT_BYTES:
                break
            limit = -(-(SEGMENT_BYTES - size_bytes) // (block.row_words * WORD_BYTES))
            for piece in block.take_marked(limit):
                pieces.append(piece)
                size_bytes += piece.rows * block.row_words * WORD_BYTES
                blocks[id(piece)] = block
        events: list[Event] = []
        leave = None
        while journal.pending and len(events) < SEGMENT_EVENTS:
            event = journal.pending.popleft()
            if event.kind == "leave":
                leave = event
                break
            events.append(event)
        whole = size_bytes < SEGMENT_BYTES and not journal.pending
        if leave is not None:  # it ends the writer, and belongs to the last segment
            if ending and whole:
                events.append(leave)
            else:
                journal.pending.appendleft(leave)
        if not pieces and not events and not ending and not even_empty:
            return None
        rows = join_pieces(
            (journal.rows.layouts[piece.layout], piece, blocks[id(piece)].body(piece)) for piece in pieces
        )
        segment = Segment(self._next_index, events, rows, pieces, noted=False, final=ending and whole, more=not whole)
        self._next_index += 1
        return segment

    def drop(self) -> None:
        """Let go of all that was logged so far: nobody wants it."""
        more = True
        while more:
            segment = self.waiting or self._cut(ending=False, even_empty=False)
            more = segment is not None and (segment is self.waiting or segment.more)
            self.taken()

    def taken(self) -> None:
        """The store has the segment that waits: what it held needs its place no more."""
        self.waiting = None
        with self.journal.syncing:  # whoever syncs a block still has its file
            for block in [block for block in self.journal.rows.blocks if block.done]:
                self.journal.rows.release(block)


def join_pieces(pieces: Iterable[tuple[object, Piece, bytes]]) -> list[Rows]:
    """Rows by layout, the pieces of each in order."""
    bodies: dict[object, list[bytes]] = {}
    counts: dict[object, int] = {}
    for layout, piece, body in pieces:
        bodies.setdefault(layout, []).append(body)
        counts[layout] = counts.get(layout, 0) + piece.rows
    return [Rows(layout, counts[layout], b"".join(parts)) for layout, parts in bodies.items()]  # type: ignore[arg-type]


def described(index: int, events: Iterable[Event], pieces: Iterable[Piece]) -> dict[str, object]:
    """The note that says what a segment consists of: ranges of event numbers, and pieces."""
    return {
        "index": index,
        "events": list(_ranges(sorted(event.body["n"] for event in events))),
        "pieces": [[piece.part, piece.layout, piece.at, piece.rows] for piece in pieces],
    }


def _ranges(numbers: list[int]) -> Iterator[list[int]]:
    start = 0
    for index in range(1, len(numbers) + 1):
        if index == len(numbers) or numbers[index] != numbers[index - 1] + 1:
            yield [numbers[start], numbers[index - 1]]
            start = index
