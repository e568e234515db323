"""Collecting while others log and read, and a collection that is killed at any step: nothing is missing after."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest

from assay import Run, Session, list_runs, load_run
from assay.cli.examination import examine
from tests.system.processes import finish, live, start
from tests.system.steps import Steps, die

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL and processes that fork")

WRITERS = 4
LIVES_S = 8.0
POINTS = 200
FORMS = 4
"""So many different contents there are: everybody stores the same few bytes again and again."""


def words(number: int) -> str:
    return f"content {number % FORMS} " * 50


def log_and_read(store: Path, scratch: Path, number: int, seed: int) -> None:
    """Log one run after another, with bytes that other runs have too, drop or have dropped; read back meanwhile."""
    os.environ["ASSAY_QUIET"] = "1"
    chance = random.Random(seed)
    folder = scratch / f"folder-{number}"
    folder.mkdir()
    session = Session(str(store))
    end_s = time.monotonic() + LIVES_S
    count = 0
    while time.monotonic() < end_s:
        with Run("together", f"writer-{number}-{count}", sagemaker_session=session) as run:
            for step in range(POINTS):
                run.log_metric("loss", step * 0.5, step=step)
            for turn in range(chance.randrange(2, 6)):
                run.log_text("replaced", words(count + turn))
                file = folder / "file.txt"
                file.write_text(words(chance.randrange(FORMS)))
                run.log_file(file, "also replaced")
            run.log_text("text", words(count))
            (folder / "file.txt").write_text(words(count + 1))
            run.log_file(folder / "file.txt", "file")
            (folder / "other.txt").write_text(words(count + 2))
            run.log_directory(folder, "directory")
            if chance.random() < 0.5:
                run.flush()
                time.sleep(chance.random() * 0.05)
            assert words(count) == run.artifacts()["text"].read_bytes().decode()
        what_is_missing(run, count, scratch / f"saved-{number}")
        if count % 3 == 0:  # its bytes lose a user, while others begin to use them
            run.trash() if count % 2 else run.delete()
        for other in list_runs("together", sagemaker_session=session, max_results=6):
            at = int(other.run_name.rpartition("-")[2])
            if at % 3 and other.status == "Completed":  # nobody drops it
                what_is_missing(other, at, scratch / f"saved-{number}")
        count += 1
    (scratch / f"count-{number}").write_text(str(count))


def what_is_missing(run: Run, count: int, folder: Path) -> None:
    """Read back everything that a run has; it raises where something is missing or not what was logged."""
    found = run.artifacts()
    assert {"replaced", "also replaced", "text", "file", "directory"} == set(found)
    for artifact in found.values():
        artifact.read_bytes()
    assert words(count) == found["text"].read_bytes().decode()
    assert words(count + 1) == found["file"].read_bytes().decode()
    saved = Path(found["directory"].save(folder))
    assert words(count + 1) == (saved / "file.txt").read_text()
    assert words(count + 2) == (saved / "other.txt").read_text()
    assert [step * 0.5 for step in range(POINTS)] == run.metric_history("loss").values.tolist()


def test_collecting_while_four_processes_log_and_read_takes_nothing_they_need(
    forkserver: BaseContext, store: Path, tmp_path: Path
) -> None:
    session = Session(str(store))
    assert session.store.writable
    workers = [start(forkserver, log_and_read, store, tmp_path, number, number) for number in range(WRITERS)]
    collections, dropped = 0, 0
    while any(worker.exitcode is None for worker in workers):
        report = session.gc()
        collections += 1
        dropped += len(report.freed) + report.unnamed
        assert [] == [why for why in report.kept if "no object" in why]
        time.sleep(0.01)

    assert [0] * WRITERS == [finish(worker) for worker in workers]
    assert collections > 5
    assert dropped > 0
    kept = list_runs("together", sagemaker_session=session)
    counts = [int((tmp_path / f"count-{number}").read_text()) for number in range(WRITERS)]
    wanted = {f"writer-{number}-{at}" for number in range(WRITERS) for at in range(counts[number]) if at % 3}
    assert wanted == {run.run_name for run in kept}
    for run in kept:
        what_is_missing(run, int(run.run_name.rpartition("-")[2]), tmp_path / "saved")
    assert [] == [finding for finding in examine(str(store)).findings if not finding.harmless]


def fill(store: Path, scratch: Path) -> None:
    """A store with something of everything, and the journal of a run that died."""
    os.environ["ASSAY_QUIET"] = "1"
    session = Session(str(store))
    (scratch / "folder").mkdir()
    (scratch / "folder" / "same.txt").write_text(words(0))
    (scratch / "folder" / "own.txt").write_text("only of the directory")
    for name in ("kept", "trashed", "deleted"):
        with Run("kills", name, sagemaker_session=session) as run:
            for step in range(POINTS):
                run.log_metric("loss", step * 0.5, step=step)
            run.log_text("shared", words(0))
            run.log_text("own", f"only of {name}")
            run.log_text("replaced", f"first of {name}")
            run.log_text("replaced", f"second of {name}")
            run.log_directory(scratch / "folder", "directory")
    session.trash("kills/trashed")
    session.delete("kills/deleted")
    left = store / "objects" / "new-0123456789abcdef"
    left.write_bytes(b"half of an object")
    os.utime(left, (0, 0))
    with Run("kills", "died", sagemaker_session=session) as run:
        run.log_text("shared", words(0))
        run.log_text("own", "only of died")
        die("", "")


def collect_until(store: Path, at: int) -> None:
    os.environ["ASSAY_QUIET"] = "1"
    session = Session(str(store))
    steps = Steps(store, at, die)
    steps.begin()
    session.gc()
    steps.end()
    (store.parent / "steps").write_text("\n".join(steps.taken))


def contents(store: Path) -> dict[str, str]:
    """The artifacts that can be read, with their words."""
    session = Session(str(store))
    found = {}
    for name in ("kept", "died"):
        run = load_run(name, "kills", session)
        for artifact in run.artifacts().values():
            found[f"{name}/{artifact.name}"] = artifact.read_bytes().decode()
    saved = Path(load_run("kept", "kills", session).artifacts()["directory"].save(store.parent / "saved"))
    found |= {file.name: file.read_text() for file in saved.iterdir()}
    points = load_run("kept", "kills", session).metric_history("loss").values.tolist()
    return {**found, "loss": str(points)}


def objects_in(store: Path) -> set[str]:
    return {path.name for path in (store / "objects").rglob("*") if path.is_file()}


def test_a_collection_that_is_killed_at_any_step_loses_nothing_and_the_next_one_ends_it(
    forkserver: BaseContext, tmp_path: Path
) -> None:
    filled = tmp_path / "filled" / "store"
    filled.parent.mkdir()
    assert -signal.SIGKILL == live(forkserver, fill, filled, filled.parent)
    (tmp_path / "whole").mkdir()
    shutil.copytree(filled, tmp_path / "whole" / "store")
    Session(str(tmp_path / "whole" / "store")).gc()
    wanted, objects = contents(tmp_path / "whole" / "store"), objects_in(tmp_path / "whole" / "store")

    wrong = {}
    at, code = 0, -signal.SIGKILL
    while code == -signal.SIGKILL:
        at += 1
        place = tmp_path / str(at) / "store"
        shutil.copytree(filled, place)
        code = live(forkserver, collect_until, place, at)
        before = contents(place)
        Session(str(place)).gc()
        if not wanted == before == contents(place) or objects != objects_in(place):
            wrong[at] = sorted(objects ^ objects_in(place))
        if code == -signal.SIGKILL:
            shutil.rmtree(place.parent)
    steps = (place.parent / "steps").read_text().splitlines()

    assert 0 == code
    assert at - 1 == len(steps) > 10
    assert {} == {f"{number} {steps[number - 1]}": found for number, found in wrong.items()}
