"""A store of runs that differ in everything a filter can ask for, and the same runs as plain dicts."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from random import Random
from typing import Any

from assay.formats.event import Event
from assay.storage.sql.database import Connection
from assay.storage.sql.store import SqlStore
from tests.formats.filter_trees import METRICS, NOW_US, PARAMETERS, TAGS, TEXTS
from tests.storage.writing import Writer, parameters, rows, run_spec

COUNT = 60
_LOGGED = (0.5, 0.1, 1.0, 3.0, -1.0, 0.0, -0.0, 1e-3, 2.0**53, math.inf, -math.inf, math.nan)
_SET: tuple[Any, ...] = (
    *(0, 1, -1, 3, 0.1, 0.5, 1e-3, -0.0, math.inf, -math.inf, True, False, None, ["a", 1], {}),
    *(2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 1e16, 10**16 + 1, 10**16 - 1, 12345678901234567890),
    *TEXTS,
)


@dataclass
class PlainRun:
    """A run as a filter sees it; what it lacks is not there, or None."""

    attributes: dict[str, Any]
    parameters: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    goals: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Searched:
    """A store, filled.

    Attributes:
        runs: Its runs; the first has the number 1.
        connection: A transaction on which compiled filters run.
    """

    runs: list[PlainRun]
    connection: Connection

    @staticmethod
    def fill(store: SqlStore) -> list[PlainRun]:
        """Make the runs."""
        random = Random(4)
        return [_make(store, number, random) for number in range(1, COUNT + 1)]


def _make(store: SqlStore, number: int, random: Random) -> PlainRun:
    def moment() -> int:
        return NOW_US + random.randrange(-8, 9) * 500_000

    def some(names: tuple[str, ...], values: tuple[Any, ...]) -> dict[str, Any]:
        return {name: random.choice(values) for name in names if random.random() < 0.7 and name != "nobody's"}

    run = PlainRun(
        {"experiment_name": random.choice(["digits", "words"]), "run_name": f"{random.choice('ab')}{number}"},
        parameters=some(PARAMETERS, _SET),
        tags=some(TAGS, TEXTS),
        goals=some(METRICS, ("min", "max", None)),
    )
    run.attributes |= {
        "display_name": random.choice(TEXTS),
        "creation_time": moment(),
        "description": random.choice(TEXTS),
    }
    spec = run_spec(
        run.attributes["experiment_name"],
        run.attributes["run_name"],
        run_display_name=run.attributes["display_name"],
        created_us=run.attributes["creation_time"],
        tags=run.tags,
    )
    record, _ = store.open_run(spec)
    events = [
        parameters(run.parameters),
        Event(NOW_US * 1000, "description", {"text": run.attributes["description"]}),
        *(
            Event(NOW_US * 1000, "goal", {"name": name, "goal": goal, "step_metric": None})
            for name, goal in run.goals.items()
        ),
    ]
    state = random.choice([None, "InProgress", "Completed", "Completed", "Failed", "Stopped"])
    if state is None:
        store.apply(record.uid, events)
    else:
        writer = Writer(store, record, opened_us=moment())
        writer.send(*events)
        if state != "InProgress":
            run.metrics = {name: random.choices(_LOGGED, k=random.randrange(1, 4)) for name in some(METRICS, (0,))}
            points = [rows(name, values) for name, values in run.metrics.items()]
            message = random.choice([None, "ärger", "it's"])
            writer.leave(*points, status=state, message=message, time_us=moment())
    record = store.run(record.uid)
    run.attributes |= {
        "run_id": record.uid,
        "status": record.status,
        "status_message": record.status_message,
        "start_time": record.start_us,
        "end_time": record.end_us,
    }
    return run
