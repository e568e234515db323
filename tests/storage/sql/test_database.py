"""Many processes and threads on one catalog: nobody sees "database is locked", nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from assay.errors import RefusedError
from assay.storage.contract import RunQuery
from assay.storage.sql.database import LOCK_TIMEOUT_S
from assay.storage.sql.store import SqlStore
from tests.storage.writing import Writer, new_run, parameters, rows

pytestmark = pytest.mark.parametrize("journal", ["wal", "rollback"])

MAKE_RUNS = """
import dataclasses, sys
from assay.storage.sql.database import LOCK_TIMEOUT_S
from assay.storage.sql.store import SqlStore
from tests.storage.writing import Writer, parameters, rows, run_spec
store, me = SqlStore(sys.argv[1]), sys.argv[2]
for number in range(10):
    spec = run_spec("shared", f"run-{me}-{number}")
    run, _ = store.open_run(dataclasses.replace(spec, uid=f"{spec.uid}-{me}", experiment_uid=f"e-{me}-{number}"))
    Writer(store, run, uid=f"writer-{me}-{number}").leave(parameters({"me": me}), rows("loss", [float(number)] * 50))
"""


@pytest.fixture
def folder(tmp_path: Path, journal: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSAY_SQLITE_JOURNAL", journal)
    folder = tmp_path / "store"
    folder.mkdir()
    return folder


def test_processes_that_start_on_a_folder_without_a_catalog_share_it(folder: Path, pytestconfig: pytest.Config) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", MAKE_RUNS, str(folder), str(me)],
            cwd=pytestconfig.rootpath,
            stderr=subprocess.PIPE,
            text=True,
        )
        for me in range(4)
    ]
    errors = [process.communicate()[1] for process in processes]

    assert [""] * 4 == errors
    runs = SqlStore(str(folder)).list_runs(RunQuery("shared")).runs
    assert {f"run-{me}-{number}" for me in range(4) for number in range(10)} == {run.name for run in runs}
    assert {"Completed"} == {run.status for run in runs}


def test_threads_that_append_and_read_at_once_lose_nothing(folder: Path) -> None:
    store = SqlStore(str(folder))
    run = new_run(store)
    failures: list[BaseException] = []

    def append_and_read(me: int) -> None:
        try:
            writer = Writer(store, run)
            for number in range(10):
                writer.send(parameters({f"p{me}-{number}": me}), rows("loss", [float(number)], first_step=number))
                store.history(run.uid, "loss")
            writer.leave()
        except BaseException as error:  # noqa: BLE001 - shown by the thread that joins
            failures.append(error)

    threads = [threading.Thread(target=append_and_read, args=(me,)) for me in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == failures
    assert 40 == len(store.run(run.uid).parameters)
    assert 40 == len(store.history(run.uid, "loss"))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_opens_the_catalog_for_itself(folder: Path) -> None:
    store = SqlStore(str(folder))
    run = new_run(store)

    child = os.fork()
    if child == 0:
        code = 1
        try:
            Writer(store, run, uid="child").leave(rows("loss", [1.0]))
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    Writer(store, run, uid="parent").leave(rows("loss", [2.0], first_step=1))

    assert 0 == os.waitstatus_to_exitcode(status)
    assert [1.0, 2.0] == list(store.history(run.uid, "loss").values)


def test_a_store_opened_for_reading_reads_and_refuses_to_write(folder: Path) -> None:
    made = SqlStore(str(folder))
    run = new_run(made)
    Writer(made, run).leave(parameters({"lr": 1}), rows("loss", [1.0]))
    made.close()

    store = SqlStore(str(folder), writable=False)

    assert {"lr": 1} == store.find_run("digits", "baseline").parameters
    assert [1.0] == list(store.history(run.uid, "loss").values)
    with pytest.raises(RefusedError, match="read-only") as caught:
        new_run(store, "digits", "another")
    assert str(folder) in str(caught.value)


def test_a_folder_without_a_catalog_opened_for_reading_stays_empty(folder: Path) -> None:
    with pytest.raises(RefusedError):
        SqlStore(str(folder), writable=False)

    assert [] == list(folder.iterdir())


def test_giving_back_space_does_not_wait_for_a_reader(folder: Path, journal: str) -> None:
    if journal == "rollback":
        pytest.skip("with a rollback journal who writes waits for readers, and there is no WAL to give back")
    store = SqlStore(str(folder))
    run = new_run(store)
    with store._database.read() as reader:
        reader.execute("SELECT count(*) FROM runs").fetchall()
        Writer(store, run).send(parameters({f"name{number}": "x" * 500 for number in range(400)}))
        before_s = time.monotonic()

        store._database.shrink(wal_bytes=1)

        assert LOCK_TIMEOUT_S / 2 > time.monotonic() - before_s
    store._database.shrink(wal_bytes=1)
    assert 0 == (folder / "catalog.db-wal").stat().st_size
