"""Connections to PostgreSQL: a database that is away, or a URL that is none, is told of without its secrets."""

from __future__ import annotations

import socket

import psycopg
import pytest

from assay.errors import AssayError, DamagedError, InvalidInputError, RefusedError, StoreError, UnavailableError
from assay.storage.sql.conflicts import ConflictError
from assay.storage.sql.pool import Pool
from assay.storage.sql.postgres import PostgresDatabase
from assay.storage.sql.postgres_errors import translate
from assay.storage.sql.store import SqlStore
from tests.postgres import pool
from tests.storage.writing import new_run


def test_a_database_that_is_away_is_said_to_be_at_once_and_without_its_password() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    away = Pool(f"postgresql://assay:secret@127.0.0.1:{port}/runs")

    with pytest.raises(UnavailableError, match=rf"can't reach the database 127.0.0.1:{port}/runs: ") as caught:
        PostgresDatabase(away, "assay_main")

    assert "secret" not in str(caught.value)


def test_a_url_that_cannot_be_read_is_refused_without_its_password() -> None:
    with pytest.raises(InvalidInputError, match="can't be read") as caught:
        Pool("postgresql://assay:secret@host/runs?nonsense=1")

    assert "secret" not in str(caught.value)


def test_a_database_whose_connections_are_all_in_use_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.storage.sql.pool.LOCK_TIMEOUT_S", 0.05)
    few = Pool(pool()._conninfo, size=1)
    connection = few.take()

    with pytest.raises(StoreError, match="all 1 connections"):
        few.take()

    few.give_back(connection)
    assert connection is few.take()
    few.give_back(connection)
    few.close()


def test_a_connection_that_is_in_the_middle_of_something_is_not_used_again() -> None:
    few = Pool(pool()._conninfo, size=1)
    connection = few.take()
    connection.execute("BEGIN")

    few.give_back(connection)

    assert connection.closed
    few.close()


@pytest.mark.parametrize(
    ("raised", "expected", "text"),
    [
        (psycopg.errors.DiskFull, RefusedError, "no space left for here; free some, nothing was changed"),
        (psycopg.errors.InsufficientPrivilege, RefusedError, "here can't be written to"),
        (psycopg.errors.ReadOnlySqlTransaction, RefusedError, "here can't be written to"),
        (psycopg.errors.SerializationFailure, ConflictError, "try again"),
        (psycopg.errors.DeadlockDetected, ConflictError, "try again"),
        (psycopg.errors.LockNotAvailable, StoreError, "for 10 s; try again"),
        (psycopg.errors.AdminShutdown, UnavailableError, "nothing was changed"),
        (psycopg.errors.TooManyConnections, UnavailableError, "nothing was changed"),
        (psycopg.OperationalError, UnavailableError, "nothing was changed"),
        (psycopg.errors.DataCorrupted, DamagedError, "here is damaged"),
        (psycopg.errors.IoError, RefusedError, "can't write"),
        (psycopg.errors.UndefinedTable, StoreError, "here: what it says"),
    ],
)
def test_what_the_database_raises_becomes_what_a_caller_can_act_on(
    raised: type[psycopg.Error], expected: type[AssayError], text: str
) -> None:
    found = translate(raised("what it says\nLINE 1: and where"), "here")

    assert expected is type(found)
    assert text in str(found)
    assert "LINE" not in str(found)


def test_a_statement_that_fails_undoes_its_transaction_and_names_the_store(postgres_store: SqlStore) -> None:
    run = new_run(postgres_store)

    def fail() -> None:
        with postgres_store.database.write() as connection:
            connection.execute("UPDATE runs SET description = 'half' WHERE uid = ?", (run.uid,))
            connection.execute("UPDATE nowhere SET nothing = 1")

    with pytest.raises(StoreError, match='postgres-under-test: relation "nowhere" does not exist'):
        fail()

    assert "" == postgres_store.run(run.uid).description
