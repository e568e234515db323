"""The documents behind the charts: precision-recall curve, ROC curve and confusion matrix.

They are the JSON documents that `sagemaker.experiments` writes, field for field and in its order, with Assay's own
fields after them; `docs/formats/evaluation.md` draws them. This module only lays out numbers that are there already:
`assay.evaluation` computes them.

JSON knows no NaN and no infinity, so a number that is not finite is `null`: the threshold above every score, at which
nothing is called positive yet, and an area that is not defined because one of the two classes is missing.
"""

from __future__ import annotations

import json
import math
import numbers
from collections.abc import Mapping, Sequence
from typing import Any

from assay.errors import InvalidInputError, InvalidTypeError

PRECISION_RECALL_CURVE = "PrecisionRecallCurve"
"""The `type` of a precision-recall document, and of its lineage artifact."""

ROC_CURVE = "ROCCurve"
"""The `type` of a ROC document, and of its lineage artifact."""

CONFUSION_MATRIX = "ConfusionMatrix"
"""The `type` of a confusion matrix document, and of its lineage artifact."""

VERSION = 0
"""The documents' version: that of `sagemaker.experiments`, as what Assay adds hinders no reader."""

MEDIA_TYPE = "application/json"
"""The media type of an encoded document."""

DEFAULT_TITLES: Mapping[str, str] = {
    PRECISION_RECALL_CURVE: "Precision-recall curve",
    ROC_CURVE: "ROC curve",
    CONFUSION_MATRIX: "Confusion matrix",
}
"""The title of each type of document where the caller gives none."""


def precision_recall_document(
    *,
    title: str | None,
    precision: Any,
    recall: Any,
    thresholds: Any,
    average_precision_score: Any,
    no_skill: Any,
) -> dict[str, Any]:
    """Lays out a precision-recall curve.

    Args:
        title: The chart's title; None is the default one.
        precision: The curve's heights, one a vertex.
        recall: The curve's widths, one a vertex.
        thresholds: The score from which on a row is called positive, one a vertex.
        average_precision_score: The average precision, None or NaN where it is not defined.
        no_skill: The height of a classifier that guesses.

    Raises:
        InvalidInputError: Something in it has no place in JSON, or the title is not a str.
    """
    return {
        **_head(PRECISION_RECALL_CURVE, title),
        "precision": _plain(precision),
        "recall": _plain(recall),
        "averagePrecisionScore": _plain(average_precision_score),
        "noSkill": _plain(no_skill),
        "thresholds": _plain(thresholds),
    }


def roc_document(
    *,
    title: str | None,
    false_positive_rate: Any,
    true_positive_rate: Any,
    thresholds: Any,
    area_under_curve: Any,
    curves: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Lays out a ROC curve, or a micro average and the curve of each class.

    Args:
        title: The chart's title; None is the default one.
        false_positive_rate: The curve's widths, one a vertex.
        true_positive_rate: The curve's heights, one a vertex.
        thresholds: The score from which on a row is called positive, one a vertex.
        area_under_curve: The area, None or NaN where it is not defined.
        curves: With several classes, what `roc_class_curve` made of each; the other arguments are the micro average.

    Raises:
        InvalidInputError: Something in it has no place in JSON, or the title is not a str.
    """
    document = {
        **_head(ROC_CURVE, title),
        "falsePositiveRate": _plain(false_positive_rate),
        "truePositiveRate": _plain(true_positive_rate),
        "areaUnderCurve": _plain(area_under_curve),
        "thresholds": _plain(thresholds),
    }
    if curves is not None:
        document["curves"] = _plain(curves)
    return document


def roc_class_curve(
    *, label: Any, false_positive_rate: Any, true_positive_rate: Any, area_under_curve: Any
) -> dict[str, Any]:
    """Lays out the curve of one class against the rest, for the `curves` of `roc_document`.

    Raises:
        InvalidInputError: Something in it has no place in JSON.
    """
    return {
        "label": _plain(label),
        "falsePositiveRate": _plain(false_positive_rate),
        "truePositiveRate": _plain(true_positive_rate),
        "areaUnderCurve": _plain(area_under_curve),
    }


def confusion_matrix_document(*, title: str | None, matrix: Any, labels: Any) -> dict[str, Any]:
    """Lays out a confusion matrix.

    Args:
        title: The chart's title; None is the default one.
        matrix: How many rows of each true label (down) were given each predicted label (across).
        labels: The labels, in the order of the matrix's rows and columns.

    Raises:
        InvalidInputError: Something in it has no place in JSON, or the title is not a str.
    """
    return {**_head(CONFUSION_MATRIX, title), "confusionMatrix": _plain(matrix), "labels": _plain(labels)}


def encode_document(document: Mapping[str, Any]) -> bytes:
    """Writes a document as JSON that every conforming reader takes: UTF-8, no NaN, no Infinity.

    Raises:
        InvalidInputError: Something in it has no place in JSON, a lone surrogate in a label for example.
    """
    text = json.dumps(_plain(document), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        broken = text[error.start : error.end]
        raise InvalidInputError(
            f"can't write the chart {document.get('title')!r}: {broken!r} in its title or labels is half a character "
            "(a lone surrogate), which UTF-8 can't hold; write it as text.encode('utf-8', 'replace').decode()"
        ) from error


def _head(kind: str, title: str | None) -> dict[str, Any]:
    if title is not None and not isinstance(title, str):
        raise InvalidTypeError(f"title must be a str, found {type(title).__name__}: {title!r}")
    return {"type": kind, "version": VERSION, "title": DEFAULT_TITLES[kind] if title is None else str(title)}


def _plain(value: Any) -> Any:
    """The value in JSON's own types: numpy's become Python's, what is not finite becomes None."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value) if math.isfinite(value) else None
    if hasattr(value, "tolist"):  # numpy's arrays, and its bool, which is no Integral
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise InvalidTypeError(
        f"a chart holds numbers, strings, bools and None, found {type(value).__name__}: {value!r}; convert it first"
    )
