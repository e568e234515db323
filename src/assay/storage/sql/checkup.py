"""Checking, and where asked mending, what the tables of a catalog hold.

Nothing here throws away a point: what can be derived (extremes, summaries, indexes) is derived anew, what is damaged
for good is moved into files or stays where it is and is named.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field

from assay.errors import DamagedError
from assay.formats.segment import decode_segment
from assay.storage.finding import Checkup, Finding
from assay.storage.sql.database import Connection
from assay.storage.sql.rewrite import integrity_faults, is_rewritable, locked, rewrite
from assay.storage.sql.series_checkup import check_series, covered_names
from assay.storage.sql.sqlite import SqliteDatabase

_JSON_COLUMNS = {"runs": ("parameters", "tags", "goals"), "experiments": ("tags",), "writers": ("process",)}


@dataclass(slots=True)
class CatalogCheckup:
    """One check-up of a catalog.

    Args:
        database: The catalog, writable where `damaged` is given.
        checkup: Takes the findings.
        damaged: The folder for what is moved aside; None repairs nothing.
    """

    database: SqliteDatabase
    checkup: Checkup
    damaged: str | None = None
    _runs: dict[int, str] = field(default_factory=dict)

    def check(self) -> None:
        """Look at everything; a part that can't be read is a finding, and the others are looked at all the same."""
        for part in (self._structure, self._texts, self._tail, self._all_points, self._set_aside):
            try:
                part()
            except DamagedError as error:
                self._add(Finding("catalog", self.database.path, f"can't be read in full: {error.__cause__ or error}"))

    def _add(self, finding: Finding) -> None:
        self.checkup.findings.append(finding)

    def _structure(self) -> None:
        path = self.database.path
        with self.database.read() as connection:
            faults = integrity_faults(connection)
            orphans = connection.execute("PRAGMA foreign_key_check").fetchall() if not faults else []
        rewritable = bool(faults) and is_rewritable(faults)
        how = ""
        if rewritable and self.damaged is not None:
            self.database.close()
            with locked(path):
                rewrite(path)
            how = "written anew from its tables"
        if faults:
            more = f" (and {len(faults) - 1} more faults)" if len(faults) > 1 else ""
            self._add(Finding("catalog", path, f"{faults[0]}{more}", repairable=rewritable, repaired=how))
        for table, rowid, parent, _ in orphans:
            self._add(Finding("catalog", path, f"row {rowid} of {table} belongs to none of {parent}"))
        with self.database.read() as connection:
            self._runs = dict(
                connection.execute(
                    "SELECT runs.id, experiments.name || '/' || runs.name FROM runs "
                    "JOIN experiments ON experiments.id = experiment_id ORDER BY experiments.name, runs.name"
                ).fetchall()
            )
            self.checkup.count("experiments", connection.execute("SELECT count(*) FROM experiments").fetchone()[0])
        self.checkup.count("runs", len(self._runs))

    def _texts(self) -> None:
        with self.database.read() as connection:
            for table, columns in _JSON_COLUMNS.items():
                for column in columns:
                    for rowid, text in connection.execute(f"SELECT id, {column} FROM {table}"):
                        fault = _json_fault(text)
                        if fault:
                            runs = (self._run(rowid),) if table == "runs" else ()
                            what = f"the {column} in row {rowid} of {table} can't be read: {fault}"
                            self._add(Finding("run", self.database.path, what, runs))

    def _run(self, run_id: int) -> str:
        return self._runs.get(run_id, f"run {run_id}, which is not in the catalog")

    def _tail(self) -> None:
        with self.database.read() as connection:
            found = connection.execute("SELECT rowid, writer_id, segment, run_id FROM tail ORDER BY rowid").fetchall()
        for rowid, writer_id, segment, run_id in found:
            with self.database.read() as connection:
                row = connection.execute("SELECT body FROM tail WHERE rowid = ?", (rowid,)).fetchone()
            if row is None:  # folded in the meantime
                continue
            self.checkup.count("segments")
            try:
                parts = decode_segment(row[0])
            except ValueError as error:
                self._segment_damaged(f"segment {segment} of writer {writer_id}", rowid, run_id, row[0], error)
            else:
                self.checkup.count("points", sum(part.count * len(part.layout.names) for part in parts))

    def _segment_damaged(self, name: str, rowid: int, run_id: int, body: bytes, error: ValueError) -> None:
        how = ""
        if self.damaged is not None:
            path = self._keep(f"{name.replace(' ', '-')}.seg", body)
            with self.database.write() as connection:
                connection.execute("DELETE FROM tail WHERE rowid = ? AND body = ?", (rowid, body))
            how = f"its bytes moved to {path}, so that the rest of the run can be read"
        self._add(
            Finding(
                "segment", self.database.path, f"{name}: {error}", (self._run(run_id),), repairable=True, repaired=how
            )
        )

    def _keep(self, name: str, body: bytes) -> str:
        assert self.damaged is not None
        os.makedirs(self.damaged, exist_ok=True)
        path = os.path.join(self.damaged, name)
        with open(path, "wb") as file:
            file.write(body)
            os.fsync(file.fileno())
        return path

    def _all_points(self) -> None:
        with self.database.read() as connection:
            found = set(
                connection.execute("SELECT run_id, name_id FROM chunks UNION SELECT run_id, name_id FROM series")
            )
            for (run_id,) in connection.execute("SELECT DISTINCT run_id FROM tail WHERE summarised").fetchall():
                for name in covered_names(connection, self.database.path, run_id):
                    name_id = self.database.names.known(connection, name)
                    if name_id is not None:
                        found.add((run_id, name_id))
        for run_id, name_id in sorted(found):
            # A transaction a series: a reader that stays long keeps the WAL from being carried in.
            with self.database.read() as connection:
                findings, fixes = check_series(connection, self.database.path, run_id, name_id, self._run(run_id))
                self._count_points(connection, run_id, name_id)
            if fixes and self.damaged is not None:
                with self.database.write() as connection:
                    # Somebody may have folded since: what is mended is what is found now.
                    _, fixes = check_series(connection, self.database.path, run_id, name_id, self._run(run_id))
                    for fix in fixes:
                        fix.apply(connection, self.database.names)
                findings = [one.mended("derived anew from the points") if one.repairable else one for one in findings]
            self.checkup.findings += findings

    def _count_points(self, connection: Connection, run_id: int, name_id: int) -> None:
        chunks, count = connection.execute(
            "SELECT count(*), coalesce(sum(count), 0) FROM chunks WHERE run_id = ? AND name_id = ?", (run_id, name_id)
        ).fetchone()
        self.checkup.count("chunks", chunks)
        self.checkup.count("points", count)

    def _set_aside(self) -> None:
        with self.database.read() as connection:
            found = connection.execute(
                "SELECT set_aside.rowid, writer_id, segment, reason, body, run_id FROM set_aside "
                "LEFT JOIN writers ON writers.id = writer_id ORDER BY set_aside.rowid"
            ).fetchall()
        for rowid, writer_id, segment, reason, body, run_id in found:
            name = f"event {rowid} of writer {writer_id}, segment {segment}"
            how = ""
            if self.damaged is not None:
                path = self._keep(f"{name.replace(' ', '-').replace(',', '')}.json", body.encode("utf-8", "replace"))
                with self.database.write() as connection:
                    connection.execute("DELETE FROM set_aside WHERE rowid = ? AND body = ?", (rowid, body))
                how = f"moved to {path}"
            runs = () if run_id is None else (self._run(run_id),)
            what = f"{name} could not be applied and was set aside: {reason}: {body[:200]}"
            self._add(Finding("event", self.database.path, what, runs, repairable=True, repaired=how))


def _json_fault(text: str) -> str | None:
    try:
        return None if isinstance(json.loads(text), dict) else "not an object"
    except (TypeError, ValueError) as error:
        return str(error)
