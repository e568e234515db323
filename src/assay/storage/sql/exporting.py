"""Runs of a SQL store into a file: a group of runs at a time, each group as it is at one moment.

A group is read in one state of the catalog and holds a few megabytes, or one large run; the objects that it needs are
written behind it, when the catalog is not looked at any more. So nobody waits for an export, and its memory is that
of a group's records.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from assay.errors import ChecksumError, DamagedError
from assay.formats import export
from assay.formats.chunk import check_chunk
from assay.formats.export import (
    ExportedArtifact,
    ExportedExperiment,
    ExportedRun,
    ExportedSeries,
    ExportedWriter,
    ExportHead,
    PointsHead,
)
from assay.formats.segment import decode_segment
from assay.storage.export_file import ExportWriter
from assay.storage.objects import Objects
from assay.storage.sql.database import Connection, Database
from assay.storage.transfer import Exported

DIRECTORY = "directory"
GROUP_RUNS = 200
GROUP_BYTES = 4 << 20
"""A group ends with the run that reaches this many bytes of points."""
EVERY = "*"
"""Stands for all experiments; no id is like it."""
SUMMARY = (
    "count, nonfinite_count, last, min, max, mean, first, bits, first_step, last_step, min_step, max_step, "
    "last_timestamp_us, first_timestamp_us"
)


_CHUNK = "SELECT extremes, body FROM chunks WHERE id = ?"
_SEGMENT = "SELECT body FROM tail WHERE run_id = ? AND writer_id = ? AND segment = ?"
Place = tuple[str, tuple[int, ...]]
"""What reads the bytes of a chunk or a segment, and what is bound there."""


class RunExporter:
    """One export.

    Args:
        database: The catalog.
        objects: The bytes of its artifacts.
        path: The file.
    """

    def __init__(self, database: Database, objects: Objects, path: str) -> None:
        self._database = database
        self._objects = objects
        self._path = path
        self._written: set[str] = set()
        self._groups = 0

    def export(self, run_ids: Sequence[int], experiment: str | None) -> Exported:
        """Write runs, and their experiments before them.

        Args:
            run_ids: The runs' numbers.
            experiment: The id of one that is written even if it has no runs; `EVERY` stands for all.

        Raises:
            RefusedError: The file can't be written.
            DamagedError: Something of the runs is damaged; the message names it, and no file is left.
        """
        exported_us = time.time_ns() // 1000
        with ExportWriter(self._path, exported_us) as file:
            _add(file, export.HEAD_NAME, export.encode_record(ExportHead(export.FORMAT, export.VERSION, exported_us)))
            with self._database.read() as connection:
                experiments = read_experiments(connection, run_ids, experiment)
            _add(file, export.EXPERIMENTS_NAME, b"".join(map(export.encode_record, experiments)))
            done = runs = 0
            while done < len(run_ids):
                looked_at, written = self._add_group(file, run_ids[done : done + GROUP_RUNS])
                done, runs = done + looked_at, runs + written
        return Exported(self._path, runs, len(experiments), len(self._written), file.size_bytes)

    def _add_group(self, file: ExportWriter, run_ids: Sequence[int]) -> tuple[int, int]:
        """Write the first of these runs; how many were looked at, and how many are still there."""
        self._groups += 1
        folder = f"{self._groups:05}/"
        records: list[ExportedRun] = []
        points: list[tuple[Place, PointsHead, str]] = []
        size_bytes = looked_at = 0
        with self._database.read() as connection:
            for run_id in run_ids:
                looked_at += 1
                record = self._read_run(connection, run_id)
                if record is None:  # deleted since the runs were picked
                    continue
                here = list(_points_of(connection, run_id, len(records)))
                records.append(record)
                points += [(*one, f"{record.name} ({record.uid})") for one in here]
                size_bytes += sum(head.rest_bytes for _, head in here)
                if size_bytes >= GROUP_BYTES:
                    break
            _add(file, folder + export.RUNS_NAME, b"".join(map(export.encode_record, records)))
            if points:
                heads = [export.encode_points_head(head) for _, head, _ in points]
                total = sum(map(len, heads)) + size_bytes
                file.add(folder + export.POINTS_NAME, total, self._pieces(connection, heads, points))
        for record in records:
            for sha256 in record.objects:
                self._add_object(file, sha256, record)
        return looked_at, len(records)

    def _pieces(
        self, connection: Connection, heads: Iterable[bytes], points: Iterable[tuple[Place, PointsHead, str]]
    ) -> Iterator[bytes]:
        for text, ((statement, key), head, run) in zip(heads, points, strict=True):
            yield text
            *before, body = connection.execute(statement, key).fetchone()
            try:
                if head.segment is None:
                    check_chunk(body)
                else:
                    decode_segment(body)
            except ValueError as error:
                what = f"chunk of metric {head.metric!r}" if head.segment is None else f"segment {head.segment}"
                raise ChecksumError(
                    f"{self._database.place} is damaged: {what} of run {run}: {error}; nothing was exported; "
                    "`assay doctor` lists what is affected, and a filter can leave the run out"
                ) from error
            yield from before
            yield body

    def _read_run(self, connection: Connection, run_id: int) -> ExportedRun | None:
        row = connection.execute(
            "SELECT runs.uid, experiments.uid, runs.name, runs.display_name, runs.description, status, status_message, "
            "start_us, end_us, runs.created_us, entered_writer, refused, parameters, runs.tags, goals FROM runs "
            "JOIN experiments ON experiments.id = experiment_id WHERE runs.id = ?",
            (run_id,),
        ).fetchone()
        if row is None:
            return None
        plain: list[Any] = list(row)
        entered, refused, parameters, tags, goals = plain[10:]
        writers = _writers_of(connection, run_id)
        places = {writer_id: index for index, writer_id in enumerate(writers)}
        artifacts = _artifacts_of(connection, run_id)
        settings = connection.execute(
            "SELECT name, set_after_us, writer_id FROM parameters JOIN names ON names.id = name_id "
            "WHERE run_id = ? ORDER BY names.id",
            (run_id,),
        )
        fields: list[Any] = [
            *plain[:10],
            places.get(entered),
            refused,
            json.loads(parameters),
            {name: (after_us, places.get(writer_id)) for name, after_us, writer_id in settings},
            json.loads(tags),
            json.loads(goals),
            list(writers.values()),
            artifacts,
            _series_of(connection, run_id),
            self._objects_of(artifacts),
        ]
        return ExportedRun(*fields)

    def _objects_of(self, artifacts: Iterable[ExportedArtifact]) -> list[str]:
        """The objects of artifacts, those that the listings of directories name among them, each once."""
        needed: dict[str, None] = {}
        for artifact in artifacts:
            if artifact.sha256 is None:
                continue
            needed[artifact.sha256] = None
            if artifact.kind == DIRECTORY:
                needed.update((sha256, None) for sha256 in self._listed(artifact))
        return list(needed)

    def _listed(self, directory: ExportedArtifact) -> list[str]:
        listing = b"".join(self._objects.read_checked(str(directory.sha256)))
        try:
            return [str(entry["sha256"]) for entry in json.loads(listing)["files"]]
        except (ValueError, TypeError, KeyError) as error:
            raise DamagedError(f"artifact {directory.name!r} is no listing of a directory: {error}") from error

    def _add_object(self, file: ExportWriter, sha256: str, run: ExportedRun) -> None:
        if sha256 in self._written:
            return
        self._written.add(sha256)
        try:
            with self._objects.open(sha256) as found:
                size_bytes = found.seek(0, os.SEEK_END)
            file.add(f"{export.OBJECTS_FOLDER}{sha256}", size_bytes, self._objects.read_checked(sha256))
        except DamagedError as error:
            raise type(error)(f"{error} (run {run.name!r}, {run.uid}); nothing was exported") from error


def _add(file: ExportWriter, name: str, body: bytes) -> None:
    file.add(name, len(body), [body])


def read_experiments(
    connection: Connection, run_ids: Sequence[int], experiment: str | None
) -> list[ExportedExperiment]:
    """The experiments of runs, and the one of that id, in the order of their making."""
    wanted = {
        row[0]
        for run_id in run_ids
        for row in connection.execute("SELECT experiment_id FROM runs WHERE id = ?", (run_id,))
    }
    found = []
    for row in connection.execute(
        "SELECT id, uid, name, display_name, description, tags, created_us, changed_us FROM experiments "
        "WHERE trashed_us IS NULL ORDER BY id"
    ):
        if row[0] in wanted or experiment in (row[1], EVERY):
            uid, name, display_name, description, tags, created_us, changed_us = row[1:]
            record = (uid, name, display_name, description, json.loads(tags), created_us, changed_us)
            found.append(ExportedExperiment(*record))
    return found


def _writers_of(connection: Connection, run_id: int) -> dict[int, ExportedWriter]:
    found = connection.execute(
        "SELECT id, uid, attempt, entered, process, status, message, traceback, start_us, end_us, next_segment, "
        "tail_bytes FROM writers WHERE run_id = ? ORDER BY id",
        (run_id,),
    )
    return {row[0]: ExportedWriter(row[1], row[2], bool(row[3]), json.loads(row[4]), *row[5:]) for row in found}


def _artifacts_of(connection: Connection, run_id: int) -> list[ExportedArtifact]:
    found = connection.execute(
        "SELECT is_output, name, step, kind, value, media_type, size_bytes, sha256, caption, created_us "
        "FROM artifacts WHERE run_id = ? AND trashed_us IS NULL ORDER BY id",
        (run_id,),
    )
    return [ExportedArtifact(bool(row[0]), *row[1:]) for row in found]


def _series_of(connection: Connection, run_id: int) -> list[ExportedSeries]:
    found = connection.execute(
        f"SELECT name, {SUMMARY} FROM series JOIN names ON names.id = name_id WHERE run_id = ? ORDER BY names.id",
        (run_id,),
    )
    series = []
    for row in found:
        fields: list[Any] = list(row)
        fields[8] = None if fields[8] is None else bytes(fields[8]).hex()
        series.append(ExportedSeries(*fields))
    return series


def _points_of(connection: Connection, run_id: int, run: int) -> Iterator[tuple[Place, PointsHead]]:
    """Where the chunks and segments of a run lie, each with its head, by writer in the order of logging."""
    places = {
        row[0]: index
        for index, row in enumerate(
            connection.execute("SELECT id FROM writers WHERE run_id = ? ORDER BY id", (run_id,))
        )
    }
    chunks = connection.execute(
        "SELECT chunks.id, writer_id, name, count, first_step, last_step, length(extremes), length(body) FROM chunks "
        "JOIN names ON names.id = name_id WHERE run_id = ? ORDER BY chunks.id",
        (run_id,),
    ).fetchall()
    for chunk_id, writer_id, name, count, first, last, extremes, body in chunks:
        head = PointsHead(run, places[writer_id], name, None, count, first, last, True, extremes, body)
        yield (_CHUNK, (chunk_id,)), head
    segments = connection.execute(
        "SELECT writer_id, segment, summarised, length(body) FROM tail WHERE run_id = ? ORDER BY writer_id, segment",
        (run_id,),
    ).fetchall()
    for writer_id, segment, summarised, body in segments:
        head = PointsHead(run, places[writer_id], None, segment, 0, 0, 0, bool(summarised), 0, body)
        yield (_SEGMENT, (run_id, writer_id, segment)), head
