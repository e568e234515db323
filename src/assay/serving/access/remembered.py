"""Answers that are good for a few seconds: a check costs microseconds, and a revocation reaches every server."""

from __future__ import annotations

import time
from typing import Generic, TypeVar

CACHE_S = 3.0
"""How long a server goes by what it has read. A revoked token is refused everywhere after as long."""
CAPACITY = 10_000
"""So many answers of a kind are kept; beyond them the oldest go."""

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """Values by their keys, each forgotten after some seconds.

    Args:
        keep_s: How long a value is good; 0 remembers nothing.
    """

    def __init__(self, keep_s: float = CACHE_S) -> None:
        self._keep_s = keep_s
        self._kept: dict[str, tuple[float, Value]] = {}
        self.epoch = 0
        """How often everything was dropped."""

    def __repr__(self) -> str:
        return f"Remembered({len(self._kept)} values)"

    def get(self, key: str) -> Value | None:
        """The value, None where there is none that is still good."""
        kept = self._kept.get(key)
        return kept[1] if kept is not None and time.monotonic() < kept[0] else None

    def put(self, key: str, value: Value, *, epoch: int) -> Value:
        """Remember a value that was read from now on; returns it.

        Args:
            key: What it is the value of.
            value: What was read.
            epoch: That of when reading began; where everything was dropped since, what was read may be from before.
        """
        if self._keep_s > 0 and epoch == self.epoch:
            self._kept.pop(key, None)  # so that the order is that of age
            while len(self._kept) >= CAPACITY:
                try:
                    del self._kept[next(iter(self._kept))]
                except (KeyError, RuntimeError, StopIteration):  # another thread was at it
                    continue
            self._kept[key] = (time.monotonic() + self._keep_s, value)
        return value

    def forget(self) -> None:
        """Drop everything, as after a change that this process made itself."""
        self.epoch += 1
        self._kept = {}
