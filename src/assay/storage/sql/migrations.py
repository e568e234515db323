"""From each format of a catalog to the next: numbered, forward only, all in the transaction that opens it.

A column is added behind those that are there, so a process of an older Assay that has the catalog open goes on.
"""

from __future__ import annotations

from collections.abc import Callable

from assay.storage.sql import schema
from assay.storage.sql.database import Connection


def migrate(connection: Connection, version: int) -> None:
    """Bring the tables of a format to this Assay's, within a transaction that nobody else writes beside."""
    for number in range(version + 1, schema.VERSION + 1):
        MIGRATIONS[number](connection)


def _watch_runs(connection: Connection) -> None:
    """What those who watch runs ask for: how often each was changed, and when each writer was heard of."""
    for statement in (
        "ALTER TABLE runs ADD COLUMN revision INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE writers ADD COLUMN heard_us INTEGER",
    ):
        connection.execute(connection.dialect.definition(statement))


def _find_artifacts(connection: Connection) -> None:
    """What leads from an artifact to the runs that logged it, for their lineage."""
    connection.execute(
        "CREATE INDEX artifacts_by_content ON artifacts "
        "(coalesce(substr(sha256, 1, 16), substr(value, 1, 128)), is_output)"
    )


MIGRATIONS: dict[int, Callable[[Connection], None]] = {2: _watch_runs, 3: _find_artifacts}
"""What leads to each format from the one before."""

READ_AS = {
    2: (
        "CREATE TEMP VIEW runs AS SELECT *, 0 AS revision FROM main.runs",
        "CREATE TEMP VIEW writers AS SELECT *, NULL AS heard_us FROM main.writers",
    ),
    3: (),
}
"""What shows a SQLite catalog that can't be written as one of this format, from the one before."""
