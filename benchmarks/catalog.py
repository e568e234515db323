"""A catalog of many finished runs, written straight into a store's tables: logging 100,000 would take an hour.

Each has 20 parameters and 5 metrics of one point. What is drawn is drawn from a seed, so `value_of` knows it too.
"""

from __future__ import annotations

import json
import random
from typing import Any

EXPERIMENT = "many"
PARAMETERS = 20
METRICS = ("loss", "accuracy", "f1", "time", "size")
OPTIMIZERS = ("adam", "lion", "sgd", "adagrad")
_CREATED_US = 1_700_000_000_000_000
_AT_ONCE = 2_000


def parameters_of(run: int, count: int = PARAMETERS) -> dict[str, Any]:
    """A learning rate, a depth and an optimizer, and others by turns a float and a text; `count` in all."""
    draw = random.Random(run)
    found: dict[str, Any] = {"lr": draw.random(), "depth": draw.randrange(2, 12), "optimizer": draw.choice(OPTIMIZERS)}
    for number in range(len(found), count):
        found[f"parameter{number}"] = draw.random() if number % 2 else f"value {draw.randrange(1000)}"
    return found


def metrics_of(run: int, count: int = len(METRICS)) -> dict[str, float]:
    """Random numbers from 0 to 1; `loss` is the first of them, and those beyond five have numbers for names."""
    draw = random.Random(-1 - run).random
    return {name: draw() for name in (*METRICS, *map("m{}".format, range(len(METRICS), count)))[:count]}


def fill(folder: str, runs: int, parameters: int = PARAMETERS, metrics: int = len(METRICS)) -> dict[str, Any]:
    """Make a store of so many runs of one experiment, named `run-0` and so on, with so many columns each."""
    from assay.storage.contract import RunSpec
    from assay.storage.sql.store import SqlStore

    store = SqlStore(folder)
    store.open_run(RunSpec("0" * 32, "e" * 32, EXPERIMENT, "run-0", EXPERIMENT, "run-0", {}, _CREATED_US))
    with store._database.write() as connection:
        [experiment_id] = connection.execute("SELECT experiment_id FROM runs").fetchone()
        connection.execute("DELETE FROM runs")
        numbers = {
            name: store._names.give(connection, name)
            for name in [*parameters_of(0, parameters), *metrics_of(0, metrics)]
        }
        for first in range(0, runs, _AT_ONCE):
            some = range(first, min(first + _AT_ONCE, runs))
            _fill_some(connection, experiment_id, numbers, some, (parameters, metrics))
    store.close()
    return {"runs": runs}


def _fill_some(
    connection: Any, experiment_id: int, numbers: dict[str, int], some: range, columns: tuple[int, int]
) -> None:
    runs, parameters, series = [], [], []
    for run in some:
        logged, created_us = parameters_of(run, columns[0]), _CREATED_US + run * 1_000_000
        text = json.dumps(logged, separators=(",", ":"))
        uid, name = f"{run:032x}", f"run-{run}"
        runs.append((run + 1, uid, experiment_id, name, name, created_us, created_us + 500_000, created_us, text))
        parameters += [
            (
                numbers[one],
                run + 1,
                None if isinstance(value, str) else value,
                value if isinstance(value, str) else None,
            )
            for one, value in sorted(logged.items(), key=lambda item: numbers[item[0]])
        ]
        series += [(run + 1, numbers[one], value, created_us) for one, value in metrics_of(run, columns[1]).items()]
    connection.executemany(
        "INSERT INTO runs (id, uid, experiment_id, name, display_name, start_us, end_us, created_us, parameters, "
        "status) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'Completed')",
        runs,
    )
    connection.executemany(
        "INSERT INTO parameters (name_id, run_id, number, text, set_after_us) VALUES (?, ?, ?, ?, 0)", parameters
    )
    connection.executemany(
        "INSERT INTO series (run_id, name_id, count, nonfinite_count, last, min, max, mean, first_step, last_step, "
        "min_step, max_step, last_timestamp_us, first, first_timestamp_us) "
        "VALUES (?1, ?2, 1, 0, ?3, ?3, ?3, ?3, 0, 0, 0, 0, ?4, ?3, ?4)",
        series,
    )
