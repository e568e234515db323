"""Runs of a file into a SQL store: the whole file is checked first, and each run comes in whole or not at all.

A group of the file is one transaction, behind that the objects that its runs need have been stored and synced. Runs
with so many points that others would wait for it come in hidden, a few MiB a transaction, and are revealed by the last
one. An import that is killed has left whole runs, and hidden ones that `assay gc` takes away; importing again skips
what is whole and takes the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assay.errors import StoreError
from assay.formats import export
from assay.formats.export import ExportedExperiment, ExportedRun, PointsHead
from assay.formats.names import check_names, new_uid
from assay.storage.export_file import Entry, ExportReader
from assay.storage.objects import Objects
from assay.storage.sql.addressing import HUSK
from assay.storage.sql.database import Connection, Database
from assay.storage.sql.run_insert import RunInsert
from assay.storage.transfer import Imported

LARGE_BYTES = 32 << 20
"""A group with more bytes of points than this is written in several transactions."""
BATCH_BYTES = 8 << 20
"""So many bytes of points go into each of these."""
STATUSES = frozenset({None, "InProgress", "Completed", "Failed", "Stopping", "Stopped"})


@dataclass(frozen=True, slots=True)
class Group:
    """The entries of one group of runs."""

    runs: Entry
    points: Entry | None
    objects: list[Entry]


class RunImporter:
    """One import.

    Args:
        database: The catalog.
        objects: The bytes of its artifacts.
        file: The export, which is whole.
    """

    def __init__(self, database: Database, objects: Objects, file: ExportReader) -> None:
        self._database = database
        self._objects = objects
        self._file = file
        self._experiments: dict[str, ExportedExperiment] = {}
        self._needed: set[str] = set()

    def check(self) -> None:
        """Read all records and look at how they belong together; nothing is changed.

        Raises:
            DamagedError: They hold what Assay does not write.
        """
        seen: set[str] = set()
        needed: set[str] = set()
        there: set[str] = set()
        try:
            for group in self._groups():
                there |= {_sha256_of(entry) for entry in group.objects}
                records = self._records(group)
                for record in records:
                    self._check_run(record)
                    if record.uid in seen:
                        raise ValueError(f"the run {record.uid} is in it twice")
                    seen.add(record.uid)
                    needed.update(record.objects)
                for head, _ in self._points(group):
                    if head.run >= len(records) or head.writer >= len(records[head.run].writers):
                        raise ValueError("points of no run")
                if not needed <= there:
                    raise ValueError(f"the object {min(needed - there)} is not in it")
                with self._database.read() as connection:
                    for record in records:
                        if _state_of(connection, record.uid) is None:
                            self._needed.update(record.objects)
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            raise self._file.wrong(str(error)) from error

    def _check_run(self, record: ExportedRun) -> None:
        if record.experiment_uid not in self._experiments:
            raise ValueError(f"run {record.name!r} belongs to no experiment")
        experiment = self._experiments[record.experiment_uid].name
        if check_names(experiment, record.name) != (experiment, record.name) or not record.uid:
            raise ValueError(f"the name {experiment}/{record.name}")
        if record.uid.startswith(HUSK):
            raise ValueError(f"the id {record.uid!r}")
        if record.status not in STATUSES:
            raise ValueError(f"the status {record.status!r}")
        if not record.parameters_set.keys() <= record.parameters.keys():
            raise ValueError(f"the parameters of run {record.name!r}")
        indexes = [record.entered_writer, *(writer for _, writer in record.parameters_set.values())]
        if any(index is not None and not 0 <= index < len(record.writers) for index in indexes):
            raise ValueError(f"the writers of run {record.name!r}")
        if any(one.sha256 is not None and one.sha256 not in record.objects for one in record.artifacts):
            raise ValueError(f"the objects of run {record.name!r}")

    def import_runs(self) -> Imported:
        """Bring in what is not here yet."""
        done = Imported()
        for group in self._groups():
            for entry in group.objects:
                self._store_object(entry)
            self._objects.sync()
            records = self._records(group)
            try:
                done.add(self._write_group(group, records))
            except (ValueError, TypeError, KeyError, OverflowError) as error:
                raise self._file.wrong(str(error)) from error
        with self._database.write() as connection:
            for experiment in self._experiments.values():
                done.experiments += _open_experiment(connection, experiment)[2]
        self._database.shrink()
        return done

    def _groups(self) -> Iterator[Group]:
        entries = self._file.entries()
        next(entries)
        runs: Entry | None = None
        points: Entry | None = None
        objects: list[Entry] = []
        for entry in entries:
            if entry.name == export.EXPERIMENTS_NAME and runs is None:
                found = [export.decode_record(line, ExportedExperiment) for line in self._lines(entry)]
                self._experiments = {one.uid: one for one in found}
            elif entry.name.endswith("/" + export.RUNS_NAME):
                if runs is not None:
                    yield Group(runs, points, objects)
                runs, points, objects = entry, None, []
            elif entry.name.endswith("/" + export.POINTS_NAME) and runs is not None and points is None:
                points = entry
            elif entry.name.startswith(export.OBJECTS_FOLDER) and runs is not None:
                objects.append(entry)
            else:
                raise ValueError(f"entry {entry.name!r}")
        if runs is not None:
            yield Group(runs, points, objects)

    def _lines(self, entry: Entry) -> Iterator[bytes]:
        return export.lines(self._file.read(entry))

    def _records(self, group: Group) -> list[ExportedRun]:
        return [export.decode_record(line, ExportedRun) for line in self._lines(group.runs)]

    def _points(self, group: Group) -> Iterator[tuple[PointsHead, int]]:
        """The heads of the points of a group, each with where its bytes begin."""
        if group.points is None:
            return
        at, end = group.points.at, group.points.at + group.points.size_bytes
        while at < end:
            length = export.points_head_bytes(self._file.read_at(at, export.LENGTH_BYTES))
            at += export.LENGTH_BYTES
            if at + length > end:
                raise ValueError("points that reach beyond their entry")
            head = export.decode_points_head(self._file.read_at(at, length))
            at += length
            if at + head.rest_bytes > end:
                raise ValueError("points that reach beyond their entry")
            yield head, at
            at += head.rest_bytes

    def _store_object(self, entry: Entry) -> None:
        sha256 = _sha256_of(entry)
        if sha256 not in self._needed:
            return
        stored = self._objects.put(self._file.open(entry))
        if stored.sha256 != sha256:
            raise self._file.wrong(f"the object {sha256} has the SHA-256 {stored.sha256}")

    def _write_group(self, group: Group, records: list[ExportedRun]) -> Imported:
        """Write the runs of a group that are not here; a large group's points go ahead, a few MiB a transaction."""
        done = Imported()
        points = self._points(group)
        ahead = group.points is not None and group.points.size_bytes > LARGE_BYTES
        with self._database.write() as connection:
            arrivals = [self._insert_hidden(connection, record, done) for record in records]
            if not ahead:
                for head, at in points:
                    self._insert_points(connection, head, at, arrivals)
                self._reveal(connection, arrivals, done)
        if ahead:
            while batch := list(_of_bytes(points, BATCH_BYTES)):
                with self._database.write() as connection:
                    for arrival in filter(None, arrivals):
                        arrival.check(connection)
                    for head, at in batch:
                        self._insert_points(connection, head, at, arrivals)
            with self._database.write() as connection:
                self._reveal(connection, arrivals, done)
        return done

    def _insert_hidden(self, connection: Connection, record: ExportedRun, done: Imported) -> RunInsert | None:
        if done.skip(_state_of(connection, record.uid)):
            return None
        if not self._needed.issuperset(record.objects):
            raise StoreError(f"run {record.name!r} was deleted while it was imported; import {self._file.path} again")
        experiment_id, _, is_new = _open_experiment(connection, self._experiments[record.experiment_uid])
        done.experiments += is_new
        arrival = RunInsert(self._database.names, record, self._file.head.exported_us)
        arrival.insert(connection, experiment_id)
        return arrival

    def _reveal(self, connection: Connection, arrivals: Sequence[RunInsert | None], done: Imported) -> None:
        for arrival in filter(None, arrivals):
            arrival.check(connection)
            if done.skip(_state_of(connection, arrival.record.uid)):  # somebody else was quicker
                continue
            experiment = self._experiments[arrival.record.experiment_uid]
            experiment_id, name, _ = _open_experiment(connection, experiment)
            here = f"{name}/{arrival.reveal(connection, experiment_id)}"
            done.runs.append(here)
            if here != f"{name}/{arrival.record.name}":
                done.renamed[f"{experiment.name}/{arrival.record.name}"] = here

    def _insert_points(
        self, connection: Connection, head: PointsHead, at: int, arrivals: Sequence[RunInsert | None]
    ) -> None:
        arrival = arrivals[head.run]
        if arrival is None:
            return
        run_id, writer_id = arrival.run_id, arrival.writer_ids[head.writer]
        extremes = self._file.read_at(at, head.extremes_bytes)
        body = self._file.read_at(at + head.extremes_bytes, head.body_bytes)
        if head.metric is None:
            connection.execute(
                "INSERT INTO tail (writer_id, segment, run_id, summarised, body) VALUES (?, ?, ?, ?, ?)",
                (writer_id, head.segment, run_id, int(head.summarised), body),
            )
            return
        name_id = self._database.names.give(connection, head.metric)
        connection.execute(
            "INSERT INTO chunks (run_id, name_id, writer_id, count, first_step, last_step, extremes, body) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (run_id, name_id, writer_id, head.count, head.first_step, head.last_step, extremes, body),
        )


