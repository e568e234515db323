"""Runs side by side in a terminal: a column a run, as many as the width has room for, then the next below."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from assay.cli import chart, wording
from assay.cli.run_page import COLUMN_GAP, plain_table
from assay.errors import DamagedError
from assay.formats.summary import Summary
from assay.querying.comparison import Comparison, Overlay, shown_value

CURVE_STYLES = ("cyan", "magenta", "yellow", "green", "red", "blue")
"""Of the curves of the first run, the second and so on, over and over."""
_CURVE_WIDTH, _CURVE_HEIGHT = 36, 13
_NAME_WIDTH = 24
_CELL_WIDTH = 26

Row = tuple[str, dict[str, Text]]
"""What stands at its left, and a cell for each run that has one."""


class ComparisonPage:
    """A comparison as it is printed.

    Attributes:
        damaged: Whether something could not be read; its place on the page says what.
    """

    def __init__(self, comparison: Comparison, console: Console) -> None:
        self._comparison = comparison
        self._console = console
        self.damaged = False

    def print(self) -> None:
        """Print the page, part by part."""
        comparison, out = self._comparison, self._console
        parameters = [
            (name, {run: Text(wording.value(value)) for run, value in values.items()})
            for name, values in comparison.parameters.items()
        ]
        metrics = [
            (name, {run: self._metric_cell(name, run, one) for run, one in found.items()})
            for name, found in comparison.metrics.items()
        ]
        for heading, rows in (("Parameters that differ", parameters), ("Metrics", metrics)):
            if rows:
                out.print(Text(heading, "bold"))
                for table in self._tables(rows):
                    out.print(table)
                    out.print()
        if comparison.same_parameters:
            count = wording.amount(len(comparison.same_parameters), "parameter")
            out.print(Text(f"{count} the same: {', '.join(comparison.same_parameters)}", "dim"))
        self._print_curves()

    def _metric_cell(self, name: str, run: str, one: Summary) -> Text:
        cell = Text(wording.number(shown_value(one)))
        apart = self._comparison.differences.get(name, {}).get(run)
        if apart is not None and run != self._comparison.baseline:
            told = wording.number(abs(apart), 3)
            sign = "±" if apart == 0 else "-" if apart < 0 else "+"
            cell.append(f" {told}" if math.isnan(apart) else f" {sign}{told}", _style(one, apart))
        return cell

    def _tables(self, rows: Sequence[Row]) -> Iterator[RenderableType]:
        """The rows for as many runs as fit side by side, then for the next; the baseline stands in each."""
        baseline = self._comparison.baseline
        widths = {
            run: min(
                _CELL_WIDTH, max([len(self._heading(run)), *(len(cells[run]) for _, cells in rows if run in cells)])
            )
            + COLUMN_GAP
            for run in self._comparison.runs
        }
        first = min(_NAME_WIDTH, max(len(name) for name, _ in rows)) + COLUMN_GAP
        block: list[str] = [baseline]
        for run in self._comparison.runs:
            if run == baseline:
                continue
            if len(block) > 1 and first + sum(widths[one] for one in [*block, run]) > self._console.width:
                yield self._table(rows, block)
                block = [baseline]
            block.append(run)
        yield self._table(rows, block)

    def _table(self, rows: Sequence[Row], runs: Sequence[str]) -> Table:
        table = plain_table()
        table.add_column("", style="cyan", overflow="fold", max_width=_NAME_WIDTH)
        for run in runs:
            table.add_column(Text(self._heading(run)), justify="right", overflow="fold", max_width=_CELL_WIDTH)
        for name, cells in rows:
            table.add_row(Text(name), *(cells.get(run, Text("–", "dim")) for run in runs))
        return table

    def _heading(self, run: str) -> str:
        return f"{run} (baseline)" if run == self._comparison.baseline else run

    def _print_curves(self) -> None:
        try:
            curves = self._comparison.curves
        except DamagedError as error:
            self.damaged = True
            self._console.print(Text(f"the curves can't be read: {error}", "red"), soft_wrap=True)
            return
        if not curves:
            return
        styles = {run: CURVE_STYLES[index % len(CURVE_STYLES)] for index, run in enumerate(self._comparison.runs)}
        self._console.print()
        self._console.print(Text("Curves", "bold"))
        across = max(1, (self._console.width + COLUMN_GAP) // (_CURVE_WIDTH + COLUMN_GAP))
        for start in range(0, len(curves), across):
            row = curves[start : start + across]
            grid = Table.grid(padding=(0, COLUMN_GAP, 0, 0))
            for _ in row:
                grid.add_column(width=_CURVE_WIDTH, no_wrap=True)
            grid.add_row(*(_panel(one, styles) for one in row))
            self._console.print(grid)


def _panel(one: Overlay, styles: Mapping[str, str]) -> RenderableType:
    title = one.title if len(one.title) <= _CURVE_WIDTH else one.title[: _CURVE_WIDTH - 1] + "…"
    lines = [(xs, ys, styles[run]) for run, (xs, ys) in one.lines.items()]
    drawn = chart.overlay(lines, width=_CURVE_WIDTH, height=_CURVE_HEIGHT)
    legend = Text(no_wrap=True, overflow="ellipsis")
    for run, figure in one.figures.items():
        told = wording.number(figure)
        legend.append(f"{run[: _CURVE_WIDTH - len(told) - 1]} {told}\n", styles[run])
    return Group(Text(title, "bold"), drawn, legend)


def _style(one: Summary, apart: float) -> Any:
    """Green where the run says that this is better, red where it is worse."""
    if one.best is None or one.min == one.max or apart == 0 or math.isnan(apart):
        return "dim"
    return "green" if (one.best == one.min) == (apart < 0) else "red"
