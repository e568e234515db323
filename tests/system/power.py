"""A process that logs by number on a disk that is watched, and that can be stopped, photographed and let go again."""

from __future__ import annotations

import os
import signal
import threading
import time
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from tests.system.disk import Disk, Photograph
from tests.system.notes import Notes
from tests.system.numbered import log

PATIENCE_S = 60.0
CALLS = 50_000
NAP_S = 0.01


def log_for_ever(disk: Disk, notes: Notes, scratch: Path, durability: str, pause_s: float, with_child: bool) -> None:
    """Log as writer 0, and as writer 1 in a forked child, until killed."""
    from assay import Run, Session, system

    os.setpgrp()
    os.environ["ASSAY_QUIET"] = "1"
    system.observer = disk.observe
    with Run("power", "cut", sagemaker_session=Session(str(disk.store), durability=durability)) as run:
        writer = 1 if with_child and os.fork() == 0 else 0
        for number in range(CALLS):
            notes.begin(writer, number)
            log(run, writer, number, scratch)
            notes.returned(writer, number)
            time.sleep(pause_s)
    os._exit(0)


class Powered:
    """Such a process, with a clock that stands still while the process does."""

    def __init__(
        self, context: BaseContext, folder: Path, durability: str, *, pause_s: float, with_child: bool = True
    ) -> None:
        self.disk = Disk(folder / "store", folder / "disk")
        self.notes = Notes(folder / "notes", 2, CALLS)
        arguments = (self.disk, self.notes, folder, durability, pause_s, with_child)
        self.process: Any = context.Process(target=log_for_ever, args=arguments)  # type: ignore[attr-defined]
        self.process.start()
        self._lost: list[tuple[int, int]] = []
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._watch_machine)
        self._watch.start()
        stop = time.monotonic() + PATIENCE_S
        while not all(self.notes.of(writer) for writer in range(1 + with_child)):
            assert time.monotonic() < stop, "the process does not begin"
            assert self.process.is_alive(), "the process has ended"
            time.sleep(0.01)

    def photograph(self) -> tuple[Photograph, int]:
        """The store's folder, and the moment."""
        assert self.process.is_alive(), "the process has ended"
        moment_ns = time.monotonic_ns()
        os.killpg(self.process.pid, signal.SIGSTOP)
        try:
            for pid in group(self.process.pid):
                wait_until_stopped(pid)
            return Photograph.take(self.disk), moment_ns
        finally:
            self._lost.append((moment_ns, time.monotonic_ns()))
            os.killpg(self.process.pid, signal.SIGCONT)

    def _watch_machine(self) -> None:
        """Count it as lost time when this machine lets a thread that sleeps for a moment sleep for long."""
        while not self._ended.is_set():
            before_ns = time.monotonic_ns()
            time.sleep(NAP_S)
            if time.monotonic_ns() - before_ns > 3 * NAP_S * 1e9:
                self._lost.append((before_ns, time.monotonic_ns()))

    def moment_before(self, now_ns: int, age_s: float) -> int:
        """The moment that lies so long before another, without the time that was lost in between."""
        left_ns, end_ns = int(age_s * 1e9), now_ns
        for start, end in reversed(united([*self._lost, *self.disk.looking()])):
            if start < now_ns:
                if end_ns - min(end, now_ns) >= left_ns:
                    break
                left_ns -= end_ns - min(end, now_ns)
                end_ns = start
        return end_ns - left_ns

    def end(self) -> None:
        self._ended.set()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.join()
        self._watch.join()


def united(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same time in intervals that do not overlap."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def group(leader: int) -> list[int]:
    """The processes of a process group."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.getpgid(int(name)) == leader:
                    found.append(int(name))
            except ProcessLookupError:
                continue
    return found


def wait_until_stopped(pid: int) -> None:
    """Wait until every thread of a process stands still."""
    stop = time.monotonic() + PATIENCE_S
    while time.monotonic() < stop:
        states = [Path(f"/proc/{pid}/task/{task}/stat").read_text() for task in os.listdir(f"/proc/{pid}/task")]
        if all(state.rpartition(")")[2].split()[0] in "TZ" for state in states):
            return
        time.sleep(0.0005)
    raise TimeoutError(f"process {pid} does not stop")
