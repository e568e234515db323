"""The SQL store fulfils the contract with either of SQLite's journals."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.storage.sql.store import SqlStore
from tests.storage.store_contract import OpenStore, StoreContract


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
