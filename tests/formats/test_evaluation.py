"""The charts' documents: fields in the order of `sagemaker.experiments`, and JSON that any reader takes."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any, NoReturn

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import InvalidInputError, InvalidTypeError
from assay.formats.evaluation import (
    confusion_matrix_document,
    encode_document,
    precision_recall_document,
    roc_class_curve,
    roc_document,
)


def refuse_constant(name: str) -> NoReturn:
    raise AssertionError(f"{name} is no JSON")


def read(body: bytes) -> Any:
    """The document as a strict reader sees it."""
    return json.loads(body, parse_constant=refuse_constant)


def test_precision_recall_document_has_the_sdks_fields_in_order_and_thresholds_after_them() -> None:
    document = precision_recall_document(
        title="t", precision=[1.0], recall=[0.0], thresholds=[None], average_precision_score=0.5, no_skill=0.1
    )

    assert [
        ("type", "PrecisionRecallCurve"),
        ("version", 0),
        ("title", "t"),
        ("precision", [1.0]),
        ("recall", [0.0]),
        ("averagePrecisionScore", 0.5),
        ("noSkill", 0.1),
        ("thresholds", [None]),
    ] == list(document.items())


def test_roc_document_has_the_sdks_fields_in_order_and_thresholds_after_them() -> None:
    document = roc_document(
        title="t",
        false_positive_rate=[0.0, 1.0],
        true_positive_rate=[0.0, 1.0],
        thresholds=[math.inf, 0.5],
        area_under_curve=0.5,
    )

    assert [
        ("type", "ROCCurve"),
        ("version", 0),
        ("title", "t"),
        ("falsePositiveRate", [0.0, 1.0]),
        ("truePositiveRate", [0.0, 1.0]),
        ("areaUnderCurve", 0.5),
        ("thresholds", [None, 0.5]),
    ] == list(document.items())


def test_roc_document_ends_with_the_classes_curves_where_there_are_any() -> None:
    curve = roc_class_curve(label="cat", false_positive_rate=[0.0], true_positive_rate=[1.0], area_under_curve=math.nan)

    document = roc_document(
        title="t", false_positive_rate=[], true_positive_rate=[], thresholds=[], area_under_curve=None, curves=[curve]
    )

    assert "curves" == list(document)[-1]
    assert [
        [("label", "cat"), ("falsePositiveRate", [0.0]), ("truePositiveRate", [1.0]), ("areaUnderCurve", None)]
    ] == [list(each.items()) for each in document["curves"]]


def test_confusion_matrix_document_has_the_sdks_fields_in_order_and_labels_after_them() -> None:
    document = confusion_matrix_document(title="t", matrix=np.array([[1, 0], [0, 2]]), labels=np.array(["a", "b"]))

    assert [
        ("type", "ConfusionMatrix"),
        ("version", 0),
        ("title", "t"),
        ("confusionMatrix", [[1, 0], [0, 2]]),
        ("labels", ["a", "b"]),
    ] == list(document.items())


def test_title_of_none_is_the_default_one() -> None:
    titles = [
        precision_recall_document(
            title=None, precision=[], recall=[], thresholds=[], average_precision_score=0, no_skill=0
        )["title"],
        roc_document(title=None, false_positive_rate=[], true_positive_rate=[], thresholds=[], area_under_curve=0)[
            "title"
        ],
        confusion_matrix_document(title=None, matrix=[], labels=[])["title"],
    ]

    assert ["Precision-recall curve", "ROC curve", "Confusion matrix"] == titles


def test_title_that_is_no_text_is_refused() -> None:
    with pytest.raises(InvalidTypeError, match="title must be a str, found int: 3"):
        confusion_matrix_document(title=3, matrix=[], labels=[])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(2**60 + 1), 2**60 + 1),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.array([[1.5], [np.nan]]), [[1.5], [None]]),
        (np.longdouble(0.25), 0.25),
        (-math.inf, None),
        ((1, "a", None), [1, "a", None]),
    ],
)
def test_encode_document_makes_numpy_plain_and_what_is_not_finite_null(value: object, plain: object) -> None:
    actual = read(encode_document({"noSkill": value}))["noSkill"]

    assert plain == actual
    assert type(plain) is type(actual)


@pytest.mark.parametrize("value", [Decimal(1), b"label", {1, 2}, object()])
def test_encode_document_refuses_what_json_has_no_place_for(value: object) -> None:
    with pytest.raises(InvalidTypeError, match=f"found {type(value).__name__}"):
        encode_document({"labels": [value]})


def test_encode_document_refuses_half_a_character() -> None:
    with pytest.raises(InvalidInputError, match=r"'churn'.*lone surrogate"):
        encode_document(confusion_matrix_document(title="churn", matrix=[[1]], labels=["\ud800"]))


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False)),
    st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.integers(-(2**63), 2**63 - 1) | st.booleans()),
)
def test_encode_document_loses_no_bit_of_a_number_or_label(rates: list[float], labels: list[object]) -> None:
    document = {**confusion_matrix_document(title="Größe", matrix=[rates], labels=labels)}

    actual = read(encode_document(document))

    assert document == actual
    assert [repr(rate) for rate in rates] == [repr(rate) for rate in actual["confusionMatrix"][0]]
