"""Rows: metric values as a writer's hot path stores them, in memory-mapped `.rows` files.

A *layout* says which metrics stand in a row, in which order. A *block* is a piece of a file that holds rows of one
layout only; where blocks lie and which layout they have is said by `block` events. A row is 8-byte words in the
machine's own byte order:

    plain:    mark | step | value 1 | … | value n
    stamped:  mark | step | timestamp, µs since 1970 | value 1 | … | value n

`mark` is stored last, by one aligned 8-byte store: it is when the call was made, nanoseconds since 1970, and for plain
rows also the timestamp. 0 is a row that was never finished (a kill in between), -1 one that was taken back (a value
that was no number). So a row is there whole or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass

WORD_BYTES = 8
UNMARKED = 0
VOID = -1


@dataclass(frozen=True, slots=True)
class Layout:
    """Which metrics stand in a row.

    Attributes:
        names: The metrics, in the order of their values.
        stamped: Whether each row carries a timestamp of its own.
    """

    names: tuple[str, ...]
    stamped: bool

    @property
    def words(self) -> int:
        """Words a row."""
        return self.first_value + len(self.names)

    @property
    def first_value(self) -> int:
        """The word at which the values start."""
        return 3 if self.stamped else 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of whole rows in one block.

    Attributes:
        part: The number of the `.rows` file.
        layout: The layout's number in its journal.
        at: The first row's word in the file.
        rows: How many rows.
    """

    part: int
    layout: int
    at: int
    rows: int


def marked_runs(marks: list[int]) -> tuple[list[tuple[int, int]], list[int]]:
    """Split rows, by their marks, into what can be taken now and what may still be finished.

    Args:
        marks: The mark of each reserved row.

    Returns:
        The runs of finished rows as (first, count), and the rows that are unmarked as yet. Void rows are in neither.
    """
    runs: list[tuple[int, int]] = []
    unmarked: list[int] = []
    start = -1
    for index, mark in enumerate(marks):
        if mark != UNMARKED and mark != VOID:
            if start < 0:
                start = index
            continue
        if start >= 0:
            runs.append((start, index - start))
            start = -1
        if mark == UNMARKED:
            unmarked.append(index)
    if start >= 0:
        runs.append((start, len(marks) - start))
    return runs, unmarked
