"""Journals of killed runs, damaged: what is whole in them is recovered, nothing is doubled, the damage is named."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest

from assay import Run, Session, load_run
from assay.formats.event import HEADER_BYTES, Damage, Event, decode_events
from tests.system.numbered import kind_of, log, read_back
from tests.system.processes import live
from tests.system.test_damage import doctor

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL and processes that fork")

CALLS, SHIPPED = 240, (60, 120, 180)
"""Calls in all, and those behind which the store was given what there was."""


def be_killed(store: Path, scratch: Path) -> None:
    os.environ["ASSAY_QUIET"] = "1"
    session = Session(str(store))
    with Run("digits", "spared", sagemaker_session=session) as run:
        for number in range(48):
            log(run, 1, number, scratch)
    with Run("digits", "torn", sagemaker_session=session) as run:
        for number in range(CALLS):
            log(run, 0, number, scratch)
            if number in SHIPPED:
                run.flush()
            if number == SHIPPED[0]:
                back_up(store)
        os.kill(os.getpid(), signal.SIGKILL)


def back_up(store: Path) -> None:
    (store / "backup").mkdir()
    with sqlite3.connect(store / "catalog.db") as source, sqlite3.connect(store / "backup" / "catalog.db") as target:
        source.backup(target)
    source.close()
    target.close()


@pytest.fixture(scope="module")
def left(forkserver: BaseContext, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a run that was left, and what one leaves that is killed."""
    folder = tmp_path_factory.mktemp("torn")
    assert -signal.SIGKILL == live(forkserver, be_killed, folder / "store", folder)
    return folder / "store"


