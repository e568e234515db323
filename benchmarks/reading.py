"""Reading a long series in a process that has not read before: all of it, and 1,000 points of it."""

from __future__ import annotations

import random
import statistics
import time
from typing import Any

from benchmarks.figure import Figure, Scale
from benchmarks.part import run_part

POINTS = {"tiny": 20_000, "small": 200_000, "full": 1_000_000}
READERS = {"tiny": 1, "small": 3, "full": 9}
MAX_POINTS = 1_000
PEAKS = 200
"""Points that stand out of the noise, up and down by turns; a thinned series that hid one would mislead."""


def measure(scale: Scale, folder: str) -> list[Figure]:
    points = POINTS[scale]
    run_part(write, folder=folder, points=points)
    whole = [run_part(read_all, folder=folder, points=points) for _ in range(READERS[scale])]
    thinned = [run_part(read_thinned, folder=folder, points=points) for _ in range(READERS[scale])]
    return [
        Figure(f"reading {points:,} points", median(whole, "first_ms"), "ms", 60, note=told(whole)),
        Figure("points of these that were not as logged", max(one["wrong"] for one in whole), "wrong", 0),
        Figure(f"reading {MAX_POINTS:,} of them", median(thinned, "first_ms"), "ms", 10, note=told(thinned)),
        Figure(
            f"of {PEAKS} extremes, the greatest and the least among them",
            max(one["lost"] for one in thinned),
            "lost",
            0,
            note=f"{thinned[-1]['count']} points were given",
        ),
    ]


def median(readers: list[dict[str, float]], what: str) -> float:
    return statistics.median(reader[what] for reader in readers)


def told(readers: list[dict[str, float]]) -> str:
    return (
        f"median of {len(readers)} processes, least {min(one['first_ms'] for one in readers):.1f} ms; "
        f"again in the same process {median(readers, 'again_ms'):.1f} ms"
    )


def peaks_of(points: int) -> dict[int, float]:
    """Steps and values of what stands out, each in a stretch of its own and none as high as another."""
    draw = random.Random(2)
    stretch = points // PEAKS
    steps = [number * stretch + draw.randrange(stretch // 4, 3 * stretch // 4) for number in range(PEAKS)]
    return {step: (10.0 + number) * (-1) ** number for number, step in enumerate(steps)}


def values_of(points: int) -> list[float]:
    draw = random.Random(1).random
    values = [1 / (1 + step / 1000) + draw() / 10 for step in range(points)]
    for step, value in peaks_of(points).items():
        values[step] = value
    return values


def write(folder: str, points: int) -> None:
    from assay import Run, Session

    with Run(experiment_name="reading", run_name="run", sagemaker_session=Session(folder)) as run:
        for step, value in enumerate(values_of(points)):
            run.log_metric("loss", value, step=step)


def read(folder: str, max_points: int | None) -> tuple[Any, dict[str, float]]:
    """Read twice; a reader has numpy loaded already, whatever it reads with."""
    import numpy as np  # noqa: F401

    from assay import Session, load_run

    seen_ms = []
    for _ in range(2):
        before = time.perf_counter()
        run = load_run(experiment_name="reading", run_name="run", sagemaker_session=Session(folder))
        history = run.metric_history("loss", max_points=max_points)
        seen_ms.append((time.perf_counter() - before) * 1e3)
    return history, {"first_ms": seen_ms[0], "again_ms": seen_ms[1]}


def read_all(folder: str, points: int) -> dict[str, float]:
    import numpy as np

    history, seen = read(folder, None)
    expected = np.array(values_of(points))
    same = len(expected) == len(history.values) and np.array_equal(np.arange(points), history.steps)
    return {**seen, "wrong": int(np.count_nonzero(expected != history.values)) if same else points}


def read_thinned(folder: str, points: int) -> dict[str, float]:
    import numpy as np

    history, seen = read(folder, MAX_POINTS)
    values = np.array(values_of(points))
    given = dict(zip(history.steps.tolist(), history.values.tolist(), strict=True))
    extremes = {int(at): float(values[at]) for at in (values.argmin(), values.argmax())} | peaks_of(points)
    lost = sum(given.get(step) != value for step, value in extremes.items())
    invented = sum(values[step] != value for step, value in given.items())
    too_many = max(0, len(history.values) - MAX_POINTS)
    return {**seen, "count": len(history.values), "lost": lost + int(invented) + too_many}
