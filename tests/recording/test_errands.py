"""Errands are done by the working thread alone, whatever interrupts those who wait for them."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType

import pytest

from assay.recording.errands import Errands

LIFE_S = 1.0


@pytest.fixture
def errands() -> Iterator[Errands]:
    """Errands with a thread that does them."""
    ended = threading.Event()
    made = Errands()

    def work() -> None:
        while not ended.is_set():
            made.take(0.05)

    thread = made.begin(work, "worker")
    yield made
    ended.set()
    made.wake()
    thread.join(5)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.skipif(
    threading.current_thread() is not threading.main_thread(), reason="only the main thread has signals"
)
def test_interrupts_do_not_have_the_main_thread_do_the_workers_errands(errands: Errands) -> None:
    did: set[str] = set()
    interrupts = [0]

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        interrupts[0] += 1
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    end_s = time.monotonic() + LIFE_S
    while time.monotonic() < end_s:
        with contextlib.suppress(KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, 0.0003)
            while True:
                errands.do(lambda: did.add(threading.current_thread().name))
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)

    assert {"worker"} == did
    assert 50 < interrupts[0]


def test_what_no_thread_works_on_is_done_by_who_asks() -> None:
    did = []

    assert Errands().do(lambda: did.append(threading.current_thread()))

    assert [threading.current_thread()] == did


def test_what_an_errand_raises_is_raised_where_it_is_waited_for(errands: Errands) -> None:
    def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        errands.do(fail)
    assert errands.do(lambda: None)
