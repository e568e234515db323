"""The HTTP store fulfils the contract, with a real server before it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.storage.http.store import HttpStore
from assay.storage.sql.store import SqlStore
from tests.serving.running import serving
from tests.storage.store_contract import OpenStore, StoreContract


class TestHttpStore(StoreContract):
    @pytest.fixture
    def open_store(self, tmp_path: Path) -> Iterator[OpenStore]:
        folder = tmp_path / "store"
        folder.mkdir()
        with serving(lambda _: SqlStore(str(folder))) as url:
            yield lambda: HttpStore(url)
