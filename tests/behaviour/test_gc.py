"""Giving back space: what goes, what stays, and collections that come at the worst moment of a log call."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from assay import Run, Session, load_run, system
from assay.errors import InvalidInputError, InvalidTypeError, RefusedError, RunDeletedError
from assay.storage.collection import keeping
from assay.storage.shelf import ASIDE_FOLDER
from tests.folders import disk_objects, folder_store

MANY = os.urandom(400_000)


def objects_in(store: Path) -> int:
    return sum(path.is_file() and len(path.name) == 64 for path in (store / "objects").rglob("*"))


def size_of(store: Path) -> int:
    return sum(path.stat().st_size for path in store.rglob("*") if path.is_file())


def logged_run(name: str, *texts: str) -> Run:
    with Run("digits", name) as run:
        for text in texts:
            run.log_text(text, text)
    return run


class Moment:
    """A callback for `system.observer` that acts once, at the first step of a name behind `skip` others."""

    def __init__(self, step: str, act: Callable[[], object], *, skip: int = 0) -> None:
        self._step, self._act, self._left = step, act, skip + 1
        self.came = False

    def __call__(self, step: str, path: str) -> None:
        if step == self._step and "journals" not in path:
            self._left -= 1
            if self._left == 0:
                self.came = True
                self._act()


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Moment]:
    def watch(step: str, act: Callable[[], object], *, skip: int = 0) -> Moment:
        moment = Moment(step, act, skip=skip)
        monkeypatch.setattr(system, "observer", moment)
        return moment

    return watch


def test_gc_frees_what_the_trash_alone_needs_and_says_how_much(store: Path, tmp_path: Path) -> None:
    (tmp_path / "many").write_bytes(MANY)
    with Run("digits", "goes") as goes:
        goes.log_file(tmp_path / "many")
        goes.log_text("shared", "words")
    stays = logged_run("stays", "shared")
    with stays:
        stays.log_text("shared", "words")
    goes.trash()
    session = Session()

    dry = session.gc(dry_run=True)
    assert ("run", "digits/goes", len(MANY)) == (dry.freed[0].kind, dry.freed[0].name, dry.freed[0].object_bytes)
    assert goes.id == session.trashed()[0].id

    done = session.gc()
    assert (dry.freed, dry.before_bytes) == (done.freed, done.before_bytes)
    assert size_of(store) == done.after_bytes < done.before_bytes - len(MANY)
    assert abs(dry.after_bytes - done.after_bytes) < 100_000
    assert [] == session.trashed()
    assert "words" == stays.artifacts()["shared"].read_bytes().decode()
    with pytest.raises(RunDeletedError):
        _ = goes.parameters


def test_a_dry_run_changes_no_file(store: Path) -> None:
    logged_run("goes", "text").trash()
    session = Session()
    folder_store(session).compact()
    before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file() and "-shm" not in path.name}

    session.gc(dry_run=True)

    assert before == {path: path.read_bytes() for path in before}
    assert set(before) == {path for path in store.rglob("*") if path.is_file() and "-shm" not in path.name}


def test_what_two_things_of_the_trash_share_is_told_apart(store: Path) -> None:
    for name in ("first", "second"):
        logged_run(name, "shared between them").trash()

    report = Session().gc(dry_run=True)

    assert [0, 0] == [one.object_bytes for one in report.freed]
    assert len("shared between them") == report.shared_bytes


def test_the_files_of_a_directory_go_with_it_and_stay_with_it(store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / name).write_text(f"only {name}")
    for name in ("goes", "stays"):
        with Run("digits", name) as run:
            run.log_directory(folder)
    load_run("goes", "digits").trash()
    Session().gc()

    saved = Path(load_run("stays", "digits").download_artifact("folder", tmp_path / "saved"))
    assert ["only a", "only b"] == [(saved / name).read_text() for name in ("a", "b")]

    load_run("stays", "digits").trash()
    Session().gc()
    assert 0 == objects_in(store)


def test_objects_of_replaced_artifacts_are_freed_while_their_run_goes_on(store: Path, run: Run) -> None:
    for number in range(5):
        run.log_text("checkpoint", f"number {number}")
        run.flush()

    report = run.session.gc()

    assert report.unnamed >= 3  # the store has all segments but the last for certain
    assert "number 4" == run.artifacts()["checkpoint"].read_bytes().decode()


def test_a_run_in_the_trash_that_somebody_logs_to_stays(store: Path, run: Run) -> None:
    run.log_text("notes", "words")
    run.trash()

    report = run.session.gc()

    assert ["run digits/baseline is in the trash, and somebody still logs to it"] == report.kept
    run.log_metric("loss", 1.0)
    run.restore()
    assert "words" == load_run("baseline", "digits").artifacts()["notes"].read_bytes().decode()
    assert 1 == run.metrics["loss"].count


def test_an_age_spares_what_was_trashed_lately(store: Path) -> None:
    run = logged_run("young", "text")
    run.trash()

    report = run.session.gc(older_than=timedelta(hours=1))

    assert [] == report.freed
    run.restore()
    assert "text" == run.artifacts()["text"].read_bytes().decode()


def test_what_a_dead_process_left_of_an_object_is_freed_after_an_hour(store: Path) -> None:
    logged_run("baseline", "text")
    old, young = store / "objects" / "new-00", store / "objects" / "new-01"
    for path in (old, young):
        path.write_bytes(bytes(1000))
    hours_ago = time.time() - 2 * 3600
    os.utime(old, (hours_ago, hours_ago))

    report = Session().gc()

    assert (1, 1000) == (report.leftovers, report.leftover_bytes)
    assert (False, True) == (old.exists(), young.exists())


def test_a_trashed_artifact_is_freed_alone(store: Path) -> None:
    run = logged_run("baseline", "goes", "stays")
    run.trash(artifact="goes")

    report = run.session.gc()

    assert [("artifact", "digits/baseline: goes", 4)] == [
        (one.kind, one.name, one.object_bytes) for one in report.freed
    ]
    assert ["stays"] == list(run.artifacts())
    assert 1 == objects_in(store)


# At the worst moment


def test_a_collection_in_the_middle_of_a_directory_takes_none_of_its_files(
    store: Path, run: Run, tmp_path: Path, at: Callable[..., Moment]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / name).write_text(name)
    moment = at("write", run.session.gc, skip=2)  # the files a and b are stored, and nothing names them as yet

    run.log_directory(folder)

    assert moment.came
    saved = Path(run.download_artifact("folder", tmp_path / "saved"))
    assert ["a", "b", "c"] == sorted(path.read_text() for path in saved.iterdir())


def test_a_put_that_begins_before_its_object_is_moved_aside_has_it_put_back(
    store: Path, run: Run, at: Callable[..., Moment]
) -> None:
    logged_run_elsewhere(run.session, "words")
    moment = at("aside", lambda: run.log_text("notes", "words"))

    run.session.gc()

    assert moment.came
    assert "words" == run.artifacts()["notes"].read_bytes().decode()


def test_a_put_that_comes_when_its_object_lies_aside_stores_its_own(
    store: Path, run: Run, at: Callable[..., Moment]
) -> None:
    logged_run_elsewhere(run.session, "words")
    moment = at("drop", lambda: run.log_text("notes", "words"))

    run.session.gc()

    assert moment.came
    assert "words" == run.artifacts()["notes"].read_bytes().decode()


def test_an_object_that_lies_aside_is_found_by_who_reads_it(store: Path, run: Run) -> None:
    run.log_text("notes", "words")
    objects = disk_objects(run.session)
    (info,) = objects.list()
    os.makedirs(os.path.join(objects.folder, ASIDE_FOLDER))
    os.rename(objects.path(info.sha256), objects.aside(info.sha256))  # a collection that was killed

    assert "words" == run.artifacts()["notes"].read_bytes().decode()
    run.session.gc()
    assert os.path.exists(objects.path(info.sha256))


def logged_run_elsewhere(session: Session, words: str) -> None:
    """An object that nothing names any more."""
    with open(os.path.join(session.location, "words"), "w+b") as file:
        file.write(words.encode())
        file.seek(0)
        session.store.objects.put(file)


# What can't be known


def test_where_a_listing_is_damaged_no_object_is_collected(store: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_text("a")
    with Run("digits", "baseline") as run:
        run.log_directory(tmp_path / "folder")
    logged_run("goes", "text").trash()
    listing = Path(disk_objects(run.session).path(run.artifacts()["folder"].sha256 or ""))
    listing.chmod(0o644)
    listing.write_text(json.dumps({"files": []}))

    report = run.session.gc()

    assert 3 == objects_in(store)
    assert [True] == ["listing" in why and "is damaged" in why for why in report.kept]


def test_where_a_journal_can_t_be_read_no_object_is_collected(store: Path) -> None:
    logged_run("goes", "text").trash()
    newer = store / "journals" / "0123.events"
    newer.write_bytes(b"ASSAYEV\n\x63\0\0\0\x04\x03\x02\x01")

    report = Session().gc()

    assert 1 == objects_in(store)
    assert [True] == ["newer Assay" in why for why in report.kept]


def test_nothing_is_collected_while_somebody_keeps(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logged_run("goes", "text")
    session = Session()
    monkeypatch.setattr("assay.storage.collection.PATIENCE_S", 0.05)

    with keeping(session.store.objects), pytest.raises(Exception, match="by another process"):
        session.gc()

    assert 1 == objects_in(store)


@pytest.mark.parametrize(
    ("age", "error"), [(30, InvalidTypeError), ("30d", InvalidTypeError), (timedelta(-1), InvalidInputError)]
)
def test_an_age_that_is_none_is_refused(store: Path, age: Any, error: type[Exception]) -> None:
    logged_run("goes", "text").trash()

    with pytest.raises(error, match="older_than"):
        Session().gc(older_than=age)

    assert 1 == len(Session().trashed())


def test_a_store_that_can_t_be_written_is_looked_at_only(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logged_run("goes", "text").trash()
    Session().store.close()
    monkeypatch.setattr(os, "access", lambda *asked: asked[1] != os.W_OK)  # as root nothing is read-only
    monkeypatch.setattr("assay.stores._stores", {})

    with pytest.raises(RefusedError, match="is read-only"):
        Session().gc()


def test_a_reader_in_the_way_keeps_nobody_waiting_for_long(store: Path) -> None:
    goes = logged_run("goes", "text")
    stays = logged_run("stays", "text")
    goes.trash()
    session = Session()

    with folder_store(session).reading() as connection:
        before = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
        start_s = time.monotonic()
        session.gc()
        took_s = time.monotonic() - start_s
        assert before == connection.execute("SELECT count(*) FROM runs").fetchone()[0]

    assert took_s < 5
    assert ["text"] == list(stays.artifacts())
    session.gc()
    assert 0 == (store / "catalog.db-wal").stat().st_size
