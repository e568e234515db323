"""A fork must not fall into another thread's call of SQLite.

SQLite guards what a process's connections share (its memory, its list of open files) by mutexes. One that another
thread holds at the moment of a fork stays locked in the child, and the child's first call of SQLite never returns.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator

PATIENCE_S = 1.0
"""How long a fork waits for the calls of other threads; what takes longer waits for something itself."""


class ForkGate:
    """Passed by those who call SQLite, and closed while a process forks."""

    def __init__(self) -> None:
        self._closing = threading.RLock()
        self._inside: dict[int, int] = {}

    @contextlib.contextmanager
    def passed(self) -> Iterator[None]:
        """Keep other threads from forking until the block ends."""
        me = threading.get_ident()
        if me in self._inside:
            self._inside[me] += 1
        else:
            with self._closing:
                self._inside[me] = 1
        try:
            yield
        finally:
            depth = self._inside.get(me, 1)
            if depth > 1:
                self._inside[me] = depth - 1
            else:
                self._inside.pop(me, None)

    def close(self) -> None:
        """Before a fork: let nobody pass, and wait for those inside."""
        self._closing.acquire()
        me, deadline_s = threading.get_ident(), time.monotonic() + PATIENCE_S
        while any(thread != me for thread in list(self._inside)) and time.monotonic() < deadline_s:
            time.sleep(0.0002)

    def open(self) -> None:
        """Behind a fork, in the parent."""
        self._closing.release()

    def forget(self) -> None:
        """Behind a fork, in the child: those who were inside are not here."""
        self.__init__()  # type: ignore[misc]


gate = ForkGate()
"""The process's one gate."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=gate.close, after_in_parent=gate.open, after_in_child=gate.forget)
