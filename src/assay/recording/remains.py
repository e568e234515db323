"""What a dead writer left: its events file read whole, and its rows with what was shipped of them.

Rows are trusted by their marks while the machine has not restarted since. After a restart, which may have been a power
cut, a row is trusted if a checksum over it holds, if it lies within one page of memory (pages reach the disk whole),
or if it reaches into the next page and the row behind it, which begins there, was marked later: a mark is the time
behind a row's last value, so that page was written after this row was.
"""

from __future__ import annotations

import contextlib
import os
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from assay import system
from assay.errors import AssayError
from assay.formats.event import HEADER_BYTES, VERSION, Damage, Event, decode_events, read_header
from assay.formats.rows import UNMARKED, WORD_BYTES, Layout, Piece, marked_runs
from assay.recording.journal_files import writer_of

PAGE_BYTES = 4096


class JournalError(AssayError):
    """A journal that can't be recovered as it is."""


class NewerJournalError(JournalError):
    """A journal that a newer Assay wrote: it is left for that one."""


@dataclass(slots=True)
class _Block:
    part: int
    layout: int
    at: int
    rows: int
    shipped: bytearray
    trusted: bytearray


class Remains:
    """A journal that its writer does not hold any more.

    Args:
        path: The events file.

    Raises:
        JournalError: It is not an events file, says nothing of its run, or is of a newer version.
        OSError: It can't be read.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.folder = os.path.dirname(path)
        self.opening: dict[str, Any] = {}
        self.layouts: dict[int, Layout] = {}
        self.segments: list[dict[str, Any]] = []
        self.events: dict[int, Event] = {}
        self.damage: list[Damage] = []
        self.abandoned = False
        self._cut_bytes = 0
        self._blocks: list[_Block] = []
        self._synced: list[list[int]] = []
        self._words: dict[int, array[int]] = {}
        self._is_weighed = False
        self._notes: list[int] = []
        self._size_bytes = self._read()

    def _read(self) -> int:
        with open(self.path, "rb") as file:
            data = file.read()
        try:
            version = read_header(data)
        except ValueError as error:
            raise JournalError(f"{self.path}: {error}") from error
        if version > VERSION:
            raise NewerJournalError(
                f"{self.path} was written by a newer Assay (format {version}); upgrade to recover it"
            )
        for event in decode_events(data):
            if isinstance(event, Damage):
                self.damage.append(event)
            else:
                self._take(event)
        if not self.opening:
            raise JournalError(f"{self.path}: nothing in it says which run it belongs to")
        return len(data)

    def _take(self, event: Event) -> None:
        body = event.body
        if event.kind == "open":
            self.opening = body
        elif event.kind == "block":
            if "names" in body:
                self.layouts[body["layout"]] = Layout(tuple(body["names"]), bool(body["stamped"]))
            rows = int(body["rows"])
            if body["layout"] in self.layouts:  # else damage took the event that says what its rows are
                self._blocks.append(
                    _Block(body["part"], body["layout"], body["at"], rows, bytearray(rows), bytearray(rows))
                )
        elif event.kind == "segment":
            self.segments.append(body)
            self._notes.append(event.end)
        elif event.kind == "abandoned":
            self.abandoned = True
        elif event.kind == "cut":
            self._cut_bytes += body["size_bytes"]
        elif event.kind == "synced":
            self._synced += body["pieces"]
            self._notes.append(event.end)
        elif "n" in body:
            self.events[body["n"]] = event

    @property
    def run(self) -> str:
        """`experiment/run`."""
        run = self.opening["run"]
        return f"{run['experiment']}/{run['name']}"

    @property
    def process(self) -> system.Process:
        """The writing process."""
        return system.Process(**self.opening["process"])

    @property
    def is_restarted(self) -> bool:
        """Whether the machine has been started anew since, which may have been after a power cut."""
        return self.process.boot != system.this_process().boot

    @property
    def is_damaged(self) -> bool:
        """Whether bytes were lost that a call had returned for.

        An unfinished frame at the very end is none of them, nor is what a full disk cut short, nor what a power cut
        kept from the disk: what had not been synced. Of the last two notes, each of which is synced before the next is
        written, the former surely was.
        """
        if self.is_restarted:
            sure_bytes = self._notes[-2] if len(self._notes) > 1 else 0
            return sum(one.size_bytes for one in self.damage if one.offset < sure_bytes) > self._cut_bytes
        size_bytes = sum(one.size_bytes for one in self.damage)
        return size_bytes > self._cut_bytes + (self._size_bytes - self.whole_bytes) or bool(self.short_files())

    def short_files(self) -> list[str]:
        """The `.rows` files that do not hold all of a block of which not everything was shipped."""
        if self.is_restarted:
            return []  # a power cut may well have left files short; what was promised is in what it left
        self._weigh()
        short = {
            block.part
            for block in self._blocks
            if len(self._part(block.part)) < block.at + block.rows * self.layouts[block.layout].words
            and not all(block.shipped)
        }
        return [self._rows_file(part) for part in sorted(short)]

    def what_is_damaged(self) -> str:
        """What of it is damaged; names the file where it is not the events file."""
        short = self.short_files()
        if short:
            return f"{', '.join(short)} is cut short"
        size_bytes = sum(one.size_bytes for one in self.damage)
        return f"{size_bytes} bytes from byte {self.damage[0].offset} on belong to no whole event"

    @property
    def whole_bytes(self) -> int:
        """How long the events file is without an unfinished frame at its end."""
        last = self.damage[-1] if self.damage else None
        ends = last is not None and last.offset + last.size_bytes == self._size_bytes
        return last.offset if last is not None and ends else self._size_bytes

    def unshipped_events(self) -> list[Event]:
        """The events that no noted segment holds, in the order of logging, `leave` excepted."""
        sent = {number for segment in self.segments for number in numbers_of(segment)}
        return [event for number, event in sorted(self.events.items()) if number not in sent and event.kind != "leave"]

    def leave(self) -> Event | None:
        """How the writer left its block, None where it died in there."""
        return next((event for event in self.events.values() if event.kind == "leave"), None)

    def unshipped_pieces(self) -> list[Piece]:
        """The rows that no noted segment holds and that can be trusted."""
        self._weigh()
        return [piece for block in self._blocks for piece in self._sound(block, 0, block.rows, block.shipped)]

    def pieces_of(self, segment: dict[str, Any]) -> list[Piece]:
        """The rows of a noted segment that can be trusted: its note may have outlived a power cut that they did not."""
        self._weigh()
        places = self._places(segment["pieces"])
        return [piece for block, first, rows in places for piece in self._sound(block, first, rows, bytes(rows))]

    def _places(self, pieces: Iterable[list[int]]) -> Iterator[tuple[_Block, int, int]]:
        """Where pieces lie, as block, first row and rows; those whose block damage took are left out."""
        blocks = {(block.part, block.at): block for block in self._blocks}
        starts = sorted(blocks)
        for part, layout, at, rows in pieces:
            index = bisect_right(starts, (part, at)) - 1
            if index >= 0 and layout in self.layouts:
                block = blocks[starts[index]]
                yield block, (at - block.at) // self.layouts[layout].words, rows

    def _weigh(self) -> None:
        """Find out, once, which rows were shipped and which can be trusted."""
        if self._is_weighed:
            return
        self._is_weighed = True
        for block, first, rows in self._places(piece for segment in self.segments for piece in segment["pieces"]):
            block.shipped[first : first + rows] = b"\1" * rows
        if not self.is_restarted:
            for block in self._blocks:
                block.trusted[:] = b"\1" * block.rows
            return
        for block in self._blocks:
            size_bytes, marks = self.layouts[block.layout].words * WORD_BYTES, self._marks(block)
            for row in range(len(marks)):
                start = block.at * WORD_BYTES + row * size_bytes
                end = start + size_bytes
                pages = (end - 1) // PAGE_BYTES - start // PAGE_BYTES
                followed = row + 1 < len(marks) and marks[row + 1] >= marks[row] and end % PAGE_BYTES > 0
                block.trusted[row] = pages == 0 or (pages == 1 and followed)
        whole = [place for *place, checksum in self._synced if self._matches(Piece(*place), checksum)]
        for block, first, rows in self._places(whole):
            block.trusted[first : first + rows] = b"\1" * rows

    def _matches(self, piece: Piece, checksum: int) -> bool:
        return piece.layout in self.layouts and zlib.crc32(self.body(piece)) == checksum

    def _sound(self, block: _Block, first: int, rows: int, shipped: bytes | bytearray) -> Iterator[Piece]:
        marks, trusted = self._marks(block)[first : first + rows], block.trusted[first : first + rows]
        usable = [
            mark if ok and not gone else UNMARKED for mark, ok, gone in zip(marks, trusted, shipped, strict=False)
        ]
        width = self.layouts[block.layout].words
        for start, count in marked_runs(usable)[0]:
            yield Piece(block.part, block.layout, block.at + (first + start) * width, count)

    def _marks(self, block: _Block) -> list[int]:
        words, width = self._part(block.part), self.layouts[block.layout].words
        rows = min(block.rows, max(0, len(words) - block.at) // width)  # of a file cut short, the whole rows
        return words[block.at : block.at + rows * width : width].tolist()

    def body(self, piece: Piece) -> bytes:
        """The words of a piece; empty where its file is gone, as it is once the store has all of it."""
        width = self.layouts[piece.layout].words
        body = self._part(piece.part)[piece.at : piece.at + piece.rows * width].tobytes()
        return body if len(body) == piece.rows * width * WORD_BYTES else b""

    def _part(self, part: int) -> array[int]:
        known = self._words.get(part)
        if known is None:
            known = self._words[part] = array("q")
            with contextlib.suppress(FileNotFoundError), open(self._rows_file(part), "rb") as file:
                data = file.read()
                known.frombytes(data[: len(data) // WORD_BYTES * WORD_BYTES])
        return known

    def _rows_file(self, part: int) -> str:
        return os.path.join(self.folder, f"{writer_of(self.path)}.{part}.rows")


def numbers_of(segment: dict[str, Any]) -> Iterator[int]:
    """The numbers of the events of a noted segment."""
    for first, last in segment["events"]:
        yield from range(first, last + 1)


def owner_of(path: str) -> system.Process:
    """The process that an events file belongs to.

    Raises:
        JournalError: The file does not say.
        OSError: It can't be read.
    """
    return system.Process(**opening_of(path)["process"])


def opening_of(path: str) -> dict[str, Any]:
    """What an events file says first: whose it is, of which process, and what its run is made from.

    Raises:
        JournalError: The file does not say.
        OSError: It can't be read.
    """
    with open(path, "rb") as file:
        start = file.read(PAGE_BYTES)
        opening = _first_event(start)
        if not isinstance(opening, Event) and len(start) == PAGE_BYTES:  # a run's tags may fill more than a page
            opening = _first_event(start + file.read())
    if not isinstance(opening, Event) or opening.kind != "open":
        raise JournalError(f"{path}: nothing in it says which process it belongs to")
    return opening.body


def _first_event(start: bytes) -> Event | Damage | None:
    return next(decode_events(start), None) if len(start) > HEADER_BYTES else None
