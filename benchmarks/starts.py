"""64 processes start 64 runs at the same moment, in one folder that none of them has made yet."""

from __future__ import annotations

import time

from benchmarks.figure import Figure, Scale
from benchmarks.part import Part, PartError, run_part, wait_to_start

PROCESSES = {"tiny": 4, "small": 64, "full": 64}
JOURNALS = {"wal": "WAL", "rollback": "rollback journal, as on NFS"}


def measure(scale: Scale, folder: str) -> list[Figure]:
    figures = []
    for journal, told in JOURNALS.items():
        figures += measure_journal(f"{folder}/{journal}", PROCESSES[scale], journal, told)
    return figures


def measure_journal(folder: str, processes: int, journal: str, told: str) -> list[Figure]:
    environment = {"ASSAY_SQLITE_JOURNAL": journal}
    parts = [Part(start_run, environment=environment, folder=folder, number=number) for number in range(processes)]
    for part in parts:
        part.wait_ready()
    start_s = time.time() + 0.2
    for part in parts:
        part.start_at(start_s)
    waits, complaints = [], []
    for part in parts:
        try:
            waits.append(part.result())
        except PartError as error:
            complaints.append(str(error))
    there = run_part(count_whole, folder=folder)
    who = f"{processes} processes start {processes} runs at once, {told}"
    return [
        Figure(
            f"{who}: longest wait until the run is entered",
            max((wait["entered_s"] for wait in waits), default=float("nan")),
            "s",
            1,
            note=f"until it is left again: {max((wait['left_s'] for wait in waits), default=float('nan')):.2f} s",
        ),
        Figure(f"{who}: processes that ended in an error", len(complaints), "errors", 0, note="".join(complaints[:1])),
        Figure(f"{who}: runs that are not whole", processes - there, "lost", 0),
    ]


def start_run(folder: str, number: int) -> dict[str, float]:
    """Make a run and enter it; waits count from the common start, so the wait for a processor is a part of them.

    What is measured is the crowd in the folder, not 64 imports on few cores: a first run, in a folder of its own, has
    loaded all code by then.
    """
    from assay import Run, Session

    with Run(experiment_name="starts", run_name="ready", sagemaker_session=Session(f"{folder}-ready-{number}")) as run:
        run.log_metric("loss", 1.0, step=0)
    moment = wait_to_start()
    with Run(experiment_name="starts", run_name=f"run-{number}", sagemaker_session=Session(folder)) as run:
        entered_s = time.time() - moment
        run.log_metric("loss", float(number), step=0)
    return {"entered_s": entered_s, "left_s": time.time() - moment}


def count_whole(folder: str) -> int:
    """How many runs are there, completed, with the one point that each logged."""
    from assay import Session, list_runs

    runs = list_runs(experiment_name="starts", sagemaker_session=Session(folder))
    return sum(
        run.status == "Completed" and run.metrics["loss"].last == float(run.run_name.rpartition("-")[2]) for run in runs
    )
