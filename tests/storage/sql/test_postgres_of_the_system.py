"""The SQL store fulfils the contract on the system's own PostgreSQL too, where there is one: teams run older ones."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.storage.disk_objects import DiskObjects
from assay.storage.sql.pool import Pool
from assay.storage.sql.postgres import PostgresDatabase
from assay.storage.sql.store import SqlStore
from tests.postgres import new_schema
from tests.storage.store_contract import OpenStore, StoreContract

PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: int(place.parent.name), reverse=True)
USER = "postgres"


def bin_folder() -> Path | None:
    """Where the system's newest PostgreSQL has its programs."""
    return next((place for place in PLACES if (place / "initdb").exists()), None)


def owner() -> str | None:
    """Who runs it: PostgreSQL refuses root, whose place the user `postgres` takes."""
    if os.geteuid() != 0:
        return None
    return USER if any(one.pw_name == USER for one in pwd.getpwall()) else "nobody"


@pytest.fixture(scope="module")
def system_pool() -> Iterator[Pool]:
    programs = bin_folder()
    if programs is None:
        pytest.skip("this system has no PostgreSQL of its own")
    folder = Path(tempfile.mkdtemp(prefix="assay-pg-"))  # a short path: it holds the socket
    user = owner()
    if user is not None:
        shutil.chown(folder, user)
    data = str(folder / "data")

    def run(program: str, *words: str) -> None:
        subprocess.run([str(programs / program), *words], user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    run("initdb", "-D", data, "-U", "assay", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
    run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    pool = Pool(f"postgresql://assay@/postgres?host={folder}")
    try:
        yield pool
    finally:
        pool.close()
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


class TestSqlStoreOnTheSystemsPostgres(StoreContract):
    @pytest.fixture
    def open_store(self, system_pool: Pool, tmp_path: Path) -> OpenStore:
        schema = new_schema()
        objects = DiskObjects(str(tmp_path / "objects"))
        return lambda: SqlStore(PostgresDatabase(system_pool, schema, "postgres-of-the-system"), objects)
