"""Many points: logged ten a call, closed, and read back by another process."""

from __future__ import annotations

import random
import time
from typing import Any

from benchmarks.figure import Figure, Scale
from benchmarks.part import run_part

POINTS = {"tiny": 20_000, "small": 1_000_000, "full": 10_000_000}
SEED = 5


def measure(scale: Scale, folder: str) -> list[Figure]:
    points = POINTS[scale]
    wrote = run_part(write, folder=folder, steps=points // 10)
    read = run_part(read_back, folder=folder, steps=points // 10)
    in_all_s = read["end_s"] - wrote["start_s"]
    return [
        Figure(
            f"{points:,} points, ten a call: logged, closed, read back by another process",
            points / in_all_s,
            "points/s",
            1_000_000,
            at_least=True,
            note=f"logged in {wrote['log_s']:.2f} s, closed in {wrote['close_s']:.2f} s, "
            f"read in {read['read_s']:.2f} s, the rest is the reader's start",
        ),
        Figure("of these points", read["wrong"], "lost", 0),
    ]


def values_of(steps: int) -> list[float]:
    """Ten series out of one list: series k starts at its item k, so all have random values and none costs memory."""
    draw = random.Random(SEED).random
    return [draw() for _ in range(steps + 10)]


def write(folder: str, steps: int) -> dict[str, float]:
    from assay import Run, Session

    values = values_of(steps)
    columns = [values[number : number + steps] for number in range(10)]
    run = Run(experiment_name="throughput", run_name="run", sagemaker_session=Session(folder))
    with run:
        log = run.log_metrics
        start_s = time.time()
        for step, (a, b, c, d, e, f, g, h, i, j) in enumerate(zip(*columns, strict=True)):
            log({"m0": a, "m1": b, "m2": c, "m3": d, "m4": e, "m5": f, "m6": g, "m7": h, "m8": i, "m9": j}, step=step)
        logged_s = time.time()
    return {"start_s": start_s, "log_s": logged_s - start_s, "close_s": time.time() - logged_s}


def read_back(folder: str, steps: int) -> dict[str, float]:
    from assay import Session, load_run

    before_s = time.time()
    run = load_run(experiment_name="throughput", run_name="run", sagemaker_session=Session(folder))
    histories: list[Any] = [run.metric_history(f"m{number}") for number in range(10)]
    end_s = time.time()

    import numpy as np

    values = np.array(values_of(steps))
    wrong = 0
    for number, history in enumerate(histories):
        expected = values[number : number + steps]
        if np.array_equal(expected, history.values) and np.array_equal(np.arange(steps), history.steps):
            continue
        wrong += max(1, steps - len(history.values))
    return {"end_s": end_s, "read_s": end_s - before_s, "wrong": wrong}
