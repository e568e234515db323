"""Rows that a power cut tore where two calls were under way at once: whole or not there, never half."""

from __future__ import annotations

import shutil
import struct
import sys
from pathlib import Path

import pytest

from assay import Run, Session, load_run
from tests.system.disk import PAGE_BYTES, restart

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pages reach the disk whole where they are 4 KiB")

COLUMNS, CALLS = 20, 80
ROW_BYTES = (2 + COLUMNS) * 8


class Interrupting:
    """A number that logs a row of its own when it is asked for its value: as a signal handler or another thread may."""

    def __init__(self, run: Run, rows: list[Path], step: int) -> None:
        self.run, self.rows, self.step = run, rows, step
        self.then: list[bytes] = []

    def __float__(self) -> float:
        self.run.log_metrics(row(self.step + 1), step=self.step + 1)
        self.then = [path.read_bytes() for path in self.rows]
        return float(self.step)


def row(step: int) -> dict[str, float]:
    return {str(column): float(step) for column in range(COLUMNS)}


def test_a_row_of_which_half_reached_the_disk_is_not_taken_for_whole(store: Path, tmp_path: Path) -> None:
    cuts: list[tuple[int, list[bytes]]] = []
    with Run("torn", "rows", sagemaker_session=Session(str(store))) as run:
        for step in range(100):  # the first small block is full, and a large one begun
            run.log_metrics(row(step), step=step)
        rows = sorted(store.glob("journals/*.rows"))
        for step in range(1000, 1000 + 2 * CALLS, 2):
            number = Interrupting(run, rows, step)
            run.log_metrics({**row(step), "0": number}, step=step)  # type: ignore[dict-item]
            cuts.append((step, number.then))
        after = [path.read_bytes() for path in rows]
        left = [
            leave_half(store, tmp_path, step, path, now, before)
            for step, then in cuts
            for path, now, before in zip(rows, after, then, strict=True)
            if lies_in_two_pages(now, step)
        ]

    assert len(left) > 1
    for folder in left:
        read = load_run("rows", "torn", Session(str(folder)))
        for column in range(COLUMNS):
            history = read.metric_history(str(column))
            assert history.steps.tolist() == history.values.tolist(), f"{folder.name}, column {column}"


def lies_in_two_pages(rows: bytes, step: int) -> bool:
    begin = rows.find(struct.pack("=q", step)) - 8
    return begin >= 0 and begin // PAGE_BYTES != (begin + ROW_BYTES - 1) // PAGE_BYTES


def leave_half(store: Path, tmp_path: Path, step: int, path: Path, now: bytes, before: bytes) -> Path:
    """A folder in which the second page of a row is as it was before the row was whole."""
    left = Path(shutil.copytree(store, tmp_path / f"left-{step}"))
    page = (now.find(struct.pack("=q", step)) - 8 + ROW_BYTES - 1) // PAGE_BYTES * PAGE_BYTES
    with open(left / "journals" / path.name, "r+b") as file:
        file.seek(page)
        file.write(before[page : page + PAGE_BYTES])
    restart(left)
    return left
