"""A hundred runs at once into a server, as fast as it takes them, on SQLite and on PostgreSQL."""

from __future__ import annotations

import time

from benchmarks import load
from benchmarks.figure import Figure, Scale
from benchmarks.part import Part
from benchmarks.team import DATABASES, Team, serving

RUNS = {"tiny": 4, "small": 50, "full": 100}
SECONDS = {"tiny": 1.0, "small": 10.0, "full": 60.0}
ROWS = 2000
"""A segment: 20,000 points, what a run of 20,000 points a second sends each second."""
THREADS = 12
COMPARED = 3
"""Of so many runs every point is compared; of the others the numbers."""


def measure(scale: Scale, folder: str) -> list[Figure]:
    figures = []
    for database in DATABASES:
        with serving(database, folder) as team:
            figures += ingest(team, scale)
    return figures


def ingest(team: Team, scale: Scale) -> list[Figure]:
    """The figures of one server."""
    idle_mb = team.memory_mb()
    before_s = team.cpu_s()
    sent = Part(load.pour, url=team.url, runs=RUNS[scale], seconds=SECONDS[scale], rows=ROWS, threads=THREADS).result()
    cpu_s = team.cpu_s() - before_s
    loaded_mb = team.memory_mb()
    folding_s = wait_until_folded(team, SECONDS[scale] * 2 + 30)
    wrong = compare(team, sent["rows"])
    what = f"{RUNS[scale]} runs at once into a server on {team.database}"
    note = (
        f"{sent['points']:,} points, ten a call, in {sent['took_s']:.1f} s; server {cpu_s / sent['took_s']:.2f} cores, "
        f"load {sent['cpu_s'] / sent['took_s']:.2f}; p99 of an answer {sent['p99_s'] * 1000:.0f} ms"
    )
    return [
        Figure(what, sent["points"] / sent["took_s"] / 1e6, "M points/s", 2, at_least=True, note=note),
        Figure(f"{what}: all folded after", folding_s, "s", max(60.0, SECONDS[scale])),
        Figure(f"{what}: not as sent", wrong + len(sent["errors"]), "wrong", 0, note="; ".join(sent["errors"][:1])),
        Figure(f"{what}: memory", loaded_mb, "MB", None, note=f"idle {idle_mb:.0f} MB"),
    ]


def wait_until_folded(team: Team, timeout_s: float) -> float:
    """How long it takes until nothing waits to be folded."""
    import http.client
    from urllib.parse import urlsplit

    began = time.monotonic()
    while time.monotonic() - began < timeout_s:
        connection = http.client.HTTPConnection(urlsplit(team.url).netloc, timeout=30)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        waiting = [float(line.split()[-1]) for line in text.splitlines() if line.startswith("assay_fold_backlog_bytes")]
        if waiting and sum(waiting) == 0:
            return time.monotonic() - began
        time.sleep(0.25)
    return float("nan")


def compare(team: Team, rows: dict[str, list[int]]) -> int:
    """How many series are not as they were sent."""
    import numpy as np

    from assay.storage.http.store import HttpStore

    store = HttpStore(team.url)
    wrong = 0
    for place, (run, (number, count)) in enumerate(rows.items()):
        found = store.summaries(run)
        wrong += sum(name not in found or found[name].count != count for name in load.NAMES)
        if place < COMPARED:
            values = load.values_of(number, 0, count)
            for column, name in enumerate(load.NAMES):
                columns = store.history(run, name)
                wrong += not np.array_equal(columns.values, values[:, column])
                wrong += not np.array_equal(columns.steps, np.arange(count))
    return wrong
