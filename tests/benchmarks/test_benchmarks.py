"""Every measurement runs, at a scale that measures nothing, and what must not happen does not happen there either."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import ROWS, exit_code, measure, report
from benchmarks.figure import COUNTS, Figure, combine

ROOT = Path(__file__).parents[2]
FIRST = {
    "calls": "`log_metric`, beside a thread that multiplies matrices, p50",
    "names": "`log_metric`, 100 names in random order, numpy float64 values and int64 steps, p50",
    "points": "`log_metrics` with 10 values, for each point, p50",
    "import": "`import assay`, over `python -c pass`",
    "throughput": "20,000 points, ten a call: logged, closed, read back by another process",
    "disk": "on disk after `close()`, its process lives on: 10 series of 1,000 points, timestamps of a bare loop",
    "interrupts": "logging from a SIGTERM handler, from `__del__` and from 8 threads at once",
    "kills": "8 SIGKILLs, 1 writer: of what calls returned for",
    "writers": "8 processes, 8 runs: 16,000 points, logged and closed",
    "starts": "4 processes start 4 runs at once, WAL: longest wait until the run is entered",
    "reading": "reading 20,000 points",
    "histories": "1,000 points of a series of 200,000",
    "new-run": "a new run (20 parameters, 5 metrics)",
    "search": "200 runs: the best 100",
    "server-calls": "`log_metric` into a server's store, p50",
    "ingest": "4 runs at once into a server on SQLite",
    "live": "10 live runs on SQLite: a point is readable after, p99",
    "server-view": "1,000 points of a series of 20,000 over HTTP, SQLite",
    "server-memory": "an idle server on SQLite",
    "mlflow": "2 runs, 1,000 points a request, PostgreSQL: points/s",
    "page": "60 runs × 100 columns: the page is usable",
    "page-live": "a point of another process is on the chart after",
    "page-file": "a run of 5,000 points as one file: its size",
}


@pytest.mark.parametrize("row", ROWS)
def test_measurement_prints_its_row_and_loses_nothing(row: str, tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    words = ["--rows", row, "--scale", "tiny", "--no-fail", "--folder", str(tmp_path), "--json", str(file)]

    done = subprocess.run([sys.executable, "-m", "benchmarks", *words], cwd=ROOT, capture_output=True, text=True)

    figures = json.loads(file.read_text("utf-8"))["figures"]
    happened = [figure for figure in figures if figure["unit"] in COUNTS and not figure["held"]]
    assert [] == happened, done.stderr
    assert FIRST[row] == figures[0]["what"]
    assert f"| {FIRST[row]} |" in done.stdout


def test_every_row_has_a_first_figure_here() -> None:
    assert sorted(ROWS) == sorted(FIRST)


def test_missed_figure_is_told_and_ends_in_1() -> None:
    missed, held, told = Figure("a", 9, "ms", 3), Figure("b", 9, "points/s", 3, at_least=True), Figure("c", 9, "ms")

    assert "| a | ≤ 3 ms | 9 ms | **no** |" in report([missed, held, told], {}, "tiny", 1)
    assert 1 == exit_code([held, missed, told])
    assert 0 == exit_code([held, told])


def test_measurement_that_fails_is_a_missed_figure(tmp_path: Path) -> None:
    no_folder = tmp_path / "file"
    no_folder.touch()

    [figure] = measure("calls", "tiny", str(no_folder))

    assert ("measuring calls", False) == (figure.what, figure.held)


def test_rounds_give_their_median_and_the_worst_of_what_is_counted() -> None:
    times = [Figure("a call", value, "ms", 3) for value in (1.0, 9.0, 2.0)]
    losses = [Figure("points", value, "lost", 0) for value in (0, 1, 0)]

    assert (2.0, True) == (combine(times).value, combine(times).held)
    assert (1, False) == (combine(losses).value, combine(losses).held)


def test_figure_that_is_no_number_is_not_held() -> None:
    assert Figure("a call", float("nan"), "ms", 3).held is False
