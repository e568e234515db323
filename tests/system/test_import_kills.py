"""SIGKILL at each step towards the disk of imports and exports: a whole run or nothing of it, a whole file or none."""

from __future__ import annotations

import shutil
import signal
import sys
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest

from assay import Session
from assay.cli.examination import examine
from assay.errors import InvalidInputError
from assay.storage.export_file import ExportReader
from assay.storage.sql import exporting, importing
from assay.storage.sql.store import SqlStore
from tests.storage import small_store
from tests.storage.sql.contents import objects_of, runs_of
from tests.system.processes import live
from tests.system.steps import Steps, die

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL and processes that fork")

ENDED = ("uid-first", "uid-second", "uid-short")


def import_until(store: Path, export: Path, at: int) -> None:
    """Import into a store, runs with chunks in several transactions, and end at the step `at`."""
    importing.LARGE_BYTES = importing.BATCH_BYTES = 10_000
    session = Session(str(store))
    steps = Steps(store, at, die)
    steps.begin()
    session.import_runs(export)
    steps.end()
    (store.parent / "steps").write_text("\n".join(steps.taken))


def export_until(store: Path, export: Path, at: int) -> None:
    """Export from a store, and end at the step `at`."""
    session = Session(str(store))
    steps = Steps(export.parent, at, die)
    steps.begin()
    session.export_runs(export, runs="digits/first")
    steps.end()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    small_store.fill(tmp_path / "source").close()
    return tmp_path / "source"


@pytest.fixture
def export(tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An export of three runs, each a group of its own."""
    monkeypatch.setattr(exporting, "GROUP_RUNS", 1)
    path = tmp_path / "runs.assay"
    store = SqlStore(str(source))
    store.transfers.export_runs(str(path), list(ENDED), None, None)
    store.close()
    return path


def test_an_import_that_is_killed_at_any_step_has_whole_runs_and_the_next_brings_the_rest(
    forkserver: BaseContext, tmp_path: Path, source: Path, export: Path
) -> None:
    whole = {uid: found for uid, found in runs_of(source).items() if uid in ENDED}
    wrong: dict[int, str] = {}
    had: set[int] = set()
    at, code = 0, -signal.SIGKILL
    while code == -signal.SIGKILL:
        at += 1
        folder = tmp_path / str(at)
        SqlStore(str(small_store.make(folder / "store"))).close()
        code = live(forkserver, import_until, folder / "store", export, at)
        there = runs_of(folder / "store")
        had.add(len(there))
        if any(whole[uid] != found for uid, found in there.items()):
            wrong[at] = "half of a run is there"
        session = Session(str(folder / "store"))
        brought = session.import_runs(export)
        session.gc()
        if runs_of(folder / "store") != whole or len(brought.runs) != len(ENDED) - len(there):
            wrong[at] = "the next import did not bring the rest"
        if (
            objects_of(folder / "store") != objects_of(source)
            or not examine(str(folder / "store"), repair=False).is_whole
        ):
            wrong[at] = "the store is not whole"
        if code == -signal.SIGKILL:
            shutil.rmtree(folder)

    assert 0 == code
    assert {0, 1, 2, 3} == had
    assert {} == wrong


def test_an_export_that_is_killed_at_any_step_leaves_the_file_that_was_there_or_a_whole_one(
    forkserver: BaseContext, tmp_path: Path, source: Path
) -> None:
    (tmp_path / "out").mkdir()
    path = tmp_path / "out" / "runs.assay"
    wrong = []
    store = SqlStore(str(source))
    store.transfers.export_runs(str(path), ["digits/short"], None, None)
    store.close()
    before = path.read_bytes()
    at, code = 0, -signal.SIGKILL
    while code == -signal.SIGKILL:
        at += 1
        path.write_bytes(before)
        code = live(forkserver, export_until, source, path, at)
        if path.read_bytes() != before:
            try:
                ExportReader(str(path)).__exit__(None, None, None)
            except InvalidInputError as error:
                wrong.append(f"{at}: {error}")

    assert (0, []) == (code, wrong)
    assert at > 10
