"""Saved views in the catalog: facts told apart by the experiment's id, so that they stay with it when it is renamed."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

from assay.errors import ExperimentNotFoundError, InvalidInputError, NotFoundError, nearest
from assay.storage.sql.database import Connection, Database
from assay.storage.views import MOST_BYTES, MOST_VIEWS, SavedView, Views, view_name

_START = "view:{}:"


class SqlViews(Views):
    """The saved views of a catalog's experiments."""

    def __init__(self, database: Database, location: str) -> None:
        self._database = database
        self._location = location

    def list_views(self, experiment_name: str) -> list[SavedView]:
        with self._database.read() as connection:
            return _views(connection, self._start(connection, experiment_name))

    def save_view(self, experiment_name: str, name: str, texts: Mapping[str, str]) -> SavedView:
        saved = SavedView(view_name(name), dict(texts), time.time_ns() // 1000)
        text = json.dumps({"texts": saved.texts, "saved_us": saved.saved_us}, ensure_ascii=False)
        size_bytes = len(text.encode("utf-8", "surrogatepass"))
        if size_bytes > MOST_BYTES:
            raise InvalidInputError(f"view {saved.name!r} has {size_bytes:,} bytes of texts; at most {MOST_BYTES:,}")
        with self._database.write() as connection:
            start = self._start(connection, experiment_name)
            others = [one for one in _views(connection, start) if one.name != saved.name]
            if len(others) >= MOST_VIEWS:
                raise InvalidInputError(
                    f"experiment {experiment_name!r} has {len(others)} views, which are as many as it can have; "
                    "delete one first"
                )
            connection.execute(
                "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (start + saved.name, text),
            )
        return saved

    def delete_view(self, experiment_name: str, name: str) -> None:
        with self._database.write() as connection:
            start = self._start(connection, experiment_name)
            names = [one.name for one in _views(connection, start)]
            if name not in names:
                raise NotFoundError(f"no view {name!r} of experiment {experiment_name!r}{nearest(name, names)}")
            connection.execute("DELETE FROM facts WHERE name = ?", (start + name,))

    def _start(self, connection: Connection, experiment_name: str) -> str:
        """What the names of the experiment's views begin with."""
        row = connection.execute(
            "SELECT uid FROM experiments WHERE name = ? AND trashed_us IS NULL", (experiment_name,)
        ).fetchone()
        if row is None:
            known = [one for (one,) in connection.execute("SELECT name FROM experiments WHERE trashed_us IS NULL")]
            raise ExperimentNotFoundError(
                f"no experiment {experiment_name!r}{nearest(experiment_name, known)} in {self._location}"
            )
        return _START.format(row[0])


def _views(connection: Connection, start: str) -> list[SavedView]:
    rows = connection.execute(
        "SELECT name, value FROM facts WHERE substr(name, 1, ?) = ?", (len(start), start)
    ).fetchall()
    found = [SavedView(name[len(start) :], **json.loads(value)) for name, value in rows]
    return sorted(found, key=lambda one: (one.name.casefold(), one.name))


def forget_views(connection: Connection, experiment_id: int) -> None:
    """Delete the views of an experiment that is about to be deleted itself."""
    row = connection.execute("SELECT uid FROM experiments WHERE id = ?", (experiment_id,)).fetchone()
    if row is not None:
        start = _START.format(row[0])
        connection.execute("DELETE FROM facts WHERE substr(name, 1, ?) = ?", (len(start), start))
