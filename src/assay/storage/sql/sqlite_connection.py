"""A connection to SQLite, as the contract of a database asks for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assay.storage.sql.database import Thing

if TYPE_CHECKING:
    from assay.storage.sql.dialect import Dialect


class SqliteConnection(sqlite3.Connection):
    """SQLite's own connection with what the contract asks for beside that; executing costs nothing more."""

    @property
    def dialect(self) -> Dialect:
        from assay.storage.sql.dialect import SQLITE  # who only logs needs none

        return SQLITE

    def insert(self, statement: str, values: Sequence[Any], /) -> int:
        number = self.execute(statement, values).lastrowid
        assert number is not None
        return number

    def hold(self, *things: Thing) -> None:
        """There is nothing to wait for: one transaction at a time writes to a file."""
