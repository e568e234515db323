"""A run's charts side by side: ROC curves, precision-recall curves and confusion matrices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from assay.cli import chart, wording
from assay.formats.evaluation import CONFUSION_MATRIX, PRECISION_RECALL_CURVE, ROC_CURVE

DRAWN = (ROC_CURVE, PRECISION_RECALL_CURVE, CONFUSION_MATRIX)
"""The types of documents that are drawn, in this order."""
HEIGHT = 11
_GAP = 2
_LEAST_WIDTH, _MOST_WIDTH = 20, 36


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
    matrices: int = sum(_matrix_width(one) + _GAP for one in documents if one["type"] == CONFUSION_MATRIX)
    room: int = (width - matrices) // max(1, curves) - _GAP
    return max(_LEAST_WIDTH, min(_MOST_WIDTH, room))


def _side_by_side(row: Sequence[tuple[int, RenderableType]]) -> RenderableType:
    table = Table.grid(padding=(0, _GAP, 0, 0))
    for width, _ in row:
        table.add_column(width=width, no_wrap=True)
    table.add_row(*(panel for _, panel in row))
    return table


def _panel(document: Mapping[str, Any], curve_width: int, width: int) -> tuple[int, RenderableType]:
    kind, title = document["type"], str(document["title"])
    if kind == ROC_CURVE:
        xs, ys, figure = document["falsePositiveRate"], document["truePositiveRate"], document["areaUnderCurve"]
        return curve_width, Group(_head(title, "area", figure, curve_width), _drawn(xs, ys, curve_width, "cyan"))
    if kind == PRECISION_RECALL_CURVE:
        xs, ys, figure = document["recall"], document["precision"], document["averagePrecisionScore"]
        return curve_width, Group(_head(title, "average", figure, curve_width), _drawn(xs, ys, curve_width, "magenta"))
    counts, labels = (
        document["confusionMatrix"],
        document.get("labels") or list(range(len(document["confusionMatrix"]))),
    )
    taken = _matrix_width(document)
    right = sum(row[index] for index, row in enumerate(counts))
    accuracy = right / max(1, sum(map(sum, counts)))
    if taken > width:
        note = f"{len(labels)} classes: too wide for this screen"
        return cell_len(note), Group(_head(title, "accuracy", accuracy, cell_len(note)), Text(note, "dim"))
    return taken, Group(_head(title, "accuracy", accuracy, taken), chart.matrix(counts, labels))


def _matrix_width(document: Mapping[str, Any]) -> int:
    counts = document["confusionMatrix"]
    return max(24, chart.matrix_width(counts, document.get("labels") or range(len(counts))))


def _head(title: str, word: str, figure: float | None, width: int) -> Text:
    """Title and figure on two lines, so that neither is cut by a narrow panel."""
    return Text.assemble(
        (title if len(title) <= width else title[: width - 1] + "…", "bold"),
        "\n",
        (f"{word} {wording.number(figure)}", "dim"),
        no_wrap=True,
    )


def _drawn(xs: Sequence[float], ys: Sequence[float], width: int, style: str) -> RenderableType:
    return chart.curve(xs, ys, width=width, height=HEIGHT - 2, style=style)
