"""Stores that can't be used as they are: the error and `assay doctor` name the file, and no other run suffers.

Bad names, values, steps, times, arrays and files are refused in the tests of the calls that take them.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assay import Run, Session, list_runs, load_run
from assay.errors import (
    ChecksumError,
    DamagedError,
    ObjectMissingError,
    RefusedError,
    StoreVersionError,
)
from tests.behaviour.processes import Processes

TRAIN = """
import os, sys
import numpy as np
from assay import Run
values = np.random.default_rng(int(sys.argv[2])).standard_normal(5000)
with Run("digits", sys.argv[1]) as run:
    for step, value in enumerate(values.tolist()):
        run.log_metric("loss", value, step=step)
    run.log_parameters({"lr": 0.1, "seed": int(sys.argv[2])})
    run.log_text("notes", "seed " + sys.argv[2])
    if len(sys.argv) > 3:
        os.kill(os.getpid(), 9)
"""


@pytest.fixture
def two_runs(processes: Processes, store: Path) -> Path:
    """A store with the runs digits/touched and digits/whole, written by processes that have ended."""
    processes.run(TRAIN, "touched", 1)
    processes.run(TRAIN, "whole", 2)
    return store


def everything(run: Run) -> tuple[Any, ...]:
    history = run.metric_history("loss")
    return (
        run.parameters,
        run.status,
        history.steps.tolist(),
        history.values.tobytes(),
        run.artifacts()["notes"].read_bytes(),
    )


def assert_is_whole(run: Run, seed: int) -> None:
    values = np.random.default_rng(seed).standard_normal(5000)
    expected = ({"lr": 0.1, "seed": seed}, "Completed", list(range(5000)), values.tobytes(), f"seed {seed}".encode())
    assert expected == everything(run)


def doctor(*arguments: str) -> tuple[int, str]:
    """The exit code and the output of `assay doctor`."""
    done = subprocess.run(
        [sys.executable, "-m", "assay.cli", "doctor", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "COLUMNS": "500"},
    )
    return done.returncode, done.stdout + done.stderr


# Damage


def test_a_whole_store_has_nothing_to_name(two_runs: Path) -> None:
    code, _ = doctor()

    assert 0 == code
    assert_is_whole(load_run("touched", "digits"), 1)
    assert_is_whole(load_run("whole", "digits"), 2)


def test_a_flipped_bit_in_a_chunk(two_runs: Path) -> None:
    path = two_runs / "catalog.db"
    with sqlite3.connect(path) as catalog:
        body = bytearray(catalog.execute("SELECT body FROM chunks ORDER BY id LIMIT 1").fetchone()[0])
        body[len(body) // 2] ^= 0x10
        catalog.execute("UPDATE chunks SET body = ? WHERE id = (SELECT min(id) FROM chunks)", (bytes(body),))
    catalog.close()

    with pytest.raises(ChecksumError, match=re.escape(str(path))):
        load_run("touched", "digits").metric_history("loss")
    code, output = doctor()

    assert code != 0
    assert str(path) in output
    assert "digits/touched" in output
    assert {"lr": 0.1, "seed": 1} == load_run("touched", "digits").parameters
    assert_is_whole(load_run("whole", "digits"), 2)


def test_a_missing_object(two_runs: Path) -> None:
    sha256 = load_run("touched", "digits").artifacts()["notes"].sha256
    assert sha256 is not None
    (path,) = two_runs.rglob(sha256)
    path.unlink()

    with pytest.raises(ObjectMissingError, match=re.escape(str(path))):
        load_run("touched", "digits").artifacts()["notes"].read_bytes()
    code, output = doctor()

    assert code != 0
    assert str(path) in output
    assert "digits/touched" in output
    assert 5000 == len(load_run("touched", "digits").metric_history("loss").steps)
    assert_is_whole(load_run("whole", "digits"), 2)


def test_an_overwritten_catalog_header(two_runs: Path, processes: Processes) -> None:
    path = two_runs / "catalog.db"
    with open(path, "r+b") as file:
        file.write(b"\xa5" * 100)

    with pytest.raises(DamagedError, match=re.escape(str(path))):
        list_runs("digits")
    with pytest.raises(DamagedError, match=re.escape(str(path))):
        Run("digits", "third")
    code, output = doctor()
    assert code != 0
    assert str(path) in output

    doctor("--repair")
    assert_is_whole(load_run("touched", "digits"), 1)
    assert_is_whole(load_run("whole", "digits"), 2)


@pytest.mark.parametrize("kind", ["events", "rows"])
def test_a_torn_journal(two_runs: Path, processes: Processes, kind: str) -> None:
    processes.run(TRAIN, "killed", 3, "killed", status=-9)
    path = max(two_runs.rglob(f"*.{kind}"), key=lambda path: path.stat().st_size)
    body = bytearray(path.read_bytes())
    if kind == "events":
        at = body.index(b'"seed"')
        body[at : at + 4] = b"\xff\xff\xff\xff"
    else:  # the file ends within its rows
        del body[40_003:]
    path.write_bytes(body)

    code, output = doctor()

    assert code != 0, output
    assert str(path) in output
    assert "digits/killed" in output
    assert_is_whole(load_run("touched", "digits"), 1)
    assert_is_whole(load_run("whole", "digits"), 2)
    killed = load_run("killed", "digits")
    assert "Stopped" == killed.status
    assert ({} if kind == "events" else {"lr": 0.1, "seed": 3}) == killed.parameters
    assert b"seed 3" == killed.artifacts()["notes"].read_bytes()
    values = np.random.default_rng(3).standard_normal(5000)
    history = killed.metric_history("loss")
    assert values[history.steps].tobytes() == history.values.tobytes()
    assert (5000 if kind == "events" else 1) <= len(history.steps)


# Other stores that can't be used


def test_a_store_of_a_newer_version_is_told_and_left_alone(two_runs: Path) -> None:
    path = two_runs / "catalog.db"
    with sqlite3.connect(path) as catalog:
        version = catalog.execute("PRAGMA user_version").fetchone()[0]
        catalog.execute(f"PRAGMA user_version={version + 1}")
    catalog.close()
    before = path.read_bytes()
    calls: list[Callable[[], object]] = [
        lambda: list_runs("digits"),
        lambda: load_run("whole", "digits"),
        lambda: Run("digits", "third"),
    ]

    for call in calls:
        with pytest.raises(StoreVersionError, match=re.escape(str(two_runs)) + r".*newer"):
            call()
    code, output = doctor()

    assert code != 0
    assert str(path) in output
    assert before == path.read_bytes()


@pytest.fixture
def read_only(two_runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The store where nothing can be written: mounted so for root, who may write anywhere else."""
    folder = tmp_path / "read-only"
    folder.mkdir()
    if os.geteuid() == 0:
        done = subprocess.run(["mount", "--bind", str(two_runs), str(folder)], capture_output=True)
        if done.returncode != 0:
            pytest.skip("root can't mount here, and may write everywhere")
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
    else:
        shutil.copytree(two_runs, folder, dirs_exist_ok=True)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
    monkeypatch.setenv("ASSAY_STORE", str(folder))
    yield folder
    if os.geteuid() == 0:
        subprocess.run(["umount", "-l", str(folder)], check=True)
    else:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)


