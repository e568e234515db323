"""Writing a catalog anew from what its tables hold, so that free pages, indexes and counts are right again."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator

from assay import system
from assay.errors import DamagedError, StoreError
from assay.storage.sql.database import LOCK_TIMEOUT_S

LIMIT = 100
"""The most faults that SQLite is asked to list."""


@contextlib.contextmanager
def locked(path: str) -> Iterator[None]:
    """Hold a catalog's lock file, on which the writers of all processes queue.

    Raises:
        StoreError: Another process has held it for too long.
    """
    fd = os.open(path + ".lock", os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    try:
        deadline = time.monotonic() + LOCK_TIMEOUT_S
        while not system.try_lock(fd):
            if time.monotonic() > deadline:
                raise StoreError(f"another process holds the store {path}; end it, and ask again")
            time.sleep(0.01)
        yield
    finally:
        os.close(fd)


def integrity_faults(connection: sqlite3.Connection) -> list[str]:
    """What SQLite finds wrong in the structure of a database, empty where nothing is."""
    found = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({LIMIT})")]
    return [] if found == ["ok"] else [line for text in found for line in text.splitlines() if "*** in " not in line]


def is_rewritable(faults: list[str]) -> bool:
    """Whether all of these faults are in what a database derives from its tables: free pages and indexes."""
    derived = ("is never used", "missing from index", "wrong # of entries in index", "non-unique entry in index")
    return all(any(mark in fault for mark in derived) or "Freelist" in fault for fault in faults)


def rewrite(path: str) -> None:
    """Copy a catalog's tables into a new file, check that, and carry it back, all of it or nothing.

    The caller holds the store's lock. The file stays the same one, for whoever has it open.

    Raises:
        DamagedError: The tables themselves are damaged; the file is as it was.
    """
    fresh = f"{path}.new-{os.getpid()}"
    try:
        source = sqlite3.connect(path, isolation_level=None, timeout=LOCK_TIMEOUT_S)
        try:
            source.execute("VACUUM INTO ?", (fresh,))
            copy = sqlite3.connect(fresh, isolation_level=None)
            try:
                copy.execute("REINDEX")
                # A copy has its views last. Behind them SQLite's check would pass over pages that nothing uses.
                copy.execute("PRAGMA writable_schema=ON")
                copy.execute("UPDATE sqlite_schema SET rowid = -rowid WHERE type = 'view'")
                copy.execute("PRAGMA writable_schema=RESET")
                faults = integrity_faults(copy)
                if faults:
                    raise DamagedError(f"{path} can't be written anew: {faults[0]}")
                copy.backup(source)
            finally:
                copy.close()
        finally:
            source.close()
    except sqlite3.Error as error:
        raise DamagedError(f"{path} can't be written anew: {error}") from error
    finally:
        for name in (fresh, fresh + "-wal", fresh + "-shm", fresh + "-journal"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
