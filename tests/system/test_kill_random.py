"""SIGKILL at random moments, with 1, 2 and 8 writers of one run; hundreds of these are in `benchmarks/kills.py`."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

import pytest

from assay import Run, Session, load_run
from assay.errors import RunNotFoundError
from tests.system.notes import Notes
from tests.system.numbered import kind_of, log, read_back

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL and processes that fork")

CALLS = 20_000
SEED = 7
LATEST_S = 0.8


def log_until_killed(store: Path, notes: Notes, scratch: Path, writer: int) -> None:
    os.environ["ASSAY_QUIET"] = "1"
    with Run("kills", "random", sagemaker_session=Session(str(store))) as run:
        for number in range(CALLS):
            notes.begin(writer, number)
            log(run, writer, number, scratch)
            notes.returned(writer, number)


@pytest.mark.parametrize("writers", [1, 2, 8])
@pytest.mark.parametrize("attempt", range(4))
def test_a_kill_at_any_time_loses_nothing(
    forkserver: BaseContext, store: Path, tmp_path: Path, writers: int, attempt: int
) -> None:
    draw = random.Random(f"{SEED} {writers} {attempt}")
    notes = Notes(tmp_path / "notes", writers, CALLS)
    victims: list[Any] = []
    for writer in range(writers):
        arguments = (store, notes, tmp_path, writer)
        victims.append(forkserver.Process(target=log_until_killed, args=arguments))  # type: ignore[attr-defined]
        victims[-1].start()
    begun = time.monotonic()
    # The first attempt kills from the start on, while the store is being made.
    while attempt and not any(notes.of(writer) for writer in range(writers)) and time.monotonic() < begun + 30:
        time.sleep(0.001)
    for victim in draw.sample(victims, writers):
        time.sleep(draw.uniform(0, LATEST_S / writers))
        victim.kill()
    for victim in victims:
        victim.join()

    assert [-signal.SIGKILL] * writers == [victim.exitcode for victim in victims]
    try:
        run = load_run("random", "kills", Session(str(store)))
    except RunNotFoundError:
        assert not any(notes.of(writer) for writer in range(writers))
        return
    found = read_back(run)
    for writer in range(writers):
        there = found.numbers.get(writer, set())
        assert [] == [(number, kind_of(number)) for number in sorted(notes.returned_of(writer) - there)]
        assert set() == there - notes.begun_of(writer)
    assert [] == found.without_bytes
    assert run.status == "Stopped" or not any(notes.of(writer) for writer in range(writers))
    assert [] == [path.name for path in store.glob("journals/*.events")]
