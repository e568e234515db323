"""The pause between two attempts at what does not answer: longer each time, and never the same for two processes."""

from __future__ import annotations

import os
import time

FIRST_S = 0.5
LONGEST_S = 30.0
SPREAD = 0.5
"""A pause is shortened by up to this part of it, by chance: a thousand writers do not come back at once."""


class Pause:
    """How often something failed in a row, and when it may be tried again.

    Args:
        longest_s: The longest pause.
    """

    def __init__(self, longest_s: float = LONGEST_S) -> None:
        self.failures = 0
        self._longest_s = longest_s
        self._over_s = 0.0

    def failed(self) -> None:
        """It failed once more."""
        longest_s = min(self._longest_s, FIRST_S * 2.0 ** min(self.failures, 10))
        self.failures += 1
        self._over_s = time.monotonic() + longest_s * (1 - SPREAD * os.urandom(1)[0] / 255)

    def ended(self) -> None:
        """It went well."""
        self.failures, self._over_s = 0, 0.0

    def cut_short(self) -> None:
        """Let it be tried again now."""
        self._over_s = 0.0

    @property
    def left_s(self) -> float:
        """How long it is until the next attempt."""
        return max(0.0, self._over_s - time.monotonic())
