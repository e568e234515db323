"""One run of an export as rows of the catalog: everything but its points."""

from __future__ import annotations

import json
from typing import Any

from assay.errors import StoreError
from assay.formats.export import ExportedRun, ExportedSeries
from assay.formats.moments import moment
from assay.formats.names import new_uid, numbered_name
from assay.storage.sql.addressing import ARRIVING
from assay.storage.sql.database import Connection, Names
from assay.storage.sql.events import searchable
from assay.storage.sql.exporting import SUMMARY

RUNNING, STOPPED = "InProgress", "Stopped"


class RunInsert:
    """Puts one run into a catalog: first hidden, where only those who tidy up see it, then revealed.

    Args:
        names: The catalog's names.
        record: The run.
        exported_us: When it was exported: what was in progress then ended then, as far as this store can know.

    Attributes:
        run_id: The run's number here.
        writer_ids: Those of its writers, in their order.
    """

    def __init__(self, names: Names, record: ExportedRun, exported_us: int) -> None:
        self.record = record
        self.run_id = 0
        self.writer_ids: list[int] = []
        self._names = names
        self._exported_us = exported_us
        self._hidden_uid = f"{ARRIVING}{new_uid()}"

    def insert(self, connection: Connection, experiment_id: int) -> None:
        """Insert it hidden: with its writers, so that points can be given to them, and nothing else."""
        record = self.record
        status, message, end_us = self._ended(record.status, record.status_message, record.end_us)
        self.run_id = _insert(
            connection,
            "runs",
            uid=self._hidden_uid,
            experiment_id=experiment_id,
            name=record.name,
            display_name=record.display_name,
            description=record.description,
            status=status,
            status_message=message,
            start_us=record.start_us,
            end_us=end_us,
            created_us=record.created_us,
            parameters=json.dumps(record.parameters, ensure_ascii=False, separators=(",", ":")),
            tags=_text(record.tags),
            goals=_text(record.goals),
            refused=record.refused,
            trashed_us=self._exported_us,
        )
        for index, writer in enumerate(record.writers):
            status, message, end_us = self._ended(writer.status, writer.message, writer.end_us)
            writer_id = _insert(
                connection,
                "writers",
                uid=f"{self._hidden_uid}-{index}",
                run_id=self.run_id,
                attempt=writer.attempt,
                entered=int(writer.entered),
                process=json.dumps(writer.process),
                status=status,
                message=message,
                traceback=writer.traceback,
                start_us=writer.start_us,
                end_us=end_us,
                next_segment=writer.next_segment,
                tail_bytes=writer.tail_bytes,
            )
            self.writer_ids.append(writer_id)

    def check(self, connection: Connection) -> None:
        """See that nobody has tidied it away.

        Raises:
            StoreError: Somebody has.
        """
        row = connection.execute("SELECT uid FROM runs WHERE id = ?", (self.run_id,)).fetchone()
        if row is None or row[0] != self._hidden_uid:
            raise StoreError(f"run {self.record.name!r} was deleted while it was imported; import it again")

    def reveal(self, connection: Connection, experiment_id: int) -> str:
        """Make it a run like any other, under its name or the next that is free.

        Returns:
            The name.
        """
        record = self.record
        name, display_name = self._free_name(connection, experiment_id)
        entered = None
        if record.entered_writer is not None and record.status != RUNNING:
            entered = self.writer_ids[record.entered_writer]
        connection.execute(
            "UPDATE runs SET uid = ?, experiment_id = ?, name = ?, display_name = ?, entered_writer = ?, "
            "trashed_us = NULL WHERE id = ?",
            (record.uid, experiment_id, name, display_name, entered, self.run_id),
        )
        connection.executemany(
            "UPDATE writers SET uid = ? WHERE id = ?",
            [(writer.uid, writer_id) for writer, writer_id in zip(record.writers, self.writer_ids, strict=True)],
        )
        connection.execute("DELETE FROM tombstones WHERE uid = ?", (record.uid,))
        self._insert_parameters(connection)
        for artifact in record.artifacts:
            fields = {column: getattr(artifact, column) for column in artifact.__slots__}
            fields["is_output"] = int(artifact.is_output)
            _insert(connection, "artifacts", run_id=self.run_id, **fields)
        connection.executemany(
            f"INSERT INTO series (run_id, name_id, {SUMMARY}) VALUES ({', '.join('?' * 16)})",
            [(self.run_id, self._names.give(connection, one.name), *_summary(one)) for one in record.series],
        )
        connection.execute(
            "UPDATE experiments SET changed_us = ? WHERE id = ? AND changed_us < ?",
            (record.created_us, experiment_id, record.created_us),
        )
        return name

    def _ended(
        self, status: str | None, message: str | None, end_us: int | None
    ) -> tuple[str | None, str | None, int | None]:
        if status != RUNNING:
            return status, message, end_us
        at = moment(self._exported_us)
        return STOPPED, f"in progress when it was exported at {at}; what followed was not exported", self._exported_us

    def _free_name(self, connection: Connection, experiment_id: int) -> tuple[str, str]:
        name, display_name, number = self.record.name, self.record.display_name, 1
        while connection.execute(
            "SELECT 1 FROM runs WHERE experiment_id = ? AND name = ? AND trashed_us IS NULL", (experiment_id, name)
        ).fetchone():
            number += 1
            name, display_name = numbered_name(self.record.name, number), f"{self.record.display_name}-{number}"
        return name, display_name

    def _insert_parameters(self, connection: Connection) -> None:
        rows = []
        for name, value in self.record.parameters.items():
            after_us, writer = self.record.parameters_set.get(name, (0, None))
            writer_id = None if writer is None else self.writer_ids[writer]
            rows.append((self._names.give(connection, name), self.run_id, *searchable(value), after_us, writer_id))
        connection.executemany(
            "INSERT INTO parameters (name_id, run_id, number, text, set_after_us, writer_id) VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )


def _insert(connection: Connection, table: str, **fields: Any) -> int:
    marks = ", ".join("?" * len(fields))
    return connection.insert(f"INSERT INTO {table} ({', '.join(fields)}) VALUES ({marks})", tuple(fields.values()))


def _text(found: dict[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False)


def _summary(series: ExportedSeries) -> tuple[Any, ...]:
    fields = [getattr(series, column) for column in SUMMARY.split(", ")]
    if series.bits is not None:
        fields[7] = bytes.fromhex(series.bits)
    return tuple(fields)
