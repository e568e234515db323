"""Connections to PostgreSQL: a few that all threads, and all workspaces, of a process share.

A connection is made in the thread that needs it, when there is no idle one. So a database that is away is told of at
once and by its own words, there are no threads that a fork could lose, and an idle process holds what it last needed.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from assay.errors import InvalidInputError, MissingExtraError, StoreError, UnavailableError
from assay.storage.sql.database import LOCK_TIMEOUT_S

if TYPE_CHECKING:
    import psycopg

SIZE = 16
"""So many transactions of a process run at once; more would not be quicker on a database of some dozen cores."""
SETTINGS = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
    "application_name": "assay",
    "client_encoding": "utf8",
}
"""What holds where the URL says nothing else: a machine that is gone is noticed within half a minute."""

_leaked: list[psycopg.Connection] = []  # the parent process's: closing them in a forked child would end them there


class Pool:
    """Connections to one database.

    Args:
        url: `postgresql://user:password@host:port/database`, or libpq's `name=value` form.
        size: How many at once.

    Raises:
        InvalidInputError: The URL can't be read.
        MissingExtraError: psycopg is not installed.
    """

    def __init__(self, url: str, *, size: int = SIZE) -> None:
        try:
            import psycopg
            from psycopg.conninfo import conninfo_to_dict, make_conninfo
        except ImportError as error:
            raise MissingExtraError("a store on PostgreSQL needs psycopg: pip install 'assay[server]'") from error
        try:
            given = conninfo_to_dict(url)
            self._conninfo = make_conninfo("", **{**SETTINGS, **given, "client_encoding": "utf8"})
        except psycopg.ProgrammingError as error:
            # Not the error's own words: they may hold the password.
            raise InvalidInputError(
                "the database's URL can't be read; it is like postgresql://user:password@host:5432/name"
            ) from error
        self.place = _place(given)
        self.size = size
        self._reset()

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._idle: list[psycopg.Connection] = []
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(self.size)

    def take(self, *, patient: bool = True) -> psycopg.Connection:
        """A connection, to be handed to `give_back` whatever becomes of it.

        Args:
            patient: False makes one more where all are in use: for a moment, by one that holds another one, which it
                would otherwise wait for.

        Raises:
            UnavailableError: The database does not answer.
            StoreError: All are in use, and stayed so.
        """
        if self._pid != os.getpid():
            _leaked.extend(self._idle)
            self._reset()
        if patient and not self._free.acquire(timeout=LOCK_TIMEOUT_S):
            raise StoreError(
                f"all {self.size} connections to {self.place} have been in use for {LOCK_TIMEOUT_S:.0f} s; try again"
            )
        with self._lock:
            if self._idle:
                return self._idle.pop()
        try:
            return self._connect()
        except BaseException:
            self._release(patient=patient)
            raise

    def give_back(self, connection: psycopg.Connection, *, patient: bool = True) -> None:
        """Keep a connection for the next one, unless it broke or is in the middle of something."""
        from psycopg.pq import TransactionStatus

        if connection.info.transaction_status != TransactionStatus.IDLE:
            connection.close()
        with self._lock:
            if not connection.closed and len(self._idle) < self.size:
                self._idle.append(connection)
                connection = None  # type: ignore[assignment]
        if connection is not None:
            connection.close()
        self._release(patient=patient)

    def _release(self, *, patient: bool) -> None:
        if patient:
            self._free.release()

    def forget_idle(self) -> None:
        """Close what nobody uses: after a restart of the database none of it is any good."""
        if self._pid != os.getpid():
            return
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    close = forget_idle

    def _connect(self) -> psycopg.Connection:
        import psycopg

        from assay.storage.sql.postgres_texts import keep_texts_exact

        try:
            connection: psycopg.Connection = psycopg.Connection.connect(self._conninfo, autocommit=True)
        except psycopg.OperationalError as error:
            raise UnavailableError(f"can't reach the database {self.place}: {_reason(error)}") from error
        keep_texts_exact(connection.adapters)
        return connection


def _place(given: dict[str, str | int | None]) -> str:
    """What messages call a database: never with a password."""
    host = str(given.get("host") or given.get("hostaddr") or "")
    name = str(given.get("dbname") or given.get("user") or "")
    if not host or host.startswith("/"):
        return name or "PostgreSQL"
    port = given.get("port")
    return f"{host}:{port}/{name}" if port else f"{host}/{name}"


def _reason(error: psycopg.OperationalError) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rpartition("failed: ")[2] if lines else "it does not answer"
