"""What SQLite and PostgreSQL spell in their own ways, one object each. Who only logs loads neither."""

from __future__ import annotations

import json
import struct
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.storage.search import LastValues
    from assay.storage.sql.database import Connection
    from assay.storage.sql.filters import FilterCompiler

LAST = struct.Struct("<d")
"""The first of the figures in `series.bits`."""


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and what is bound to its question marks, in order."""

    text: str
    values: tuple[Any, ...] = ()


class Dialect(ABC):
    """How one database says what the other says differently.

    Attributes:
        skip_locked: What stands behind a selection of rows that passes over those which another transaction changes.
    """

    skip_locked = ""

    @abstractmethod
    def compiler(self, connection: Connection) -> Callable[..., FilterCompiler]:
        """What makes the compilers of the parts of statements that are to run on this connection."""

    @abstractmethod
    def definition(self, statement: str) -> str:
        """A statement that defines something, as `schema` has it, in this database's words."""

    @abstractmethod
    def one_of(self, column: str, values: Sequence[str] | Sequence[int]) -> Sql:
        """The condition that a column holds one of these values, however many they are."""

    @abstractmethod
    def in_order(self, columns: str, run_ids: Sequence[int]) -> Sql:
        """The statement for columns of `runs`, in the order of these numbers."""

    @abstractmethod
    def last_values(self, connection: Connection, run_ids: Sequence[int]) -> LastValues:
        """The last value of each series of runs, by their places among these numbers."""


class SqliteDialect(Dialect):
    """Lists are bound as JSON; what SQL can't say is a function in Python, called for each row."""

    def compiler(self, connection: Connection) -> Callable[..., FilterCompiler]:
        from assay.storage.sql.filters import FilterCompiler, prepare_connection

        prepare_connection(connection)  # type: ignore[arg-type]  # a connection of this dialect is SQLite's
        return FilterCompiler

    def definition(self, statement: str) -> str:
        return " ".join(statement.split())

    def one_of(self, column: str, values: Sequence[str] | Sequence[int]) -> Sql:
        return Sql(f"{column} IN (SELECT value FROM json_each(?))", (json.dumps(list(values)),))

    def in_order(self, columns: str, run_ids: Sequence[int]) -> Sql:
        # CROSS JOIN keeps the order of the list: sorting rows with all their texts would take as long as reading them.
        text = f"SELECT {columns} FROM json_each(?) AS picked CROSS JOIN runs ON runs.id = picked.value"
        return Sql(text, (json.dumps(list(run_ids)),))

    def last_values(self, connection: Connection, run_ids: Sequence[int]) -> LastValues:
        """What SQLite hands to a function goes into columns at once; as rows it would take three times as long."""
        from assay.storage.search import LastValues

        found = LastValues()
        add_place, add_number, add_value = found.places.append, found.numbers.append, found.values.append

        def gather(place: int, number: int, last: float | None, bits: bytes | None) -> None:
            add_place(place)
            add_number(number)
            add_value(last if bits is None else LAST.unpack_from(bits)[0])  # type: ignore[arg-type]  # NULL has bits

        connection.create_function("assay_gather", 4, gather)  # type: ignore[attr-defined]
        connection.execute(
            "SELECT count(assay_gather(picked.key, series.name_id, series.last, series.bits)) "
            "FROM json_each(?) AS picked CROSS JOIN series ON series.run_id = picked.value",
            (json.dumps(list(run_ids)),),
        ).fetchall()
        connection.create_function("assay_gather", 4, None)  # type: ignore[attr-defined]
        return found


SQLITE = SqliteDialect()
