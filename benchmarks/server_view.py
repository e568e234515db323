"""A thousand points of a long series, over HTTP."""

from __future__ import annotations

import statistics
import time
from typing import Any

from benchmarks.figure import Figure, Scale
from benchmarks.part import Part
from benchmarks.team import DATABASES, serving

POINTS = {"tiny": 20_000, "small": 200_000, "full": 1_000_000}
ROUNDS = {"tiny": 3, "small": 20, "full": 100}
MAX_POINTS = 1_000
SEGMENT_ROWS = 40_000


def measure(scale: Scale, folder: str) -> list[Figure]:
    figures = []
    for database in DATABASES:
        with serving(database, folder) as team:
            seen = Part(view, url=team.url, points=POINTS[scale], rounds=ROUNDS[scale]).result()
        figures.append(
            Figure(
                f"{MAX_POINTS:,} points of a series of {POINTS[scale]:,} over HTTP, {database}",
                seen["median_ms"],
                "ms",
                25,
                note=f"median of {ROUNDS[scale]}; the first {seen['first_ms']:.0f} ms, the longest of the others "
                f"{seen['max_ms']:.0f} ms; {seen['count']} points, the greatest and the least among them",
            )
        )
    return figures


def view(url: str, points: int, rounds: int) -> dict[str, Any]:
    """Fill a series, then look at it again and again; it holds one greatest and one least value."""
    import numpy as np

    from assay.formats.event import Event
    from assay.formats.names import new_uid
    from assay.formats.rows import Layout
    from assay.formats.segment import Rows
    from assay.storage.contract import Opening, RunSpec, WriterSpec
    from assay.storage.http.store import HttpStore

    store = HttpStore(url)
    now_us = time.time_ns() // 1000
    run = store.open_run(RunSpec(new_uid(), new_uid(), "view", "long", "view", "long", {}, now_us))[0].uid
    writer = new_uid()
    opening = Opening(run, WriterSpec(writer, True, {"host": "load", "pid": 1}, now_us))
    values = np.random.default_rng(3).random(points)
    values[points // 3], values[points // 2] = 5.0, -5.0
    for index, start in enumerate(range(0, points, SEGMENT_ROWS)):
        count = min(SEGMENT_ROWS, points - start)
        words = np.empty((count, 3), np.int64)
        words[:, 0] = time.time_ns() + np.arange(count)
        words[:, 1] = np.arange(start, start + count)
        words[:, 2] = values[start : start + count].view(np.int64)
        rows = [Rows(Layout(("loss",), stamped=False), count, words.tobytes())]
        final = start + count == points
        events = [Event(time.time_ns(), "leave", {"status": "Completed"})] if final else []
        store.append(writer, index, events, rows, final=final, opening=opening)
    time.sleep(3)  # folding comes behind
    spent_ms = []
    for _ in range(rounds):
        before = time.perf_counter()
        columns = store.history(run, "loss", max_points=MAX_POINTS)
        spent_ms.append((time.perf_counter() - before) * 1000)
    if len(columns) > MAX_POINTS or columns.values.max() != 5.0 or columns.values.min() != -5.0:
        raise AssertionError("the view lacks an extreme, or has too many points")
    return {
        "first_ms": spent_ms[0],
        "median_ms": statistics.median(spent_ms[1:]),
        "max_ms": max(spent_ms[1:]),
        "count": len(columns),
    }
