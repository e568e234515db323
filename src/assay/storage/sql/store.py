"""The SQL store: a contract's calls as transactions over the tables of `schema`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from assay.errors import (
    AssayError,
    InvalidInputError,
    MetricNotFoundError,
    RunNotFoundError,
    nearest,
)
from assay.formats.columns import Columns
from assay.formats.event import Event
from assay.formats.segment import Rows
from assay.formats.summary import Summary
from assay.storage.contract import (
    ALL_POINTS,
    Activity,
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
from assay.storage.objects import Objects
from assay.storage.parcel import Parcel
from assay.storage.sql import events as catalog
from assay.storage.sql import experiments, points, runs
from assay.storage.sql.addressing import fate, not_there, run_number
from assay.storage.sql.conflicts import retried
from assay.storage.sql.database import Connection, Database
from assay.storage.sql.sqlite import SqliteDatabase
from assay.storage.sql.writers import Writers

if TYPE_CHECKING:
    from assay.storage.search import FoundRuns, SearchQuery
    from assay.storage.sql.lineage import SqlLineages
    from assay.storage.sql.meant import SqlAddressing
    from assay.storage.sql.measuring import SqlUsages
    from assay.storage.sql.renaming import SqlRenaming
    from assay.storage.sql.transfers import SqlTransfers
    from assay.storage.sql.trash import SqlTrash
    from assay.storage.sql.views import SqlViews

CATALOG_FILE = "catalog.db"
OBJECTS_FOLDER = "objects"


class SqlStore(Store):
    """A store in a database: the catalog with the points there, and objects beside it.

    Args:
        place: The database; or a folder, which holds a SQLite catalog and objects as files.
        objects: Where the bytes of artifacts lie; of a folder, in it.
        location: What messages call the store; of a folder, its path.
        writable: False opens a folder for reading alone.
    """

    def __init__(
        self, place: str | Database, objects: Objects | None = None, location: str = "", *, writable: bool = True
    ) -> None:
        if isinstance(place, str):
            location = location or place
            objects = objects or DiskObjects(os.path.join(place, OBJECTS_FOLDER))
            named = "" if location == place else location
            place = SqliteDatabase(os.path.join(place, CATALOG_FILE), writable=writable, place=named)
        assert objects is not None
        self.location = location or place.place
        self.objects = objects
        self._database = place
        self._names = place.names
        self._writers = Writers(place, self.location)

    # Who only logs needs none of these, and does not load them.

    @cached_property
    def addressing(self) -> SqlAddressing:  # type: ignore[override]  # an attribute that is made when asked for
        """Which run or experiment is meant."""
        from assay.storage.sql.meant import SqlAddressing

        return SqlAddressing(self._database, self.location)

    @cached_property
    def trash(self) -> SqlTrash:  # type: ignore[override]
        """What was put away."""
        from assay.storage.sql.trash import SqlTrash

        return SqlTrash(self._database, self.location)

    @cached_property
    def renaming(self) -> SqlRenaming:  # type: ignore[override]
        """Other names and places."""
        from assay.storage.sql.renaming import SqlRenaming

        return SqlRenaming(self._database, self.location)

    @cached_property
    def transfers(self) -> SqlTransfers:  # type: ignore[override]
        """Runs to a file and from it."""
        from assay.storage.sql.transfers import SqlTransfers

        return SqlTransfers(self._database, self.objects, self.location)

    @cached_property
    def lineages(self) -> SqlLineages:  # type: ignore[override]
        """What came from what."""
        from assay.storage.sql.lineage import SqlLineages

        return SqlLineages(self._database, self.location)

    @cached_property
    def usages(self) -> SqlUsages:  # type: ignore[override]
        """What runs take."""
        from assay.storage.sql.measuring import SqlUsages

        return SqlUsages(self._database, self.objects)

    @cached_property
    def views(self) -> SqlViews:  # type: ignore[override]
        """Saved ways to look at experiments."""
        from assay.storage.sql.views import SqlViews

        return SqlViews(self._database, self.location)

    @property
    def database(self) -> Database:
        """Where the catalog lies."""
        return self._database

    @property
    def path(self) -> str:
        """The catalog's file; of a database that is none, what messages call it."""
        return self._database.place

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

    @retried
    def open_run(self, spec: RunSpec) -> tuple[RunRecord, bool]:
        with self._database.write() as connection:
            connection.hold(("experiment", spec.experiment_name))
            return runs.open_run(connection, spec)

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
        return self._writers.open(run_uid, spec)

    def next_segment(self, writer_uid: str) -> int | None:
        return self._writers.next_segment(writer_uid)

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
        return self._writers.append(writer_uid, index, events, rows, final=final, opening=opening)

    def take(self, parcels: Sequence[Parcel]) -> list[Appended | AssayError]:
        return self._writers.take(parcels)

    def heartbeat(self, writer_uids: Sequence[str]) -> None:
        self._writers.heartbeat(writer_uids)

    def revisions(self, run_uids: Sequence[str]) -> dict[str, int]:
        with self._database.read() as connection:
            return runs.revisions(connection, run_uids)

    @retried
    def apply(self, run_uid: str, events: Sequence[Event]) -> None:
        with self._database.write() as connection:
            run_id = self._run_id(connection, run_uid)
            connection.hold(("run", run_id))
            set_aside = catalog.apply_events(connection, self._names, run_id, events)
            if set_aside:
                raise InvalidInputError(f"{set_aside[0][0].kind}: {set_aside[0][1]}")
            runs.bump(connection, [run_id])

    def summaries(self, run_uid: str) -> dict[str, Summary]:
        with self._database.read() as connection:
            return points.read_summaries(connection, self.path, self._run_id(connection, run_uid))

    def run_summaries(
        self, run_uids: Sequence[str], names: Sequence[str] | None = None
    ) -> dict[str, dict[str, Summary]]:
        from assay.storage.sql.summaries import read_run_summaries  # who only logs reads none

        with self._database.read() as connection:
            return read_run_summaries(connection, self.path, self._names, run_uids, names)

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
            from assay.storage.series import read_series

            return read_series(
                parts, max_points=max_points, first_step=first_step, end_step=end_step, repeated=repeated
            )

    def histories(self, run_uids: Sequence[str], names: Sequence[str], view: View) -> dict[tuple[str, str], Columns]:
        from assay.storage.sql.histories import read_histories  # who only logs reads none

        with self._database.read() as connection:
            wanted = {uid: self._run_id(connection, uid) for uid in run_uids}
            return read_histories(connection, self.path, self._names, wanted, names, view)

    def writer_histories(
        self, run_uids: Sequence[str], names: Sequence[str], view: View
    ) -> dict[tuple[str, str, str], Columns]:
        from assay.storage.sql.histories import read_writer_histories

        with self._database.read() as connection:
            wanted = {uid: self._run_id(connection, uid) for uid in run_uids}
            return read_writer_histories(connection, self.path, self._names, wanted, names, view)

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

    def last_attempts(self, run_uids: Sequence[str]) -> dict[str, AttemptRecord]:
        with self._database.read() as connection:
            return runs.last_attempts(connection, run_uids)

    def activity(self, since_us: int, bucket_us: int) -> list[Activity]:
        with self._database.read() as connection:
            return experiments.list_activity(connection, since_us, bucket_us)

    def experiments(self) -> list[ExperimentRecord]:
        with self._database.read() as connection:
            return experiments.list_experiments(connection)

    @retried
    def save_experiment(self, record: ExperimentRecord, *, create: bool = False) -> ExperimentRecord:
        with self._database.write() as connection:
            connection.hold(("experiment", record.name))
            return experiments.save_experiment(connection, record, create=create)

    def delete_experiment(self, name: str, *, with_runs: bool = False) -> None:
        with self._database.write() as connection:
            connection.hold(("experiment", name))
            uid = experiments.close_experiment(connection, name, with_runs=with_runs)
        self.trash.delete_experiment(uid)

    def _run_id(self, connection: Connection, run_uid: str) -> int:
        return run_number(connection, self.location, run_uid)
