"""Many writers at once: 8 processes on 8 runs, 8 processes on one run, 8 threads on one run."""

from __future__ import annotations

import threading
import time

from benchmarks.figure import Figure, Scale
from benchmarks.part import Part, PartError, run_part, wait_to_start

POINTS = {"tiny": 2_000, "small": 100_000, "full": 1_000_000}
"""For each writer."""
WRITERS = 8


def measure(scale: Scale, folder: str) -> list[Figure]:
    rows = POINTS[scale] // 10
    return [
        *measure_processes(f"{folder}/runs", rows, [f"run-{number}" for number in range(WRITERS)]),
        *measure_processes(f"{folder}/run", rows, ["run"] * WRITERS),
        *measure_threads(f"{folder}/threads", rows),
    ]


def measure_processes(folder: str, rows: int, names: list[str]) -> list[Figure]:
    who = f"{WRITERS} processes, {len(set(names))} run{'s' if len(set(names)) > 1 else ''}"
    parts = [Part(write, folder=folder, name=name, writer=number, rows=rows) for number, name in enumerate(names)]
    for part in parts:
        part.wait_ready()
    start_s = time.time() + 0.05
    for part in parts:
        part.start_at(start_s)
    ends, complaints = [], []
    for part in parts:
        try:
            ends.append(part.result())
        except PartError as error:
            complaints.append(str(error))
    lost = 0
    for name in set(names):
        wanted = [number for number, one in enumerate(names) if one == name]
        lost += run_part(count_lost, folder=folder, name=name, writers=wanted, rows=rows)
    return figures_of(who, rows, max(ends, default=start_s) - start_s, lost, complaints, limited=len(set(names)) > 1)


def measure_threads(folder: str, rows: int) -> list[Figure]:
    took_s = run_part(write_in_threads, folder=folder, rows=rows)
    lost = run_part(count_lost, folder=folder, name="run", writers=list(range(WRITERS)), rows=rows)
    return figures_of(f"{WRITERS} threads, 1 run", rows, took_s, lost, [], limited=False)


def figures_of(who: str, rows: int, took_s: float, lost: int, complaints: list[str], *, limited: bool) -> list[Figure]:
    points = rows * 10 * WRITERS
    speed = points / took_s if took_s else float("nan")
    return [
        Figure(
            f"{who}: {points:,} points, logged and closed",
            speed,
            "points/s",
            1_000_000 if limited else None,
            at_least=True,
        ),
        Figure(f"{who}: of these points", lost, "lost", 0),
        Figure(f"{who}: writers that ended in an error", len(complaints), "errors", 0, note="".join(complaints[:1])),
    ]


def write(folder: str, name: str, writer: int, rows: int) -> float:
    """Log `rows` rows of ten values each; gives the moment at which all was closed."""
    from assay import Run, Session

    session = Session(folder)
    wait_to_start()
    with Run(experiment_name="writers", run_name=name, sagemaker_session=session) as run:
        log_rows(run.log_metrics, writer, rows)
    return time.time()


def write_in_threads(folder: str, rows: int) -> float:
    from assay import Run, Session

    session = Session(folder)
    start_s = time.time()
    with Run(experiment_name="writers", run_name="run", sagemaker_session=session) as run:
        threads = [threading.Thread(target=log_rows, args=(run.log_metrics, k, rows)) for k in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return time.time() - start_s


def log_rows(log, writer: int, rows: int) -> None:  # type: ignore[no-untyped-def]
    """Values that say who logged them and when: no other call of any writer logs the same."""
    for step in range(rows):
        v = writer * rows + step
        log({"m0": v, "m1": v, "m2": v, "m3": v, "m4": v, "m5": v, "m6": v, "m7": v, "m8": v, "m9": v}, step=step)


def count_lost(folder: str, name: str, writers: list[int], rows: int) -> int:
    """How many points of these writers are not there, exactly once, at their step."""
    import numpy as np

    from assay import Session, load_run

    run = load_run(experiment_name="writers", run_name=name, sagemaker_session=Session(folder))
    expected = np.sort(np.concatenate([np.arange(writer * rows, (writer + 1) * rows) for writer in writers]))
    lost = 0
    for number in range(10):
        history = run.metric_history(f"m{number}")
        ordered = np.sort(history.values).astype(np.int64)
        if not np.array_equal(expected, ordered) or not np.array_equal(history.values % rows, history.steps):
            lost += max(1, len(expected) - len(np.unique(ordered)))
    return lost
