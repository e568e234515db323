"""Carrying runs between stores in one file: which runs are meant, and who does it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assay.errors import RefusedError, RunNotFoundError
from assay.storage.sql.addressing import RUNS, experiment_uid, matching_runs, run_row, run_uid
from assay.storage.sql.database import Connection, Database
from assay.storage.transfer import Exported, Imported, Transfers

if TYPE_CHECKING:
    from assay.storage.export_file import ExportReader
    from assay.storage.objects import Objects


class SqlTransfers(Transfers):
    """Exports from, and imports into, one store.

    Args:
        database: The catalog.
        objects: The bytes of its artifacts.
        location: The store's folder, for people.
    """

    def __init__(self, database: Database, objects: Objects, location: str) -> None:
        self._database = database
        self._objects = objects
        self._location = location

    def export_runs(
        self, path: str, runs: Sequence[str] | None, experiment_name: str | None, filter_text: str | None
    ) -> Exported:
        """Write runs into a file.

        Args:
            path: The file; an export that is there already is replaced once the new one is whole.
            runs: Each by its id, or by `experiment/run`; None leaves it to the next two.
            experiment_name: The runs of this experiment, and itself; None takes all experiments.
            filter_text: Of these only what this filter picks.

        Raises:
            NotFoundError: There is no such run or experiment, or the filter picks none.
            InvalidInputError: There is something else of that path.
            FilterError: The filter can't be read.
            RefusedError: The file can't be written.
            DamagedError: Something of the runs is damaged; the message names it, and no file is left.
        """
        from assay.storage.sql.exporting import EVERY, RunExporter

        experiment: str | None = None
        with self._database.read() as connection:
            if runs is not None:
                uids = [run_uid(connection, one, "living") for one in runs]
                ids = list(dict.fromkeys(self._living(connection, uid) for uid in uids))
            elif filter_text is not None:
                uids = matching_runs(connection, filter_text, experiment_name, trashed=False)
                if not uids:
                    raise RunNotFoundError(f"the filter {filter_text!r} picks no run; nothing was exported")
                ids = sorted(run_row(connection, self._location, uid)[0] for uid in uids)
            elif experiment_name is not None:
                experiment = experiment_uid(connection, experiment_name, "living")
                ids = _runs_of(connection, experiment)
            else:
                experiment, ids = EVERY, _runs_of(connection, None)
        return RunExporter(self._database, self._objects, os.path.abspath(path)).export(ids, experiment)

    def _living(self, connection: Connection, uid: str) -> int:
        run_id, name, _ = run_row(connection, self._location, uid)
        lives = "runs.trashed_us IS NULL AND experiments.trashed_us IS NULL"
        if not connection.execute(f"SELECT 1 FROM {RUNS} WHERE runs.id = ? AND {lives}", (run_id,)).fetchone():
            raise RunNotFoundError(f"run {name!r} is in the trash; to export it, restore it first")
        return run_id

    def import_runs(self, file: ExportReader) -> Imported:
        """Bring the runs of an export, which is whole, into the store, each whole or not at all.

        Raises:
            DamagedError: It holds what Assay does not write.
            RefusedError: The store is read-only, or there is no space; what was imported by then is whole.
            StoreError: Objects are being collected here.
        """
        from assay.storage.collection import keeping
        from assay.storage.sql.importing import RunImporter

        if not self._database.writable:
            raise RefusedError(f"the store {self._location} is read-only: nothing can be imported into it")
        importer = RunImporter(self._database, self._objects, file)
        importer.check()
        with keeping(self._objects):
            return importer.import_runs()


def _runs_of(connection: Connection, experiment: str | None) -> list[int]:
    found = connection.execute(
        f"SELECT runs.id FROM {RUNS} WHERE experiments.uid = coalesce(?, experiments.uid) AND runs.trashed_us IS NULL "
        "AND experiments.trashed_us IS NULL ORDER BY runs.id",
        (experiment,),
    )
    return [row[0] for row in found]
