"""What `log_metric` costs its caller where the run goes to a server, against one that goes to a folder."""

from __future__ import annotations

import random
import threading
from array import array
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, Scale
from benchmarks.part import Part
from benchmarks.team import serving
from benchmarks.timing import by_turns, own_copy, quantile_ns, time_points, timer_cost_ns

CALLS = {"tiny": 2_000, "small": 100_000, "full": 500_000}


def measure(scale: Scale, folder: str) -> list[Figure]:
    with serving("SQLite", folder) as team:
        seen = Part(
            time_both,
            environment={"XDG_DATA_HOME": str(Path(folder, "data"))},
            folder=str(Path(folder, "embedded")),
            url=team.url,
            calls=CALLS[scale],
        ).result()
    note = f"{seen['server_ns']:.0f} ns, into a folder {seen['folder_ns']:.0f} ns"
    tail = f"{seen['server_p99_ns']:.0f} ns, into a folder {seen['folder_p99_ns']:.0f} ns"
    return [
        Figure(
            "`log_metric` into a server's store, p50",
            seen["server_ns"] / seen["folder_ns"],
            "× embedded",
            1.1,
            note=note,
        ),
        Figure(
            "`log_metric` into a server's store, p99",
            seen["server_p99_ns"] / seen["folder_p99_ns"],
            "× embedded",
            None,
            note=tail,
        ),
        Figure("`log_metric` into a server's store: read back", seen["lost"], "lost", 0),
    ]


def time_both(folder: str, url: str, calls: int) -> dict[str, float]:
    """Log the same points to both, by turns; each run is entered in a thread of its own, as blocks don't nest."""
    from assay import Run, Session

    points: list[Any] = [("loss", random.random(), step) for step in range(calls)]
    runs: dict[str, Run] = {}
    entered, leave = threading.Barrier(3), threading.Event()

    def hold(where: str, store: str) -> None:
        with Run(experiment_name="calls", run_name=where, sagemaker_session=Session(store)) as run:
            runs[where] = run
            entered.wait(60)
            leave.wait()

    crew = [threading.Thread(target=hold, args=one) for one in (("folder", folder), ("server", url))]
    for one in crew:
        one.start()
    entered.wait(60)
    spent = {"folder": array("q"), "server": array("q")}
    timers = {where: own_copy(time_points) for where in spent}
    for turn in by_turns(calls):
        for where, into in spent.items():
            timers[where](runs[where].log_metric, points[turn], into)
    timer_ns = timer_cost_ns()
    leave.set()
    for one in crew:
        one.join()
    found = {}
    for where, into in spent.items():
        found[f"{where}_ns"] = quantile_ns(into, 0.5) - timer_ns
        found[f"{where}_p99_ns"] = quantile_ns(into, 0.99) - timer_ns
    kept = runs["server"].metric_history("loss")
    found["lost"] = calls - len(kept)
    return found
