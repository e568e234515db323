"""One run of an export as rows of the catalog: everything but its points."""

from __future__ import annotations

import json
from typing import Any

from assay.formats.export import ExportedRun, ExportedSeries, ExportedWriter
from assay.formats.moments import moment
from assay.formats.names import numbered_name
from assay.storage.sql.database import Connection, Names
from assay.storage.sql.events import searchable
from assay.storage.sql.exporting import SUMMARY

RUNNING, STOPPED = "InProgress", "Stopped"


class RunInsert:
    """Puts one run into a catalog, within a write transaction.

    Args:
        connection: Within the transaction.
        names: The catalog's names.
        record: The run; none of its id is here.
        exported_us: When it was exported: what was in progress then ended then, as far as this store can know.
    """

    def __init__(self, connection: Connection, names: Names, record: ExportedRun, exported_us: int) -> None:
        self._connection = connection
        self._names = names
        self._record = record
        self._exported_us = exported_us
        self.run_id = 0
        self.writer_ids: list[int] = []

    def insert(self, experiment_id: int) -> str:
        """Insert it under its name, or the next that is free.

        Returns:
            The name.
        """
        record, connection = self._record, self._connection
        name, display_name = self._free_name(experiment_id)
        connection.execute("DELETE FROM tombstones WHERE uid = ?", (record.uid,))
        status, message, end_us = record.status, record.status_message, record.end_us
        if status == RUNNING:
            status, message, end_us = STOPPED, self._was_running(), self._exported_us
        self.run_id = self._insert(
            "runs",
            uid=record.uid,
            experiment_id=experiment_id,
            name=name,
            display_name=display_name,
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
        )
        for writer in record.writers:
            self.writer_ids.append(self._insert_writer(writer))
        if record.entered_writer is not None and record.status != RUNNING:
            connection.execute(
                "UPDATE runs SET entered_writer = ? WHERE id = ?", (self.writer_ids[record.entered_writer], self.run_id)
            )
        self._insert_parameters()
        for artifact in record.artifacts:
            fields = {column: getattr(artifact, column) for column in artifact.__slots__}
            self._insert("artifacts", run_id=self.run_id, **fields)
        connection.executemany(
            f"INSERT INTO series (run_id, name_id, {SUMMARY}) VALUES ({', '.join('?' * 16)})",
            [(self.run_id, self._names.give(connection, one.name), *_summary(one)) for one in record.series],
        )
        connection.execute(
            "UPDATE experiments SET changed_us = max(changed_us, ?) WHERE id = ?", (record.created_us, experiment_id)
        )
        return name

    def _free_name(self, experiment_id: int) -> tuple[str, str]:
        name, display_name, number = self._record.name, self._record.display_name, 1
        while self._connection.execute(
            "SELECT 1 FROM runs WHERE experiment_id = ? AND name = ? AND trashed_us IS NULL", (experiment_id, name)
        ).fetchone():
            number += 1
            name, display_name = numbered_name(self._record.name, number), f"{self._record.display_name}-{number}"
        return name, display_name

    def _was_running(self) -> str:
        return f"in progress when it was exported at {moment(self._exported_us)}; what followed was not exported"

    def _insert_writer(self, writer: ExportedWriter) -> int:
        status, message, end_us = writer.status, writer.message, writer.end_us
        if status == RUNNING:
            status, message, end_us = STOPPED, self._was_running(), self._exported_us
        return self._insert(
            "writers",
            uid=writer.uid,
            run_id=self.run_id,
            attempt=writer.attempt,
            entered=writer.entered,
            process=json.dumps(writer.process),
            status=status,
            message=message,
            traceback=writer.traceback,
            start_us=writer.start_us,
            end_us=end_us,
            next_segment=writer.next_segment,
            tail_bytes=writer.tail_bytes,
        )

    def _insert_parameters(self) -> None:
        rows = []
        for name, value in self._record.parameters.items():
            after_us, writer = self._record.parameters_set.get(name, (0, None))
            writer_id = None if writer is None else self.writer_ids[writer]
            rows.append(
                (self._names.give(self._connection, name), self.run_id, *searchable(value), after_us, writer_id)
            )
        self._connection.executemany(
            "INSERT INTO parameters (name_id, run_id, number, text, set_after_us, writer_id) VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )

    def _insert(self, table: str, **fields: Any) -> int:
        marks = ", ".join("?" * len(fields))
        made = self._connection.execute(
            f"INSERT INTO {table} ({', '.join(fields)}) VALUES ({marks})", tuple(fields.values())
        ).lastrowid
        assert made is not None
        return made


def _text(found: dict[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False)


def _summary(series: ExportedSeries) -> tuple[Any, ...]:
    fields = [getattr(series, column) for column in SUMMARY.split(", ")]
    if series.bits is not None:
        fields[7] = bytes.fromhex(series.bits)
    return tuple(fields)
