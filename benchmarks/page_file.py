"""A run as one file to mail: how long the file is, and how soon it shows its charts when it is opened from disk."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks import page_store
from benchmarks.browser import browsing, tab_of
from benchmarks.figure import Figure, Scale
from benchmarks.part import ROOT, run_part

POINTS = {"tiny": 5_000, "small": 100_000, "full": 1_000_000}
ROUNDS = {"tiny": 1, "small": 3, "full": 5}
CHARTS = (
    "document.querySelectorAll('.line-chart canvas').length > 0 && !document.querySelector('.chart-wait, .skeleton')"
)


def measure(scale: Scale, folder: str) -> list[Figure]:
    store, file = str(Path(folder, "store")), str(Path(folder, "run.html"))
    points = POINTS[scale]
    run_part(page_store.log_long, folder=store, runs=1, points=points)
    command = [sys.executable, "-m", "assay.cli", "export", "--html", f"{page_store.LONG}/long-0", "-o", file]
    subprocess.run([*command, "--store", store], cwd=ROOT, check=True, capture_output=True)
    seen = run_part(open_file, file=file, rounds=ROUNDS[scale])
    what = f"a run of {points:,} points as one file"
    times_ms = seen["drawn_ms"]
    return [
        Figure(f"{what}: its size", os.path.getsize(file) / 1e6, "MB", 12),
        Figure(
            f"{what}: opened from disk, its chart drawn",
            statistics.median(times_ms) / 1000,
            "s",
            2,
            note=f"median of {len(times_ms)}, the longest {max(times_ms) / 1000:.2f} s",
        ),
        Figure(f"{what}: requests to anywhere", seen["requests"], "requests", 0),
    ]


def open_file(file: str, rounds: int) -> dict[str, Any]:
    """Open a file of a run, at its charts."""
    drawn_ms, asked = [], []
    with browsing() as profile:
        for _ in range(rounds):
            tab = tab_of(profile)
            tab.page.on(
                "request", lambda one: None if one.url.startswith(("file:", "data:")) else asked.append(one.url)
            )
            tab.open(f"file://{file}", "document.querySelector('[role=tab]') !== null")
            place = tab.page.evaluate("location.hash").partition("?")[0]
            tab.page.goto("about:blank")
            drawn_ms.append(tab.open(f"file://{file}{place}?tab=charts", CHARTS))
            tab.page.close()
    # A blob or a page of the browser's own leaves no machine.
    return {"drawn_ms": drawn_ms, "requests": len([one for one in asked if not one.startswith(("blob:", "about:"))])}
