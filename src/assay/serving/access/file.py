"""The tables of access in a SQLite file of their own, which only the server's user can read.

They are asked every few seconds and written to when somebody makes or revokes a token, so nothing is kept open
between transactions, and SQLite's own locks are good enough.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator

from assay.errors import DamagedError, RefusedError, StoreError
from assay.storage.sql.forking import gate

FILE_NAME = "access.db"
TIMEOUT_S = 10.0
"""How long a transaction waits for others."""

_making = threading.Lock()


class AccessFile:
    """The file in a store's folder.

    Args:
        folder: Where it lies; the file is made where it is not there.
    """

    def __init__(self, folder: str) -> None:
        self.path = os.path.join(folder, FILE_NAME)

    @contextlib.contextmanager
    def read(self) -> Iterator[AccessConnection]:
        """One state of the tables until the block ends."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[AccessConnection]:
        """A transaction that is kept if the block ends well."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[AccessConnection]:
        with self._translated(), gate.passed():
            self._make()
            connection = sqlite3.connect(
                self.path, timeout=TIMEOUT_S, isolation_level=None, factory=AccessConnection, check_same_thread=False
            )
            try:
                connection.execute("PRAGMA foreign_keys=ON")
                connection.execute(begin)
                yield connection
                connection.execute("COMMIT")
            finally:
                connection.close()  # and undoes what was not kept

    def _make(self) -> None:
        """Make the file where it is not there: SQLite would let everybody read it. Its journals get the same mode."""
        # Closing a file drops the locks that this process has on it, so nobody may use it meanwhile.
        with _making:
            if not os.path.exists(self.path):
                with contextlib.suppress(FileExistsError):  # another process was quicker
                    os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
            if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise DamagedError(f"{self.path} is damaged ({error}); restore it from a backup") from error
            if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR):
                raise RefusedError(f"can't use {self.path}: {error}; nothing was changed", path=self.path) from error
            raise StoreError(f"{self.path}: {error}") from error
        except FileNotFoundError as error:
            raise RefusedError(f"can't make {self.path}: its folder is not there", cause=error) from error


class AccessConnection(sqlite3.Connection):
    """A transaction on the file."""

    def hold(self, *things: tuple[str, str | int]) -> None:
        """SQLite has one writer at a time: there is nobody to wait for."""
