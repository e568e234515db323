"""The SQL store fulfils the contract with either of SQLite's journals."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from assay.errors import AssayError
from assay.storage.sql.store import SqlStore
from tests.storage.store_contract import OpenStore, StoreContract
from tests.storage.writing import new_run


class TestSqlStoreInWal(StoreContract):
    journal = "wal"

    @pytest.fixture
    def open_store(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenStore:
        monkeypatch.setenv("ASSAY_SQLITE_JOURNAL", self.journal)
        folder = tmp_path / "store"
        folder.mkdir()
        return lambda: SqlStore(str(folder))


class TestSqlStoreWithRollbackJournal(TestSqlStoreInWal):
    journal = "rollback"


def test_a_server_s_store_in_a_folder_is_called_by_its_address_in_every_message(tmp_path: Path) -> None:
    address = "https://assay.example/w/team"
    SqlStore(str(tmp_path)).close()
    store = SqlStore(str(tmp_path), location=address)
    reader = SqlStore(str(tmp_path), location=address, writable=False)

    said = []
    for ask in (lambda: store.run("nobody"), lambda: new_run(reader), lambda: fail(store)):
        with pytest.raises(AssayError) as caught:
            ask()
        said.append(str(caught.value))

    assert [True] * 3 == [address in text for text in said]
    assert [False] * 3 == [str(tmp_path) in text for text in said]
    store.close()
    reader.close()


def fail(store: SqlStore) -> None:
    with store.database.write() as connection:
        connection.execute("UPDATE nowhere SET nothing = 1")


LOG_AND_READ = """
import sys
from assay.storage.sql.store import SqlStore
from tests.storage.writing import Writer, new_run, parameters, rows
store = SqlStore(sys.argv[1])
run = new_run(store)
Writer(store, run).leave(parameters({"lr": 1}), rows("loss", [1.0]))
store.run(run.uid)
store.close()
unneeded = ("psycopg", "assay.storage.sql.postgres", "assay.storage.sql.dialect", "assay.storage.sql.intake", "numpy")
print([name for name in unneeded if name in sys.modules])
"""


def test_who_logs_to_a_folder_loads_nothing_of_other_databases(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LOG_AND_READ, str(tmp_path)],
        cwd=pytestconfig.rootpath,
        capture_output=True,
        text=True,
    )

    assert ("[]\n", "") == (done.stdout, done.stderr)
