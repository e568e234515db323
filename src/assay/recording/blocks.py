"""Where rows lie while they are logged: `.rows` files, cut into blocks that hold rows of one layout each.

A slot in a block is reserved by one call of `itertools.count`, which no thread and no signal handler can come
between, so nothing here needs a lock. A layout starts in a small block, so that a thousand metrics of a few points
stay small, and goes on in large ones, whose page faults are taken when the block is.
"""

from __future__ import annotations

import contextlib
import itertools
import mmap
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from assay import system
from assay.formats.rows import UNMARKED, WORD_BYTES, Piece, marked_runs

SMALL_BLOCK_BYTES = 1024
LARGE_BLOCK_BYTES = 65536
SMALL_PART_BYTES = 65536
LARGE_PART_BYTES = (1 << 20, 8 << 20)
"""Sizes of the first file of large blocks and of those after it: what is reserved ahead of the writes."""


class Part:
    """One `.rows` file, mapped whole, its space reserved.

    Raises:
        OSError: There is no space for it; the file is gone again.
    """

    def __init__(self, folder: str, writer: str, number: int, size_bytes: int, block_bytes: int) -> None:
        self.number = number
        self.path = os.path.join(folder, part_file(writer, number))
        self.size_bytes = size_bytes
        self.block_bytes = block_bytes
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        self.fd = os.open(self.path, flags, 0o600)
        try:
            system.observe("reserve", self.path)
            system.reserve(self.fd, size_bytes)
            self.mapping = mmap.mmap(self.fd, size_bytes)
        except BaseException:
            os.close(self.fd)
            os.unlink(self.path)
            raise
        self.words = memoryview(self.mapping).cast("q")
        self.doubles = memoryview(self.mapping).cast("d")
        self.take_block: Callable[[], int] = itertools.count(0, block_bytes).__next__
        self.released = 0

    def open_block(self, layout: int, row_words: int) -> Block | None:
        """The next free block, made ready for rows of a layout; None where the file has no more."""
        start = self.take_block()
        if start >= self.size_bytes:
            return None
        if self.block_bytes == LARGE_BLOCK_BYTES:
            system.populate(self.mapping, start, self.block_bytes)
        rows = self.block_bytes // WORD_BYTES // row_words
        return Block(self, layout, start // WORD_BYTES, rows, row_words)

    def close(self) -> None:
        """Give the mapping back; the file stays."""
        self.words.release()
        self.doubles.release()
        with contextlib.suppress(BufferError):  # a call under way may hold it still: then it goes with that call
            self.mapping.close()
        os.close(self.fd)

    def remove(self) -> None:
        """Delete the file."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)


def part_file(writer: str, number: int) -> str:
    """The name of a writer's `.rows` file."""
    return f"{writer}.{number}.rows"


@dataclass(eq=False, slots=True)
class Block:
    """A block as its journal uses it and as the recorder reads it.

    Attributes:
        start: The first row's word in the part.
        rows: How many rows fit.
        next_slot: Reserves a row and gives its word; at or beyond `end` the block is full.
        shipped: Rows before this one are shipped, but for those in `holes`.
        synced: Rows before this one are on the disk and covered by a checksum, or were shipped.
        holes: Rows that were still unfinished when those behind them were shipped.
        sealed: How many rows calls had taken when the block was closed to them, None while it is open.
    """

    part: Part
    layout: int
    start: int
    rows: int
    row_words: int
    end: int = 0
    shipped: int = 0
    synced: int = 0
    holes: list[int] = field(default_factory=list)
    counter: itertools.count[int] = field(default_factory=itertools.count)
    next_slot: Callable[[], int] = int
    sealed: int | None = None

    def __post_init__(self) -> None:
        self.end = self.start + self.rows * self.row_words
        self.counter = itertools.count(self.start, self.row_words)
        self.next_slot = self.counter.__next__

    @property
    def reserved(self) -> int:
        """How many rows have been reserved."""
        if self.sealed is not None:
            return self.sealed
        # The representation is the one public way to read a count without moving it.
        current = int(repr(self.counter)[6:].partition(",")[0].rstrip(")"))
        return min(self.rows, (current - self.start) // self.row_words)

    def seal(self) -> None:
        """Take every slot that is left, so that no later call can."""
        taken = list(itertools.islice(self.counter, self.rows + 1))  # in one step: no other thread comes between
        self.sealed = min(self.rows, (taken[0] - self.start) // self.row_words)

    @property
    def unfinished(self) -> bool:
        """Whether a call that took a slot has not come to its end."""
        return bool(self.holes) or (self.reserved > self.shipped and bool(self._marked(self.shipped, self.reserved)[1]))

    def take_marked(self, limit: int) -> list[Piece]:
        """Finished rows that are not shipped as yet, of which there may be more than `limit` only by holes.

        They count as shipped from here on.
        """
        reserved = min(self.reserved, self.shipped + limit)
        pieces = self._filled_holes()
        if reserved > self.shipped:
            runs, unmarked = self._marked(self.shipped, reserved)
            pieces += [self._piece(first, count) for first, count in runs]
            last = max((first + count for first, count in runs), default=self.shipped)
            # What is unfinished behind the last finished row is met again; before it, it is remembered.
            self.holes += [row for row in unmarked if row < last]
            self.shipped = reserved if not unmarked else max(last, unmarked[0])
        return pieces

    def _filled_holes(self) -> list[Piece]:
        if not self.holes:
            return []
        words, filled, still = self.part.words, [], []
        for row in self.holes:
            mark = words[self.start + row * self.row_words]
            if mark == UNMARKED:
                still.append(row)
            elif mark > 0:
                filled.append(self._piece(row, 1))
        self.holes = still
        return filled

    def unsynced(self) -> list[Piece]:
        """Finished rows that no checksum covers as yet."""
        reserved, first = self.reserved, max(self.synced, self.shipped)
        if reserved <= first:
            return []
        runs, unmarked = self._marked(first, reserved)
        self.synced = unmarked[0] if unmarked else reserved
        return [self._piece(start, count) for start, count in runs]

    def _marked(self, first: int, end: int) -> tuple[list[tuple[int, int]], list[int]]:
        at = self.start + first * self.row_words
        column = self.part.words[at : self.start + end * self.row_words : self.row_words]
        if "numpy" in sys.modules:  # a hundred times quicker, and training threads wait for it
            import numpy as np

            if np.asarray(column).min() > 0:
                return [(first, end - first)], []
        marks = column.tolist()
        if min(marks) > 0:
            return [(first, len(marks))], []
        runs, unmarked = marked_runs(marks)
        return [(first + start, count) for start, count in runs], [first + row for row in unmarked]

    def _piece(self, first: int, count: int) -> Piece:
        return Piece(self.part.number, self.layout, self.start + first * self.row_words, count)

    def body(self, piece: Piece) -> bytes:
        """The words of a piece."""
        start = piece.at * WORD_BYTES
        return self.part.mapping[start : start + piece.rows * self.row_words * WORD_BYTES]

    @property
    def done(self) -> bool:
        """Whether nothing can come from this block any more."""
        return self.shipped >= self.rows and not self.holes
