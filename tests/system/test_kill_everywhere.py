"""SIGKILL at each step towards the disk, of logging and of recovery: nothing that returned is lost, nothing doubled."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest

from assay import Run, Session, load_run, system
from assay.errors import RunNotFoundError
from tests.system.notes import Notes
from tests.system.numbered import kind_of, log, read_back, value_of
from tests.system.processes import live
from tests.system.steps import Steps, die

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL and processes that fork")

ONE_OF_EACH = sorted({kind_of(number): number for number in range(23, -1, -1)}.values())
MADE, ENTERED, FLUSHED, LEAVING, LEFT = (100, 101, 102, 103, 104)
CALLS = 105


def log_one_of_each(store: Path, notes: Notes, scratch: Path, at: int) -> None:
    """A short life of a run, which ends at the step `at`."""
    os.environ["ASSAY_QUIET"] = "1"
    steps = Steps(store, at, die)
    steps.begin()
    run = Run("kills", "short", sagemaker_session=Session(str(store)))
    notes.returned(0, MADE)
    with run:
        notes.returned(0, ENTERED)
        for number in ONE_OF_EACH:
            notes.begin(0, number)
            log(run, 0, number, scratch)
            notes.returned(0, number)
            if number == ONE_OF_EACH[len(ONE_OF_EACH) // 2]:
                run.flush()
                notes.returned(0, FLUSHED)
        notes.returned(0, LEAVING)
    notes.returned(0, LEFT)
    steps.end()
    (scratch / "steps").write_text("\n".join(steps.taken))


def statuses(notes: Notes) -> set[str | None]:
    """The statuses a run may have whose only writer died when it had come so far."""
    had = {state for state in (MADE, ENTERED, LEAVING, LEFT) if notes.times_ns[state]}
    if LEFT in had:
        return {"Completed"}
    if LEAVING in had:
        return {"Stopped", "Completed"}
    return {"Stopped"} if ENTERED in had else {"Stopped", None}


def what_is_wrong(store: Path, notes: Notes) -> list[str]:
    """Everything that is not as it must be of a run whose writer is dead, two minutes later."""
    for path in store.glob("journals/*"):
        os.utime(path, (time.time() - 120,) * 2)
    try:
        run = load_run("short", "kills", Session(str(store)))
    except RunNotFoundError:
        return ["the run is lost"] if notes.times_ns[MADE] else []
    found, wrong = read_back(run), []
    there = found.numbers.get(0, set())
    logged = set(ONE_OF_EACH)
    lost = notes.returned_of(0) & logged - there
    wrong += [f"lost {kind_of(number)}" for number in sorted(lost)]
    wrong += [f"never logged {kind_of(number)}" for number in sorted(there - (notes.begun_of(0) & logged))]
    wrong += found.without_bytes
    if run.status not in statuses(notes):
        wrong.append(f"the status is {run.status}")
    return wrong + [f"{path.name} is left" for path in store.glob("journals/*") if path.name != "recovery.lock"]


def test_a_kill_at_any_step_loses_nothing(forkserver: BaseContext, tmp_path: Path) -> None:
    wrong = {}
    at, code = 0, -signal.SIGKILL
    while code == -signal.SIGKILL:
        at += 1
        folder = tmp_path / str(at)
        folder.mkdir()
        notes = Notes(folder / "notes", 1, CALLS)
        code = live(forkserver, log_one_of_each, folder / "store", notes, folder, at)
        found = what_is_wrong(folder / "store", notes)
        if found:
            wrong[at] = found
        if code == -signal.SIGKILL:
            shutil.rmtree(folder)
    steps = (tmp_path / str(at) / "steps").read_text().splitlines()

    assert 0 == code
    assert at - 1 == len(steps)
    assert {} == {f"{number} {steps[number - 1]}": found for number, found in wrong.items()}


MANY = 2300
"""Parameters, more than one segment of a journal holds."""


def log_much_and_die(store: Path, notes: Notes, scratch: Path) -> None:
    """Leave a journal of which recovery makes several segments, the first of them noted but not sent."""
    os.environ["ASSAY_QUIET"] = "1"
    with Run("kills", "short", sagemaker_session=Session(str(store))) as run:
        notes.returned(0, MADE)
        notes.returned(0, ENTERED)
        for number in ONE_OF_EACH:
            notes.begin(0, number)
            log(run, 0, number, scratch)
            notes.returned(0, number)
        for number in range(MANY):
            run.log_parameter(f"1/parameter/{number * 24 + 2}", value_of(1, number * 24 + 2))
        system.observer = die_before_the_commit
        run.flush()


def die_before_the_commit(step: str, path: str) -> None:
    """Die between a segment's note, which is synced, and its commit."""
    if step == "sync" and path.endswith(".events"):
        die(step, path)


def recover_until(store: Path, at: int) -> None:
    """Open a store, which recovers what dead writers left, and end at the step `at`."""
    steps = Steps(store, at, die)
    steps.begin()
    store_opened = Session(str(store)).store
    steps.end()
    assert store_opened.writable
    if at > len(steps.taken):
        (store.parent / "steps").write_text("\n".join(steps.taken))


def test_recovery_that_is_killed_at_any_step_is_taken_up_by_the_next(forkserver: BaseContext, tmp_path: Path) -> None:
    (tmp_path / "left").mkdir()
    notes = Notes(tmp_path / "notes", 1, CALLS)

    assert -signal.SIGKILL == live(forkserver, log_much_and_die, tmp_path / "left" / "store", notes, tmp_path)

    wrong = {}
    at, code = 0, -signal.SIGKILL
    while code == -signal.SIGKILL:
        at += 1
        folder = tmp_path / str(at)
        shutil.copytree(tmp_path / "left", folder)
        code = live(forkserver, recover_until, folder / "store", at)
        if code == -signal.SIGKILL:  # the second one is killed too
            live(forkserver, recover_until, folder / "store", max(1, at - 2))
        found = what_is_wrong(folder / "store", notes)
        parameters = read_back(load_run("short", "kills", Session(str(folder / "store")))).numbers[1]
        if len(parameters) != MANY:
            found.append(f"{MANY - len(parameters)} parameters are lost")
        if found:
            wrong[at] = found
        if code == -signal.SIGKILL:
            shutil.rmtree(folder)
    steps = (tmp_path / str(at) / "steps").read_text().splitlines()

    assert 0 == code
    assert at - 1 == len(steps)
    assert {} == {f"{number} {steps[number - 1]}": found for number, found in wrong.items()}
