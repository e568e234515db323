"""What a process that is about to be killed notes of itself: counters in a file that it shares by memory.

The kernel keeps what was stored in a shared mapping whatever becomes of the process, and storing waits for nothing.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

WORD_BYTES = 8
WORDS = 16


class Noted(IntEnum):
    """The place of each counter; all but the first count the calls that returned."""

    STATE = 0
    POINT = 1
    ROW = 2
    PARAMETER = 3
    TAG = 4
    CHART = 5
    FILE = 6


class State(IntEnum):
    """How far a writer has come."""

    NONE = 0
    BEGUN = 1
    MADE = 2
    ENTERED = 3
    LEAVING = 4
    LEFT = 5


def make_notes(path: Path, writers: int) -> None:
    path.write_bytes(bytes(writers * WORDS * WORD_BYTES))


@contextmanager
def open_notes(path: Path, writer: int) -> Iterator[memoryview[int]]:
    """A writer's counters, by `Noted`."""
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as shared:
        words = memoryview(shared).cast("q")
        mine = words[writer * WORDS : (writer + 1) * WORDS]
        try:
            yield mine
        finally:
            mine.release()
            words.release()


def read_notes(path: Path) -> list[list[int]]:
    """The counters of every writer."""
    words = memoryview(path.read_bytes()).cast("q")
    return [list(words[first : first + WORDS]) for first in range(0, len(words), WORDS)]
