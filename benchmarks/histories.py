"""Series across runs, and one that is longer than memory should hold: grouped, viewed and streamed to Parquet.

The store is filled with chunks as folding leaves them, since logging a hundred million points would measure something
else.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, Scale
from benchmarks.part import run_part
from benchmarks.reading import peaks_of

POINTS = {"tiny": 200_000, "small": 5_000_000, "full": 100_000_000}
RUNS = {"tiny": 5, "small": 200, "full": 200}
RUN_POINTS = {"tiny": 1_000, "small": 10_000, "full": 10_000}
READERS = {"tiny": 1, "small": 3, "full": 5}
MAX_POINTS = 1_000
PART = 1 << 20
"""Points that are made and written at once."""


def measure(scale: Scale, folder: str) -> list[Figure]:
    points, runs, run_points = POINTS[scale], RUNS[scale], RUN_POINTS[scale]
    run_part(fill_long, folder=f"{folder}/long", points=points)
    run_part(fill_many, folder=f"{folder}/many", runs=runs, points=run_points)
    views = [run_part(view, folder=f"{folder}/long", points=points) for _ in range(READERS[scale])]
    groups = [run_part(group, folder=f"{folder}/many", points=run_points) for _ in range(READERS[scale])]
    streamed = run_part(stream, folder=f"{folder}/long", target=f"{folder}/points.parquet")
    wrong = run_part(compare_file, path=f"{folder}/points.parquet", points=points)
    return [
        Figure(
            f"{MAX_POINTS:,} points of a series of {points:,}",
            statistics.median(one["first_ms"] for one in views),
            "ms",
            100,
            note=f"median of {len(views)} processes; again {statistics.median(o['again_ms'] for o in views):.1f} ms",
        ),
        Figure("of its extremes", max(one["lost"] for one in views), "lost", 0),
        Figure(
            f"mean and std by step of {runs} runs of {run_points:,} points",
            statistics.median(one["first_ms"] for one in groups),
            "ms",
            400,
            note=f"median of {len(groups)} processes; again {statistics.median(o['again_ms'] for o in groups):.1f} ms",
        ),
        Figure("steps whose mean or std is not numpy's", max(one["wrong"] for one in groups), "wrong", 0),
        Figure(
            f"memory to stream {points:,} points to Parquet",
            streamed["peak_mb"],
            "MB",
            300,
            note=f"peak of the whole process, {streamed['loaded_mb']:.0f} MB once pyarrow is loaded; "
            f"{streamed['seconds']:.1f} s",
        ),
        Figure("points of the file that are not as logged", wrong, "wrong", 0),
    ]


def values_of(first: int, count: int, points: int) -> Any:
    import numpy as np

    steps = np.arange(first, first + count)
    values = steps * 2_654_435_761 % 1_000_003 / 1_000_003.0
    for step, value in peaks_of(points).items():
        if first <= step < first + count:
            values[step - first] = value
    return values


def fill(store: Any, run_id: int, writer_id: int, first: int, values: Any) -> None:
    """Points as folding leaves them, a step and 1 to 2 ms apart."""
    import numpy as np

    from assay.formats.columns import Columns
    from assay.formats.summary import summarise
    from assay.storage.fold import chunks_of
    from assay.storage.sql import points
    from assay.storage.sql.points import Fold

    steps = np.arange(first, first + len(values))
    columns = Columns(steps, 1_700_000_000_000_000 + steps * 1000 + steps * 7 % 1000, values)
    fold = Fold()
    fold.chunks["loss"] = chunks_of(columns)
    with store._database.write() as connection:
        points.write_fold(connection, store._names, run_id, writer_id, fold)
        points.merge_into_series(connection, store._names, run_id, {"loss": summarise(columns)})


def make_runs(folder: str, runs: int) -> Any:
    from assay import Run, Session

    session = Session(folder)
    for number in range(runs):
        with Run(experiment_name="histories", run_name=f"run-{number}", sagemaker_session=session) as run:
            run.log_parameters({"seed": number, "lr": 0.1})
    return session.fresh_store()


def fill_long(folder: str, points: int) -> None:
    store = make_runs(folder, 1)
    for first in range(0, points, PART):
        fill(store, 1, 1, first, values_of(first, min(PART, points - first), points))


def fill_many(folder: str, runs: int, points: int) -> None:
    import numpy as np

    store = make_runs(folder, runs)
    for number in range(runs):
        fill(store, number + 1, number + 1, 0, np.random.default_rng(number).standard_normal(points))


def view(folder: str, points: int) -> dict[str, float]:
    import numpy as np  # noqa: F401 (a reader has it loaded)

    from assay import Session, load_run

    seen_ms = []
    for _ in range(2):
        before = time.perf_counter()
        run = load_run(experiment_name="histories", run_name="run-0", sagemaker_session=Session(folder))
        history = run.metric_history("loss", max_points=MAX_POINTS)
        seen_ms.append((time.perf_counter() - before) * 1e3)
    given = dict(zip(history.steps.tolist(), history.values.tolist(), strict=True))
    lost = sum(given.get(step) != value for step, value in peaks_of(points).items())
    return {"first_ms": seen_ms[0], "again_ms": seen_ms[1], "lost": lost + max(0, len(given) - MAX_POINTS)}


def group(folder: str, points: int) -> dict[str, float]:
    import numpy as np

    from assay import Session, list_runs

    session = Session(folder)
    runs = list_runs("histories", sagemaker_session=session)
    seen_ms = []
    for _ in range(2):
        before = time.perf_counter()
        (found,) = session.metric_histories(runs, "loss").grouped(over="seed")
        seen_ms.append((time.perf_counter() - before) * 1e3)
    table = np.array([run.metric_history("loss").values for run in runs])
    right = np.isclose(found.mean, table.mean(axis=0), rtol=1e-12, atol=1e-12) & np.isclose(
        found.std, table.std(axis=0), rtol=1e-12
    )
    return {"first_ms": seen_ms[0], "again_ms": seen_ms[1], "wrong": int(points - np.count_nonzero(right))}


def stream(folder: str, target: str) -> dict[str, float]:
    import pyarrow.parquet  # noqa: F401

    from assay import Session

    loaded_mb = peak_mb()
    before = time.perf_counter()
    Session(folder).stream_histories("histories").to_parquet(target)
    return {"seconds": time.perf_counter() - before, "peak_mb": peak_mb(), "loaded_mb": loaded_mb}


def peak_mb() -> float:
    """The most memory that this process has had, in millions of bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # of this process alone; `ru_maxrss` begins with what its parent had
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def compare_file(path: str, points: int) -> int:
    import numpy as np
    from pyarrow.parquet import ParquetFile

    wrong = at = 0
    for batch in ParquetFile(path).iter_batches(columns=["step", "value"]):
        steps, values = batch["step"].to_numpy(), batch["value"].to_numpy()
        expected = values_of(at, len(values), points)
        wrong += int(np.count_nonzero((steps != np.arange(at, at + len(steps))) | (values != expected)))
        at += len(values)
    return wrong + abs(points - at)
