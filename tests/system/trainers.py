"""Processes that log to a server as a training does, and note each call that returned."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from assay import Run, Session, list_runs, load_run
from tests.system.notes import Notes
from tests.system.numbered import kind_of, log, read_back

CALLS = 100_000
EXPERIMENT = "training"
SYNC_S = 90
LARGE_BYTES = 20 << 20


def shift_clock(by_s: float) -> None:
    """Let this process live in the past or the future."""
    from assay.recording import calls

    real, by_ns = time.time_ns, int(by_s * 1e9)
    time.time_ns = calls.time_ns = lambda: real() + by_ns  # type: ignore[attr-defined]
    time.time = lambda: (real() + by_ns) / 1e9


def train(url: str, name: str, notes: Notes, scratch: Path, writer: int, pace_s: float, clock_s: float) -> None:
    """Log until told to stop, or until there is nothing left to say."""
    os.environ.update(ASSAY_QUIET="1", XDG_DATA_HOME=str(scratch))
    shift_clock(clock_s)
    with Run(EXPERIMENT, name, sagemaker_session=Session(url)) as run:
        for number in range(notes.calls):
            notes.begin(writer, number)
            refused = run.refused
            log(run, writer, number, scratch)
            if run.refused == refused:
                notes.returned(writer, number)
            else:
                notes.refused(writer, number)
            if pace_s:
                time.sleep(pace_s)
            if number % 8 == 0 and (scratch / "stop").exists():
                break


def large_bytes(number: int) -> bytes:
    """The contents of a large file: three parts of an upload."""
    return random.Random(number).randbytes(LARGE_BYTES)


def log_large(url: str, notes: Notes, scratch: Path) -> None:
    """Log large files, one after another."""
    os.environ.update(ASSAY_QUIET="1", XDG_DATA_HOME=str(scratch))
    with Run(EXPERIMENT, "large", sagemaker_session=Session(url)) as run:
        for number in range(notes.calls):
            path = scratch / "large"
            path.write_bytes(large_bytes(number))
            notes.begin(0, number)
            run.log_file(str(path), name=f"large/{number}")
            notes.returned(0, number)
            path.unlink()


def check_large(url: str, notes: Notes) -> None:
    """All large files are there, byte for byte."""
    there = load_run("large", EXPERIMENT, Session(url)).artifacts()
    assert {f"large/{number}" for number in notes.returned_of(0)} <= there.keys()
    for name, artifact in there.items():
        assert large_bytes(int(name.rpartition("/")[2])) == artifact.read_bytes(), name


class Trainers:
    """Processes that log to one run of a server; whatever waits for it lies in `scratch`."""

    def __init__(
        self,
        context: BaseContext,
        url: str,
        scratch: Path,
        *,
        name: str = "run",
        writers: int = 2,
        calls: int = CALLS,
        pace_s: float = 0.004,
        clocks_s: Sequence[float] = (),
    ) -> None:
        scratch.mkdir()
        self.url, self.name, self.scratch, self.writers = url, name, scratch, writers
        self.notes = Notes(scratch / "notes", writers, calls)
        self.processes: list[Any] = []
        for writer in range(writers):
            arguments = (url, name, self.notes, scratch, writer, pace_s, clocks_s[writer] if clocks_s else 0.0)
            process = context.Process(target=train, args=arguments)  # type: ignore[attr-defined]
            process.start()
            self.processes.append(process)

    def wait_for(self, calls: int) -> None:
        """Return when every writer has made so many calls."""
        deadline_s = time.monotonic() + SYNC_S
        while any(len(self.notes.of(writer)) < calls for writer in range(self.writers)):
            assert all(process.exitcode in (None, 0) for process in self.processes), "the training has ended"
            assert time.monotonic() < deadline_s, "the training does not get on"
            time.sleep(0.01)

    def finish(self) -> None:
        """Let them leave their blocks, and return when they have."""
        (self.scratch / "stop").touch()
        for process in self.processes:
            process.join(SYNC_S)
        codes = [process.exitcode for process in self.processes]
        self.kill()
        assert [0] * self.writers == codes

    def kill(self) -> None:
        """End them without a warning."""
        for process in self.processes:
            process.kill()
            process.join()

    def start_syncing(self) -> subprocess.Popen[str]:
        """`assay sync`, on the machine of the training."""
        return subprocess.Popen(
            [sys.executable, "-m", "assay.cli", "sync", "--store", self.url],
            env={**os.environ, "XDG_DATA_HOME": str(self.scratch)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def sync(self) -> tuple[int, str]:
        """The same to its end: its exit code, and what it said."""
        with self.start_syncing() as process:
            said, _ = process.communicate(timeout=SYNC_S)
        return process.returncode, said

    def check(self, *, status: str = "Completed", runs: int | None = 1) -> None:
        """All that was logged can be read, once each, and nothing else.

        Args:
            status: Of the runs.
            runs: How many there are: as many as processes that began the run while the server was away; None where
                that is not known.
        """
        found: dict[int, set[int]] = {}
        there = list_runs(EXPERIMENT, sagemaker_session=Session(self.url))
        mine = [run for run in there if run.run_name == self.name or run.run_name.startswith(f"{self.name}-")]
        for run in mine:
            assert status == run.status, run.run_name
            read = read_back(run)
            assert [] == read.without_bytes
            assert set() == found.keys() & read.numbers.keys(), "a writer is in two runs"
            found.update(read.numbers)
        for writer in range(self.writers):
            lost = sorted(self.notes.returned_of(writer) - found.get(writer, set()))
            assert [] == [(number, kind_of(number)) for number in lost], f"lost of writer {writer}"
            assert set() == found.get(writer, set()) - self.notes.begun_of(writer)
        assert len(mine) == (runs or len(mine)) > 0
