"""Charts are drawn where their points are."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console, RenderableType

from assay.cli import chart
from assay.cli.run_charts import charts
from assay.formats.evaluation import confusion_matrix_document, precision_recall_document, roc_document


def drawn(renderable: RenderableType, width: int = 80) -> list[str]:
    console = Console(width=width, record=True, file=None, force_terminal=False, color_system=None)
    with console.capture() as captured:
        console.print(renderable)
    return [line.rstrip() for line in captured.get().splitlines()]


def test_a_diagonal_runs_from_corner_to_corner() -> None:
    lines = drawn(chart.curve([0, 1], [0, 1], width=6, height=3))

    dots = [[max(0, ord(character) - 0x2800) for character in line[2:].ljust(4)] for line in lines[:2]]
    lit = {
        (column * 2 + x, row * 4 + y)
        for row, cells in enumerate(dots)
        for column, cell in enumerate(cells)
        for y, bits in enumerate(chart._DOTS)
        for x, bit in enumerate(bits)
        if cell & bit
    }
    assert {(at, 7 - at) for at in range(8)} == lit


def test_a_curve_that_is_not_there_is_an_empty_frame() -> None:
    assert ["1┤", " │", "0└───1"] == drawn(chart.curve([], [], width=6, height=3))


def test_a_matrix_has_true_labels_down_and_predicted_across() -> None:
    lines = drawn(chart.matrix([[2, 0], [10, 5]], ["cat", "dog"]))

    assert ["     cat dog", " cat   2   ·", " dog  10   5"] == lines


def test_a_matrix_takes_the_width_that_is_said() -> None:
    counts, labels = [[2, 0], [10, 5]], ["cat", "a very long label"]

    assert chart.matrix_width(counts, labels) == max(len(line) for line in drawn(chart.matrix(counts, labels)))


def documents(classes: int) -> list[dict[str, Any]]:
    matrix = [[9 if row == column else 1 for column in range(classes)] for row in range(classes)]
    return [
        confusion_matrix_document(title=None, matrix=matrix, labels=list(range(classes))),
        precision_recall_document(
            title=None, precision=[0.5, 1], recall=[1, 0], thresholds=[0, 1], average_precision_score=0.75, no_skill=0.5
        ),
        roc_document(
            title=None, false_positive_rate=[0, 1], true_positive_rate=[0, 1], thresholds=[1, 0], area_under_curve=0.5
        ),
    ]


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("classes", [1, 2, 10, 60])
def test_charts_stand_side_by_side_within_the_screen(width: int, classes: int) -> None:
    lines = drawn(charts(documents(classes), width), width)

    text = "\n".join(lines)
    assert max(map(len, lines)) <= width
    assert text.index("ROC curve") < text.index("Precision-recall curve") < text.index("Confusion matrix")
    assert "area 0.5" in text
    assert "average 0.75" in text


def test_all_three_share_a_row_of_eighty() -> None:
    lines = drawn(charts(documents(10), 80))

    assert "ROC curve               Precision-recall curve  Confusion matrix" == lines[0]


def test_an_area_that_is_not_defined_is_a_dash() -> None:
    document = roc_document(
        title=None, false_positive_rate=[], true_positive_rate=[], thresholds=[], area_under_curve=float("nan")
    )

    assert "area –" in drawn(charts([document], 80))[1]
