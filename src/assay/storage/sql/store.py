"""The SQL store: a contract's calls as transactions over the tables of `schema`."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from assay.errors import (
    AssayError,
    InvalidInputError,
    MetricNotFoundError,
    NotFoundError,
    RunExistsError,
    RunNotFoundError,
    SequenceError,
    StoreError,
    nearest,
)
from assay.formats.columns import Columns
from assay.formats.event import Event
from assay.formats.names import numbered_name
from assay.formats.segment import Rows, decode_segment, encode_segment
from assay.formats.summary import Summary
from assay.storage.contract import (
    ALL_POINTS,
    Appended,
    ArtifactRecord,
    AttemptRecord,
    ExperimentRecord,
    OpenedWriter,
    Opening,
    Page,
    RunQuery,
    RunRecord,
    RunSpec,
    Store,
    View,
    WriterSpec,
)
from assay.storage.disk_objects import DiskObjects
from assay.storage.fold import summaries_of
from assay.storage.parcel import Parcel
from assay.storage.search import FoundRuns, SearchQuery
from assay.storage.series import read_series
from assay.storage.sql import events as catalog
from assay.storage.sql import experiments, points, runs
from assay.storage.sql.addressing import SqlAddressing, fate, not_there
from assay.storage.sql.database import Connection, Database
from assay.storage.sql.renaming import SqlRenaming
from assay.storage.sql.transfers import SqlTransfers
from assay.storage.sql.trash import SqlTrash

CATALOG_FILE = "catalog.db"
OBJECTS_FOLDER = "objects"
FOLD_BYTES = 256 * 1024
"""A writer's tail is folded when it has grown to this, where numpy is loaded already."""
UNKNOWN = 0
"""The number of a writer that has none as yet."""
LIVE_SERIES = 200
"""A segment of so many series has their summaries brought up to date at once; those of wider ones wait for the fold."""
WAL_BYTES = 1 << 20
"""How large the WAL may be behind a run of few points: many of them share the cost of carrying it in."""
FOLD_BYTES_WITHOUT_NUMPY = 1024 * 1024
"""The same in a process that would have to import numpy for it, which stops other threads for moments."""


