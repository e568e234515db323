"""Checking one series: its chunks, and what is derived from them and kept beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assay.errors import ChecksumError
from assay.formats import chunk
from assay.formats.columns import Columns
from assay.formats.summary import Summary, merge_summaries, summarise
from assay.storage.finding import Finding
from assay.storage.fold import columns_of
from assay.storage.sql import points
from assay.storage.sql.database import Connection, Names

MEAN_TOLERANCE = 1e-9
"""How far two means of the same points may differ, relative to the greatest value: sums depend on their order."""


@dataclass(slots=True)
class Fix:
    """How one derived value of a series is set right."""

    run_id: int
    name_id: int
    name: str
    chunk_id: int | None = None
    columns: Columns | None = None
    summary: Summary | None = None

    def apply(self, connection: Connection, names: Names) -> None:
        """Set it right, within a write transaction."""
        if self.columns is not None:
            steps = self.columns.steps
            connection.execute(
                "UPDATE chunks SET count = ?, first_step = ?, last_step = ?, extremes = ? WHERE id = ?",
                (len(steps), int(steps[0]), int(steps[-1]), chunk.extremes_of(self.columns), self.chunk_id),
            )
            return
        connection.execute("DELETE FROM series WHERE run_id = ? AND name_id = ?", (self.run_id, self.name_id))
        if self.summary is not None:
            points.merge_into_series(connection, names, self.run_id, {self.name: self.summary})


def check_series(
    connection: Connection, path: str, run_id: int, name_id: int, run: str
) -> tuple[list[Finding], list[Fix]]:
    """Decode a series' chunks and compare what stands beside them.

    Args:
        connection: Within one transaction.
        path: The catalog's file, for the findings.
        run_id: The run's number.
        name_id: The metric's number.
        run: The run, for people.

    Returns:
        What was found, and what mends the repairable part of it.
    """
    findings: list[Finding] = []
    fixes: list[Fix] = []
    named = connection.execute("SELECT name FROM names WHERE id = ?", (name_id,)).fetchone()
    if named is None:
        return [Finding("catalog", path, f"metric {name_id} has points and no name", (run,))], []
    name = str(named[0])
    readable = True
    summary, lasts = None, []
    for chunk_id, columns, finding in _chunks(connection, path, run_id, name_id, name, run):
        if finding is not None:
            findings.append(finding)
            if finding.repairable:
                fixes.append(Fix(run_id, name_id, name, chunk_id, columns))
        if columns is None:
            readable = False
        else:
            part = summarise(columns)
            summary = merge_summaries(summary, part)
            lasts.append(part)
    try:
        kept = points.readable_tail(connection, path, run_id, summarised=True).values()
    except ChecksumError:  # the segment is reported by itself
        readable = False
    else:
        for rows in kept:
            holding = [part for part in rows if name in part.layout.names]
            if holding:
                part = summarise(columns_of(holding)[name])
                summary = merge_summaries(summary, part)
                lasts.append(part)
    if readable:
        stored = points.folded_summary(connection, run_id, name_id)
        fault = _summary_fault(stored, summary, lasts)
        if fault:
            what = f"the summary of metric {name!r} is not that of its points: {fault}"
            findings.append(Finding("summary", path, what, (run,), repairable=True))
            fixes.append(Fix(run_id, name_id, name, summary=summary))
    return findings, fixes


def covered_names(connection: Connection, path: str, run_id: int) -> set[str]:
    """The series of which a run's tail holds rows that the summaries cover; none where the tail is damaged."""
    try:
        kept = points.readable_tail(connection, path, run_id, summarised=True)
    except ChecksumError:  # the segment is reported by itself
        return set()
    return {name for rows in kept.values() for part in rows for name in part.layout.names}


def _chunks(
    connection: Connection, path: str, run_id: int, name_id: int, name: str, run: str
) -> Iterator[tuple[int, Columns | None, Finding | None]]:
    ids = connection.execute(
        "SELECT id FROM chunks WHERE run_id = ? AND name_id = ? ORDER BY id", (run_id, name_id)
    ).fetchall()
    for (chunk_id,) in ids:
        count, first, last, extremes, body = connection.execute(
            "SELECT count, first_step, last_step, extremes, body FROM chunks WHERE id = ?", (chunk_id,)
        ).fetchone()
        here = f"chunk {chunk_id} of metric {name!r}"
        try:
            columns = _decoded(body)
        except ValueError as error:
            what = f"{here}, {count} points of steps {first} to {last}: {error}; these points are lost"
            yield chunk_id, None, Finding("chunk", path, what, (run,))
            continue
        found = (len(columns), int(columns.steps[0]), int(columns.steps[-1]))
        finding = None
        if found != (count, first, last):
            what = f"{here} holds {found} and is said to hold {(count, first, last)} (points, first step, last step)"
            finding = Finding("chunk", path, what, (run,), repairable=True)
        elif extremes:
            try:
                chunk.decode_extremes(extremes)
            except ValueError:
                what = f"{here}: the checksum of its extremes does not match; its points are whole"
                finding = Finding("extremes", path, what, (run,), repairable=True)
        yield chunk_id, columns, finding


def _decoded(body: bytes) -> Columns:
    if chunk.check_chunk(body) == 0:
        raise ValueError("a chunk without points")
    return chunk.decode_chunk(body)


def _summary_fault(stored: Summary | None, derived: Summary | None, lasts: Sequence[Summary]) -> str | None:
    if stored is None or derived is None:
        return None if stored is derived else ("it is missing" if stored is None else "there are no points")
    for name in ("count", "nonfinite_count", "first_step", "last_step", "last_timestamp_us"):
        if getattr(stored, name) != getattr(derived, name):
            return f"{name} is {getattr(stored, name)}, not {getattr(derived, name)}"
    for name in ("min", "max", "min_step", "max_step"):
        if getattr(stored, name) != getattr(derived, name):
            return f"{name} is {getattr(stored, name)}, not {getattr(derived, name)}"
    return _last_fault(stored, lasts) or _mean_fault(stored, derived)


def _last_fault(stored: Summary, lasts: Sequence[Summary]) -> str | None:
    end = max((one.last_step, one.last_timestamp_us) for one in lasts)
    # Where several writers end at the same step and microsecond, the order in which they came decided.
    possible = [one.last for one in lasts if (one.last_step, one.last_timestamp_us) == end]
    if any(one == stored.last or (one != one and stored.last != stored.last) for one in possible):
        return None
    return f"last is {stored.last}, not {possible[-1]}"


def _mean_fault(stored: Summary, derived: Summary) -> str | None:
    if stored.mean is None or derived.mean is None:
        return None if stored.mean == derived.mean else f"mean is {stored.mean}, not {derived.mean}"
    scale = max(abs(derived.min or 0.0), abs(derived.max or 0.0))
    if abs(stored.mean - derived.mean) <= MEAN_TOLERANCE * scale:
        return None
    return f"mean is {stored.mean}, not {derived.mean}"
