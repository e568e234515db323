"""A run's charts side by side: ROC curves, precision-recall curves and confusion matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from assay.cli import chart, wording
from assay.formats.evaluation import CONFUSION_MATRIX, PRECISION_RECALL_CURVE, ROC_CURVE

DRAWN = (ROC_CURVE, PRECISION_RECALL_CURVE, CONFUSION_MATRIX)
"""The types of documents that are drawn, in this order."""
HEIGHT = 11
_GAP = 2
_LEAST_WIDTH, _MOST_WIDTH = 22, 36
_LEAST_MATRIX = 32
"""What stands above a matrix takes this much."""


def charts(documents: Sequence[Mapping[str, Any]], width: int) -> RenderableType:
    """Documents drawn side by side, in as many rows as the width makes them need."""
    drawn = sorted((one for one in documents if one["type"] in DRAWN), key=lambda one: DRAWN.index(one["type"]))
    curve_width = _curve_width(drawn, width)
    rows: list[list[tuple[int, RenderableType]]] = [[]]
    for document in drawn:
        panel = _panel(document, curve_width, width)
        if rows[-1] and sum(taken + _GAP for taken, _ in rows[-1]) + panel[0] > width:
            rows.append([])
        rows[-1].append(panel)
    return Group(*(_side_by_side(row) for row in rows if row))


def _curve_width(documents: Sequence[Mapping[str, Any]], width: int) -> int:
    curves = sum(document["type"] != CONFUSION_MATRIX for document in documents)
    matrices = sum(_matrix_width(one, width) for one in documents if one["type"] == CONFUSION_MATRIX)
    room: int = (width - matrices - _GAP * (len(documents) - 1)) // max(1, curves)
    return max(_LEAST_WIDTH, min(_MOST_WIDTH, room))


def _side_by_side(row: Sequence[tuple[int, RenderableType]]) -> RenderableType:
    table = Table.grid(padding=(0, _GAP, 0, 0))
    for width, _ in row:
        table.add_column(width=width, no_wrap=True)
    table.add_row(*(panel for _, panel in row))
    return table


def _panel(document: Mapping[str, Any], curve_width: int, width: int) -> tuple[int, RenderableType]:
    if document["type"] == CONFUSION_MATRIX:
        return _matrix_panel(document, width)
    if document["type"] == ROC_CURVE:
        xs, ys, style = document["falsePositiveRate"], document["truePositiveRate"], "cyan"
        told = f"area {wording.number(document['areaUnderCurve'])}"
    else:
        xs, ys, style = document["recall"], document["precision"], "magenta"
        told = f"average {wording.number(document['averagePrecisionScore'])}"
    drawn = chart.curve(xs, ys, width=curve_width, height=HEIGHT - 2, style=style)
    return curve_width, Group(_head(document["title"], told, curve_width), drawn)


def _matrix_panel(document: Mapping[str, Any], width: int) -> tuple[int, RenderableType]:
    counts = document["confusionMatrix"]
    right = sum(row[index] for index, row in enumerate(counts)) / max(1, sum(map(sum, counts)))
    told = f"{wording.number(right, 3)} right, true ↓ predicted →"
    taken = _matrix_width(document, width)
    drawn = chart.matrix(counts, _labels(document))
    if chart.matrix_width(counts, _labels(document)) > width:
        drawn = Text(f"{len(counts)} classes: too wide to draw", "dim")
    return taken, Group(_head(document["title"], told, taken), drawn)


def _labels(document: Mapping[str, Any]) -> Sequence[Any]:
    # Documents that were written by the official SDK have none.
    labels = document.get("labels")
    return labels if labels is not None else range(len(document["confusionMatrix"]))


def _matrix_width(document: Mapping[str, Any], width: int) -> int:
    taken: int = chart.matrix_width(document["confusionMatrix"], _labels(document))
    return taken if _LEAST_MATRIX < taken <= width else _LEAST_MATRIX


def _head(title: str, told: str, width: int) -> Text:
    """Title and figure on two lines, so that neither is cut by a narrow panel."""
    title = title if len(title) <= width else title[: width - 1] + "…"
    return Text.assemble((title, "bold"), "\n", (told, "dim"), no_wrap=True)
