"""What a new run costs, from making it until it is left: 20 parameters and 5 metrics."""

from __future__ import annotations

import statistics
import time
from typing import Any

from benchmarks import machine
from benchmarks.figure import Figure, Scale
from benchmarks.part import run_part

RUNS = {"tiny": 5, "small": 100, "full": 500}
PARAMETERS = {f"parameter{number}": number / 7 if number % 2 else f"value {number}" for number in range(20)}
METRICS = {f"m{number}": number / 3 for number in range(5)}


def measure(scale: Scale, folder: str) -> list[Figure]:
    seen = run_part(make_runs, folder=folder, runs=RUNS[scale])
    took_ms = seen["took_ms"]
    sync_ms = statistics.median(seen["sync_ms"])
    note = (
        f"median of {len(took_ms)}; mean {statistics.mean(took_ms):.2f} ms, longest {max(took_ms):.1f} ms; "
        f"one sync of this disk meanwhile {sync_ms:.2f} ms"
    )
    return [
        Figure("a new run (20 parameters, 5 metrics)", statistics.median(took_ms), "ms", 3, note=note),
        Figure("of these runs", seen["lost"], "lost", 0),
    ]


def make_runs(folder: str, runs: int) -> dict[str, Any]:
    from assay import Run, Session, list_runs

    session = Session(folder)
    took_ms, sync_ms = [], []
    for number in range(runs + 1):
        before = time.perf_counter()
        with Run(experiment_name="new", run_name=f"run-{number}", sagemaker_session=session) as run:
            run.log_parameters(PARAMETERS)
            run.log_metrics(METRICS, step=0)
        took_ms.append((time.perf_counter() - before) * 1e3)
        sync_ms.append(machine.sync_ms(folder))
    kept = list_runs(experiment_name="new", sagemaker_session=session)
    whole = sum(
        run.parameters == PARAMETERS and {name: one.last for name, one in run.metrics.items()} == METRICS
        for run in kept
    )
    return {"took_ms": took_ms[1:], "sync_ms": sync_ms, "lost": runs + 1 - whole}  # the first run made the folder
