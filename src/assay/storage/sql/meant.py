"""Who is meant, asked of a catalog by itself."""

from __future__ import annotations

from collections.abc import Sequence

from assay.storage.sql import addressing
from assay.storage.sql.database import Database
from assay.storage.tidying import Addressing


class SqlAddressing(Addressing):
    """Who is meant, in a catalog."""

    def __init__(self, database: Database, location: str) -> None:
        self._database = database
        self._location = location

    def run_uid(self, given: str, state: str) -> str:
        with self._database.read() as connection:
            return addressing.run_uid(connection, given, state)

    def run_names(self, uids: Sequence[str]) -> list[str]:
        with self._database.read() as connection:
            return [addressing.run_row(connection, self._location, uid)[1] for uid in uids]

    def experiment_uid(self, given: str, state: str) -> str:
        with self._database.read() as connection:
            return addressing.experiment_uid(connection, given, state)

    def matching_runs(self, filter_text: str, experiment: str | None, *, trashed: bool) -> list[str]:
        with self._database.read() as connection:
            return addressing.matching_runs(connection, filter_text, experiment, trashed=trashed)