class SqlStore(Store):
    """A store in a folder: a SQLite catalog with the points, and objects as files beside it."""

    objects: DiskObjects
    trash: SqlTrash

    def __init__(self, folder: str, *, writable: bool = True) -> None:
        self.location = folder
        self.objects = DiskObjects(os.path.join(folder, OBJECTS_FOLDER))
        self._database = Database(os.path.join(folder, CATALOG_FILE), writable=writable)
        self._names = self._database.names
        self.addressing = SqlAddressing(self._database, folder)
        self.trash = SqlTrash(self._database, folder)
        self.renaming = SqlRenaming(self._database, folder)
        self.transfers = SqlTransfers(self._database, self.objects, folder)

    @property
    def path(self) -> str:
        """The catalog's file."""
        return self._database.path

    @property
    def writable(self) -> bool:
        """Whether anything can be written here."""
        return self._database.writable

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One state of the catalog, for whoever inspects it."""
        with self._database.read() as connection:
            yield connection

    def compact(self) -> None:
        """Give back to the file system what the catalog's file does not need."""
        self._database.compact()

    @property
    def is_there(self) -> bool:
        """Whether the catalog that was opened is still the file of that name."""
        return self._database.is_there

    def close(self) -> None:
        """Close the files; the next call opens them again."""
        self._database.close()

    def open_run(self, spec: RunSpec) -> tuple[RunRecord, bool]:
        with self._database.write() as connection:
            experiment_id = experiments.open_experiment(connection, spec)
            name = spec.run_name
            row = runs.select_run(
                connection, f"experiment_id = ? AND runs.name = ? AND {runs.LIVING}", (experiment_id, name)
            )
            if row is not None and spec.if_exists == "error":
                raise RunExistsError(
                    f"run {name!r} exists already in experiment {spec.experiment_name!r}; to open it: "
                    'if_exists="open", to make another: if_exists="new"'
                )
            if row is not None and spec.if_exists == "open":
                return row, False
            number = 1
            while row is not None:
                number += 1
                name = numbered_name(spec.run_name, number)
                row = runs.select_run(
                    connection, f"experiment_id = ? AND runs.name = ? AND {runs.LIVING}", (experiment_id, name)
                )
            display_name = spec.run_display_name if number == 1 else f"{spec.run_display_name}-{number}"
            runs.insert_run(connection, experiment_id, replace(spec, run_name=name, run_display_name=display_name))
            created = runs.select_run(connection, "runs.uid = ?", (spec.uid,))
            assert created is not None
            return created, True

    def find_run(self, experiment_name: str, run_name: str) -> RunRecord:
        with self._database.read() as connection:
            found = runs.select_run(
                connection, f"experiments.name = ? AND runs.name = ? AND {runs.LIVING}", (experiment_name, run_name)
            )
            if found is not None:
                return found
            known = [
                row[0]
                for row in connection.execute(
                    "SELECT runs.name FROM runs JOIN experiments ON experiments.id = experiment_id "
                    f"WHERE experiments.name = ? AND {runs.LIVING}",
                    (experiment_name,),
                )
            ]
            if not known:
                others = [row[0] for row in connection.execute("SELECT name FROM experiments WHERE trashed_us IS NULL")]
                where = f"no experiment {experiment_name!r}{nearest(experiment_name, others)} in {self.location}"
            else:
                where = f"no run {run_name!r} in experiment {experiment_name!r}{nearest(run_name, known)}"
            where += fate(connection, experiment_name, run_name)
        raise RunNotFoundError(
            f"{where}; to create it: Run(experiment_name={experiment_name!r}, run_name={run_name!r})"
        )

    def run(self, uid: str) -> RunRecord:
        with self._database.read() as connection:
            found = runs.select_run(connection, "runs.uid = ?", (uid,))
            if found is None:
                raise not_there(connection, uid, f"the run with the id {uid} is not in {self.location}")
        return found

    def list_runs(self, query: RunQuery) -> Page:
        with self._database.read() as connection:
            return runs.list_runs(connection, query)

    def search_runs(self, query: SearchQuery) -> FoundRuns:
        from assay.storage.sql import search  # who only logs needs no filters

        with self._database.read() as connection:
            return search.search_runs(connection, query)

    def open_writer(self, run_uid: str, spec: WriterSpec) -> OpenedWriter:
        with self._database.write() as connection:
            run_id = self._run_id(connection, run_uid)
            # A caller may not have learnt that the transaction which let the writer in came to its end.
            known = connection.execute("SELECT attempt FROM writers WHERE uid = ?", (spec.uid,)).fetchone()
            attempt = self._let_in(connection, run_id, spec)[0] if known is None else int(known[0])
            last_steps = {}
            if attempt > 1:
                found = points.read_summaries(connection, self.path, run_id)
                last_steps = {name: summary.last_step for name, summary in found.items()}
        return OpenedWriter(attempt, last_steps)

    def next_segment(self, writer_uid: str) -> int | None:
        with self._database.read() as connection:
            row = connection.execute("SELECT next_segment, status FROM writers WHERE uid = ?", (writer_uid,)).fetchone()
        if row is None:
            return 0
        return int(row[0]) if row[1] == "InProgress" else None

    def append(
        self,
        writer_uid: str,
        index: int,
        events: Sequence[Event],
        rows: Sequence[Rows],
        *,
        final: bool,
        opening: Opening | None = None,
    ) -> Appended:
        body, fold, summaries = b"", None, None
        with self._database.read() as connection:
            writer_id, run_id, expected, tail_bytes, status = self._writer(connection, writer_uid, opening)
            if index < expected or status != "InProgress":
                return Appended(accepted=False)
            if index > expected:
                raise SequenceError(f"writer {writer_uid} sent segment {index}; segment {expected} is missing")
            unfolded = tail_bytes + sum(len(part.body) for part in rows)
            if final:
                whole = unfolded > points.KEPT_BYTES or points.has_chunks(connection, run_id, writer_id)
            else:
                whole = unfolded >= (FOLD_BYTES if "numpy" in sys.modules else FOLD_BYTES_WITHOUT_NUMPY)
            if rows and not whole:
                body = encode_segment(rows)
            if whole and unfolded:
                older = points.tail_rows(connection, self.path, run_id, writer_id) if tail_bytes else []
                fold = points.prepare_fold(connection, self._names, run_id, writer_id, [*older, *rows], final=final)
            if final or whole or sum(len(part.layout.names) for part in rows) <= LIVE_SERIES:
                unseen = (
                    points.tail_rows(connection, self.path, run_id, writer_id, summarised=False) if tail_bytes else []
                )
                summaries = summaries_of([*unseen, *rows])
        with self._database.write() as connection:
            writer_id, run_id, expected, _, _ = self._writer(connection, writer_uid, opening)
            if expected != index:
                return Appended(accepted=False)
            if writer_id == UNKNOWN:
                assert opening is not None
                writer_id = self._let_in(connection, run_id, opening.writer)[1]
            set_aside = catalog.apply_events(connection, self._names, run_id, events, writer_id=writer_id)
            connection.executemany(
                "INSERT INTO set_aside VALUES (?, ?, ?, ?)",
                [(writer_id, index, why, json.dumps({"k": one.kind, **one.body})) for one, why in set_aside],
            )
            if summaries is not None:
                points.merge_into_series(connection, self._names, run_id, summaries)
                if tail_bytes and fold is None:
                    connection.execute(
                        "UPDATE tail SET summarised = 1 WHERE run_id = ? AND writer_id = ?", (run_id, writer_id)
                    )
            if body:
                connection.execute(
                    "INSERT INTO tail VALUES (?, ?, ?, ?, ?)", (writer_id, index, run_id, summaries is not None, body)
                )
            if fold is not None:
                points.write_fold(connection, self._names, run_id, writer_id, fold)
                connection.execute("DELETE FROM tail WHERE run_id = ? AND writer_id = ?", (run_id, writer_id))
                unfolded = 0
            connection.execute(
                "UPDATE writers SET next_segment = ?, tail_bytes = ? WHERE id = ?", (index + 1, unfolded, writer_id)
            )
            if final:
                leave = next((event for event in reversed(events) if event.kind == "leave"), None)
                if leave is None:
                    leave = Event(time.time_ns(), "leave", {"status": catalog.ENDED})
                catalog.end_writer(connection, writer_id, run_id, leave)
        if final:
            self._database.shrink(wal_bytes=WAL_BYTES if fold is None else None)
        return Appended(accepted=True, set_aside=set_aside)

    def take(self, parcels: Sequence[Parcel]) -> list[Appended | AssayError]:
        done: list[Appended | AssayError] = []
        for one in parcels:
            rows = decode_segment(one.rows) if one.rows else []
            try:
                done.append(
                    self.append(one.writer_uid, one.index, one.events, rows, final=one.final, opening=one.opening)
                )
            except (NotFoundError, InvalidInputError, StoreError) as error:
                done.append(error)
        return done

    def heartbeat(self, writer_uids: Sequence[str]) -> None:
        """Nothing to do: whoever shares a folder can ask for the process."""

    def revisions(self, run_uids: Sequence[str]) -> dict[str, int]:
        with self._database.read() as connection:
            found = {}
            for uid in run_uids:
                found[uid] = connection.execute(
                    "SELECT coalesce(sum(next_segment), 0) FROM writers WHERE run_id = ?",
                    (self._run_id(connection, uid),),
                ).fetchone()[0]
        return found

    def apply(self, run_uid: str, events: Sequence[Event]) -> None:
        with self._database.write() as connection:
            set_aside = catalog.apply_events(connection, self._names, self._run_id(connection, run_uid), events)
            if set_aside:
                raise InvalidInputError(f"{set_aside[0][0].kind}: {set_aside[0][1]}")

    def summaries(self, run_uid: str) -> dict[str, Summary]:
        with self._database.read() as connection:
            return points.read_summaries(connection, self.path, self._run_id(connection, run_uid))

    def history(
        self,
        run_uid: str,
        name: str,
        *,
        max_points: int | None = None,
        first_step: int | None = None,
        end_step: int | None = None,
        repeated: str = "all",
    ) -> Columns:
        with self._database.read() as connection:
            run_id = self._run_id(connection, run_uid)
            name_id = self._names.known(connection, name)
            parts = points.stored_parts(connection, self.path, run_id, name_id, name)
            if not parts:
                known = points.read_summaries(connection, self.path, run_id)
                run = runs.select_run(connection, "runs.id = ?", (run_id,))
                assert run is not None
                raise MetricNotFoundError(
                    f"no metric {name!r} in run {run.name!r} of experiment {run.experiment_name!r}"
                    f"{nearest(name, known)}"
                )
            return read_series(
                parts, max_points=max_points, first_step=first_step, end_step=end_step, repeated=repeated
            )

    def histories(self, run_uids: Sequence[str], names: Sequence[str], view: View) -> dict[tuple[str, str], Columns]:
        from assay.storage.sql.histories import read_histories  # who only logs reads none

        with self._database.read() as connection:
            wanted = {uid: self._run_id(connection, uid) for uid in run_uids}
            return read_histories(connection, self.path, self._names, wanted, names, view)

    def stream_histories(
        self, run_uid: str, names: Sequence[str] | None = None, view: View = ALL_POINTS
    ) -> Iterator[tuple[str, Columns]]:
        from assay.storage.sql.histories import stream_run

        with self._database.read() as connection:
            run_id = self._run_id(connection, run_uid)
        return stream_run(self._database.read, self.path, run_id, names, view)

    def artifacts(self, run_uid: str) -> list[ArtifactRecord]:
        with self._database.read() as connection:
            return runs.list_artifacts(connection, self._run_id(connection, run_uid))

    def attempts(self, run_uid: str) -> list[AttemptRecord]:
        with self._database.read() as connection:
            return runs.list_attempts(connection, self._run_id(connection, run_uid))

    def experiments(self) -> list[ExperimentRecord]:
        with self._database.read() as connection:
            return experiments.list_experiments(connection)

    def save_experiment(self, record: ExperimentRecord, *, create: bool = False) -> ExperimentRecord:
        with self._database.write() as connection:
            return experiments.save_experiment(connection, record, create=create)

    def delete_experiment(self, name: str, *, with_runs: bool = False) -> None:
        with self._database.write() as connection:
            uid = experiments.close_experiment(connection, name, with_runs=with_runs)
        self.trash.delete_experiment(uid)

    def _let_in(self, connection: Connection, run_id: int, spec: WriterSpec) -> tuple[int, int]:
        """Let a new writer into a run; the attempt it is, and its number."""
        attempt = connection.execute("SELECT count(*) FROM writers WHERE run_id = ?", (run_id,)).fetchone()[0] + 1
        writer_id = connection.execute(
            "INSERT INTO writers (uid, run_id, attempt, entered, process, status, start_us) "
            "VALUES (?, ?, ?, ?, ?, 'InProgress', ?)",
            (spec.uid, run_id, attempt, spec.entered, _process_text(spec), spec.opened_us),
        ).lastrowid
        if spec.entered:
            # The store may hear of it late: whoever left after it had entered was not the last one inside.
            together = connection.execute(
                "SELECT min(id) FROM writers WHERE run_id = ? AND entered AND (end_us >= ? OR id = ?)",
                (run_id, spec.opened_us, writer_id),
            ).fetchone()[0]
            connection.execute(
                "UPDATE runs SET status = 'InProgress', status_message = 'Within a run context', end_us = NULL, "
                "start_us = min(coalesce(start_us, ?1), ?1), entered_writer = coalesce(entered_writer, ?) WHERE id = ?",
                (spec.opened_us, together, run_id),
            )
        assert writer_id is not None
        return int(attempt), writer_id

    def _run_id(self, connection: Connection, run_uid: str) -> int:
        row = connection.execute("SELECT id FROM runs WHERE uid = ?", (run_uid,)).fetchone()
        if row is None:
            raise not_there(connection, run_uid, f"the run with the id {run_uid} is not in {self.location}")
        return int(row[0])

    def _writer(
        self, connection: Connection, writer_uid: str, opening: Opening | None = None
    ) -> tuple[int, int, int, int, str]:
        row = connection.execute(
            "SELECT id, run_id, next_segment, tail_bytes, status FROM writers WHERE uid = ?", (writer_uid,)
        ).fetchone()
        if row is None and opening is not None:
            return UNKNOWN, self._run_id(connection, opening.run_uid), 0, 0, "InProgress"
        if row is None:
            raise not_there(connection, writer_uid, f"writer {writer_uid} is not in {self.location}")
        return row[0], row[1], row[2], row[3], row[4]


def _process_text(spec: WriterSpec) -> str:
    # What tells a living process from a dead one stays in its journal; people want to know where it ran.
    return json.dumps({name: spec.process[name] for name in ("host", "pid") if name in spec.process})
