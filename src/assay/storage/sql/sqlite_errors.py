"""What SQLite raises, as what a caller can act on."""

from __future__ import annotations

import sqlite3

from assay.errors import AssayError, DamagedError, RefusedError, StoreError


def translate(error: sqlite3.Error, path: str) -> AssayError:
    """The error that a caller gets for one of a database's file."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DamagedError(
            f"{path} is damaged ({error}); `assay doctor` says what is affected and repairs what can be repaired"
        )
    if primary == sqlite3.SQLITE_FULL:
        return RefusedError(f"no space left for {path}; free some, nothing was changed", cause=OSError(28, str(error)))
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
        return RefusedError(f"can't use {path}: {error}; is the folder there, and writable by this user?", path=path)
    return StoreError(f"{path}: {error}")
