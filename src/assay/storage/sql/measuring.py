"""What a catalog's runs take, in all, by experiment, in the trash, and what deleting some of them would free.

Counted is what was logged, in the form in which it is kept, not the files of a database with their free pages: so the
same runs take the same wherever they lie, and deleting some lowers the figure at once. What is in the trash counts,
since it takes its space until the trash is emptied. Objects count as freed where everything that names them goes; the
bytes themselves go with the next collection.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from assay.errors import DamagedError, ObjectMissingError
from assay.storage.collection import DIRECTORY
from assay.storage.objects import Objects
from assay.storage.sql.database import Connection, Database
from assay.storage.sql.usage import ROW_BYTES, Doomed, doomed_things
from assay.storage.usage import ExperimentUsage, TrashedUsage, TrashUsage, Usages, WorkspaceUsage

MOST_LISTINGS = 2000
"""The listings of so many directories are read and kept; the files of others are taken for shared with nothing."""
_ARTIFACT = "SELECT id, run_id, sha256, kind, coalesce(size_bytes, 0) FROM artifacts"
_BY_CONTENT = "substr(coalesce(sha256, value), 1, 128)"  # as the index over artifacts has it


class SqlUsages(Usages):
    """What runs take in a catalog and its objects."""

    def __init__(self, database: Database, objects: Objects) -> None:
        self._database = database
        self._listings = Listings(objects)

    def measure(self) -> WorkspaceUsage:
        with self._database.read() as connection:
            return measure(connection)

    def of_trash(self) -> TrashUsage:
        with self._database.read() as connection:
            doomed = doomed_things(connection, time.time_ns() // 1000, set())
            names = _trashed_artifacts(connection)
            which = connection.dialect.one_of("run_id", list(doomed.runs))
            rows = connection.execute(
                f"{_ARTIFACT} WHERE sha256 IS NOT NULL AND (trashed_us IS NOT NULL OR {which.text})", which.values
            ).fetchall()

            def thing_of(run_id: int, artifact_id: int) -> Hashable:
                return doomed.runs.get(run_id) or names.get(artifact_id)

            own, shared_bytes = self._freed(connection, rows, thing_of)
            items = _items(connection, doomed, names, own)
        items.sort(key=lambda one: -one.frees_bytes)
        return TrashUsage(len(items), sum(one.frees_bytes for one in items) + shared_bytes, items)

    def frees(self, run_uids: Sequence[str]) -> int:
        with self._database.read() as connection:
            named = connection.dialect.one_of("uid", list(run_uids))
            found = connection.execute(
                f"SELECT id, length(parameters) + length(tags) + length(description) FROM runs WHERE {named.text}",
                named.values,
            ).fetchall()
            going = {int(run_id) for run_id, _ in found}
            which = connection.dialect.one_of("run_id", list(going))
            row_bytes = sum(ROW_BYTES + int(text_bytes) for _, text_bytes in found)
            for table, length in (
                ("chunks", "sum(length(body) + length(extremes))"),
                ("tail", "sum(length(body))"),
                ("series", "60 * count(*)"),
                ("parameters", "40 * count(*)"),
            ):
                row_bytes += int(
                    connection.execute(
                        f"SELECT coalesce({length}, 0) FROM {table} WHERE {which.text}", which.values
                    ).fetchone()[0]
                )
            rows = connection.execute(f"{_ARTIFACT} WHERE sha256 IS NOT NULL AND {which.text}", which.values).fetchall()
            own, _ = self._freed(connection, rows, lambda run_id, _: True if run_id in going else None)
        return row_bytes + sum(own.values())

    def _freed(
        self, connection: Connection, rows: Sequence[Any], thing_of: Callable[[int, int], Hashable]
    ) -> tuple[dict[Hashable, int], int]:
        """The bytes of objects that go, by the one thing that they go with; and of those that several name together.

        Args:
            connection: Within a transaction.
            rows: The artifacts that may go.
            thing_of: What an artifact goes with, by its run's number and its own; None where it stays.
        """
        known = {row[0]: row for row in rows}
        for row in connection.execute(
            f"{_ARTIFACT} WHERE kind = ? AND sha256 IS NOT NULL ORDER BY id DESC LIMIT {MOST_LISTINGS}", (DIRECTORY,)
        ).fetchall():
            known.setdefault(row[0], row)
        going = {
            sha256
            for artifact_id, run_id, sha256, kind, size_bytes in rows
            if thing_of(run_id, artifact_id) is not None
            for sha256, _ in self._listings.objects_of(sha256, kind, size_bytes)
        }
        which = connection.dialect.one_of(_BY_CONTENT, sorted(going))
        for row in connection.execute(
            f"{_ARTIFACT} WHERE sha256 IS NOT NULL AND {which.text}", which.values
        ).fetchall():
            known.setdefault(row[0], row)
        users: dict[str, set[Hashable]] = {sha256: set() for sha256 in going}
        sizes: dict[str, int] = {}
        for artifact_id, run_id, named, kind, named_bytes in known.values():
            for sha256, size_bytes in self._listings.objects_of(named, kind, named_bytes):
                if sha256 in users:
                    users[sha256].add(thing_of(run_id, artifact_id))
                    sizes[sha256] = max(sizes.get(sha256, 0), size_bytes)
        own: dict[Hashable, int] = {}
        shared_bytes = 0
        for sha256, things in users.items():
            if None in things:
                continue
            if len(things) == 1:
                (thing,) = things
                own[thing] = own.get(thing, 0) + sizes[sha256]
            else:
                shared_bytes += sizes[sha256]
        return own, shared_bytes


class Listings:
    """The objects that directories name. A listing never changes, so each is read once.

    Args:
        objects: Where they are read from.
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._guard = threading.Lock()
        self._known: dict[str, tuple[tuple[str, int], ...]] = {}

    def objects_of(self, sha256: str, kind: str, size_bytes: int) -> Iterable[tuple[str, int]]:
        """The objects of an artifact, with their bytes; a directory that can't be read counts as one."""
        if kind != DIRECTORY:
            return ((sha256, size_bytes),)
        with self._guard:
            known = self._known.get(sha256)
        if known is None:
            try:
                text = b"".join(self._objects.read_checked(sha256))
                files = json.loads(text)["files"]
                known = ((sha256, len(text)), *((one["sha256"], int(one["size_bytes"])) for one in files))
            except (ObjectMissingError, DamagedError, OSError, ValueError, KeyError, TypeError):
                return ((sha256, size_bytes),)
            with self._guard:
                if len(self._known) >= MOST_LISTINGS:
                    self._known.clear()
                self._known[sha256] = known
        return known


