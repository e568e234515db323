"""A server over one store, shared by the tests of a file: each makes runs of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from assay.serving.access.file import AccessFile
from assay.serving.access.members import Members
from assay.storage.contract import RunRecord
from assay.storage.http.store import HttpStore
from assay.storage.sql.store import SqlStore
from tests.serving.running import serving
from tests.storage.writing import Writer, new_run


@dataclass(frozen=True)
class Api:
    """A server that takes the test for its own user.

    Attributes:
        url: Where it is.
        http: A client that sends what a test says, and no more.
        store: The store as users' programs have it.
        folder: Where the store lies.
    """

    url: str
    http: httpx.Client
    store: HttpStore
    folder: str

    def run(self, name: str) -> RunRecord:
        """A new run of that name, in an experiment of that name."""
        return new_run(self.store, f"of-{name}", name)

    def writer(self, name: str) -> Writer:
        """A writer inside a new run."""
        return Writer(self.store, self.run(name))


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = str(tmp_path_factory.mktemp("store"))
    with serving(lambda _: SqlStore(folder)) as url, httpx.Client(base_url=url, timeout=20) as http:
        store = HttpStore(url)
        yield Api(url, http, store, folder)
        store.close()


@dataclass(frozen=True)
class Guarded:
    """A server that has members."""

    url: str
    members: Members

    def client(self, token: str | None = None, **headers: str) -> httpx.Client:
        """A client with a token, or with none."""
        given = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, timeout=20, headers={**given, **headers})

    def token(self, role: str, workspace: str = "main") -> str:
        return self.members.create_token(workspace, role, f"a {role}").secret


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    members = Members(AccessFile(str(tmp_path_factory.mktemp("access"))))
    members.create_token("main", "admin", "the first")
    members.create_workspace("other")
    folder = tmp_path_factory.mktemp("workspaces")

    def open_store(workspace: str) -> SqlStore:
        (folder / workspace).mkdir()
        return SqlStore(str(folder / workspace))

    with serving(open_store, members) as url:
        yield Guarded(url, members)
