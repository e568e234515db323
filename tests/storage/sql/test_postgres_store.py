"""The SQL store fulfils the contract on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.storage.disk_objects import DiskObjects
from assay.storage.sql.store import SqlStore
from tests.postgres import drop_schema, new_schema, open_database
from tests.storage.store_contract import OpenStore, StoreContract


class TestSqlStoreOnPostgres(StoreContract):
    @pytest.fixture
    def open_store(self, tmp_path: Path) -> Iterator[OpenStore]:
        schema = new_schema()
        yield lambda: SqlStore(open_database(schema), DiskObjects(str(tmp_path / "objects")))
        drop_schema(schema)