def _of_bytes(points: Iterator[tuple[PointsHead, int]], limit: int) -> Iterator[tuple[PointsHead, int]]:
    """The next points, up to those that reach so many bytes."""
    for head, at in points:
        yield head, at
        limit -= head.rest_bytes
        if limit <= 0:
            return


def _sha256_of(entry: Entry) -> str:
    return entry.name.removeprefix(export.OBJECTS_FOLDER)


def _state_of(connection: Connection, uid: str) -> tuple[str, bool] | None:
    """The name of a run that is here, and whether it is in the trash; None where it is not here."""
    row = connection.execute(
        "SELECT experiments.name || '/' || runs.name, coalesce(runs.trashed_us, experiments.trashed_us) FROM runs "
        "JOIN experiments ON experiments.id = experiment_id WHERE runs.uid = ?",
        (uid,),
    ).fetchone()
    return None if row is None else (row[0], row[1] is not None)


def _open_experiment(connection: Connection, record: ExportedExperiment) -> tuple[int, str, bool]:
    """The experiment that runs go to: that of the same id, else that of the same name, else a new one."""
    for column in ("uid", "name"):
        row = connection.execute(
            f"SELECT id, name FROM experiments WHERE {column} = ? AND trashed_us IS NULL", (getattr(record, column),)
        ).fetchone()
        if row is not None:
            return row[0], row[1], False
    taken = connection.execute("SELECT 1 FROM experiments WHERE uid = ?", (record.uid,)).fetchone()
    made = connection.insert(
        "INSERT INTO experiments (uid, name, display_name, description, tags, created_us, changed_us) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            record.uid if taken is None else new_uid(),  # the one of that id lies in the trash
            record.name,
            record.display_name,
            record.description,
            json.dumps(record.tags, ensure_ascii=False),
            record.created_us,
            record.changed_us,
        ),
    )
    return made, record.name, True
