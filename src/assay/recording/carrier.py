"""Carriers: the threads that look after routes, and do what others wait for in between."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from assay.recording.errands import Errands

INTERVAL_S = 0.5
"""How often a carrier looks: another process is at most a second behind, with a store that takes a while."""


class Carrier:
    """A thread that looks after routes. A server has one of its own, so that none waits for another.

    Args:
        look: What it does each time, handed this carrier; it raises nothing.
    """

    def __init__(self, look: Callable[[Carrier], None]) -> None:
        self.errands = Errands()
        self._look = look
        self._next_look_s = 0.0
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread, unless it runs."""
        if self._thread is None:
            self._next_look_s = time.monotonic() + INTERVAL_S
            self._thread = self.errands.begin(self._work, "assay-recorder")

    def hurry(self, within_s: float) -> None:
        """Look soon."""
        self._next_look_s = min(self._next_look_s, time.monotonic() + within_s)
        self.errands.wake()

    def end(self) -> None:
        """Let the thread end when it is done with what it does."""
        self._end.set()
        self.errands.wake()

    def join(self, timeout_s: float) -> None:
        """Wait for the thread's end."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _work(self) -> None:
        while not self._end.is_set():
            self.errands.take(self._next_look_s - time.monotonic())
            now = time.monotonic()
            if now < self._next_look_s or self._end.is_set():
                continue
            self._look(self)
            self._next_look_s = max(time.monotonic() + 0.05, now + INTERVAL_S)
