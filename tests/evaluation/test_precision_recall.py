"""`precision_recall`: the known answer, whatever the labels and scores come in, and what can't be drawn."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from assay.errors import InvalidInputError, InvalidTypeError
from assay.evaluation.precision_recall import precision_recall
from tests.evaluation.forms import FORMS
from tests.tensor import Tensor

Y_TRUE = [0, 0, 1, 1]
SCORES = [0.1, 0.4, 0.35, 0.8]


def test_precision_recall_gives_the_known_answer() -> None:
    document = precision_recall(Y_TRUE, SCORES, positive_label=0, no_skill=0.1)

    assert {
        "type": "PrecisionRecallCurve",
        "version": 0,
        "title": "Precision-recall curve",
        "precision": [0.5, 1 / 3, 0.5, 0.0, 1.0],
        "recall": [1.0, 0.5, 0.5, 0.0, 0.0],
        "averagePrecisionScore": 0.5,
        "noSkill": 0.1,
        "thresholds": [0.1, 0.35, 0.4, 0.8, None],
    } == document


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize(
    ("labels", "positive_label"),
    [
        ([1, 1, 0, 0], None),
        ([True, True, False, False], None),
        ([2.5, 2.5, -2.0, -2.0], None),
        (["b", "b", "a", "a"], None),
        (Y_TRUE, 0),
        (["no", "no", "yes", "yes"], "no"),
    ],
    ids=["ints", "bools", "floats", "strings", "ints, 0 positive", "strings, no positive"],
)
def test_precision_recall_takes_every_form_of_labels_and_scores(
    labels: list[Any], positive_label: object, form: Callable[[list[Any]], Any]
) -> None:
    expected = precision_recall(Y_TRUE, SCORES, positive_label=0)

    assert expected == precision_recall(form(labels), form(SCORES), positive_label)


def test_precision_recall_takes_scores_outside_zero_and_one() -> None:
    document = precision_recall(Y_TRUE, [-3, 7, 2, 40])

    assert [-3, 2, 7, 40, None] == document["thresholds"]
    assert precision_recall(Y_TRUE, SCORES)["precision"] == document["precision"]


def test_precision_recall_takes_bfloat16() -> None:
    document = precision_recall(Y_TRUE, Tensor([0.125, 0.5, 0.25, 0.75], dtype="bfloat16"))

    assert [0.125, 0.25, 0.5, 0.75, None] == document["thresholds"]


def test_precision_recall_without_no_skill_takes_the_share_of_positives() -> None:
    assert 0.25 == precision_recall([0, 0, 0, 1], SCORES)["noSkill"]
    assert 0.75 == precision_recall([0, 0, 0, 1], SCORES, positive_label=0)["noSkill"]


@pytest.mark.parametrize("no_skill", [0.0, 1, "guess"])
def test_precision_recall_passes_no_skill_through(no_skill: object) -> None:
    assert no_skill == precision_recall(Y_TRUE, SCORES, no_skill=no_skill)["noSkill"]


def test_precision_recall_keeps_the_title() -> None:
    assert "Churn" == precision_recall(Y_TRUE, SCORES, title="Churn")["title"]


def test_precision_recall_of_several_classes_is_the_positive_labels_curve() -> None:
    document = precision_recall(["cat", "dog", "eel", "dog"], SCORES, positive_label="dog")

    assert precision_recall([0, 1, 0, 1], SCORES) == document


@pytest.mark.parametrize("form", [list, np.array, Tensor])
def test_precision_recall_of_a_column_a_class_takes_the_positive_labels(form: Callable[[Any], Any]) -> None:
    rows = [[0.1, 0.7, 0.2], [0.8, 0.1, 0.1], [0.3, 0.3, 0.4], [0.2, 0.6, 0.2]]

    document = precision_recall(["dog", "cat", "eel", "dog"], form(rows), positive_label="dog")

    assert precision_recall([1, 0, 0, 1], [0.7, 0.1, 0.3, 0.6]) == document


def test_precision_recall_of_two_columns_takes_the_greater_labels() -> None:
    document = precision_recall(["a", "a", "b", "b"], [[0.9, 0.1], [0.6, 0.4], [0.65, 0.35], [0.2, 0.8]])

    assert precision_recall(Y_TRUE, SCORES) == document


def test_precision_recall_of_several_classes_needs_the_positive_label() -> None:
    with pytest.raises(InvalidInputError, match=re.escape("y_true has 3 classes (0, 1, 2)") + ".*pass positive_label"):
        precision_recall([0, 1, 2, 0], SCORES)


def test_precision_recall_refuses_a_positive_label_that_does_not_occur() -> None:
    with pytest.raises(InvalidInputError, match="positive_label '1' is none of y_true's labels: 0, 1"):
        precision_recall(Y_TRUE, SCORES, positive_label="1")


def test_precision_recall_refuses_a_positive_label_that_has_no_column() -> None:
    frame = pd.DataFrame({"cat": SCORES, "dog": SCORES})

    with pytest.raises(InvalidInputError, match=r"no column .*'eel'; its columns are \['cat', 'dog'\]"):
        precision_recall(["cat", "cat", "cat", "cat"], frame, positive_label="eel")


def test_precision_recall_of_positives_only_is_perfect() -> None:
    document = precision_recall([1, 1], [0.2, 0.3])

    assert ([1.0, 1.0, 1.0], [1.0, 0.5, 0.0]) == (document["precision"], document["recall"])
    assert (1.0, 1.0) == (document["averagePrecisionScore"], document["noSkill"])


@pytest.mark.parametrize(("labels", "positive_label"), [([0, 0, 0], None), (["cat"] * 3, "dog"), ([0, 0, 0], "dog")])
def test_precision_recall_without_positives_warns_and_has_no_average(labels: list[Any], positive_label: object) -> None:
    with pytest.warns(UserWarning, match="No row of y_true has the positive label") as warned:
        document = precision_recall(labels, [0.3, 0.2, 0.3], positive_label)

    assert __file__ == warned[0].filename
    assert ([0.0, 0.0, 1.0], [1.0, 1.0, 0.0]) == (document["precision"], document["recall"])
    assert (None, 0.0, [0.2, 0.3, None]) == (
        document["averagePrecisionScore"],
        document["noSkill"],
        document["thresholds"],
    )


def test_precision_recall_of_many_rows_is_thinned_and_its_average_is_not() -> None:
    random = np.random.default_rng(5)
    y_true = random.integers(0, 2, 200_000)
    scores = y_true + random.normal(size=len(y_true))

    document = precision_recall(y_true, scores)

    assert len(document["precision"]) == len(document["recall"]) == len(document["thresholds"]) <= 10_000
    assert metrics.average_precision_score(y_true, scores) == document["averagePrecisionScore"]


@pytest.mark.parametrize(("y_true", "scores"), [([1, 0, 1], [0.1, 0.2]), (np.ones(3), np.zeros(2)), ("abc", "ab")])
def test_precision_recall_checks_lengths_first(y_true: Any, scores: Any) -> None:
    with pytest.raises(
        ValueError, match=re.escape("Lengths mismatch between true labels and predicted probabilities: (3 vs 2).")
    ):
        precision_recall(y_true, scores, positive_label="none of them")


def test_precision_recall_refuses_empty_arrays() -> None:
    with pytest.raises(InvalidInputError, match="true labels and predicted probabilities are empty"):
        precision_recall([], [])


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([0.1, float("nan"), 0.2, 0.3], "found nan in row 1"),
        ([0.1, 0.2, float("inf"), 0.3], "found inf in row 2"),
        ([0.1, 0.2, 0.3, None], "found nan in row 3"),
        (["0.1", "x", "0.2", "0.3"], "must hold real numbers only"),
        (np.array([1j, 2, 3, 4]), "must hold real numbers only: its type is complex128"),
        ([[0.1, 0.2], [0.3], [0.1, 0.2], [0.3, 0.4]], "predicted_probabilities"),
        (np.zeros((4, 2, 2)), re.escape("found the shape (4, 2, 2)")),
        (np.zeros((4, 0)), re.escape("found the shape (4, 0)")),
    ],
)
def test_precision_recall_refuses_scores_that_have_no_order(scores: Any, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        precision_recall(Y_TRUE, scores)


def test_precision_recall_refuses_what_has_no_length() -> None:
    with pytest.raises(InvalidTypeError, match="true labels must be a list or an array, found generator"):
        precision_recall((label for label in Y_TRUE), SCORES)
