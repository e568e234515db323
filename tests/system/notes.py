"""What a process that is about to end notes of itself: when each of its calls returned.

The notes lie in a file that is shared by memory: the kernel keeps what was stored whatever becomes of the process, and
storing waits for nothing.
"""

from __future__ import annotations

import mmap
import time
from pathlib import Path

WORD_BYTES = 8
REFUSED = -1


class Notes:
    """The notes of several writers, each with room for `calls` calls.

    Attributes:
        times_ns: When call i of writer w returned, by the monotonic clock, at `w * calls + i`; 0 where it has not.
    """

    def __init__(self, path: Path, writers: int, calls: int) -> None:
        self.path, self.writers, self.calls = path, writers, calls
        if not path.exists():
            path.write_bytes(bytes(writers * (calls + 1) * WORD_BYTES))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), 0)
        words = memoryview(self._shared).cast("q")
        self.times_ns = words[: writers * calls]
        self._begun = words[writers * calls :]

    def __reduce__(self) -> tuple[type[Notes], tuple[Path, int, int]]:
        return Notes, (self.path, self.writers, self.calls)

    def begin(self, writer: int, number: int) -> None:
        """Note that a call is about to be made."""
        self._begun[writer] = number + 1

    def returned(self, writer: int, number: int) -> None:
        """Note that a call returned, now."""
        self.times_ns[writer * self.calls + number] = time.monotonic_ns()

    def refused(self, writer: int, number: int) -> None:
        """Note that a call was refused."""
        self.times_ns[writer * self.calls + number] = REFUSED

    def of(self, writer: int) -> list[int]:
        """When each call of a writer returned, as far as it came."""
        return self.times_ns[writer * self.calls : (writer + 1) * self.calls].tolist()[: self._begun[writer]]

    def returned_of(self, writer: int) -> set[int]:
        """The calls of a writer that returned and were not refused."""
        return {number for number, time_ns in enumerate(self.of(writer)) if time_ns > 0}

    def begun_of(self, writer: int) -> set[int]:
        """The calls of a writer that were made, whether or not they returned."""
        return set(range(self._begun[writer]))
