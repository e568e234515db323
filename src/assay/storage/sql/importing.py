"""Runs of a file into a SQL store: the whole file is checked first, and each run comes in whole or not at all.

A group of the file is one transaction, behind that the objects that its runs need have been stored and synced. An
import that is killed has left whole groups; importing again skips them and takes the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from assay.formats import export
from assay.formats.export import ExportedExperiment, ExportedRun, PointsHead
from assay.formats.names import check_names, new_uid
from assay.storage.export_file import Entry, ExportReader
from assay.storage.objects import DiskObjects
from assay.storage.sql.database import Connection, Database
from assay.storage.sql.run_insert import RunInsert

STATUSES = frozenset({None, "InProgress", "Completed", "Failed", "Stopping", "Stopped"})


@dataclass(slots=True)
class Imported:
    """What an import did. Runs are named `experiment/run`.

    Attributes:
        runs: What was imported, under its name here.
        renamed: Of these, those whose name was taken by another run: their name in the file, and here.
        skipped: What is here already, by its id.
        trashed: Of what was skipped, what lies in the trash here.
        experiments: How many experiments were made.
    """

    runs: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    trashed: list[str] = field(default_factory=list)
    experiments: int = 0

    def add(self, other: Imported) -> None:
        """Add what another part of the file came to."""
        self.runs += other.runs
        self.renamed |= other.renamed
        self.skipped += other.skipped
        self.trashed += other.trashed
        self.experiments += other.experiments


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

    def __init__(self, database: Database, objects: DiskObjects, file: ExportReader) -> None:
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
        """Bring in what is not here yet, a group a transaction."""
        done = Imported()
        for group in self._groups():
            for entry in group.objects:
                self._store_object(entry)
            self._objects.sync()
            records = self._records(group)
            try:
                with self._database.write() as connection:
                    written = self._write_group(connection, group, records)
            except (ValueError, TypeError, KeyError, OverflowError) as error:
                raise self._file.wrong(str(error)) from error
            done.add(written)
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

    def _write_group(self, connection: Connection, group: Group, records: list[ExportedRun]) -> Imported:
        done = Imported()
        run_ids: list[int | None] = []
        writer_ids: list[list[int]] = []
        for record in records:
            experiment = self._experiments[record.experiment_uid]
            state = _state_of(connection, record.uid)
            if state is not None:
                name, is_trashed = state
                done.skipped.append(name)
                done.trashed += [name] if is_trashed else []
                run_ids.append(None)
                writer_ids.append([])
                continue
            experiment_id, name, is_new = _open_experiment(connection, experiment)
            done.experiments += is_new
            insert = RunInsert(connection, self._database.names, record, self._file.head.exported_us)
            run_name = insert.insert(experiment_id)
            here = f"{name}/{run_name}"
            done.runs.append(here)
            if run_name != record.name:
                done.renamed[f"{experiment.name}/{record.name}"] = here
            run_ids.append(insert.run_id)
            writer_ids.append(insert.writer_ids)
        for head, at in self._points(group):
            run_id = run_ids[head.run]
            if run_id is not None:
                self._insert_points(connection, head, at, run_id, writer_ids[head.run][head.writer])
        return done

    def _insert_points(self, connection: Connection, head: PointsHead, at: int, run_id: int, writer_id: int) -> None:
        extremes = self._file.read_at(at, head.extremes_bytes)
        body = self._file.read_at(at + head.extremes_bytes, head.body_bytes)
        if head.metric is None:
            connection.execute(
                "INSERT INTO tail (writer_id, segment, run_id, summarised, body) VALUES (?, ?, ?, ?, ?)",
                (writer_id, head.segment, run_id, head.summarised, body),
            )
            return
        name_id = self._database.names.give(connection, head.metric)
        connection.execute(
            "INSERT INTO chunks (run_id, name_id, writer_id, count, first_step, last_step, extremes, body) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (run_id, name_id, writer_id, head.count, head.first_step, head.last_step, extremes, body),
        )


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
    made = connection.execute(
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
    ).lastrowid
    assert made is not None
    return made, record.name, True
