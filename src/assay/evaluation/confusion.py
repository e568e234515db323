"""The confusion matrix: which labels were taken for which."""

from __future__ import annotations

from typing import Any

from assay.errors import InvalidInputError
from assay.evaluation.arrays import check_lengths
from assay.evaluation.labels import as_labels, classes_of
from assay.evaluation.scikit_learn import import_metrics
from assay.formats.evaluation import confusion_matrix_document


def confusion_matrix(y_true: Any, y_pred: Any, title: str | None = None) -> dict[str, Any]:
    """Computes the document of a confusion matrix over every label that is true of a row or predicted for one.

    Args:
        y_true: The true labels, of shape (n,): strings, ints, bools or floats.
        y_pred: The predicted labels, likewise.
        title: The chart's title.

    Raises:
        InvalidInputError: Lengths differ or are 0, a label is missing, or there are scores where labels were meant.
        MissingExtraError: scikit-learn is not installed.
    """
    check_lengths(y_true, y_pred, "predicted labels")
    metrics = import_metrics("log_confusion_matrix")
    true, predicted = as_labels(y_true, "y_true"), as_labels(y_pred, "y_pred")
    classes = classes_of(true, predicted)
    if len(classes) == 1:  # scikit-learn warns here, and asks for the labels that it was given
        return confusion_matrix_document(title=title, matrix=[[len(true)]], labels=classes)
    try:
        matrix = metrics.confusion_matrix(true, predicted, labels=classes)
    except ValueError as error:
        raise InvalidInputError(
            f"scikit-learn can't make a confusion matrix of this: {error}; "
            "labels are wanted, such as probabilities.argmax(axis=1) or scores >= 0.5"
        ) from error
    return confusion_matrix_document(title=title, matrix=matrix, labels=classes)
