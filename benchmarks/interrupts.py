"""Logging from a SIGTERM handler, from `__del__` in garbage collection and from 8 threads, all at once."""

from __future__ import annotations

import gc
import random
import signal
import threading
import time
from collections.abc import Callable
from itertools import count

from benchmarks.figure import Figure, Scale
from benchmarks.part import HangError, Part, run_part, wait_to_start

SECONDS = {"tiny": 0.5, "small": 2.0, "full": 10.0}
THREADS = 8
TURNS = 1_000
"""Of the main thread at the least: among so many threads it may not have come to its turn when time is over."""
PARAMETER_EVERY = 20
PATIENCE_S = 60.0


def measure(scale: Scale, folder: str) -> list[Figure]:
    part = Part(log_from_everywhere, folder=folder, seconds=SECONDS[scale])
    part.wait_ready()
    part.start_at(time.time())
    stop = time.monotonic() + SECONDS[scale]
    while time.monotonic() < stop and part.process.poll() is None:
        part.process.send_signal(signal.SIGTERM)
        time.sleep(random.uniform(0, 0.002))
    together = "logging from a SIGTERM handler, from `__del__` and from 8 threads at once"
    try:
        logged = part.result(PATIENCE_S)
    except HangError as error:
        return [Figure(together, 1, "hangs", 0, note=str(error))]
    lost = run_part(count_lost, folder=folder, logged=logged)
    figures = [Figure(together, 0, "hangs", 0)]
    for what, told in (
        ("handler", "in a SIGTERM handler"),
        ("finalizer", "in `__del__` by gc"),
        ("thread", "by 8 threads"),
    ):
        calls = sum(number for name, number in logged.items() if name.startswith(what))
        missing = sum(number for name, number in lost.items() if name.startswith(what))
        # Nothing lost of nothing logged would prove nothing.
        figures.append(
            Figure(f"of that {told}", missing if calls else float("nan"), "lost", 0, note=f"{calls:,} calls")
        )
    return figures


def log_from_everywhere(folder: str, seconds: float) -> dict[str, int]:
    """Log until the time is over.

    Returns:
        How many calls returned, by where they were made.
    """
    from assay import Run, Session

    names = ["handler", "finalizer", *(f"thread-{number}" for number in range(THREADS + 1))]
    numbers = {name: count() for name in names}  # a count gives each number once, whatever interrupts it
    with Run(experiment_name="interrupts", run_name="run", sagemaker_session=Session(folder)) as run:

        def log(name: str) -> int:
            number = next(numbers[name])
            run.log_metric(name, number, step=number)
            return number

        def handle(*_: object) -> None:
            number = log("handler")
            if number % PARAMETER_EVERY == 0:
                run.log_parameter(f"handler-{number}", number)

        class Finalized:
            def __init__(self) -> None:
                self.itself = self

            def __del__(self) -> None:
                log("finalizer")

        signal.signal(signal.SIGTERM, handle)
        gc.set_threshold(100)
        wait_to_start()
        stop = time.monotonic() + seconds
        threads = [threading.Thread(target=_log_until, args=(stop, log, f"thread-{k}")) for k in range(THREADS)]
        for thread in threads:
            thread.start()
        turns = 0
        while time.monotonic() < stop or turns < TURNS:
            turns += 1
            Finalized()
            log(f"thread-{THREADS}")
            run.log_metrics({"loss": 1.0, "accuracy": 2.0})
        for thread in threads:
            thread.join()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        gc.collect()
    return {name: next(number) for name, number in numbers.items()}


def _log_until(stop: float, log: Callable[[str], int], name: str) -> None:
    while time.monotonic() < stop:
        log(name)


def count_lost(folder: str, logged: dict[str, int]) -> dict[str, int]:
    """How many of the numbers that were logged under each name are not there exactly once."""
    from assay import Session, load_run

    run = load_run(experiment_name="interrupts", run_name="run", sagemaker_session=Session(folder))
    lost = {}
    for name, calls in logged.items():
        values = run.metric_history(name).values.tolist() if calls else []
        lost[name] = len(set(range(calls)).symmetric_difference(values)) + len(values) - len(set(values))
    wanted = {f"handler-{number}": number for number in range(0, logged["handler"], PARAMETER_EVERY)}
    lost["handler-parameters"] = len(wanted.items() - run.parameters.items())
    return lost
