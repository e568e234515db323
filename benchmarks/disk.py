"""What a point takes on disk: everything in the folder, the catalog and whatever else lies there too."""

from __future__ import annotations

import os
import random
import time
from typing import Any

from benchmarks.figure import Figure, Scale
from benchmarks.part import run_part

CASES = {
    "tiny": ((10, 1_000),),
    "small": ((100, 1_000), (10, 20_000)),
    "full": ((100, 1_000), (1_000, 1_000), (10, 100_000)),
}
"""(series, points in each): what the folder needs at the least is shared among them."""
LIMIT = 10


def measure(scale: Scale, folder: str) -> list[Figure]:
    figures = []
    for series, points in CASES[scale]:
        for pace, told in (("loop", "timestamps of a bare loop"), ("training", "timestamps of a training")):
            place = f"{folder}/{series}-{points}-{pace}"
            alive = run_part(write, folder=place, series=series, points=points, pace=pace)
            ended = sizes(place)
            for when, size in (("its process lives on", alive), ("its process has ended", ended)):
                total = series * points
                figures.append(
                    Figure(
                        f"on disk after `close()`, {when}: {series:,} series of {points:,} points, {told}",
                        max(size["apparent"], size["blocks"]) / total,
                        "bytes a point",
                        LIMIT,
                        note=f"lengths {size['apparent'] / total:.2f}, blocks {size['blocks'] / total:.2f}, "
                        f"{size['files']} files",
                    )
                )
    return figures


def write(folder: str, series: int, points: int, pace: str) -> dict[str, Any]:
    """Random values; the timestamps are those of the calls, or 10 ms and a random rest apart as in a training."""
    from assay import Run, Session

    draw = random.Random(3)
    names = [f"layer/{number}/norm" for number in range(series)]
    groups = [names[first : first + 10] for first in range(0, series, 10)]
    now = time.time()
    run = Run(experiment_name="disk", run_name="run", sagemaker_session=Session(folder))
    with run:
        for step in range(points):
            if pace == "training":
                now += 0.01 + draw.expovariate(1 / 0.002)
            for group in groups:
                values = {name: draw.random() for name in group}
                run.log_metrics(values, step=step, timestamp=None if pace == "loop" else now)
    run.close()
    return sizes(folder)


def sizes(folder: str) -> dict[str, int]:
    """Bytes of all files below a folder, and of the folders: as their lengths say, and as blocks of the disk."""
    found = [os.lstat(folder)]
    files = 0
    for root, folders, names in os.walk(folder):
        found += [os.lstat(os.path.join(root, name)) for name in [*folders, *names]]
        files += len(names)
    return {
        "apparent": sum(one.st_size for one in found),
        "blocks": sum(getattr(one, "st_blocks", 0) * 512 for one in found),
        "files": files,
    }
