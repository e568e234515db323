"""Stores on either database, and a store of many runs to search in, made once for each."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assay.storage.disk_objects import DiskObjects
from assay.storage.sql.pool import Pool
from assay.storage.sql.postgres import PostgresDatabase
from assay.storage.sql.store import SqlStore
from tests.postgres import drop_schema, new_schema, open_database, server_url
from tests.storage.sql.searched import Searched

DATABASES = ("sqlite", "postgres")


@contextlib.contextmanager
def new_store(kind: str, folder: Path) -> Iterator[SqlStore]:
    """An empty store on one of the databases, its objects in the folder."""
    folder.mkdir(exist_ok=True)
    if kind == "sqlite":
        store = SqlStore(str(folder))
        yield store
        store.close()
        return
    schema = new_schema()
    yield SqlStore(open_database(schema), DiskObjects(str(folder / "objects")))
    drop_schema(schema)


@pytest.fixture(params=DATABASES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    """An empty store on each of the databases."""
    with new_store(request.param, tmp_path / "store") as store:
        yield store


@pytest.fixture
def again(store: SqlStore) -> Callable[[], SqlStore]:
    """Opens the test's store once more, as another server has it: with connections, and a memory, of its own."""
    if isinstance(store.database, PostgresDatabase):
        schema = store.database.schema
        return lambda: SqlStore(PostgresDatabase(Pool(server_url()), schema), store.objects)
    return lambda: SqlStore(store.location)


@pytest.fixture
def folder_store(tmp_path: Path) -> Iterator[SqlStore]:
    """An empty store in a folder, for what only a file has."""
    with new_store("sqlite", tmp_path / "store") as store:
        yield store


@pytest.fixture
def postgres_store(tmp_path: Path) -> Iterator[SqlStore]:
    """An empty store on PostgreSQL."""
    with new_store("postgres", tmp_path / "store") as store:
        yield store


@contextlib.contextmanager
def _searched(kind: str, folder: Path) -> Iterator[Searched]:
    with new_store(kind, folder) as store:
        runs = Searched.fill(store)
        with store.reading() as connection:
            yield Searched(runs, connection)


@pytest.fixture(scope="session")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searched]:
    """Many runs in a folder."""
    with _searched("sqlite", tmp_path_factory.mktemp("searched")) as found:
        yield found


@pytest.fixture(scope="session")
def searched_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searched]:
    """The same runs on PostgreSQL."""
    with _searched("postgres", tmp_path_factory.mktemp("searched-postgres")) as found:
        yield found
