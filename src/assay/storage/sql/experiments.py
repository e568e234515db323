"""Experiments as rows of the catalog."""

from __future__ import annotations

import json
import time

from assay.errors import ExperimentNotFoundError, InvalidInputError, nearest
from assay.formats.names import new_uid
from assay.storage.contract import Activity, ExperimentRecord, RunSpec
from assay.storage.sql.database import Connection

NEWEST_RUNS = 200
"""Of an experiment so many are asked for what happened last, so that it does not matter how many it has."""

_NEWEST = (
    "FROM (SELECT id, status, start_us, end_us, created_us FROM runs WHERE runs.experiment_id = experiments.id "
    f"AND runs.trashed_us IS NULL ORDER BY runs.created_us DESC LIMIT {NEWEST_RUNS}) AS newest"
)
_RUNNING = f"SELECT count(*) {_NEWEST} WHERE status = 'InProgress'"
_HEARD_OF = (
    "SELECT max(CASE WHEN status = 'InProgress' THEN coalesce("
    "(SELECT max(heard_us) FROM writers WHERE writers.run_id = newest.id), "
    "(SELECT max(last_timestamp_us) FROM series WHERE series.run_id = newest.id), start_us, created_us) "
    f"ELSE coalesce(end_us, start_us, created_us) END) {_NEWEST}"
)
"""When something last happened to the newest runs of an experiment."""


def open_experiment(connection: Connection, spec: RunSpec) -> int:
    """The number of a run's experiment, which is created where it does not exist."""
    row = connection.execute(
        "SELECT id FROM experiments WHERE name = ? AND trashed_us IS NULL", (spec.experiment_name,)
    ).fetchone()
    if row is not None:
        return int(row[0])
    return connection.insert(
        "INSERT INTO experiments (uid, name, display_name, tags, created_us, changed_us) VALUES (?, ?, ?, ?, ?, ?)",
        (
            _free_uid(connection, spec.experiment_uid),
            spec.experiment_name,
            spec.experiment_display_name,
            json.dumps(spec.tags, ensure_ascii=False),
            spec.created_us,
            spec.created_us,
        ),
    )


def _free_uid(connection: Connection, wanted: str) -> str:
    """The id that was asked for, or another where a client has given it to two experiments."""
    taken = connection.execute("SELECT 1 FROM experiments WHERE uid = ?", (wanted,)).fetchone()
    return wanted if taken is None else new_uid()


def list_experiments(
    connection: Connection, condition: str = "TRUE", values: tuple[str, ...] = ()
) -> list[ExperimentRecord]:
    """Experiments, the last changed first."""
    rows = connection.execute(
        "SELECT uid, name, display_name, description, tags, created_us, "
        "(SELECT count(*) FROM runs WHERE experiment_id = experiments.id AND trashed_us IS NULL), "
        f"changed_us, ({_HEARD_OF}), ({_RUNNING}) FROM experiments WHERE trashed_us IS NULL AND {condition} "
        "ORDER BY changed_us DESC, id DESC",
        values,
    )
    found = []
    for uid, name, display_name, description, tags, created_us, run_count, changed_us, heard_us, running in rows:
        changed_us = max(changed_us, heard_us or 0)
        own = (uid, name, display_name, description, json.loads(tags), created_us)
        found.append(ExperimentRecord(*own, run_count, changed_us, running))
    return sorted(found, key=lambda one: -(one.changed_us or 0))


def list_activity(connection: Connection, since_us: int, bucket_us: int) -> list[Activity]:
    """How many runs each experiment got in each stretch of time."""
    rows = connection.execute(
        "SELECT experiments.name, (runs.created_us - ?) / ? AS bucket, count(*) FROM runs "
        "JOIN experiments ON experiments.id = runs.experiment_id "
        "WHERE runs.created_us >= ? AND runs.trashed_us IS NULL AND experiments.trashed_us IS NULL "
        "GROUP BY experiments.name, bucket ORDER BY experiments.name, bucket",
        (since_us, bucket_us, since_us),
    )
    return [Activity(name, since_us + bucket * bucket_us, count) for name, bucket, count in rows]


def save_experiment(connection: Connection, record: ExperimentRecord, *, create: bool) -> ExperimentRecord:
    """Create an experiment, or keep what changed of one."""
    tags = json.dumps(record.tags, ensure_ascii=False)
    exists = connection.execute(
        "SELECT 1 FROM experiments WHERE name = ? AND trashed_us IS NULL", (record.name,)
    ).fetchone()
    if create:
        if exists:
            raise InvalidInputError(f"experiment {record.name!r} exists already; Experiment.load opens it")
        connection.execute(
            "INSERT INTO experiments (uid, name, display_name, description, tags, created_us, changed_us) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                _free_uid(connection, record.uid),
                record.name,
                record.display_name,
                record.description,
                tags,
                record.created_us,
                record.created_us,
            ),
        )
    else:
        if not exists:
            raise _missing(connection, record.name)
        connection.execute(
            "UPDATE experiments SET display_name = ?, description = ?, tags = ? WHERE name = ? AND trashed_us IS NULL",
            (record.display_name, record.description, tags, record.name),
        )
    return list_experiments(connection, "name = ?", (record.name,))[0]


def close_experiment(connection: Connection, name: str, *, with_runs: bool) -> str:
    """Put an experiment that is to be deleted into the trash, so that nobody makes a run in it; its id."""
    row = connection.execute(
        "SELECT id, uid FROM experiments WHERE name = ? AND trashed_us IS NULL", (name,)
    ).fetchone()
    if row is None:
        raise _missing(connection, name)
    total, trashed = connection.execute(
        "SELECT count(*), count(trashed_us) FROM runs WHERE experiment_id = ?", row[:1]
    ).fetchone()
    if total and not with_runs:
        some = f" ({trashed} of them in the trash)" if trashed else ""
        raise InvalidInputError(f"experiment {name!r} has {total} runs{some}; it is deleted once it has none")
    connection.execute("UPDATE experiments SET trashed_us = ? WHERE id = ?", (time.time_ns() // 1000, row[0]))
    return str(row[1])


def _missing(connection: Connection, name: str) -> ExperimentNotFoundError:
    known = [row[0] for row in connection.execute("SELECT name FROM experiments WHERE trashed_us IS NULL")]
    return ExperimentNotFoundError(f"no experiment {name!r}{nearest(name, known)}")
