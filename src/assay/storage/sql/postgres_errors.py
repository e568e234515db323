"""What PostgreSQL raises, as what a caller can act on. Messages name no host, user or path of the server's side."""

from __future__ import annotations

import errno

import psycopg

from assay.errors import AssayError, DamagedError, RefusedError, StoreError, UnavailableError
from assay.storage.sql.conflicts import ConflictError
from assay.storage.sql.database import LOCK_TIMEOUT_S

_CONFLICTS = ("40001", "40P01")
"""serialization_failure, deadlock_detected."""
_DISK_FULL, _NOT_ALLOWED, _READ_ONLY, _LOCK_TIMEOUT = "53100", "42501", "25006", "55P03"
_AWAY = ("08", "53", "57")
"""The classes of errors about connections, resources and operators' doings."""
_IO, _DAMAGED = ("58",), ("XX001", "XX002")
# Source: https://www.postgresql.org/docs/current/errcodes-appendix.html


def translate(error: psycopg.Error, place: str, *, committing: bool = False) -> AssayError:
    """The error that a caller gets.

    Args:
        error: What PostgreSQL, or its client, raised.
        place: What messages call the database.
        committing: Whether the transaction was about to be kept: then it may have been.
    """
    state = error.sqlstate or ""
    if state in _CONFLICTS:
        return ConflictError(f"{place}: another transaction was in the way, and stayed so; try again")
    if state == _DISK_FULL:
        return RefusedError(
            f"no space left for {place}; free some, nothing was changed", cause=OSError(errno.ENOSPC, str(error))
        )
    if state in (_NOT_ALLOWED, _READ_ONLY):
        return RefusedError(f"{place} can't be written to: {_first_line(error)}", path=place)
    if state == _LOCK_TIMEOUT:
        return StoreError(
            f"another transaction has held what this one changes in {place} for {LOCK_TIMEOUT_S:.0f} s; try again"
        )
    if state in _DAMAGED:
        return DamagedError(f"{place} is damaged: {_first_line(error)}")
    if state[:2] in _AWAY or (not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)):
        kept = "whether the change was kept is not known" if committing else "nothing was changed"
        return UnavailableError(f"the connection to the database of {place} was lost; {kept}")
    if state[:2] in _IO:
        return RefusedError(f"the database of {place} can't write: {_first_line(error)}; nothing was changed")
    return StoreError(f"{place}: {_first_line(error)}")


def _first_line(error: psycopg.Error) -> str:
    return str(error).partition("\n")[0]
