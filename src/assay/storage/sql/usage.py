"""What the things in the trash take in the catalog, and which of them a run or an artifact goes with."""

from __future__ import annotations

from dataclasses import dataclass, field

from assay.storage.sql.addressing import FULL_NAME, HUSK, RUNS
from assay.storage.sql.database import Connection

ROW_BYTES = 300
"""About what a run's row takes beside its texts."""


@dataclass(slots=True)
class DoomedThing:
    """A thing in the trash that is due."""

    kind: str
    name: str
    row_bytes: int = 0


@dataclass(slots=True)
class Doomed:
    """What is due to go from the trash.

    Attributes:
        things: By kind and number.
        runs: The thing that each run goes with, by the run's number.
        artifacts: The thing that each artifact goes with that is in the trash by itself, by its number.
        spared: Names of runs that are due and stay, because somebody logs to them.
    """

    things: dict[tuple[str, int], DoomedThing] = field(default_factory=dict)
    runs: dict[int, tuple[str, int]] = field(default_factory=dict)
    artifacts: dict[int, tuple[str, int]] = field(default_factory=dict)
    spared: list[str] = field(default_factory=list)

    def thing_of(self, run_id: int, artifact_id: int) -> tuple[str, int] | None:
        """The thing that an artifact goes with, None where it stays."""
        return self.runs.get(run_id) or self.artifacts.get(artifact_id)


def doomed_things(connection: Connection, before_us: int, spared: set[str]) -> Doomed:
    """What has been in the trash since a time.

    Args:
        connection: Within a transaction.
        before_us: Microseconds since 1970.
        spared: Ids of runs that stay, because somebody logs to them.
    """
    doomed = Doomed()
    for experiment_id, name in connection.execute(
        "SELECT id, name FROM experiments WHERE trashed_us <= ?", (before_us,)
    ):
        doomed.things["experiment", experiment_id] = DoomedThing("experiment", name)
    found = connection.execute(
        f"SELECT runs.id, runs.uid, experiment_id, experiments.trashed_us <= ?, {FULL_NAME}, "
        f"length(parameters) + length(runs.tags) + length(runs.description) FROM {RUNS} "
        f"WHERE runs.uid NOT LIKE '{HUSK}%' AND (runs.trashed_us <= ? OR experiments.trashed_us <= ?)",
        (before_us,) * 3,
    ).fetchall()
    for run_id, uid, experiment_id, with_experiment, name, text_bytes in found:
        if uid in spared:
            doomed.spared.append(name)
            continue
        key = ("experiment", experiment_id) if with_experiment else ("run", run_id)
        thing = doomed.things.setdefault(key, DoomedThing("run", name))
        thing.row_bytes += ROW_BYTES + text_bytes + _point_bytes(connection, run_id)
        doomed.runs[run_id] = key
    for artifact_id, run_id, name, run in connection.execute(
        f"SELECT artifacts.id, run_id, artifacts.name, {FULL_NAME} FROM artifacts JOIN runs ON runs.id = run_id "
        "JOIN experiments ON experiments.id = experiment_id WHERE artifacts.trashed_us <= ?",
        (before_us,),
    ):
        if run_id not in doomed.runs:
            doomed.artifacts[artifact_id] = ("artifact", artifact_id)
            doomed.things["artifact", artifact_id] = DoomedThing("artifact", f"{run}: {name}")
    return doomed


def _point_bytes(connection: Connection, run_id: int) -> int:
    return int(
        connection.execute(
            "SELECT (SELECT coalesce(sum(length(body) + length(extremes)), 0) FROM chunks WHERE run_id = ?) "
            "+ (SELECT coalesce(sum(length(body)), 0) FROM tail WHERE run_id = ?) "
            "+ (SELECT 60 * count(*) FROM series WHERE run_id = ?) "
            "+ (SELECT 40 * count(*) FROM parameters WHERE run_id = ?)",
            (run_id,) * 4,
        ).fetchone()[0]
    )
