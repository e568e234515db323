"""Logging from where a lock would hang or half a call would show: signal handlers, finalizers, interrupts, exit."""

from __future__ import annotations

import contextlib
import gc
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.context import BaseContext
from pathlib import Path
from types import FrameType

import pytest

from assay import Run, Session, load_run
from tests.system.notes import Notes
from tests.system.numbered import kind_of, log, read_back
from tests.system.processes import PATIENCE_S, finish, live, start

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

CALLS = 200_000
LIFE_S = 1.5


def kept(store: Path, notes: Notes) -> None:
    """Everything that returned is there, once, and nothing that was not begun."""
    found = read_back(load_run("run", "signals", Session(str(store))))
    for writer in range(notes.writers):
        there = found.numbers.get(writer, set())
        assert [] == [(number, kind_of(number)) for number in sorted(notes.returned_of(writer) - there)]
        assert set() == there - notes.begun_of(writer)
    assert [] == found.without_bytes


def log_under_alarm(store: Path, notes: Notes, scratch: Path) -> None:
    os.environ["ASSAY_QUIET"] = "1"
    next_number = [0]

    def handle(_signal: int, _frame: FrameType | None) -> None:
        number = next_number[0]
        next_number[0] += 1
        notes.begin(1, number)
        log(run, 1, number, scratch)
        notes.returned(1, number)

    with Run("signals", "run", sagemaker_session=Session(str(store))) as run:
        time.sleep(0.4)  # what log calls import is imported by then: no handler can wait for an import it interrupted
        signal.signal(signal.SIGALRM, handle)
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0007)
        stop = time.monotonic() + LIFE_S
        number = 0
        while time.monotonic() < stop:
            notes.begin(0, number)
            log(run, 0, number, scratch)
            notes.returned(0, number)
            number += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
    assert next_number[0] > 100


def test_a_signal_handler_can_log_whatever_it_interrupts(forkserver: BaseContext, store: Path, tmp_path: Path) -> None:
    notes = Notes(tmp_path / "notes", 2, CALLS)

    assert 0 == live(forkserver, log_under_alarm, store, notes, tmp_path)

    kept(store, notes)
    assert "Completed" == load_run("run", "signals", Session(str(store))).status


def be_preempted(store: Path, notes: Notes, scratch: Path) -> None:
    os.environ["ASSAY_QUIET"] = "1"

    def handle(_signal: int, _frame: FrameType | None) -> None:
        for number in range(48):
            notes.begin(1, number)
            log(run, 1, number, scratch)
            notes.returned(1, number)
        run.flush()
        sys.exit(0)

    with Run("signals", "run", sagemaker_session=Session(str(store))) as run:
        time.sleep(0.4)
        signal.signal(signal.SIGTERM, handle)
        for number in range(CALLS):
            notes.begin(0, number)
            log(run, 0, number, scratch)
            notes.returned(0, number)
            if number % 50 == 49:
                run.flush()


@pytest.mark.parametrize("attempt", range(4))
def test_a_preempted_job_can_log_flush_and_leave(
    forkserver: BaseContext, store: Path, tmp_path: Path, attempt: int
) -> None:
    notes = Notes(tmp_path / "notes", 2, CALLS)
    process = start(forkserver, be_preempted, store, notes, tmp_path)
    while not notes.of(0):
        time.sleep(0.001)
    time.sleep(random.Random(attempt).uniform(0.01, 0.4))
    os.kill(process.pid, signal.SIGTERM)

    assert 0 == finish(process)

    kept(store, notes)
    assert 48 == len(notes.returned_of(1))
    assert "Completed" == load_run("run", "signals", Session(str(store))).status


def read_in_handlers(store: Path, notes: Notes, scratch: Path) -> None:
    os.environ["ASSAY_QUIET"] = "1"
    times = [0]

    def handle(_signal: int, _frame: FrameType | None) -> None:
        times[0] += 1
        run.flush()
        assert run.metrics
        assert run.parameters

    with Run("signals", "run", sagemaker_session=Session(str(store))) as run:
        for number in range(48):
            notes.begin(0, number)
            log(run, 0, number, scratch)
            notes.returned(0, number)
        signal.signal(signal.SIGALRM, handle)
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.003)
        stop = time.monotonic() + LIFE_S
        number = 48
        while time.monotonic() < stop:
            notes.begin(0, number)
            log(run, 0, number, scratch)
            notes.returned(0, number)
            number += 1
            run.flush()
            assert run.metrics
        signal.setitimer(signal.ITIMER_REAL, 0)
    assert times[0] > 10


