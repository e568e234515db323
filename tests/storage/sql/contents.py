"""All that a store holds, without the numbers that each store gives for itself: for comparing two stores."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assay.storage.sql.database import Connection
from assay.storage.sql.store import SqlStore

_RUNS = (
    "SELECT r.*, e.uid AS experiment, (SELECT uid FROM writers WHERE id = r.entered_writer) AS entered "
    "FROM runs r JOIN experiments e ON e.id = r.experiment_id WHERE r.trashed_us IS NULL"
)
_OF_RUN = {
    "writers": "SELECT * FROM writers WHERE run_id = ? ORDER BY id",
    "parameters": "SELECT n.name, p.number, p.text, p.set_after_us, w.uid AS writer FROM parameters p "
    "JOIN names n ON n.id = p.name_id LEFT JOIN writers w ON w.id = p.writer_id WHERE p.run_id = ? ORDER BY n.name",
    "artifacts": "SELECT * FROM artifacts WHERE run_id = ? AND trashed_us IS NULL ORDER BY id",
    "series": "SELECT n.name, s.* FROM series s JOIN names n ON n.id = s.name_id WHERE s.run_id = ? ORDER BY n.name",
    "chunks": "SELECT n.name, w.uid AS writer, c.* FROM chunks c JOIN names n ON n.id = c.name_id "
    "JOIN writers w ON w.id = c.writer_id WHERE c.run_id = ? ORDER BY n.name, c.writer_id, c.id",
    "tail": "SELECT w.uid AS writer, t.* FROM tail t JOIN writers w ON w.id = t.writer_id "
    "WHERE t.run_id = ? ORDER BY t.writer_id, t.segment",
}
_NUMBERS = ("id", "run_id", "writer_id", "name_id", "experiment_id", "entered_writer", "revision", "heard_us")


def runs_of(place: Path | SqlStore) -> dict[str, dict[str, Any]]:
    """By the id of each run of a store, or of the store in a folder: its row, and its rows in every other table."""
    with _reading(place) as connection:
        found: dict[str, dict[str, Any]] = {}
        for run in _rows(connection, _RUNS, ()):
            found[run["uid"]] = {"run": _plain(run)}
            for table, statement in _OF_RUN.items():
                found[run["uid"]][table] = [_plain(row) for row in _rows(connection, statement, (run["id"],))]
        return found


def experiments_of(place: Path | SqlStore) -> list[dict[str, Any]]:
    with _reading(place) as connection:
        statement = "SELECT * FROM experiments WHERE trashed_us IS NULL ORDER BY id"
        return [_plain(row) for row in _rows(connection, statement, ())]


def objects_of(folder: Path) -> dict[str, str]:
    """By the name of each object, the SHA-256 of its bytes."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("objects/??/*"))}


@contextlib.contextmanager
def _reading(place: Path | SqlStore) -> Iterator[Connection]:
    store = SqlStore(str(place), writable=False) if isinstance(place, Path) else place
    with store.reading() as connection:
        yield connection
    if isinstance(place, Path):
        store.close()


def _rows(connection: Connection, statement: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
    cursor: Any = connection.execute(statement, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _NUMBERS}
