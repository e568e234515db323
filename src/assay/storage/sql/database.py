"""The contract of a database: what the tables of a store need of it, whichever it is.

Statements are written once, in the SQL that SQLite (from 3.34) and PostgreSQL have in common, with `?` for what is
bound. What they spell otherwise lies in a `Dialect`, one for each.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from assay.storage.sql.dialect import Dialect

LOCK_TIMEOUT_S = 10.0
"""How long a transaction waits for those of others before it gives up."""


Thing = tuple[str, str | int]
"""What a transaction holds until it ends: a kind (`run`, `experiment`, …) and which of them."""


class Cursor(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""

    def fetchone(self) -> Any:
        """The next row, None behind the last."""

    def fetchall(self) -> list[Any]:
        """The rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """The rows that are left, one after another."""


class Connection(Protocol):
    """A transaction: what is executed in it sees one database, and is kept or undone as a whole."""

    @property
    def dialect(self) -> Dialect:
        """What this database spells in its own way."""

    def execute(self, statement: str, values: Sequence[Any] = ..., /) -> Cursor:
        """Execute a statement with what stands for its question marks."""

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> Cursor:
        """Execute a statement once for each row of values."""

    def insert(self, statement: str, values: Sequence[Any], /) -> int:
        """Insert one row into a table that numbers its rows; the row's number."""

    def hold(self, *things: Thing) -> None:
        """Wait until no other transaction holds any of these, and hold them until this one ends.

        A transaction that writes asks for all that it is going to change at once, before it looks at any of it. Where
        several transactions can't write at the same time there is nothing to wait for.
        """


class Database(ABC):
    """Where the tables of one store lie."""

    place: str
    """What messages call it: a file's path, or a server's public address."""

    writable: bool
    """Whether anything can be changed in it."""

    names: Names
    """The names that it knows."""

    @abstractmethod
    def read(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one state of the database until the block ends."""

    @abstractmethod
    def write(self) -> AbstractContextManager[Connection]:
        """A transaction that is kept if the block ends well, and undone if it raises.

        Raises:
            RefusedError: It can't be written to, or there is no space.
            UnavailableError: It does not answer.
        """

    def claim(self, thing: Thing) -> AbstractContextManager[bool]:  # noqa: ARG002
        """Say that one is about to do what others need not do as well, until the block ends; False: another one is.

        It spares work and guards nothing: who writes asks what it finds.
        """
        return nullcontext(True)

    def shrink(self, *, free_pages: int = 256, wal_bytes: int | None = None) -> None:  # noqa: B027
        """Give back some of what the database does not need, where that is quick."""

    def compact(self) -> None:  # noqa: B027
        """Give back all that the database does not need."""

    @property
    def free_bytes(self) -> int:
        """How much `compact` would give back, as far as that is known."""
        return 0

    @property
    def is_there(self) -> bool:
        """Whether what was opened is still what is there under its name."""
        return True

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections; the next call takes them again."""


class Names:
    """Numbers for names, given once and kept for ever; remembered in the process until a transaction is undone."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}

    def known(self, connection: Connection, name: str) -> int | None:
        """The number of a name, None where nobody has used it as yet."""
        found = self._ids.get(name)
        if found is None:
            row = connection.execute("SELECT id FROM names WHERE name = ?", (name,)).fetchone()
            if row is None:
                return None
            found = self._ids[name] = int(row[0])
        return found

    def give(self, connection: Connection, name: str) -> int:
        """The number of a name, within a write transaction; a new one where it has none."""
        found = self.known(connection, name)
        if found is None:
            found = self._ids[name] = connection.insert("INSERT INTO names (name) VALUES (?)", (name,))
        return found

    def prepare(self, names: Iterable[str]) -> None:
        """Look up, or give, the numbers of names that a transaction is about to ask for one by one."""

    def forget(self) -> None:
        """Drop what is remembered: numbers given in a transaction that was undone must not be used."""
        self._ids = {}