@pytest.fixture
def store(left: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSAY_QUIET", "1")
    return Path(shutil.copytree(left, tmp_path / "store"))


@pytest.fixture
def events(store: Path) -> Path:
    """The journal's events file."""
    (path,) = store.glob("journals/*.events")
    return path


def frames(path: Path) -> list[tuple[int, Event]]:
    """The frames of an events file, each with where it begins."""
    found, begin = [], HEADER_BYTES
    for event in decode_events(path.read_bytes()):
        assert not isinstance(event, Damage)
        found.append((begin, event))
        begin = event.end
    return found


def overwrite(path: Path, begin: int, end: int) -> None:
    with open(path, "r+b") as file:
        file.seek(begin)
        file.write(b"\xa5" * (end - begin))


def recovered(store: Path) -> set[int]:
    """The calls of the damaged run that are there; the other run is as it was, and a new one can be logged."""
    found = read_back(load_run("torn", "digits", Session(str(store))))
    assert [] == found.without_bytes
    assert set(range(48)) == read_back(load_run("spared", "digits", Session(str(store)))).numbers[1]
    with Run("digits", "next", sagemaker_session=Session(str(store))) as run:
        run.log_metric("loss", 0.5)
    assert 0.5 == run.metrics["loss"].last
    assert "Stopped" == load_run("torn", "digits", Session(str(store))).status
    return found.numbers[0]


def test_a_journal_without_damage_is_recovered_whole(store: Path, events: Path) -> None:
    assert 0 == doctor(store)[0]
    assert set(range(CALLS)) == recovered(store)
    assert [] == list(store.glob("journals/*.*s"))


@pytest.mark.parametrize("missing", [1, 7, 20, 40])
def test_an_events_file_cut_within_its_last_frame(store: Path, events: Path, missing: int) -> None:
    begin, last = frames(events)[-1]
    os.truncate(events, max(begin + 1, last.end - missing))

    assert 0 == doctor(store)[0]  # this is what a kill in the middle of a call leaves
    assert set(range(CALLS)) - {236} == recovered(store)  # the last call that is an event


def test_an_events_file_cut_in_the_middle(store: Path, events: Path) -> None:
    begins = [begin for begin, event in frames(events) if "n" in event.body]
    os.truncate(events, begins[len(begins) // 2] + 5)

    found = recovered(store)
    assert set(range(SHIPPED[1])) <= found


def harmed(store: Path, events: Path, caplog: pytest.LogCaptureFixture) -> set[int]:
    """What is recovered of a journal whose damage must be named, before recovery and behind it."""
    code, said = doctor(store)
    assert 1 == code
    assert str(events) in said or events.name.partition(".")[0] in said
    caplog.set_level(logging.WARNING, "assay")
    found = recovered(store)
    assert any(events.name.partition(".")[0] in record.getMessage() for record in caplog.records)
    code, said = doctor(store)
    assert 1 == code
    assert events.name.partition(".")[0] in said
    assert 0 == doctor(store, "--repair")[0]
    assert 0 == doctor(store)[0]
    return found


def test_garbage_over_a_call_takes_that_call_alone(store: Path, events: Path, caplog: pytest.LogCaptureFixture) -> None:
    begin, event = next((begin, event) for begin, event in reversed(frames(events)) if event.kind == "parameters")
    overwrite(events, begin + 16, event.end - 3)

    found = harmed(store, events, caplog)

    lost = set(range(CALLS)) - found
    assert ["parameter"] == [kind_of(number) for number in lost]


@pytest.mark.parametrize("which", [0, 1, -1], ids=["first", "second", "last"])
def test_garbage_over_the_note_of_a_segment_doubles_nothing(
    store: Path, events: Path, caplog: pytest.LogCaptureFixture, which: int
) -> None:
    begin, event = [(begin, event) for begin, event in frames(events) if event.kind == "segment"][which]
    overwrite(events, begin, event.end)

    found = harmed(store, events, caplog)

    assert set(range(SHIPPED[-1])) <= found


def test_garbage_over_where_rows_lie_takes_those_rows_alone(
    store: Path, events: Path, caplog: pytest.LogCaptureFixture
) -> None:
    begin = [begin for begin, event in frames(events) if event.kind == "block"][-1]
    overwrite(events, begin, begin + 30)

    found = harmed(store, events, caplog)

    assert set(range(SHIPPED[-1])) <= found
    assert {number for number in range(CALLS) if kind_of(number) in ("parameter", "text", "item", "file")} <= found


def test_garbage_over_whose_journal_it_is_leaves_what_the_store_has(
    store: Path, events: Path, caplog: pytest.LogCaptureFixture
) -> None:
    overwrite(events, 0, 60)

    code, said = doctor(store)
    assert 1 == code
    assert str(events) in said
    caplog.set_level(logging.WARNING, "assay")
    found = read_back(load_run("torn", "digits", Session(str(store))))
    assert set(range(SHIPPED[-1])) <= found.numbers[0]
    assert set(range(48)) == read_back(load_run("spared", "digits", Session(str(store)))).numbers[1]
    assert any(str(events) in record.getMessage() for record in caplog.records)


def remove(path: Path) -> None:
    path.unlink()


def shorten(path: Path) -> None:
    os.truncate(path, 1500)


@pytest.mark.parametrize("harm", [remove, shorten])
def test_a_rows_file_that_is_missing_or_short_takes_its_rows_alone(
    store: Path, events: Path, caplog: pytest.LogCaptureFixture, harm: Callable[[Path], None]
) -> None:
    for path in store.glob("journals/*.rows"):
        harm(path)

    found = harmed(store, events, caplog)

    assert set(range(SHIPPED[-1])) <= found
    assert {number for number in range(CALLS) if kind_of(number) in ("parameter", "text", "item", "file")} <= found


def test_a_journal_that_is_ahead_of_a_catalog_from_a_backup_is_sent_from_there_on(store: Path) -> None:
    for path in store.glob("catalog.db*"):
        path.unlink()
    shutil.copyfile(store / "backup" / "catalog.db", store / "catalog.db")

    assert set(range(CALLS)) == recovered(store)
