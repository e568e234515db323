"""A thousand runs that live: a step of ten metrics each second, and how soon it can be read."""

from __future__ import annotations

from benchmarks import load
from benchmarks.figure import Figure, Scale
from benchmarks.part import Part
from benchmarks.team import DATABASES, Team, serving

RUNS = {"tiny": 10, "small": 200, "full": 1000}
SECONDS = {"tiny": 4.0, "small": 15.0, "full": 60.0}
THREADS = 20
WATCHED = 25


def measure(scale: Scale, folder: str) -> list[Figure]:
    figures = []
    for database in DATABASES:
        with serving(database, folder) as team:
            figures += live(team, scale)
    return figures


def live(team: Team, scale: Scale) -> list[Figure]:
    """The figures of one server."""
    runs, seconds = RUNS[scale], SECONDS[scale]
    reading = Part(load.watch, url=team.url, runs=runs, seconds=seconds + 5, watched=WATCHED)
    before_s = team.cpu_s()
    sent = Part(load.trickle, url=team.url, runs=runs, seconds=seconds, threads=THREADS).result()
    cpu_s = team.cpu_s() - before_s
    ages_s = sorted(reading.result())
    lost = lost_rows(team, sent["rows"])
    what = f"{runs:,} live runs on {team.database}"
    note = (
        f"{len(ages_s):,} points met by a reader, the oldest after {ages_s[-1] if ages_s else 0:.2f} s, a second of it "
        f"in the recorder; server {cpu_s / sent['took_s']:.2f} cores, load {sent['cpu_s'] / sent['took_s']:.2f}"
    )
    p99_s = ages_s[int(len(ages_s) * 0.99)] if ages_s else float("nan")
    return [
        Figure(f"{what}: a point is readable after, p99", p99_s, "s", 2, note=note),
        Figure(f"{what}: a segment is durable behind its time, p99", sent["p99_late_s"], "s", 1),
        Figure(f"{what}: of what was sent", lost + len(sent["errors"]), "lost", 0, note="; ".join(sent["errors"][:1])),
    ]


def lost_rows(team: Team, rows: dict[str, list[int]]) -> int:
    """How many rows that were durable can't be read, or are there twice."""
    from assay.storage.http.store import HttpStore

    store = HttpStore(team.url)
    return sum(abs(store.summaries(run)["m0"].count - count) for run, (_, count) in rows.items() if count)
