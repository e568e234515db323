"""What one `log_metric` costs the thread that calls it, while the recorder ships what was logged."""

from __future__ import annotations

import random
from array import array
from typing import Any

from benchmarks.figure import Figure, Scale
from benchmarks.part import run_part
from benchmarks.timing import Floor, by_turns, multiplying_matrices, own_copy, quantile_ns, time_points, timer_cost_ns

CALLS = {"tiny": 2_000, "small": 200_000, "full": 1_000_000}


def measure(scale: Scale, folder: str) -> list[Figure]:
    figures = []
    for matrices, where in ((True, "beside a thread that multiplies matrices"), (False, "alone")):
        seen = run_part(time_calls, folder=f"{folder}/{int(matrices)}", calls=CALLS[scale], matrices=matrices)
        limited = matrices
        figures += [
            Figure(
                f"`log_metric`, {where}, p50",
                seen["p50_ns"] / seen["floor_p50_ns"],
                "× floor",
                4 if limited else None,
                note=f"wanted 3; {seen['p50_ns']:.0f} ns, floor {seen['floor_p50_ns']:.0f} ns",
            ),
            Figure(
                f"`log_metric`, {where}, p99",
                seen["p99_ns"] / seen["floor_p99_ns"],
                "× floor's p99",
                1 if limited else None,
                note=f"{seen['p99_ns']:,.0f} ns, floor {seen['floor_p99_ns']:,.0f} ns",
            ),
            Figure(
                f"`log_metric`, {where}, longest of {CALLS[scale]:,}",
                seen["max_ns"] / 1e6,
                "ms",
                20 if limited else None,
                note=f"floor {seen['floor_max_ns'] / 1e6:.2f} ms",
            ),
        ]
    return figures


def time_calls(folder: str, calls: int, matrices: bool) -> dict[str, float]:
    points = [("loss", random.random(), step) for step in range(calls)]
    return time_against_floor(folder, points, matrices)


def time_against_floor(folder: str, points: list[Any], matrices: bool) -> dict[str, float]:
    """Log the same points to the floor and to a run, by turns."""
    from assay import Run, Session

    floor = Floor()
    floor_ns, assay_ns = array("q"), array("q")
    time_floor, time_assay = own_copy(time_points), own_copy(time_points)
    session = Session(folder)
    with Run(experiment_name="calls", run_name="run", sagemaker_session=session) as run, multiplying_matrices(matrices):
        for turn in by_turns(len(points)):
            part = points[turn]
            time_floor(floor.log_metric, part, floor_ns)
            time_assay(run.log_metric, part, assay_ns)
        timer_ns = timer_cost_ns()
    kept = sum(one.count for one in run.metrics.values())
    if kept != len(points):
        raise AssertionError(f"{len(points)} points were logged and {kept} are there")
    return {
        "p50_ns": quantile_ns(assay_ns, 0.5) - timer_ns,
        "p99_ns": quantile_ns(assay_ns, 0.99) - timer_ns,
        "max_ns": max(assay_ns) - timer_ns,
        "floor_p50_ns": quantile_ns(floor_ns, 0.5) - timer_ns,
        "floor_p99_ns": quantile_ns(floor_ns, 0.99) - timer_ns,
        "floor_max_ns": max(floor_ns) - timer_ns,
    }
