"""Runs from one store to another through a file: all of them, as they were, and nothing of a file that is not whole."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay import system
from assay.errors import (
    ChecksumError,
    DamagedError,
    ExperimentNotFoundError,
    InvalidInputError,
    ObjectMissingError,
    RefusedError,
    RunNotFoundError,
    StoreError,
    StoreVersionError,
)
from assay.formats import export
from assay.formats.export import ExportHead
from assay.storage.contract import RunQuery
from assay.storage.export_file import ExportReader, ExportWriter
from assay.storage.sql import exporting, importing
from assay.storage.sql.exporting import Exported
from assay.storage.sql.importing import Imported
from assay.storage.sql.store import SqlStore
from tests.storage import small_store
from tests.storage.sql.contents import experiments_of, objects_of, runs_of
from tests.storage.sql.random_stores import fill
from tests.storage.writing import NOW_US, Writer, new_run, parameters, rows, run_spec
from tests.system.steps import Steps, full


def bring_in(store: SqlStore, path: Path) -> Imported:
    with ExportReader(str(path)) as file:
        return store.transfers.import_runs(file)


def send_out(store: SqlStore, path: Path, *runs: str) -> Exported:
    return store.transfers.export_runs(str(path), list(runs) or None, None, None)


def new_store(folder: Path) -> SqlStore:
    folder.mkdir()
    return SqlStore(str(folder))


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


@settings(max_examples=40)
@given(st.data())
def test_what_ended_is_the_same_after_a_round_trip(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store, other = fill(data, folder / "store", ended=True), new_store(folder / "other")

        written = send_out(store, folder / "runs.assay")
        brought = bring_in(other, folder / "runs.assay")
        store.close()
        other.close()

        assert written.runs == len(brought.runs) == len(runs_of(folder / "store"))
        assert runs_of(folder / "store") == runs_of(folder / "other")
        assert experiments_of(folder / "store") == experiments_of(folder / "other")
        assert objects_of(folder / "other").items() <= objects_of(folder / "store").items()


@settings(max_examples=20)
@given(st.data())
def test_every_point_and_artifact_can_be_read_after_a_round_trip(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store, other = fill(data, folder / "store", ended=False), new_store(folder / "other")
        send_out(store, folder / "runs.assay")
        bring_in(other, folder / "runs.assay")

        for run in store.list_runs(RunQuery()).runs:
            twin = other.run(run.uid)
            assert (run.name, repr(run.parameters), run.tags) == (twin.name, repr(twin.parameters), twin.tags)
            assert repr(store.summaries(run.uid)) == repr(other.summaries(run.uid))
            for metric in store.summaries(run.uid):
                here, there = store.history(run.uid, metric), other.history(run.uid, metric)
                assert here.values.tobytes() == there.values.tobytes()
                assert here.steps.tobytes() == there.steps.tobytes()
                assert here.timestamps_us.tobytes() == there.timestamps_us.tobytes()
            assert store.artifacts(run.uid) == other.artifacts(run.uid)
            for artifact in other.artifacts(run.uid):
                if artifact.sha256 is not None:
                    assert artifact.sha256 in objects_of(folder / "other")
                    b"".join(other.objects.read_checked(artifact.sha256))
        store.close()
        other.close()


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
    Path(store.objects.path(sha256)).unlink()

    with pytest.raises(ObjectMissingError, match=r"run 'first'"):
        send_out(store, tmp_path / "runs.assay")

    assert not (tmp_path / "runs.assay").exists()


# Files that are not whole


@pytest.fixture
def exported(tmp_path: Path, store: SqlStore) -> Path:
    """An export of one run with chunks, a tail and an object."""
    path = tmp_path / "runs.assay"
    send_out(store, path, "digits/first", "digits/short")
    return path


def places_of(path: Path) -> dict[str, int]:
    """A place in each kind of thing that an export consists of."""
    places = {"the first byte": 0, "the last byte": path.stat().st_size - 1}
    with ExportReader(str(path)) as file:
        for entry in file.entries():
            places[f"the header of {entry.name}"] = entry.at - 400
            places[f"the padding of the header of {entry.name}"] = entry.at - 1
            places[f"the first byte of {entry.name}"] = entry.at
            places[f"the middle of {entry.name}"] = entry.at + entry.size_bytes // 2
            places[f"behind {entry.name}"] = entry.at + entry.size_bytes
    end = path.stat().st_size - export.CLOSING_BYTES
    return places | {"the checksum's header": end + 1, "the checksum": end + 512, "behind the checksum": end + 600}


def test_a_flipped_bit_anywhere_is_found_before_anything_is_changed(
    tmp_path: Path, exported: Path, other: SqlStore
) -> None:
    whole = exported.read_bytes()
    taken = []
    for place, at in places_of(exported).items():
        exported.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises((ChecksumError, InvalidInputError), match=r"runs\.assay is "):
            bring_in(other, exported)
        taken += [place] if other.experiments() or objects_of(tmp_path / "other") else []

    assert [] == taken


def test_a_file_cut_anywhere_is_found_before_anything_is_changed(
    tmp_path: Path, exported: Path, other: SqlStore
) -> None:
    whole = exported.read_bytes()
    for length in {*range(0, len(whole), 512), *range(1, len(whole), 997), len(whole) - 1}:
        exported.write_bytes(whole[:length])
        with pytest.raises((ChecksumError, InvalidInputError), match=r"runs\.assay is "):
            bring_in(other, exported)
    exported.write_bytes(whole + b"\0")
    with pytest.raises(ChecksumError, match="is cut short or was altered"):
        bring_in(other, exported)

    assert ([], {}) == (other.experiments(), objects_of(tmp_path / "other"))


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None], *, version: int = export.VERSION) -> Path:
    """The same export with a right checksum and other entries, as another program might write it."""
    entries = []
    with ExportReader(str(path)) as file:
        entries = [(entry.name, file.read(entry)) for entry in file.entries()][1:]
        exported_us = file.head.exported_us
    with ExportWriter(str(path), exported_us) as made:
        head = export.encode_record(ExportHead(export.FORMAT, version, exported_us))
        made.add(export.HEAD_NAME, len(head), [head])
        for name, body in entries:
            changed = change(name, body)
            if changed is not None:
                made.add(name, len(changed), [changed])
    return path


def test_a_newer_version_is_said_to_need_a_newer_assay(exported: Path, other: SqlStore) -> None:
    rewritten(exported, lambda _, body: body, version=2)

    with pytest.raises(StoreVersionError, match=r"written by a newer Assay \(format 2.*pip install --upgrade assay"):
        bring_in(other, exported)


@pytest.mark.parametrize(
    ("entry", "old", "new"),
    [
        ("00001/runs.jsonl", b'"name":"first"', b'"name":"../first"'),
        ("00001/runs.jsonl", b'"name":"first"', b'"name":7'),
        ("00001/runs.jsonl", b'"uid":"uid-short"', b'"uid":"uid-first"'),
        ("00001/runs.jsonl", b'"uid":"uid-short"', b'"uid":""'),
        ("00001/runs.jsonl", b'"uid":"uid-short"', b'"uid":"deleted-1"'),
        ("00001/runs.jsonl", b'"status":"Completed"', b'"status":"Splendid"'),
        ("00001/runs.jsonl", b'"created_us":1', b'"created_us":99999999999999999999'),
        ("00001/runs.jsonl", b'"experiment_uid":"uid-digits"', b'"experiment_uid":"none"'),
        ("00001/runs.jsonl", b'"refused":0', b'"refused":0.5'),
        ("00001/runs.jsonl", b'"lr":[', b'"rl":['),
        ("00001/runs.jsonl", b",0]}", b",3]}"),
        ("00001/runs.jsonl", b"{", b"["),
        ("00001/runs.jsonl", b'"objects":[', b'"objects":["0000",'),
        ("00001/points", b'"run":1', b'"run":9'),
        ("00001/points", b'"writer":0', b'"writer":5'),
        ("00001/points", b'"segment":null', b'"segment":-1  '),
        ("00001/points", b'"metric":"loss"', b'"metric":null  '),
        ("00001/points", b'"extremes_bytes":', b'"extremes_bytes":-'),
        ("experiments.jsonl", b'"uid":"uid-digits"', b'"uid":"uid-other"'),
        ("experiments.jsonl", b'"name":"digits"', b'"name":""'),
    ],
)
def test_a_whole_file_that_holds_nonsense_changes_nothing(
    tmp_path: Path, exported: Path, other: SqlStore, entry: str, old: bytes, new: bytes
) -> None:
    def change(name: str, body: bytes) -> bytes:
        assert name != entry or old in body
        return body.replace(old, new, 1) if name == entry else body

    rewritten(exported, change)

    with pytest.raises(DamagedError, match=r"runs\.assay is whole, but not what Assay writes"):
        bring_in(other, exported)
    assert ([], {}) == (other.experiments(), objects_of(tmp_path / "other"))


def test_an_object_that_is_not_in_the_file_is_found_before_anything_is_changed(
    tmp_path: Path, exported: Path, other: SqlStore
) -> None:
    rewritten(exported, lambda name, body: None if name.startswith("objects/") else body)

    with pytest.raises(DamagedError, match=r"the object [0-9a-f]{64} is not in it"):
        bring_in(other, exported)
    assert [] == other.experiments()


def test_an_object_of_other_bytes_than_its_name_says_brings_no_run(exported: Path, other: SqlStore) -> None:
    rewritten(exported, lambda name, body: b"forged" if name.startswith("objects/") else body)

    with pytest.raises(DamagedError, match=r"the object [0-9a-f]{64} has the SHA-256"):
        bring_in(other, exported)
    assert [] == other.experiments()


def test_something_else_is_said_to_be_no_export(tmp_path: Path, other: SqlStore) -> None:
    for content in (b"", b"PK\3\4", bytes(10_000)):
        path = tmp_path / "runs.assay"
        path.write_bytes(content)
        with pytest.raises(InvalidInputError, match="is no export of Assay"):
            bring_in(other, path)


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
