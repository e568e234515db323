"""The ROC curve of two classes, and those of several, each against the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from assay.errors import InvalidInputError
from assay.evaluation.arrays import check_lengths
from assay.evaluation.labels import as_labels, classes_of, default_positive, name_classes
from assay.evaluation.scikit_learn import import_metrics, warn_undefined
from assay.evaluation.scores import as_scores, classes_of_columns
from assay.evaluation.thinning import thin
from assay.formats.evaluation import roc_class_curve, roc_document

if TYPE_CHECKING:
    import numpy as np


class _Curve(NamedTuple):
    """A thinned curve, and the area under it as it was before."""

    false_positive_rate: np.ndarray[Any, Any]
    true_positive_rate: np.ndarray[Any, Any]
    thresholds: np.ndarray[Any, Any]
    area: float | None


def roc_curve(y_true: Any, y_score: Any, title: str | None = None) -> dict[str, Any]:
    """Computes the document of a ROC curve.

    Where a class has no positive or no negative rows, its area is null and one of its rates too, with a warning. The
    first threshold is null: it lies above every score.

    Args:
        y_true: The true labels, of shape (n,): strings, ints, bools or floats.
        y_score: With two classes, of shape (n,): the greater, the more likely the positive one, which is 1 of 0 and 1
            or -1 and 1, else the greater of the two. Of shape (n, k), one column a class: each class against the
            rest, and their micro average, which takes every row and class as one decision.
        title: The chart's title.

    Raises:
        InvalidInputError: Lengths differ or are 0, a label or score is missing or not finite, or the classes don't
            fit the scores' shape.
        MissingExtraError: scikit-learn is not installed.
    """
    check_lengths(y_true, y_score, "predicted scores")
    metrics = import_metrics("log_roc_curve")
    labels = as_labels(y_true, "y_true")
    scores = as_scores(y_score, "y_score")
    classes = classes_of(labels)
    if scores.ndim == 2:
        columns = classes_of_columns(y_score, scores.shape[1], classes, "y_score")
        return _each_against_the_rest(metrics, labels, scores, columns, title)
    if len(classes) > 2:
        raise InvalidInputError(
            f"y_true has {len(classes)} classes ({name_classes(classes)}) but y_score has one score a row; pass a "
            "column for each class, as predict_proba gives them"
        )
    is_positive = labels == default_positive(classes)
    if len(classes) == 1:
        warn_undefined(
            f"Only the label {name_classes(classes)} occurs in y_true: the area under the ROC curve is null."
        )
    curve = _curve(metrics, is_positive, scores)
    return roc_document(
        title=title,
        false_positive_rate=curve.false_positive_rate,
        true_positive_rate=curve.true_positive_rate,
        thresholds=curve.thresholds,
        area_under_curve=curve.area,
    )


def _each_against_the_rest(
    metrics: Any, labels: np.ndarray[Any, Any], scores: np.ndarray[Any, Any], columns: np.ndarray[Any, Any], title: Any
) -> dict[str, Any]:
    is_class = labels[:, None] == columns
    counts = is_class.sum(axis=0)
    undefined = columns[(counts == 0) | (counts == len(labels))]
    if len(undefined):
        warn_undefined(
            "The area under the ROC curve is null for classes that no row, or every row, of y_true has: "
            f"{name_classes(undefined)}."
        )
    average = _curve(metrics, is_class.ravel(), scores.ravel())
    curves = []
    for column, label in enumerate(columns):
        curve = _curve(metrics, is_class[:, column], scores[:, column])
        curves.append(
            roc_class_curve(
                label=label,
                false_positive_rate=curve.false_positive_rate,
                true_positive_rate=curve.true_positive_rate,
                area_under_curve=curve.area,
            )
        )
    return roc_document(
        title=title,
        false_positive_rate=average.false_positive_rate,
        true_positive_rate=average.true_positive_rate,
        thresholds=average.thresholds,
        area_under_curve=average.area,
        curves=curves,
    )


def _curve(metrics: Any, is_positive: np.ndarray[Any, Any], scores: np.ndarray[Any, Any]) -> _Curve:
    if is_positive.all() or not is_positive.any():
        false_rate, true_rate, thresholds = _half_defined(is_positive, scores)
        area = None
    else:
        false_rate, true_rate, thresholds = metrics.roc_curve(is_positive, scores)
        area = float(metrics.auc(false_rate, true_rate))
    kept = thin(false_rate, true_rate)
    return _Curve(false_rate[kept], true_rate[kept], thresholds[kept], area)


def _half_defined(
    is_positive: np.ndarray[Any, Any], scores: np.ndarray[Any, Any]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The curve of rows of one class only: one rate counts its rows, the other is a share of nothing, NaN."""
    import numpy as np

    values, counts = np.unique(scores, return_counts=True)
    rate = np.append(0.0, np.cumsum(counts[::-1]) / len(scores))
    nothing = np.full(len(rate), np.nan)
    thresholds = np.append(np.inf, values[::-1])
    return (nothing, rate, thresholds) if is_positive[0] else (rate, nothing, thresholds)
