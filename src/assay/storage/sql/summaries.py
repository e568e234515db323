"""The summaries of many runs at once, as a table of runs shows them: two statements, however many runs they are of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from assay.errors import ChecksumError
from assay.formats.segment import Rows, decode_segment
from assay.formats.summary import Summary, merge_summaries, summarise
from assay.storage.fold import columns_of
from assay.storage.sql.database import Connection, Names
from assay.storage.sql.points import SUMMARY_COLUMNS, summary_of

SummariesOf = dict[str, dict[str, Summary]]
"""Summaries by the id of their run, then by name."""


def read_run_summaries(
    connection: Connection, place: str, known: Names, run_uids: Sequence[str], names: Sequence[str] | None
) -> SummariesOf:
    """The summaries of series, the tail included; runs that are not there are left out.

    Args:
        connection: Within a transaction.
        place: The database, for errors.
        known: The names that the database knows.
        run_uids: The runs.
        names: The series; None gives all of each run.
    """
    which = connection.dialect.one_of("uid", list(run_uids))
    uids: dict[int, str] = dict(
        connection.execute(f"SELECT id, uid FROM runs WHERE {which.text}", which.values).fetchall()
    )
    found: SummariesOf = {uid: {} for uid in uids.values()}
    for run_id, name, summary in _folded(connection, known, list(uids), names):
        found[uids[run_id]][name] = summary
    for run_id, rows in _unsummarised(connection, place, list(uids)):
        summaries = found[uids[run_id]]
        for name, columns in columns_of(rows).items():
            if names is None or name in names:
                summaries[name] = merge_summaries(summaries.get(name), summarise(columns))
    return {uid: dict(sorted(found[uid].items())) for uid in dict.fromkeys(run_uids) if uid in found}


def _folded(
    connection: Connection, known: Names, run_ids: Sequence[int], names: Sequence[str] | None
) -> list[tuple[int, str, Summary]]:
    """What stands in `series`, by the run's number and the name."""
    in_runs = connection.dialect.one_of("run_id", run_ids)
    if names is None:
        statement = f"SELECT run_id, name, {SUMMARY_COLUMNS} FROM series JOIN names ON names.id = name_id"
        rows = connection.execute(f"{statement} WHERE {in_runs.text}", in_runs.values)
        return [(row[0], row[1], summary_of(row[2:])) for row in rows.fetchall()]
    numbers = {known.known(connection, name): name for name in names}
    numbers.pop(None, None)
    called = connection.dialect.one_of("name_id", [number for number in numbers if number is not None])
    rows = connection.execute(
        f"SELECT run_id, name_id, {SUMMARY_COLUMNS} FROM series WHERE {in_runs.text} AND {called.text}",
        (*in_runs.values, *called.values),
    )
    return [(row[0], numbers[row[1]], summary_of(row[2:])) for row in rows.fetchall()]


def _unsummarised(connection: Connection, place: str, run_ids: Sequence[int]) -> list[tuple[int, list[Rows]]]:
    """The rows that no summary covers as yet, a writer at a time, in the order of logging."""
    in_runs = connection.dialect.one_of("run_id", run_ids)
    segments = connection.execute(
        f"SELECT run_id, writer_id, segment, body FROM tail WHERE summarised = 0 AND {in_runs.text} "
        "ORDER BY run_id, writer_id, segment",
        in_runs.values,
    )
    found = []
    for (run_id, writer_id), several in groupby(segments.fetchall(), key=lambda row: (row[0], row[1])):
        rows: list[Rows] = []
        for *_, segment, body in several:
            try:
                rows += decode_segment(body)
            except ValueError as error:
                raise ChecksumError(f"{place} is damaged: segment {segment} of writer {writer_id}: {error}") from error
        found.append((run_id, rows))
    return found