def _trashed_artifacts(connection: Connection) -> dict[int, tuple[str, str, str, bool]]:
    """What each artifact in the trash belongs to, by its number: all items of a series of media are one thing."""
    return {
        artifact_id: ("artifact", uid, name, bool(is_output))
        for artifact_id, uid, name, is_output in connection.execute(
            "SELECT artifacts.id, runs.uid, artifacts.name, is_output FROM artifacts JOIN runs ON runs.id = run_id "
            "WHERE artifacts.trashed_us IS NOT NULL"
        ).fetchall()
    }


def _items(
    connection: Connection, doomed: Doomed, names: dict[int, tuple[str, str, str, bool]], own: dict[Hashable, int]
) -> list[TrashedUsage]:
    """What each thing in the trash frees; an artifact of a run that is there too goes with that."""
    uids = {}
    for kind, table in (("experiment", "experiments"), ("run", "runs")):
        which = connection.dialect.one_of("id", [number for one, number in doomed.things if one == kind])
        found = connection.execute(f"SELECT id, uid FROM {table} WHERE {which.text}", which.values).fetchall()
        uids.update({(kind, number): uid for number, uid in found})
    items = [
        TrashedUsage(kind, uids[kind, number], one.row_bytes + own.get((kind, number), 0))
        for (kind, number), one in doomed.things.items()
        if kind != "artifact"
    ]
    for key in dict.fromkeys(names[number] for kind, number in doomed.things if kind == "artifact"):
        _, uid, name, is_output = key
        items.append(TrashedUsage("artifact", uid, own.get(key, 0), name, is_output))
    return items


def measure(connection: Connection) -> WorkspaceUsage:
    """What a workspace takes, read from its catalog in one state of it.

    No point and no object is read: lengths stand beside the bytes. Of 100,000 chunks that took half a second in SQLite,
    a tenth in PostgreSQL, on two cores.

    Args:
        connection: Within a transaction.
    """
    found = WorkspaceUsage()
    experiments: dict[int, ExperimentUsage] = {}
    for number, uid, name, is_trashed, runs in connection.execute(
        "SELECT id, uid, name, CASE WHEN trashed_us IS NULL THEN 0 ELSE 1 END, "
        "(SELECT count(*) FROM runs WHERE experiment_id = experiments.id) FROM experiments"
    ).fetchall():
        one = ExperimentUsage(int(runs), name=name, trashed=bool(is_trashed))
        experiments[number] = found.experiments[uid] = one
        found.runs += one.runs
    for table, length in (("chunks", "length(body) + length(extremes)"), ("tail", "length(body)")):
        for number, size_bytes in connection.execute(
            f"SELECT runs.experiment_id, sum({length}) FROM {table} JOIN runs ON runs.id = {table}.run_id "
            "GROUP BY runs.experiment_id"
        ).fetchall():
            experiments[number].point_bytes += int(size_bytes)
            found.point_bytes += int(size_bytes)
    for number, size_bytes in connection.execute(
        "SELECT experiment_id, sum(size_bytes) FROM (SELECT runs.experiment_id AS experiment_id, sha256, "
        "max(coalesce(size_bytes, 0)) AS size_bytes FROM artifacts JOIN runs ON runs.id = artifacts.run_id "
        "WHERE sha256 IS NOT NULL GROUP BY runs.experiment_id, sha256) AS held GROUP BY experiment_id"
    ).fetchall():
        experiments[number].object_bytes = int(size_bytes)
    row = connection.execute(
        "SELECT coalesce(sum(size_bytes), 0) FROM (SELECT max(coalesce(size_bytes, 0)) AS size_bytes FROM artifacts "
        "WHERE sha256 IS NOT NULL GROUP BY sha256) AS held"
    ).fetchone()
    found.object_bytes = int(row[0])
    return found
