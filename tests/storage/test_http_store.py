"""The HTTP store fulfils the contract, with a real server before it: one for all tests, a workspace for each."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.serving.access.file import AccessFile
from assay.serving.access.members import Members
from assay.storage.http.store import HttpStore
from assay.storage.sql.store import SqlStore
from tests.serving.running import serving
from tests.storage.store_contract import OpenStore, StoreContract

_numbers = itertools.count()


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Members:
    return Members(AccessFile(str(tmp_path_factory.mktemp("access"))))


@pytest.fixture(scope="module")
def server(members: Members, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("workspaces")

    def open_store(workspace: str) -> SqlStore:
        (folder / workspace).mkdir()
        return SqlStore(str(folder / workspace))

    with serving(open_store, members) as url:
        yield url


class TestHttpStore(StoreContract):
    @pytest.fixture
    def open_store(self, server: str, members: Members, tmp_path: Path) -> Iterator[OpenStore]:
        workspace = members.create_workspace(f"team-{next(_numbers)}")
        opened: list[HttpStore] = []

        def open_one() -> HttpStore:
            opened.append(HttpStore(f"{server}/w/{workspace}"))
            return opened[-1]

        yield open_one
        for store in opened:
            store.close()
