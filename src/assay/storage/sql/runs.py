"""Runs, artifacts and attempts as rows of the catalog."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from assay.errors import RunExistsError
from assay.formats.names import numbered_name
from assay.storage.contract import ArtifactRecord, AttemptRecord, Page, RunQuery, RunRecord, RunSpec
from assay.storage.sql.addressing import not_there
from assay.storage.sql.database import Connection
from assay.storage.sql.experiments import open_experiment

_COLUMNS = (
    "runs.uid, experiments.uid, experiments.name, experiments.display_name, runs.name, runs.display_name, "
    "runs.description, runs.status, runs.status_message, runs.start_us, runs.end_us, runs.created_us, "
    "runs.parameters, runs.tags, runs.goals, runs.refused, coalesce(runs.trashed_us, experiments.trashed_us)"
)
_FROM = "FROM runs JOIN experiments ON experiments.id = runs.experiment_id"
LIVING = "runs.trashed_us IS NULL AND experiments.trashed_us IS NULL"
"""Runs that are not in the trash, nor their experiment."""


def select_run(connection: Connection, condition: str, values: tuple[Any, ...]) -> RunRecord | None:
    """The run that a condition picks, None where it picks none."""
    row = connection.execute(f"SELECT {_COLUMNS} {_FROM} WHERE {condition}", values).fetchone()
    return None if row is None else _record(row)


def _record(row: tuple[Any, ...]) -> RunRecord:
    *plain, parameters, tags, goals, refused, trashed_us = row
    values = [*plain, json.loads(parameters), json.loads(tags), json.loads(goals), refused, trashed_us]
    return RunRecord(**dict(zip(RunRecord.__slots__, values, strict=True)))


def open_run(connection: Connection, spec: RunSpec) -> tuple[RunRecord, bool]:
    """The run of a spec, and whether it was made, within a write transaction that holds its experiment's name.

    Raises:
        RunExistsError: It exists and `if_exists` is `error`.
        RunDeletedError: It was made by this spec, and deleted since.
    """
    row = select_run(connection, "runs.uid = ?", (spec.uid,))
    if row is not None:  # it was made before, and the caller has not learnt of it; it may be called otherwise by now
        return row, True
    if connection.execute("SELECT 1 FROM tombstones WHERE uid = ?", (spec.uid,)).fetchone():
        raise not_there(connection, spec.uid, "")
    experiment_id = open_experiment(connection, spec)
    named = f"experiment_id = ? AND runs.name = ? AND {LIVING}"
    name, number = spec.run_name, 1
    row = select_run(connection, named, (experiment_id, name))
    if row is not None and spec.if_exists == "error":
        raise RunExistsError(
            f"run {name!r} exists already in experiment {spec.experiment_name!r}; to open it: "
            'if_exists="open", to make another: if_exists="new"'
        )
    if row is not None and spec.if_exists == "open":
        return row, False
    while row is not None:
        number += 1
        name = numbered_name(spec.run_name, number)
        row = select_run(connection, named, (experiment_id, name))
    display_name = spec.run_display_name if number == 1 else f"{spec.run_display_name}-{number}"
    insert_run(connection, experiment_id, replace(spec, run_name=name, run_display_name=display_name))
    created = select_run(connection, "runs.uid = ?", (spec.uid,))
    assert created is not None
    return created, True


def insert_run(connection: Connection, experiment_id: int, spec: RunSpec) -> None:
    """Create a run; its name is free."""
    connection.execute(
        "INSERT INTO runs (uid, experiment_id, name, display_name, tags, created_us) VALUES (?, ?, ?, ?, ?, ?)",
        (
            spec.uid,
            experiment_id,
            spec.run_name,
            spec.run_display_name,
            json.dumps(spec.tags, ensure_ascii=False),
            spec.created_us,
        ),
    )
    connection.execute("UPDATE experiments SET changed_us = ? WHERE id = ?", (spec.created_us, experiment_id))


def revisions(connection: Connection, run_uids: Sequence[str]) -> dict[str, int]:
    """A number for each of these runs that is there: what grows with each change, and with each segment."""
    which = connection.dialect.one_of("runs.uid", list(run_uids))
    found = connection.execute(
        "SELECT uid, revision, (SELECT sum(next_segment) FROM writers WHERE run_id = runs.id) FROM runs "
        f"WHERE {which.text}",
        which.values,
    )
    return {uid: revision + int(segments or 0) for uid, revision, segments in found}


def bump(connection: Connection, run_ids: Iterable[int]) -> None:
    """Let those who watch runs know that something about them changed which is no segment."""
    connection.executemany(
        "UPDATE runs SET revision = revision + 1 WHERE id = ?", [(run_id,) for run_id in sorted(run_ids)]
    )


def list_runs(connection: Connection, query: RunQuery) -> Page:
    """The runs of a query, a page at a time; what is created meanwhile neither repeats nor hides a run."""
    from assay.storage.sql import tokens  # with hashlib and hmac, which nobody needs who only logs

    key, direction = {"Name": "runs.name", "CreationTime": "runs.created_us"}[query.sort_by], "DESC"
    compare = "<"
    if not query.descending:
        direction, compare = "ASC", ">"
    conditions, values = [LIVING], []
    for condition, value in (
        ("experiments.name = ?", query.experiment_name),
        ("runs.created_us >= ?", query.created_after_us),
        ("runs.created_us <= ?", query.created_before_us),
    ):
        if value is not None:
            conditions.append(condition)
            values.append(value)
    if query.token is not None:
        after = tokens.read_token(query.token, tokens.secret_of(connection), tokens.question_of(query))
        conditions.append(f"({key}, runs.id) {compare} (?, ?)")
        values += after
    limit = "" if query.limit is None else f" LIMIT {int(query.limit) + 1}"
    rows = connection.execute(
        f"SELECT {key}, runs.id, {_COLUMNS} {_FROM} WHERE {' AND '.join(conditions)} "
        f"ORDER BY {key} {direction}, runs.id {direction}{limit}",
        values,
    ).fetchall()
    token = None
    if query.limit is not None and len(rows) > query.limit:
        rows = rows[: query.limit]
        place = [rows[-1][0], rows[-1][1]]
        token = tokens.make_token(tokens.secret_of(connection), tokens.question_of(query), place)
    return Page([_record(row[2:]) for row in rows], token)


def list_artifacts(connection: Connection, run_id: int) -> list[ArtifactRecord]:
    """The artifacts of a run in the order of logging."""
    rows = connection.execute(
        "SELECT name, is_output, kind, value, media_type, size_bytes, sha256, step, caption, created_us "
        "FROM artifacts WHERE run_id = ? AND trashed_us IS NULL ORDER BY id",
        (run_id,),
    )
    return [ArtifactRecord(row[0], bool(row[1]), *row[2:]) for row in rows]


def list_attempts(connection: Connection, run_id: int) -> list[AttemptRecord]:
    """The attempts at a run, first to last."""
    rows = connection.execute(
        "SELECT attempt, uid, status, message, traceback, start_us, end_us, process, heard_us FROM writers "
        "WHERE run_id = ? ORDER BY id",
        (run_id,),
    )
    return [_attempt(row) for row in rows]


def last_attempts(connection: Connection, run_uids: Sequence[str]) -> dict[str, AttemptRecord]:
    """The last attempt at each of many runs."""
    which = connection.dialect.one_of("runs.uid", list(run_uids))
    rows = connection.execute(
        "SELECT runs.uid, attempt, writers.uid, writers.status, message, NULL, writers.start_us, writers.end_us, "
        "process, heard_us FROM runs JOIN writers ON writers.run_id = runs.id "
        f"WHERE {which.text} AND writers.id = (SELECT max(id) FROM writers AS one WHERE one.run_id = runs.id)",
        which.values,
    )
    return {row[0]: _attempt(row[1:]) for row in rows}


def _attempt(row: Sequence[Any]) -> AttemptRecord:
    return AttemptRecord(**dict(zip(AttemptRecord.__slots__, [*row[:7], json.loads(row[7]), row[8]], strict=True)))
