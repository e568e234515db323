"""Errands: what any thread has the recorder's thread do, and waits for.

A signal handler runs in the main thread, between any two instructions; it may call what it interrupted, or raise. So
nothing that must not be left half done, or be met half done, is done there: the main thread only waits, and may be
interrupted in that. The queue and the locks used here take calls from handlers and finalizers wherever these run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

from assay.errors import StoreError

LOOK_S = 0.5
"""How often one who waits looks whether the thread that works is still there."""


class _Errand:
    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act
        self._error: BaseException | None = None
        self._is_open = threading.Lock()
        self._is_open.acquire()

    def run(self) -> None:
        try:
            self._act()
        except BaseException as error:  # noqa: BLE001 - raised where it is waited for
            self._error = error
        finally:
            self._is_open.release()

    def wait(self, timeout_s: float) -> bool:
        """Whether it is done; what it raised is raised here."""
        if not self._is_open.acquire(timeout=timeout_s):
            return False
        if self._error is not None:
            raise self._error
        return True


class Errands:
    """The errands of one working thread."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[_Errand | None] = SimpleQueue()
        self._worker: threading.Thread | None = None
        self._is_working = False

    def begin(self, work: Callable[[], None], name: str) -> threading.Thread:
        """Start the thread; it is to call `take` again and again."""

        def until_its_end() -> None:
            try:
                work()
            finally:
                self._is_working = False

        self._is_working = True
        self._worker = threading.Thread(target=until_its_end, name=name, daemon=True)
        self._worker.start()
        return self._worker

    def is_working(self) -> bool:
        """Whether the thread is there.

        Told by itself: a thread that is asked counts as ended for ever after, although it goes on, where a signal
        handler raises in the middle of the question (Python 3.11 lets go of its lock then). The main thread would do in
        its place what must not be interrupted.
        """
        return self._is_working

    def take(self, timeout_s: float) -> bool:
        """Do the next errand, within the working thread; whether there was one, or somebody woke it."""
        try:
            errand = self._queue.get(timeout=max(0.0, timeout_s))
        except Empty:
            return False
        if errand is not None:
            errand.run()
        return True

    def wake(self) -> None:
        """Let `take` return."""
        self._queue.put(None)

    def do(self, act: Callable[[], None], *, timeout_s: float = float("inf")) -> bool:
        """Have something done, and wait for it; where no thread works, do it here.

        Returns:
            Whether it was done in time; else it will be.

        Raises:
            StoreError: This is the working thread itself, in the middle of something: a finalizer runs anywhere.
        """
        if self._worker is threading.current_thread():
            raise StoreError("the recorder was asked for something by a finalizer that ran within it")
        if not self.is_working():
            act()
            return True
        errand = _Errand(act)
        self._queue.put(errand)
        while not errand.wait(min(LOOK_S, max(0.0, timeout_s))):
            timeout_s -= LOOK_S
            if timeout_s <= 0:
                return False
            if not self.is_working() and not errand.wait(0):  # the interpreter ends
                act()
                return True
        return True
