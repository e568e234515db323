"""A schema of a PostgreSQL database that threads, processes and servers share.

A read sees one snapshot. Writes run beside one another: each first holds what it changes, by advisory locks that end
with its transaction, and numbers of names are given in transactions of their own, so that no two ever wait for each
other crosswise. A transaction says itself in which schema it works, so one pool serves all workspaces.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import psycopg

from assay import system
from assay.errors import StoreError, StoreVersionError
from assay.storage.sql import schema
from assay.storage.sql.database import LOCK_TIMEOUT_S, Connection, Cursor, Database, Names, Thing
from assay.storage.sql.dialect import Dialect
from assay.storage.sql.pool import Pool
from assay.storage.sql.postgres_dialect import POSTGRES
from assay.storage.sql.postgres_errors import translate

if TYPE_CHECKING:
    from typing import LiteralString

OLDEST = 130000
"""The oldest version of PostgreSQL that is used here, as libpq numbers them."""


class PostgresConnection:
    """A transaction in one schema.

    Args:
        raw: The connection that it runs on.
        schema_name: The schema.
    """

    __slots__ = ("_raw", "_schema")

    def __init__(self, raw: psycopg.Connection, schema_name: str) -> None:
        self._raw = raw
        self._schema = schema_name

    @property
    def dialect(self) -> Dialect:
        return POSTGRES

    @property
    def raw(self) -> psycopg.Connection:
        """What psycopg gives, for what has no twin in SQLite."""
        return self._raw

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Cursor:
        if not values:
            return self._raw.execute(_literal(statement), binary=True)
        # A statement that is prepared may be planned for lists of ten, and is then slow for those of ten thousand.
        prepare = False if any(isinstance(value, list) for value in values) else None
        return self._raw.execute(_in_psycopgs_words(statement), values, binary=True, prepare=prepare)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> Cursor:
        cursor = self._raw.cursor(binary=True)
        rows = list(rows)
        if rows:
            cursor.executemany(_in_psycopgs_words(statement), rows)
        return cursor

    def insert(self, statement: str, values: Sequence[Any], /) -> int:
        return int(self.execute(f"{statement} RETURNING id", values).fetchone()[0])

    def hold(self, *things: Thing) -> None:
        # All in one order: transactions that ask for several of the same never wait for each other crosswise.
        keys = sorted({lock_key(self._schema, thing) for thing in things})
        if keys:
            self.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(?) AS key", (keys,)).fetchall()


class PostgresSchema:
    """Transactions in a schema, which is made where it does not exist.

    Args:
        pool: The connections.
        schema_name: The schema.
        place: What messages call it; the database's own address where none is given.

    Raises:
        UnavailableError: The database does not answer.
        StoreError: It is too old, or keeps texts in another encoding than UTF-8.
    """

    writable = True

    def __init__(self, pool: Pool, schema_name: str, place: str = "") -> None:
        self.pool = pool
        self.schema = schema_name
        self.place = place or pool.place
        self._path = f"SET LOCAL search_path TO {_quoted(schema_name)}"
        self._make_schema()

    def _make_schema(self) -> None:
        with self._transaction("BEGIN", "") as raw:
            if raw.info.server_version < OLDEST:
                raise StoreError(
                    f"{self.place} runs PostgreSQL {raw.info.server_version // 10000}; this Assay needs "
                    f"{OLDEST // 10000} or later"
                )
            encoding = raw.execute("SHOW server_encoding").fetchone()
            if encoding != ("UTF8",):
                raise StoreError(
                    f"{self.place} keeps texts as {encoding[0] if encoding else None}; make the database with "
                    "ENCODING 'UTF8'"
                )
            there = "SELECT 1 FROM pg_namespace WHERE nspname = %s"
            if raw.execute(there, (self.schema,)).fetchone() is None:
                raw.execute("SELECT pg_advisory_xact_lock(%s)", (lock_key(self.schema, ("schema", 0)),))
                raw.execute(_literal(f"CREATE SCHEMA IF NOT EXISTS {_quoted(self.schema)}"))

    @contextlib.contextmanager
    def read(self) -> Iterator[PostgresConnection]:
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", self._path) as raw:
            yield PostgresConnection(raw, self.schema)

    @contextlib.contextmanager
    def write(self) -> Iterator[PostgresConnection]:
        timeout = f"SET LOCAL lock_timeout = {int(LOCK_TIMEOUT_S * 1000)}"
        with self._transaction("BEGIN ISOLATION LEVEL READ COMMITTED", f"{self._path}; {timeout}") as raw:
            yield PostgresConnection(raw, self.schema)
        system.observe("commit", self.place)

    @contextlib.contextmanager
    def claim(self, thing: Thing) -> Iterator[bool]:
        with self._transaction("BEGIN", "", patient=False) as raw:
            key = lock_key(self.schema, ("claim", f"{thing[0]} {thing[1]}"))
            row = raw.execute("SELECT pg_try_advisory_xact_lock(%s)", (key,)).fetchone()
            yield row == (True,)

    @contextlib.contextmanager
    def _transaction(self, begin: str, settings: str, *, patient: bool = True) -> Iterator[psycopg.Connection]:
        raw = self._begun(f"{begin}; {settings}" if settings else begin, patient=patient)
        pid, committing = os.getpid(), False
        try:
            yield raw
            committing = True
            raw.execute("COMMIT")
        except psycopg.Error as error:
            raise translate(error, self.place, committing=committing) from error
        finally:
            if pid == os.getpid():
                _undo(raw)
                self.pool.give_back(raw, patient=patient)

    def _begun(self, statement: str, *, patient: bool) -> psycopg.Connection:
        """A connection in a new transaction; one that the database has closed since it was last used is replaced."""
        for attempt in (1, 2):
            raw = self.pool.take(patient=patient)
            try:
                raw.execute(_literal(statement))
            except psycopg.Error as error:
                self.pool.give_back(raw, patient=patient)
                self.pool.forget_idle()
                if attempt == 2 or not raw.closed:
                    raise translate(error, self.place) from error
            except BaseException:
                self.pool.give_back(raw, patient=patient)
                raise
            else:
                return raw
        raise AssertionError

    def close(self) -> None:
        self.pool.close()


class PostgresDatabase(PostgresSchema, Database):
    """The tables of a store in a schema; they are made, or brought up to date, where they are not.

    Args:
        pool: The connections.
        schema_name: The schema.
        place: What messages call the store, such as a server's public URL.

    Raises:
        UnavailableError: The database does not answer.
        StoreVersionError: A newer Assay made the tables.
    """

    def __init__(self, pool: Pool, schema_name: str, place: str = "") -> None:
        super().__init__(pool, schema_name, place)
        self.names = PostgresNames(self)
        with self.read() as connection:
            version = _version_of(connection)
        if version < schema.VERSION:
            version = self._bring_forward()
        if version > schema.VERSION:
            raise StoreVersionError(
                f"the store {self.place} was written by a newer Assay (format {version}, this one reads up to "
                f"{schema.VERSION}); to use it: pip install --upgrade assay"
            )

    def _bring_forward(self) -> int:
        from assay.storage.sql.migrations import migrate

        with self.write() as connection:
            connection.hold(("tables", 0))
            version = _version_of(connection)
            if version == 0:
                for statement in schema.statements(schema.TABLES + schema.POSTGRES + schema.VIEWS):
                    connection.execute(POSTGRES.definition(statement))
                secret = os.urandom(16).hex()
                connection.execute("INSERT INTO facts (name, value) VALUES ('secret', ?)", (secret,))
            elif version < schema.VERSION:
                migrate(connection, version)
            else:  # another process was quicker
                return version
            connection.execute(
                "INSERT INTO facts (name, value) VALUES ('format', ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (str(schema.VERSION),),
            )
        return schema.VERSION


class PostgresNames(Names):
    """Names whose numbers are kept at once, whatever becomes of the transaction that asked for them.

    Two transactions that gave the same new names in different orders would wait for each other. Each row is committed
    by itself, so nobody waits, and a number that is remembered is good for ever.

    Args:
        tables: The schema that they lie in.
    """

    def __init__(self, tables: PostgresSchema) -> None:
        super().__init__()
        self._tables = tables
        self._pid = os.getpid()
        self._lock = threading.Lock()

    def give(self, connection: Connection, name: str) -> int:  # noqa: ARG002
        if name not in self._ids:
            self.prepare((name,))
        return self._ids[name]

    def prepare(self, names: Iterable[str]) -> None:
        wanted = sorted({name for name in names if name not in self._ids})
        if not wanted:
            return
        if self._pid != os.getpid():
            self._pid, self._lock = os.getpid(), threading.Lock()
        with self._lock:  # a thread at a time: what the others want is often the same
            self._give(wanted)

    def _give(self, wanted: list[str]) -> None:
        tables, find = self._tables, "SELECT name, id FROM names WHERE name = ANY(%s)"
        # Who asks may hold a connection, and all others may be held by such as well.
        with tables._transaction("BEGIN", tables._path, patient=False) as raw:
            found = dict(raw.execute(find, (wanted,), binary=True).fetchall())
            new = [name for name in wanted if name not in found]
            if new:
                raw.execute(
                    "INSERT INTO names (name) SELECT one FROM unnest(%s::text[]) AS one ON CONFLICT DO NOTHING", (new,)
                )
                found |= dict(raw.execute(find, (new,), binary=True).fetchall())
        self._ids.update(found)

    def forget(self) -> None:
        """Nothing to forget: no number is ever taken back."""


@lru_cache(maxsize=4096)
def lock_key(schema_name: str, thing: Thing) -> int:
    """The number that stands for a thing among PostgreSQL's advisory locks."""
    text = "\0".join(("assay", schema_name, thing[0], str(thing[1])))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def _version_of(connection: Connection) -> int:
    """The format of the tables in the transaction's schema, 0 where there are none."""
    there = connection.execute(
        "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'facts'"
    ).fetchone()
    if there is None:
        return 0
    row = connection.execute("SELECT value FROM facts WHERE name = 'format'").fetchone()
    return 1 if row is None else int(row[0])


def _undo(raw: psycopg.Connection) -> None:
    """Undo a transaction that was not kept; a connection that is in the middle of something is closed."""
    status = raw.info.transaction_status
    if status in (psycopg.pq.TransactionStatus.INTRANS, psycopg.pq.TransactionStatus.INERROR):
        with contextlib.suppress(psycopg.Error):
            raw.execute("ROLLBACK")


@lru_cache(maxsize=1024)
def _in_psycopgs_words(statement: str) -> LiteralString:
    return _literal(statement.replace("%", "%%").replace("?", "%s"))


def _literal(statement: str) -> LiteralString:
    # psycopg asks for literals, so that nobody writes values into statements. Ours are built from parts of our own.
    return statement


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
