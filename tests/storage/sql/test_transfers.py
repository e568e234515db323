"""Runs from one store to another through a file: all of them, as they were, and nothing of a file that is not whole."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay import system
from assay.errors import (
    ChecksumError,
    ExperimentNotFoundError,
    InvalidInputError,
    ObjectMissingError,
    RefusedError,
    RunNotFoundError,
    StoreError,
)
from assay.storage.contract import RunQuery
from assay.storage.sql import exporting, importing
from assay.storage.sql.store import SqlStore
from tests.storage import small_store
from tests.storage.sql.carrying import bring_in, new_store, send_out
from tests.storage.sql.contents import objects_of, runs_of
from tests.storage.writing import NOW_US, Writer, new_run, parameters, rows, run_spec
from tests.system.steps import Steps, full


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a store with chunks, tails and objects."""
    small_store.fill(tmp_path / "store").close()
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Iterator[SqlStore]:
    store = SqlStore(str(folder))
    yield store
    store.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[SqlStore]:
    store = new_store(tmp_path / "other")
    yield store
    store.close()


def test_a_store_of_several_groups_comes_over_whole(
    tmp_path: Path, folder: Path, store: SqlStore, other: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "GROUP_RUNS", 2)
    monkeypatch.setattr(exporting, "GROUP_BYTES", 1000)

    send_out(store, tmp_path / "runs.assay", "digits/first", "digits/second", "digits/short")
    brought = bring_in(other, tmp_path / "runs.assay")
    other.close()

    assert ["digits/first", "digits/second", "digits/short"] == brought.runs
    here = runs_of(folder)
    assert {uid: here[uid] for uid in ("uid-first", "uid-second", "uid-short")} == runs_of(tmp_path / "other")
    assert objects_of(folder) == objects_of(tmp_path / "other")


