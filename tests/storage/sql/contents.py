"""All that a store holds, without the numbers that each store gives for itself: for comparing two stores."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path
from typing import Any

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


def runs_of(folder: Path) -> dict[str, dict[str, Any]]:
    """By the id of each run: its row, and its rows in every other table."""
    connection = sqlite3.connect(f"file:{folder / 'catalog.db'}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    found: dict[str, dict[str, Any]] = {}
    for run in connection.execute(_RUNS).fetchall():
        found[run["uid"]] = {"run": _plain(run)}
        for table, statement in _OF_RUN.items():
            found[run["uid"]][table] = [_plain(row) for row in connection.execute(statement, (run["id"],))]
    connection.close()
    return found


def experiments_of(folder: Path) -> list[dict[str, Any]]:
    connection = sqlite3.connect(f"file:{folder / 'catalog.db'}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    rows = [_plain(row) for row in connection.execute("SELECT * FROM experiments WHERE trashed_us IS NULL ORDER BY id")]
    connection.close()
    return rows


def objects_of(folder: Path) -> dict[str, str]:
    """By the name of each object, the SHA-256 of its bytes."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("objects/??/*"))}


def _plain(row: sqlite3.Row) -> dict[str, Any]:
    return {name: row[name] for name in row.keys() if name not in _NUMBERS}  # noqa: SIM118  # a Row iterates values
