"""The store of a session as what it is in a folder: SQLite and files."""

from __future__ import annotations

import sqlite3

from assay import Session
from assay.storage.disk_objects import DiskObjects
from assay.storage.sql.store import SqlStore


def folder_store(session: Session | None = None) -> SqlStore:
    """The session's store; by default that of the environment."""
    store = (session or Session()).store
    assert isinstance(store, SqlStore)
    return store


def disk_objects(session: Session | None = None) -> DiskObjects:
    """The session's objects."""
    objects = folder_store(session).objects
    assert isinstance(objects, DiskObjects)
    return objects


def contents(session: Session | None = None) -> list[str]:
    """All that the session's catalog holds, as SQL."""
    with folder_store(session).reading() as connection:
        assert isinstance(connection, sqlite3.Connection)
        return list(connection.iterdump())