def test_a_large_run_comes_over_whole_in_many_transactions(
    tmp_path: Path, folder: Path, store: SqlStore, other: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LARGE_BYTES", 100)
    monkeypatch.setattr(importing, "BATCH_BYTES", 100)
    commits: list[str] = []
    send_out(store, tmp_path / "runs.assay", "digits/first", "digits/second", "digits/short")

    monkeypatch.setattr(system, "observer", lambda step, _: commits.append(step) if step == "commit" else None)
    brought = bring_in(other, tmp_path / "runs.assay")
    other.close()

    assert len(commits) > 5
    assert ["digits/first", "digits/second", "digits/short"] == brought.runs
    here = runs_of(folder)
    assert {uid: here[uid] for uid in ("uid-first", "uid-second", "uid-short")} == runs_of(tmp_path / "other")


def test_nobody_sees_a_large_run_before_it_is_whole(
    tmp_path: Path, store: SqlStore, other: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LARGE_BYTES", 100)
    monkeypatch.setattr(importing, "BATCH_BYTES", 100)
    seen: list[int] = []

    def look(step: str, path: str) -> None:
        if step == "commit":
            other.trash.finish()
            seen.append(len(other.list_runs(RunQuery()).runs))
            assert [] == other.trash.contents()

    send_out(store, tmp_path / "runs.assay", "digits/first")
    monkeypatch.setattr(system, "observer", look)
    bring_in(other, tmp_path / "runs.assay")

    assert {0, 1} == set(seen)
    assert sorted(seen) == seen


def test_a_large_run_that_was_tidied_away_meanwhile_is_said(
    tmp_path: Path, store: SqlStore, other: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LARGE_BYTES", 100)

    def tidy(step: str, path: str) -> None:
        if step == "commit":
            system.observer = None
            other.trash.finish(arriving=True)

    send_out(store, tmp_path / "runs.assay", "digits/first")
    monkeypatch.setattr(system, "observer", tidy)
    with pytest.raises(StoreError, match="run 'first' was deleted while it was imported"):
        bring_in(other, tmp_path / "runs.assay")

    assert ["digits/first"] == bring_in(other, tmp_path / "runs.assay").runs


def test_a_second_import_skips_what_is_here_and_changes_nothing(
    tmp_path: Path, store: SqlStore, other: SqlStore
) -> None:
    send_out(store, tmp_path / "runs.assay")
    bring_in(other, tmp_path / "runs.assay")
    before = runs_of(tmp_path / "other")

    again = bring_in(other, tmp_path / "runs.assay")

    assert ([], 4, 0) == (again.runs, len(again.skipped), again.experiments)
    assert before == runs_of(tmp_path / "other")


def test_runs_come_into_the_store_that_they_were_deleted_from(tmp_path: Path, folder: Path, store: SqlStore) -> None:
    send_out(store, tmp_path / "runs.assay", "digits/first")
    before = runs_of(folder)["uid-first"]
    store.trash.delete_runs(["uid-first"])

    brought = bring_in(store, tmp_path / "runs.assay")

    assert ["digits/first"] == brought.runs
    assert before == runs_of(folder)["uid-first"]
    connection = sqlite3.connect(folder / "catalog.db")
    assert [] == connection.execute("SELECT uid FROM tombstones WHERE uid = 'uid-first'").fetchall()
    connection.close()


def test_a_run_in_the_trash_is_skipped_and_said_to_lie_there(tmp_path: Path, store: SqlStore) -> None:
    send_out(store, tmp_path / "runs.assay", "digits/first")
    store.trash.trash_runs(["uid-first"])

    brought = bring_in(store, tmp_path / "runs.assay")

    assert (["digits/first"], ["digits/first"], []) == (brought.skipped, brought.trashed, brought.runs)


def test_what_is_in_the_trash_is_not_exported(tmp_path: Path, store: SqlStore, other: SqlStore) -> None:
    store.trash.trash_runs(["uid-first"])

    assert 3 == send_out(store, tmp_path / "runs.assay").runs
    with pytest.raises(RunNotFoundError, match=r"'digits/first' is in the trash"):
        send_out(store, tmp_path / "runs.assay", "uid-first")


def test_a_name_that_another_run_has_gets_a_number(tmp_path: Path, store: SqlStore, other: SqlStore) -> None:
    new_run(other, "digits", "first", created_us=1)
    send_out(store, tmp_path / "runs.assay", "digits/first")

    brought = bring_in(other, tmp_path / "runs.assay")

    assert {"digits/first": "digits/first-2"} == brought.renamed
    assert ("first-2", "first-2") == (other.run("uid-first").name, other.run("uid-first").display_name)
    assert 3000 == len(other.history("uid-first", "loss"))


def test_an_experiment_of_the_same_name_takes_the_runs(tmp_path: Path, store: SqlStore, other: SqlStore) -> None:
    own = new_run(other, "digits", "own", tags={"whose": "own"})
    send_out(store, tmp_path / "runs.assay", "digits/first")

    brought = bring_in(other, tmp_path / "runs.assay")

    assert 0 == brought.experiments
    assert own.experiment_uid == other.run("uid-first").experiment_uid
    assert {"whose": "own"} == other.experiments()[0].tags


def test_an_experiment_that_was_renamed_here_is_found_by_its_id(
    tmp_path: Path, store: SqlStore, other: SqlStore
) -> None:
    send_out(store, tmp_path / "first.assay", "digits/first")
    send_out(store, tmp_path / "second.assay", "digits/second")
    bring_in(other, tmp_path / "first.assay")
    other.renaming.rename_experiment("uid-digits", "numerals", "numerals")

    brought = bring_in(other, tmp_path / "second.assay")

    assert ["numerals/second"] == brought.runs


def test_an_experiment_in_the_trash_here_is_made_anew(tmp_path: Path, store: SqlStore, other: SqlStore) -> None:
    send_out(store, tmp_path / "first.assay", "digits/first")
    send_out(store, tmp_path / "second.assay", "digits/second")
    bring_in(other, tmp_path / "first.assay")
    other.trash.trash_experiment("uid-digits")

    brought = bring_in(other, tmp_path / "second.assay")

    assert (["digits/second"], 1) == (brought.runs, brought.experiments)
    assert "second" == other.find_run("digits", "second").name


def test_an_experiment_without_runs_comes_along(tmp_path: Path, store: SqlStore, other: SqlStore) -> None:
    new_run(store, "empty", "gone")
    store.trash.delete_runs([store.find_run("empty", "gone").uid])

    store.transfers.export_runs(str(tmp_path / "runs.assay"), None, "empty", None)
    brought = bring_in(other, tmp_path / "runs.assay")

    assert ([], 1) == (brought.runs, brought.experiments)
    assert ["empty"] == [one.name for one in other.experiments()]


def test_a_run_in_progress_is_stopped_where_it_is_imported(tmp_path: Path, store: SqlStore, other: SqlStore) -> None:
    began_us = time.time_ns() // 1000
    send_out(store, tmp_path / "runs.assay", "digits/open")
    bring_in(other, tmp_path / "runs.assay")

    run = other.run("uid-open")
    (attempt,) = other.attempts("uid-open")
    assert ("Stopped", "Stopped") == (run.status, attempt.status)
    assert run.status_message is not None
    assert run.status_message.startswith("in progress when it was exported at ")
    assert run.end_us is not None
    assert began_us <= run.end_us == attempt.end_us
    assert 10 == len(other.history("uid-open", "loss"))
    assert "InProgress" == store.run("uid-open").status


def test_a_run_that_was_never_entered_keeps_having_no_status(tmp_path: Path, store: SqlStore, other: SqlStore) -> None:
    run = new_run(store, "digits", "made")

    send_out(store, tmp_path / "runs.assay", run.uid)
    bring_in(other, tmp_path / "runs.assay")

    assert run == other.run(run.uid)


def test_an_imported_run_is_logged_to_like_any_other(tmp_path: Path, store: SqlStore, other: SqlStore) -> None:
    send_out(store, tmp_path / "runs.assay", "digits/first")
    bring_in(other, tmp_path / "runs.assay")

    writer = Writer(other, other.run("uid-first"))
    writer.leave(parameters({"lr": 0.2, "new": 1}, time_us=NOW_US + 5), rows("loss", [1.5], first_step=5000))

    assert (2, 2999) == (writer.opened.attempt, writer.opened.last_steps["loss"])
    assert {"lr": 0.2, "new": 1} == other.run("uid-first").parameters
    assert [1.5] == list(other.history("uid-first", "loss", first_step=5000).values)
    assert 3001 == other.summaries("uid-first")["loss"].count


def test_a_filter_picks_what_is_exported(tmp_path: Path, store: SqlStore, other: SqlStore) -> None:
    path = str(tmp_path / "runs.assay")

    written = store.transfers.export_runs(path, None, "digits", "params.lr = 0.1 and run_name = 'second'")

    assert 1 == written.runs
    assert ["digits/second"] == bring_in(other, tmp_path / "runs.assay").runs


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ((["digits/fist"], None, None), RunNotFoundError, "nearest: 'digits/first'"),
        ((None, "digit", None), ExperimentNotFoundError, "nearest: 'digits'"),
        ((None, "digits", "params.lr > 5"), RunNotFoundError, "picks no run; nothing was exported"),
        ((None, None, "params.lr >"), InvalidInputError, "column"),
    ],
)
def test_what_is_not_there_is_said_and_no_file_is_made(
    tmp_path: Path, store: SqlStore, arguments: tuple[list[str] | None, str | None, str | None], error: type, match: str
) -> None:
    with pytest.raises(error, match=match):
        store.transfers.export_runs(str(tmp_path / "runs.assay"), *arguments)

    assert ["store"] == [path.name for path in tmp_path.iterdir() if path.name != "home"]


def test_a_damaged_chunk_ends_the_export_and_leaves_the_file_that_was_there(
    tmp_path: Path, folder: Path, store: SqlStore
) -> None:
    path = tmp_path / "runs.assay"
    send_out(store, path, "digits/short")
    before = path.read_bytes()
    small_store.change(folder, "UPDATE chunks SET body = substr(body, 1, 100) WHERE id = 1")

    with pytest.raises(ChecksumError, match=r"chunk of metric '\w+' of run first \(uid-first\).*nothing was exported"):
        send_out(store, path)

    assert before == path.read_bytes()
    assert [] == list(tmp_path.glob("*.part"))


def test_a_file_that_is_no_export_is_not_replaced(tmp_path: Path, folder: Path, store: SqlStore) -> None:
    (tmp_path / "empty").touch()
    send_out(store, tmp_path / "empty")
    send_out(store, tmp_path / "empty", "digits/first")

    for path in (folder / "catalog.db", Path("/dev/null"), folder):
        with pytest.raises(InvalidInputError, match="is there already and is no export"):
            send_out(store, path)
    assert ["short"] == [store.find_run("digits", "short").name]


@pytest.mark.parametrize("at", [1, 2, 7])
def test_a_full_disk_ends_the_export_and_leaves_nothing(
    tmp_path: Path, store: SqlStore, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    steps = Steps(tmp_path, at, full, lasting=True)
    monkeypatch.setattr(system, "observer", None)
    steps.begin(names=False)

    with pytest.raises(RefusedError, match=r"can't write .*runs\.assay: No space left"):
        send_out(store, tmp_path / "runs.assay")

    assert [] == list(tmp_path.glob("runs.assay*"))


def test_a_full_disk_ends_the_import_and_a_later_one_brings_the_rest(
    tmp_path: Path, store: SqlStore, other: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "GROUP_RUNS", 1)
    send_out(store, tmp_path / "runs.assay", "digits/first", "digits/second")
    monkeypatch.setattr(system, "observer", None)
    Steps(tmp_path, 3, full, lasting=True).begin(names=False)

    with pytest.raises(RefusedError, match="No space left"):
        bring_in(other, tmp_path / "runs.assay")
    system.observer = None

    assert ["first"] == [run.name for run in other.list_runs(RunQuery()).runs]
    assert ["digits/second"] == bring_in(other, tmp_path / "runs.assay").runs


def test_a_store_that_is_read_only_takes_no_runs(tmp_path: Path, folder: Path, store: SqlStore) -> None:
    send_out(store, tmp_path / "runs.assay", "digits/first")
    other = SqlStore(str(folder), writable=False)

    with pytest.raises(RefusedError, match="read-only"):
        bring_in(other, tmp_path / "runs.assay")
    other.close()


def test_a_missing_object_ends_the_export_and_names_the_run(tmp_path: Path, folder: Path, store: SqlStore) -> None:
    (sha256,) = (one.sha256 for one in store.artifacts("uid-first"))
    assert sha256 is not None
    (folder / "objects" / sha256[:2] / sha256).unlink()

    with pytest.raises(ObjectMissingError, match=r"run 'first'"):
        send_out(store, tmp_path / "runs.assay")

    assert not (tmp_path / "runs.assay").exists()


def test_specs_of_runs_are_not_mixed_up_between_groups(
    tmp_path: Path, store: SqlStore, other: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "GROUP_RUNS", 1)
    for number in range(3):
        run, _ = store.open_run(run_spec("many", f"run-{number}"))
        Writer(store, run).leave(rows("value", [float(number)]))
    store.transfers.export_runs(str(tmp_path / "runs.assay"), None, "many", None)

    bring_in(other, tmp_path / "runs.assay")

    values = {one.name: list(other.history(one.uid, "value").values) for one in other.list_runs(RunQuery("many")).runs}
    assert {"run-0": [0.0], "run-1": [1.0], "run-2": [2.0]} == values
