"""What a server holds in memory: when nothing happens, and in the course of a long load."""

from __future__ import annotations

import time

from benchmarks import load
from benchmarks.figure import Figure, Scale
from benchmarks.part import Part
from benchmarks.team import DATABASES, serving

SECONDS = {"tiny": 3.0, "small": 30.0, "full": 600.0}
RUNS = {"tiny": 4, "small": 50, "full": 100}
IDLE_S = {"tiny": 1.0, "small": 3.0, "full": 10.0}
GROWTH = 1.1
"""The last third of the load may have so many times the memory of the second one."""


def measure(scale: Scale, folder: str) -> list[Figure]:
    figures = []
    for database in DATABASES:
        with serving(database, folder) as team:
            time.sleep(IDLE_S[scale])
            idle_mb = team.memory_mb()
            part = Part(load.pour, url=team.url, runs=RUNS[scale], seconds=SECONDS[scale], rows=500, threads=4)
            seen_mb = []
            while part.process.poll() is None:
                seen_mb.append(team.memory_mb())
                time.sleep(SECONDS[scale] / 100)
            sent = part.result()
        third = len(seen_mb) // 3
        second, last = max(seen_mb[third : 2 * third] or seen_mb), max(seen_mb[2 * third :])
        figures += [
            Figure(f"an idle server on {database}", idle_mb, "MB", 120),
            Figure(
                f"memory in {SECONDS[scale]:.0f} s of load on {database}, last third against the one before",
                last / second,
                "×",
                GROWTH,
                note=f"{second:.0f} MB, {last:.0f} MB; {sent['points'] / sent['took_s'] / 1e6:.2f}M points/s",
            ),
        ]
    return figures
