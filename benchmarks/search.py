"""Searching among few runs and among many, each as a pandas table; and what a run takes on disk."""

from __future__ import annotations

import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.catalog import EXPERIMENT, METRICS, fill, metrics_of, parameters_of
from benchmarks.disk import sizes
from benchmarks.figure import Figure, Scale
from benchmarks.part import run_part

FEW = {"tiny": 200, "small": 2_000, "full": 2_000}
MANY = {"tiny": 1_000, "small": 20_000, "full": 100_000}
LOGGED = {"tiny": 50, "small": 300, "full": 1_000}
COLD = {"tiny": 1, "small": 5, "full": 9}
AGAIN = 30
"""How often each question is asked; a table of all of many runs a tenth as often."""
BEST = 100
ONE = "metrics.loss < 0.5"
THREE = "metrics.loss < 0.5 and params.lr > 0.9 and params.optimizer in ('adam', 'lion')"


def measure(scale: Scale, folder: str) -> list[Figure]:
    few, many = FEW[scale], MANY[scale]
    for runs in (few, many):
        os.mkdir(f"{folder}/{runs}")
        run_part(fill, folder=f"{folder}/{runs}", runs=runs)
    small = run_part(ask, folder=f"{folder}/{few}", runs=few)
    large = run_part(ask, folder=f"{folder}/{many}", runs=many)
    cold = [run_part(ask_first, folder=f"{folder}/{many}") for _ in range(COLD[scale])]
    return [
        timed(f"{few:,} runs: the best {BEST}", small["best"], 3),
        timed(f"{few:,} runs: a table of all", small["all"], 25),
        timed(f"{many:,} runs: the best {BEST} under a filter on one metric", large["best"], 10),
        timed("the same as the first question of a process that has pandas and assay imported", cold, 100),
        timed("under a filter on a metric and two parameters", large["three"], 200),
        timed("the same in another order than the metric's", large["three_newest"], 200),
        timed(f"{many:,} runs, 20 parameters, 5 metrics: a table of all", large["all"], 3_000),
        Figure("peak memory of the process that made it", large["peak_mb"], "MB", 1_500),
        Figure("values in these tables that were not as logged", small["wrong"] + large["wrong"], "wrong", 0),
        disk_figure(f"{folder}/logged", LOGGED[scale]),
    ]


def timed(what: str, took_ms: list[float], limit: float) -> Figure:
    note = f"median of {len(took_ms)}; {min(took_ms):.1f} to {max(took_ms):.1f} ms"
    return Figure(what, statistics.median(took_ms), "ms", limit, note=note)


def disk_figure(folder: str, runs: int) -> Figure:
    """All bytes below the folder of a store with so many logged runs, shared among them."""
    run_part(log_runs, folder=folder, runs=runs)
    found = sizes(folder)
    a_run = {what: found[what] / runs for what in ("apparent", "blocks")}
    note = f"of {runs:,}: lengths {a_run['apparent']:.0f}, blocks {a_run['blocks']:.0f}"
    return Figure("on disk for a run (20 parameters, 5 metrics)", max(a_run.values()), "bytes", 2_000, note=note)


def log_runs(folder: str, runs: int) -> dict[str, Any]:
    """Runs as a sweep logs them: floats and short texts by turns, and one value of each metric."""
    from assay import Run, Session

    session, draw = Session(folder), random.Random(5)
    for number in range(runs):
        with Run(experiment_name=EXPERIMENT, run_name=f"run-{number}", sagemaker_session=session) as run:
            run.log_parameters({f"p{one}": draw.random() if one % 2 else f"v{draw.randrange(50)}" for one in range(20)})
            run.log_metrics({f"m{one}": draw.random() for one in range(5)}, step=0)
    return {"runs": runs}


def best(session: Any, text: str = ONE, order_by: str | None = "metrics.loss asc") -> Any:
    return session.search_runs(EXPERIMENT, text, order_by, max_results=BEST).to_pandas()


def ask(folder: str, runs: int) -> dict[str, Any]:
    """Each question many times in one process, and whether what came was right."""
    import pandas as pd  # noqa: F401  # who makes tables has it imported

    from assay import Session

    session = Session(folder)
    best(session)  # what is imported and compiled once
    took_ms = {
        "best": times(lambda: best(session), AGAIN),
        "three": times(lambda: best(session, THREE), AGAIN),
        "three_newest": times(lambda: best(session, THREE, None), AGAIN),
        "all": times(lambda: table(session), AGAIN if runs <= 2_000 else AGAIN // 10),
    }
    peak_mb = peak_bytes() / 1e6
    return {**took_ms, "peak_mb": peak_mb, "wrong": wrong(session, runs)}


def ask_first(folder: str) -> float:
    """The first question of a fresh process, in milliseconds."""
    import pandas as pd  # noqa: F401

    from assay import Session

    before = time.perf_counter()
    best(Session(folder))
    return (time.perf_counter() - before) * 1e3


def table(session: Any) -> Any:
    return session.search_runs(EXPERIMENT, max_results=None).to_pandas()


def times(call: Callable[[], Any], count: int) -> list[float]:
    took_ms = []
    for _ in range(count):
        before = time.perf_counter()
        call()
        took_ms.append((time.perf_counter() - before) * 1e3)
    return took_ms


def wrong(session: Any, runs: int) -> int:
    """How many of the values in the tables are not those that were drawn, and rows that are not the best ones."""
    frame = table(session)
    found = abs(len(frame) - runs)
    columns = [*(f"params.{name}" for name in parameters_of(0)), *(f"metrics.{name}" for name in METRICS)]
    values = [frame[name].tolist() for name in columns]
    for row, name in enumerate(frame["run_name"]):
        number = int(name.removeprefix("run-"))
        expected = [*parameters_of(number).values(), *metrics_of(number).values()]
        found += sum(column[row] != value for column, value in zip(values, expected, strict=True))
    losses = {number: metrics_of(number)["loss"] for number in range(runs)}
    one = sorted(loss for loss in losses.values() if loss < 0.5)[:BEST]
    three = sorted(loss for number, loss in losses.items() if loss < 0.5 and fits(parameters_of(number)))[:BEST]
    for expected, text in ((one, ONE), (three, THREE)):
        found += best(session, text)["metrics.loss"].tolist() != expected
    return found


def fits(parameters: dict[str, Any]) -> bool:
    return parameters["lr"] > 0.9 and parameters["optimizer"] in ("adam", "lion")


def peak_bytes() -> int:
    """The most memory that this process has had."""
    try:
        with open("/proc/self/status", encoding="utf-8") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