def test_a_signal_handler_can_flush_and_read_whatever_it_interrupts(
    forkserver: BaseContext, store: Path, tmp_path: Path
) -> None:
    notes = Notes(tmp_path / "notes", 1, CALLS)

    assert 0 == live(forkserver, read_in_handlers, store, notes, tmp_path)

    kept(store, notes)


class Last:
    """Something that logs when it is collected, in a cycle so that only the collector finds it."""

    def __init__(self, run: Run, notes: Notes, scratch: Path, number: int) -> None:
        self.run, self.notes, self.scratch, self.number = run, notes, scratch, number
        self.cycle = self

    def __del__(self) -> None:
        self.notes.begin(1, self.number)
        log(self.run, 1, self.number, self.scratch)
        self.notes.returned(1, self.number)


def log_in_finalizers(store: Path, notes: Notes, scratch: Path) -> None:
    os.environ["ASSAY_QUIET"] = "1"
    gc.set_threshold(20, 5, 5)
    with Run("signals", "run", sagemaker_session=Session(str(store))) as run:
        for number in range(1500):
            Last(run, notes, scratch, number)
            notes.begin(0, number)
            log(run, 0, number, scratch)
            notes.returned(0, number)
        stop = time.monotonic() + PATIENCE_S
        while len(notes.returned_of(1)) < 1500 and time.monotonic() < stop:
            gc.collect()  # does nothing while another thread collects


def test_finalizers_can_log_wherever_the_collector_runs(forkserver: BaseContext, store: Path, tmp_path: Path) -> None:
    notes = Notes(tmp_path / "notes", 2, CALLS)

    assert 0 == live(forkserver, log_in_finalizers, store, notes, tmp_path)

    kept(store, notes)
    assert set(range(1500)) == notes.returned_of(1)


AT_EXIT = """
import atexit, sys
from pathlib import Path
from assay import Run, Session
from tests.system.numbered import log

run = Run("signals", "run", sagemaker_session=Session(sys.argv[1]))
run.__enter__()
atexit.register(lambda: [log(run, 1, number, Path(sys.argv[2])) for number in range(24)])
for number in range(24):
    log(run, 0, number, Path(sys.argv[2]))
"""


def test_what_is_logged_at_exit_is_kept(store: Path, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", AT_EXIT, str(store), str(tmp_path)],
        cwd=pytestconfig.rootpath,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert "" == done.stderr
    assert 0 == done.returncode
    run = load_run("run", "signals", Session(str(store)))
    assert {0: set(range(24)), 1: set(range(24))} == read_back(run).numbers
    assert "Stopped" == run.status


class Interrupts:
    """KeyboardInterrupts at random moments of a function."""

    def __init__(self, seed: int, within: Callable[[int], None]) -> None:
        self.count = 0
        self._draw, self._within = random.Random(seed), within.__code__

    def begin(self) -> None:
        signal.signal(signal.SIGALRM, self._handle)
        self._arm()

    def end(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)

    def _arm(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, self._draw.uniform(0.0002, 0.004))

    def _handle(self, _signal: int, frame: FrameType | None) -> None:
        self._arm()
        while frame is not None and frame.f_code is not self._within:
            frame = frame.f_back
        if frame is not None:
            self.count += 1
            raise KeyboardInterrupt


def be_interrupted(store: Path, notes: Notes, scratch: Path, seed: int, reads: bool) -> None:
    os.environ["ASSAY_QUIET"] = "1"
    with Run("signals", "run", sagemaker_session=Session(str(store))) as run:

        def call(number: int) -> None:
            log(run, 0, number, scratch)
            notes.returned(0, number)
            if reads:
                run.flush()
                assert run.metrics is not None

        interrupts = Interrupts(seed, call)
        interrupts.begin()
        stop = time.monotonic() + LIFE_S
        number = 0
        while time.monotonic() < stop:
            notes.begin(0, number)
            with contextlib.suppress(KeyboardInterrupt):
                call(number)
            number += 1
        interrupts.end()
    assert interrupts.count > 50


@pytest.mark.parametrize("reads", [False, True], ids=["logging", "flushing and reading"])
@pytest.mark.parametrize("attempt", range(2))
def test_interrupts_at_any_moment_lose_and_double_nothing(
    forkserver: BaseContext, store: Path, tmp_path: Path, attempt: int, reads: bool
) -> None:
    notes = Notes(tmp_path / "notes", 1, CALLS)

    assert 0 == live(forkserver, be_interrupted, store, notes, tmp_path, attempt, reads)

    kept(store, notes)
    assert "Completed" == load_run("run", "signals", Session(str(store))).status
