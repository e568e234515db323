"""`log_metric` with 100 names in random order, and numpy's scalars as values and steps."""

from __future__ import annotations

from benchmarks.calls import CALLS, time_against_floor
from benchmarks.figure import Figure, Scale
from benchmarks.part import run_part

NAMES = 100


def measure(scale: Scale, folder: str) -> list[Figure]:
    figures = []
    for kind in ("float64", "float32"):
        seen = run_part(time_names, folder=f"{folder}/{kind}", calls=CALLS[scale], kind=kind)
        figures.append(
            Figure(
                f"`log_metric`, {NAMES} names in random order, numpy {kind} values and int64 steps, p50",
                seen["p50_ns"] / seen["floor_p50_ns"],
                "× floor",
                7,
                note=f"{seen['p50_ns']:.0f} ns, floor {seen['floor_p50_ns']:.0f} ns; p99 "
                f"{seen['p99_ns'] / seen['floor_p99_ns']:.2f} × floor's, longest {seen['max_ns'] / 1e6:.2f} ms",
            )
        )
    return figures


def time_names(folder: str, calls: int, kind: str) -> dict[str, float]:
    import numpy as np

    random = np.random.default_rng(1)
    names = [f"layer/{number}/norm" for number in range(NAMES)]
    values = random.random(calls).astype(kind)
    steps = np.arange(calls)
    points = [
        (names[which], values[step], steps[step]) for step, which in enumerate(random.integers(NAMES, size=calls))
    ]
    return time_against_floor(folder, points, matrices=True)