def test_a_read_only_store_is_read_and_refuses_to_be_written_to(read_only: Path) -> None:
    run = load_run("whole", "digits")

    assert_is_whole(run, 2)
    assert ["whole", "touched"] == [one.run_name for one in list_runs("digits")]
    with pytest.raises(OSError, match=re.escape(str(read_only))) as caught:
        Run("digits", "third")
    assert isinstance(caught.value, RefusedError)
    with pytest.raises(OSError, match=re.escape(str(read_only))), run:
        pass
    with pytest.raises(RuntimeError, match="Failed to load a Run object"):
        load_run()
    assert "Completed" == run.status


def test_a_folder_that_holds_no_store_and_can_not_be_written_is_refused(
    read_only: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inside,) = (path for path in read_only.iterdir() if path.name == "objects")
    monkeypatch.setenv("ASSAY_STORE", str(inside))

    with pytest.raises(OSError, match=re.escape(str(inside))):
        Run("digits", "baseline")


@pytest.mark.parametrize("inside", ["", "/below"])
def test_a_store_that_is_a_file_is_refused(tmp_path: Path, inside: str) -> None:
    (tmp_path / "file").write_text("not a folder")

    with pytest.raises(OSError, match=re.escape(str(tmp_path / "file"))):
        Run("digits", "baseline", sagemaker_session=str(tmp_path / "file") + inside)

    assert "not a folder" == (tmp_path / "file").read_text()


@pytest.mark.parametrize("store", ["", 5, object(), ["a"]], ids=lambda store: type(store).__name__)
def test_what_names_no_store_is_refused(store: Any) -> None:
    with pytest.raises(ValueError, match="store"):
        Session(store)
    with pytest.raises(ValueError, match="store"):
        Run("digits", "baseline", sagemaker_session=store)


@pytest.mark.parametrize("store", ["s3://bucket/store", "sagemaker://us-east-1"])
def test_stores_that_are_yet_to_come_are_told_apart_from_folders(store: str) -> None:
    with pytest.raises(ImportError, match=re.escape(store)):
        Session(store)

    assert not Path(store.split(":", maxsplit=1)[0] + ":").exists()


def test_a_store_that_was_deleted_is_made_anew(store: Path) -> None:
    with Run("digits", "baseline") as run:
        run.log_metric("loss", 1.0)
    shutil.rmtree(store)

    with Run("digits", "baseline") as run:
        run.log_metric("loss", 2.0)

    assert [2.0] == run.metric_history("loss").values.tolist()
    assert ["baseline"] == [one.run_name for one in list_runs("digits")]
    assert (store / "catalog.db").exists()


def test_a_run_that_was_deleted_meanwhile_is_told() -> None:
    from assay.experiments import Experiment

    run = Run("digits", "baseline")
    Experiment.load("digits")._delete_all("--force")

    with pytest.raises(LookupError, match="deleted"):
        _ = run.status
    with pytest.raises(LookupError, match="deleted"), run:
        pass
    with pytest.raises(RuntimeError, match="Failed to load a Run object"):
        load_run()
