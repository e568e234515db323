"""`log_metrics` with ten values in a call, for each of the points."""

from __future__ import annotations

import random
import time
from array import array
from collections.abc import Callable, Iterable

from benchmarks.figure import Figure, Scale
from benchmarks.part import run_part
from benchmarks.timing import Floor, by_turns, multiplying_matrices, own_copy, quantile_ns, time_points, timer_cost_ns

CALLS = {"tiny": 2_000, "small": 100_000, "full": 300_000}
WIDTH = 10


def measure(scale: Scale, folder: str) -> list[Figure]:
    seen = run_part(time_rows, folder=folder, calls=CALLS[scale])
    return [
        Figure(
            f"`log_metrics` with {WIDTH} values, for each point, p50",
            seen["p50_ns"] / seen["floor_p50_ns"],
            "× floor",
            0.8,
            note=f"{seen['p50_ns']:.0f} ns, floor {seen['floor_p50_ns']:.0f} ns; p99 {seen['p99_ns']:,.0f} ns, "
            f"longest call {seen['max_ns'] / 1e6:.2f} ms",
        )
    ]


def time_calls_of_rows(
    log: Callable[..., object], rows: Iterable[tuple[dict[str, float], int]], into: array[int]
) -> None:
    clock, add = time.perf_counter_ns, into.append
    for row, step in rows:
        before = clock()
        log(row, step=step)
        add(clock() - before)


def time_rows(folder: str, calls: int) -> dict[str, float]:
    from assay import Run, Session

    names = [f"m{number}" for number in range(WIDTH)]
    floor = Floor()
    floor_ns, assay_ns = array("q"), array("q")
    time_floor, time_assay = own_copy(time_points), own_copy(time_calls_of_rows)
    session = Session(folder)
    with Run(experiment_name="points", run_name="run", sagemaker_session=session) as run, multiplying_matrices():
        for turn in by_turns(calls):
            steps = range(turn.start, turn.stop)
            rows = [({name: random.random() for name in names}, step) for step in steps]
            time_floor(floor.log_metric, [("m0", row["m0"], step) for row, step in rows], floor_ns)
            time_assay(run.log_metrics, rows, assay_ns)
        timer_ns = timer_cost_ns()
    kept = sum(one.count for one in run.metrics.values())
    if kept != calls * WIDTH:
        raise AssertionError(f"{calls * WIDTH} points were logged and {kept} are there")
    return {
        "p50_ns": (quantile_ns(assay_ns, 0.5) - timer_ns) / WIDTH,
        "p99_ns": (quantile_ns(assay_ns, 0.99) - timer_ns) / WIDTH,
        "max_ns": max(assay_ns) - timer_ns,
        "floor_p50_ns": quantile_ns(floor_ns, 0.5) - timer_ns,
    }
