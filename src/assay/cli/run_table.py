"""The table of runs: as many columns as the screen has room for, the most telling first."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from assay.cli import wording
from assay.cli.listing import Row, shown_value
from assay.storage.contract import RunRecord

STATUS_STYLES = {"Completed": "green", "Failed": "red", "Stopped": "yellow", "Stopping": "yellow", "InProgress": "cyan"}
_PADDING = 2
_NAME_WIDTH = 40


@dataclass(frozen=True, slots=True)
class _Column:
    heading: str
    cells: list[str]
    style: str = ""
    right: bool = False

    @property
    def width(self) -> int:
        return max(len(self.heading), *map(len, self.cells)) + _PADDING

    @property
    def filled(self) -> int:
        return sum(cell != "" for cell in self.cells)


def run_table(rows: Sequence[Row], width: int) -> RenderableType:
    """The runs as a table of at most `width` characters, with a line that says what had no room."""
    fixed = _fixed_columns(rows)
    candidates = [*_metric_columns(rows), *_parameter_columns(rows)]
    room = width - sum(column.width for column in fixed)
    chosen: list[_Column] = []
    for column in candidates:
        # What half of the runs lack is left to `assay show`.
        if column.width <= room and column.filled * 2 >= len(rows):
            chosen.append(column)
            room -= column.width
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for column in [*fixed, *chosen]:
        table.add_column(
            Text(column.heading), justify="right" if column.right else "left", overflow="fold", style=column.style
        )
    for index, (run, _) in enumerate(rows):
        cells = [Text(column.cells[index]) for column in [*fixed, *chosen]]
        cells[[column.heading for column in fixed].index("status")].stylize(STATUS_STYLES.get(run.status or "", "dim"))
        table.add_row(*cells)
    left_out = len(candidates) - len(chosen)
    if not left_out:
        return table
    return Group(
        table, Text(f"{wording.amount(left_out, 'column')} more: a wider screen, --json, or assay show", "dim")
    )


def _fixed_columns(rows: Sequence[Row]) -> list[_Column]:
    runs = [run for run, _ in rows]
    columns = [_Column("run", [_cut(run.name) for run in runs], "bold")]
    if len({run.experiment_name for run in runs}) > 1:
        columns.append(_Column("experiment", [_cut(run.experiment_name) for run in runs]))
    columns.append(_Column("status", [run.status or "–" for run in runs]))
    columns.append(_Column("started", [wording.moment(moment(run.start_us)) for run in runs]))
    columns.append(_Column("took", [wording.duration(run_length(run)) for run in runs], right=True))
    return columns


def _cut(name: str) -> str:
    return name if len(name) <= _NAME_WIDTH else name[: _NAME_WIDTH - 1] + "…"


def moment(time_us: int | None) -> datetime | None:
    """Microseconds since 1970 as a time, None where there is none."""
    return None if time_us is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_us)


def run_length(run: RunRecord) -> timedelta | None:
    """How long a run took, or has taken so far."""
    if run.start_us is None:
        return None
    end_us = run.end_us
    if end_us is None:
        end_us = int(datetime.now(UTC).timestamp() * 1_000_000)
    return timedelta(microseconds=max(0, end_us - run.start_us))


def _metric_columns(rows: Sequence[Row]) -> list[_Column]:
    columns = []
    for name in _by_frequency([name for _, metrics in rows for name in metrics]):
        found = [metrics.get(name) for _, metrics in rows]
        goals = {run.goals.get(name, {}).get("goal") for run, _ in rows if name in run.goals}
        arrow = {"min": " ↓", "max": " ↑"}.get(goals.pop() or "", "") if len(goals) == 1 else ""
        cells = ["" if one is None else wording.number(shown_value(one)) for one in found]
        columns.append(_Column(name + arrow, cells, right=True))
    return columns


def _parameter_columns(rows: Sequence[Row]) -> list[_Column]:
    # A parameter that is the same everywhere tells nothing of the differences.
    columns = []
    several = len(rows) > 1
    for name in _by_frequency([name for run, _ in rows for name in run.parameters]):
        values = {json.dumps(run.parameters.get(name), sort_keys=True) for run, _ in rows}
        if several and len(values) < 2:
            continue
        cells = [wording.value(run.parameters[name]) if name in run.parameters else "" for run, _ in rows]
        columns.append(_Column(name, cells, "cyan"))
    return columns


def _by_frequency(names: Sequence[str]) -> list[str]:
    counts = Counter(names)

    order = {name: index for index, name in enumerate(dict.fromkeys(names))}
    return sorted(counts, key=lambda name: (-counts[name], order[name]))
