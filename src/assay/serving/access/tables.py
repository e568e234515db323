"""The tables of access: workspaces, tokens, ended sessions, and the secret that cookies are signed with.

They lie beside the workspaces, not in one: on SQLite in a file of their own, on PostgreSQL in a schema of their own.
The SQL is what both understand. A table of facts says which version they have; an older one is brought up to date when
a server opens it, a newer one is refused.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from assay.errors import StoreVersionError
from assay.serving.access.workspace import MAIN

SECRET_BYTES = 32
"""Of what cookies are signed with: as many as the hash has."""


class Connection(Protocol):
    """What a database gives within a transaction."""

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> Any:
        """Run one statement with `?` for its parameters."""
        ...

    def hold(self, *things: tuple[str, str | int]) -> None:
        """Wait until no other transaction holds any of these, and hold them until this one ends."""
        ...


class Database(Protocol):
    """What the tables need of a database: `AccessFile` fulfils it, and so do those of `assay.storage.sql`."""

    def read(self) -> AbstractContextManager[Connection]:
        """One state of the database until the block ends."""
        ...

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction that is kept if the block ends well."""
        ...


def _first(connection: Connection) -> None:
    for statement in (
        "CREATE TABLE workspaces (name TEXT PRIMARY KEY, created_us BIGINT NOT NULL)",
        """CREATE TABLE tokens (
            id TEXT PRIMARY KEY,
            sha256 TEXT NOT NULL UNIQUE,
            workspace TEXT NOT NULL REFERENCES workspaces (name),
            role TEXT NOT NULL,
            name TEXT NOT NULL,
            created_us BIGINT NOT NULL,
            expires_us BIGINT,
            last_used_us BIGINT,
            revoked_us BIGINT
        )""",
        "CREATE TABLE ended_sessions (id TEXT PRIMARY KEY, until_us BIGINT NOT NULL)",
    ):
        connection.execute(" ".join(statement.split()))
    connection.execute("INSERT INTO workspaces (name, created_us) VALUES (?, ?)", (MAIN, time.time_ns() // 1000))
    connection.execute(
        "INSERT INTO access_facts (name, value) VALUES (?, ?)", ("secret", secrets.token_hex(SECRET_BYTES))
    )


def _policies(connection: Connection) -> None:
    """How long a workspace keeps what, and how much of it: `assay.serving.policies`."""
    connection.execute(
        "CREATE TABLE policies (workspace TEXT NOT NULL REFERENCES workspaces (name), experiment_uid TEXT NOT NULL, "
        "keep_days BIGINT, quota_bytes BIGINT, PRIMARY KEY (workspace, experiment_uid))"
    )


MIGRATIONS: Sequence[Callable[[Connection], None]] = (_first, _policies)
"""Each leads from the version before it to the next; one that was released is never changed."""


def prepare(database: Database) -> None:
    """Make the tables, or bring them up to date.

    Raises:
        StoreVersionError: A newer Assay wrote them.
    """
    with database.write() as connection:
        connection.hold(("access", "tables"))  # servers that start at once make them one after another
        connection.execute("CREATE TABLE IF NOT EXISTS access_facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        row = connection.execute("SELECT value FROM access_facts WHERE name = 'version'").fetchone()
        version = 0 if row is None else int(row[0])
        if version > len(MIGRATIONS):
            raise StoreVersionError(
                f"the tables of access were written by a newer Assay (version {version}, this one knows "
                f"{len(MIGRATIONS)}); to use them: pip install --upgrade assay"
            )
        for migrate in MIGRATIONS[version:]:
            migrate(connection)
        if version < len(MIGRATIONS):
            connection.execute(
                "INSERT INTO access_facts (name, value) VALUES ('version', ?) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (str(len(MIGRATIONS)),),
            )
