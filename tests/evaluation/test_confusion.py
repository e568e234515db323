"""`confusion_matrix`: the known answer, the labels beside it, and labels that are none."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import IntEnum
from typing import Any

import numpy as np
import pandas as pd
import pytest

from assay.errors import InvalidInputError, InvalidTypeError
from assay.evaluation.confusion import confusion_matrix
from assay.formats.evaluation import encode_document
from tests.evaluation.forms import FORMS
from tests.tensor import Tensor

Y_TRUE = [2, 0, 2, 2, 0, 1]
Y_PRED = [0, 0, 2, 2, 0, 2]
MATRIX = [[2, 0, 0], [0, 0, 1], [1, 0, 2]]


def test_confusion_matrix_gives_the_known_answer() -> None:
    assert {
        "type": "ConfusionMatrix",
        "version": 0,
        "title": "Confusion matrix",
        "confusionMatrix": MATRIX,
        "labels": [0, 1, 2],
    } == confusion_matrix(Y_TRUE, Y_PRED)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize(
    "names", [[0, 1, 2], ["ant", "bee", "cat"], [-1.0, 0.0, 4.0]], ids=["ints", "strings", "floats"]
)
def test_confusion_matrix_takes_every_form_of_labels(names: list[Any], form: Callable[[list[Any]], Any]) -> None:
    document = confusion_matrix(form([names[label] for label in Y_TRUE]), form([names[label] for label in Y_PRED]))

    assert (MATRIX, names) == (document["confusionMatrix"], document["labels"])
    assert [type(name) for name in names] == [type(label) for label in document["labels"]]


def test_confusion_matrix_of_bools_keeps_them() -> None:
    document = confusion_matrix([True, False, True], Tensor([True, True, True]))

    assert ([[0, 1], [0, 2]], [False, True]) == (document["confusionMatrix"], document["labels"])
    assert [bool, bool] == [type(label) for label in document["labels"]]


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint64, np.bool_])
def test_confusion_matrix_takes_numbers_of_two_types(dtype: type) -> None:
    document = confusion_matrix(np.array([0, 1, 1], dtype), [0, 1, 0])

    assert ([[1, 0], [1, 1]], [0, 1]) == (document["confusionMatrix"], document["labels"])
    assert [int, int] == [type(label) for label in document["labels"]]


def test_confusion_matrix_takes_enums() -> None:
    class Kind(IntEnum):
        CAT = 1
        DOG = 5

    assert [1, 5] == confusion_matrix([Kind.CAT, Kind.DOG], [Kind.DOG, Kind.DOG])["labels"]


def test_confusion_matrix_counts_labels_that_are_predicted_only() -> None:
    document = confusion_matrix(["a", "a"], ["b", "a"])

    assert ([[1, 1], [0, 0]], ["a", "b"]) == (document["confusionMatrix"], document["labels"])


@pytest.mark.parametrize("label", [0, 1, "cat", True])
def test_confusion_matrix_of_one_class_is_one_cell(label: object) -> None:
    document = confusion_matrix([label] * 3, [label] * 3)

    assert ([[3]], [label]) == (document["confusionMatrix"], document["labels"])


def test_confusion_matrix_document_is_json_at_once() -> None:
    document = confusion_matrix(np.array(Y_TRUE), np.array(Y_PRED), title="Digits")

    assert (
        b'{"type":"ConfusionMatrix","version":0,"title":"Digits",'
        b'"confusionMatrix":[[2,0,0],[0,0,1],[1,0,2]],"labels":[0,1,2]}'
    ) == encode_document(document)


def test_confusion_matrix_checks_lengths_first() -> None:
    with pytest.raises(
        ValueError, match=re.escape("Lengths mismatch between true labels and predicted labels: (3 vs 2).")
    ):
        confusion_matrix([None, 1, "x"], [object(), 0.5])


def test_confusion_matrix_refuses_empty_arrays() -> None:
    with pytest.raises(InvalidInputError, match="true labels and predicted labels are empty"):
        confusion_matrix([], np.array([]))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, None, 1], "y_pred has no label in row 1"),
        (pd.Series([0, 1, None], dtype="Int64"), "y_pred .* row 2"),
        (pd.Series(["a", None, "b"]), "y_pred .* row 1"),
        ([0.0, 1.0, float("nan")], "y_pred holds NaN in row 2"),
        ([1, "1", 2], "y_pred mixes strings and numbers: 1 in row 0, '1' in row 1"),
        ([b"a", b"b", b"a"], "y_pred must hold strings, ints, bools or floats, found b'a' in row 0"),
        (np.array([1, 2, 3], "datetime64[s]"), "y_pred must hold strings, ints, bools or floats"),
        ([2**70, 1, 2], "integers beyond 64 bits"),
        ([[1, 0], [0, 1], [1, 0]], re.escape("found the shape (3, 2)") + ".*argmax"),
        ("abc", "found the shape"),
    ],
)
def test_confusion_matrix_refuses_what_is_no_label(labels: Any, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        confusion_matrix([0, 1, 1], labels)


def test_confusion_matrix_refuses_strings_beside_numbers() -> None:
    with pytest.raises(
        InvalidTypeError, match=re.escape("strings on one side and numbers on the other (1, 2 and '1', '2')")
    ):
        confusion_matrix([1, 2], ["1", "2"])


def test_confusion_matrix_refuses_scores() -> None:
    with pytest.raises(InvalidInputError, match=re.escape("scores >= 0.5")):
        confusion_matrix([0, 1, 1], [0.2, 0.7, 0.9])
