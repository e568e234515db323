"""`roc_curve`: the known answer, several classes against the rest, and classes that are missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn import datasets, linear_model, metrics
from sklearn.exceptions import UndefinedMetricWarning

from assay.errors import InvalidInputError
from assay.evaluation.roc import roc_curve
from tests.evaluation.forms import FORMS
from tests.tensor import Tensor

Y_TRUE = [0, 0, 1, 1]
SCORES = [0.1, 0.4, 0.35, 0.8]
WINE = datasets.load_wine()
PROBABILITIES = (
    linear_model.LogisticRegression(C=1e-4).fit(WINE.data[:, :2], WINE.target).predict_proba(WINE.data[:, :2])
)


def test_roc_curve_gives_the_known_answer() -> None:
    document = roc_curve(Y_TRUE, SCORES)

    assert {
        "type": "ROCCurve",
        "version": 0,
        "title": "ROC curve",
        "falsePositiveRate": [0.0, 0.0, 0.5, 0.5, 1.0],
        "truePositiveRate": [0.0, 0.5, 0.5, 1.0, 1.0],
        "areaUnderCurve": 0.75,
        "thresholds": [None, 0.8, 0.4, 0.35, 0.1],
    } == document


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize(
    "labels", [Y_TRUE, [False, False, True, True], [-1, -1, 1, 1], [3, 3, 7, 7], ["a", "a", "b", "b"]]
)
def test_roc_curve_takes_every_form_of_labels_and_scores(labels: list[Any], form: Callable[[list[Any]], Any]) -> None:
    assert roc_curve(Y_TRUE, SCORES) == roc_curve(form(labels), form(SCORES))


def test_roc_curve_takes_scores_outside_zero_and_one() -> None:
    assert [None, 40.0, 7.0, 2.0, -3.0] == roc_curve(Y_TRUE, [-3, 7, 2, 40])["thresholds"]


@pytest.mark.parametrize(
    "form",
    [np.array, np.ndarray.tolist, pd.DataFrame, pl.DataFrame, Tensor],
    ids=["numpy", "list", "pandas", "polars", "torch"],
)
def test_roc_curve_of_a_column_a_class_has_a_curve_for_each_and_their_micro_average(
    form: Callable[[Any], Any],
) -> None:
    document = roc_curve(WINE.target, form(PROBABILITIES), title="Wine")

    areas = [metrics.roc_auc_score(WINE.target == label, PROBABILITIES[:, label]) for label in range(3)]
    assert [0, 1, 2] == [curve["label"] for curve in document["curves"]]
    assert areas == pytest.approx([curve["areaUnderCurve"] for curve in document["curves"]])
    micro = metrics.roc_auc_score(WINE.target, PROBABILITIES, multi_class="ovr", average="micro")
    assert micro == pytest.approx(document["areaUnderCurve"])
    assert len(document["thresholds"]) == len(document["falsePositiveRate"]) == len(document["truePositiveRate"])


def test_roc_curve_of_a_column_a_class_takes_the_labels_in_ascending_order() -> None:
    names = np.array(["b", "c", "a"])[WINE.target]

    document = roc_curve(names, PROBABILITIES[:, [2, 0, 1]])

    by_number = roc_curve(WINE.target, PROBABILITIES)["curves"]
    assert ["a", "b", "c"] == [curve["label"] for curve in document["curves"]]
    assert [by_number[number]["areaUnderCurve"] for number in (2, 0, 1)] == [
        curve["areaUnderCurve"] for curve in document["curves"]
    ]


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
def test_roc_curve_takes_the_classes_from_a_frames_column_names(frame: Callable[[Any], Any]) -> None:
    names = np.array(["x", "y", "z"])[WINE.target]

    document = roc_curve(names, frame({"z": PROBABILITIES[:, 2], "x": PROBABILITIES[:, 0], "y": PROBABILITIES[:, 1]}))

    by_number = roc_curve(WINE.target, PROBABILITIES)["curves"]
    assert {"x": by_number[0], "y": by_number[1], "z": by_number[2]} == {
        curve["label"]: {**curve, "label": "xyz".index(curve["label"])} for curve in document["curves"]
    }


def test_roc_curve_of_two_columns_has_both_curves() -> None:
    document = roc_curve(Y_TRUE, np.column_stack([1 - np.array(SCORES), SCORES]))

    assert [(0, 0.75), (1, 0.75)] == [(curve["label"], curve["areaUnderCurve"]) for curve in document["curves"]]


def test_roc_curve_of_a_class_that_no_row_has_warns_and_has_no_area_there() -> None:
    rows = WINE.target != 1

    with pytest.warns(UndefinedMetricWarning, match=r"no row, or every row, of y_true has: 1\.") as warned:
        document = roc_curve(WINE.target[rows], PROBABILITIES[rows])

    assert __file__ == warned[0].filename
    assert [False, True, False] == [curve["areaUnderCurve"] is None for curve in document["curves"]]
    assert isinstance(document["areaUnderCurve"], float)


@pytest.mark.parametrize(
    ("labels", "false_rate", "true_rate"),
    [
        ([1, 1], [None, None, None], [0.0, 0.5, 1.0]),
        ([0, 0], [0.0, 0.5, 1.0], [None, None, None]),
        (["cat", "cat"], [None, None, None], [0.0, 0.5, 1.0]),
    ],
)
def test_roc_curve_of_one_class_warns_and_has_no_area(
    labels: list[Any], false_rate: list[Any], true_rate: list[Any]
) -> None:
    with pytest.warns(UndefinedMetricWarning, match=f"Only the label {labels[0]!r} occurs in y_true") as warned:
        document = roc_curve(labels, [0.1, 0.2])

    assert (1, __file__) == (len(warned), warned[0].filename)
    assert (false_rate, true_rate) == (document["falsePositiveRate"], document["truePositiveRate"])
    assert (None, [None, 0.2, 0.1]) == (document["areaUnderCurve"], document["thresholds"])


def test_roc_curve_of_one_class_and_many_rows_is_thinned_too() -> None:
    with pytest.warns(UndefinedMetricWarning):
        document = roc_curve(np.ones(20_000), np.arange(20_000.0))

    assert (0.0, 1.0) == (document["truePositiveRate"][0], document["truePositiveRate"][-1])
    assert len(document["truePositiveRate"]) <= 10_000


def test_roc_curve_of_many_rows_is_thinned_and_its_area_is_not() -> None:
    random = np.random.default_rng(5)
    y_true = random.integers(0, 2, 200_000)
    scores = y_true + random.normal(size=len(y_true))

    document = roc_curve(y_true, scores)

    assert len(document["thresholds"]) == len(document["falsePositiveRate"]) == len(document["truePositiveRate"])
    assert len(document["thresholds"]) <= 10_000
    assert metrics.roc_auc_score(y_true, scores) == document["areaUnderCurve"]


def test_roc_curve_checks_lengths_first() -> None:
    with pytest.raises(
        ValueError, match=re.escape("Lengths mismatch between true labels and predicted scores: (3 vs 2).")
    ):
        roc_curve([None, "x", 3], ["not", "numbers"])


def test_roc_curve_refuses_empty_arrays() -> None:
    with pytest.raises(InvalidInputError, match="true labels and predicted scores are empty"):
        roc_curve(np.array([]), np.array([]))


def test_roc_curve_refuses_several_classes_with_one_score_a_row() -> None:
    with pytest.raises(
        InvalidInputError, match=re.escape("y_true has 4 classes (1, 2, 3, 4)") + ".*column for each class"
    ):
        roc_curve([1, 2, 3, 4], SCORES)


def test_roc_curve_refuses_columns_that_it_can_not_tell_apart() -> None:
    with pytest.raises(InvalidInputError, match=re.escape("y_score has 3 columns but y_true has 2 classes ('a', 'b')")):
        roc_curve(["a", "b"], [[0.1, 0.2, 0.7], [0.5, 0.4, 0.1]])


def test_roc_curve_refuses_nan_scores() -> None:
    with pytest.raises(InvalidInputError, match=r"y_score must hold finite numbers only, found \[0.1, nan\] in row 1"):
        roc_curve([0, 1], [[0.1, 0.2], [0.1, float("nan")]])
