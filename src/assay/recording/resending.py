"""Segments that a journal has noted, put together once more: for a store that does not have them any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assay.formats.event import Event
from assay.formats.rows import Piece
from assay.formats.segment import Rows
from assay.recording.cutting import join_pieces
from assay.recording.remains import Remains, numbers_of


@dataclass(frozen=True, slots=True)
class Noted:
    """A segment as its journal still has it.

    Attributes:
        index: Its number in its writer.
        lost: How many of its rows and events are in the journal no more.
    """

    index: int
    events: list[Event]
    rows: list[Rows]
    lost: int


def noted_segments(remains: Remains, first: int, end: int) -> Iterator[Noted]:
    """The segments from number `first` to before `end`, each of them, if need be empty: a store takes none twice.

    Args:
        remains: The journal, whose writer may be alive.
        first: The number that the store waits for.
        end: The number to stop before.
    """
    notes = {int(note["index"]): note for note in remains.segments}
    for index in range(first, end):
        note = notes.get(index)
        if note is None:
            yield Noted(index, [], [], 0)
            continue
        numbers = list(numbers_of(note))
        events = [remains.events[number] for number in numbers if number in remains.events]
        pieces = remains.pieces_of(note)
        rows = sum(piece[3] for piece in note["pieces"]) - sum(piece.rows for piece in pieces)
        yield Noted(index, events, rows_of(remains, pieces), len(numbers) - len(events) + rows)


def rows_of(remains: Remains, pieces: Sequence[Piece]) -> list[Rows]:
    """The rows of pieces, those left out whose file is gone."""
    bodies = ((remains.layouts[piece.layout], piece, remains.body(piece)) for piece in pieces)
    return join_pieces(one for one in bodies if one[2])
