"""Scores: how strongly a classifier believes in a class, one number a row or one a row and class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.errors import InvalidInputError, InvalidTypeError
from assay.evaluation.arrays import as_array, as_column, first_row
from assay.evaluation.labels import as_labels, name_classes

if TYPE_CHECKING:
    import numpy as np


def as_scores(values: Any, argument: str) -> np.ndarray[Any, Any]:
    """Scores of shape (n,), or (n, k) with k ≥ 2; they need not lie between 0 and 1.

    Args:
        values: What the user passed.
        argument: What the user calls it, for the message.

    Raises:
        InvalidInputError: A score is NaN, infinite or missing, or the shape is another.
        InvalidTypeError: A score is not a real number.
    """
    import numpy as np

    scores = as_column(as_array(values, argument))
    if scores.ndim not in (1, 2) or scores.size == 0:
        raise InvalidInputError(
            f"{argument} must hold one score a row, or one a row and class, found the shape {scores.shape}"
        )
    if scores.dtype.kind not in "iu":
        try:
            if scores.dtype.kind not in "bfO":
                raise TypeError(f"its type is {scores.dtype}")
            scores = scores.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise InvalidTypeError(f"{argument} must hold real numbers only: {error}") from error
        if not (finite := np.isfinite(scores)).all():
            row = first_row(~finite)
            raise InvalidInputError(
                f"{argument} must hold finite numbers only, found {scores[row].tolist()} in row {row}; "
                "drop such rows, or replace infinities by the greatest finite score"
            )
    return scores


def classes_of_columns(values: Any, width: int, classes: np.ndarray[Any, Any], argument: str) -> np.ndarray[Any, Any]:
    """Which class each column of (n, k) scores belongs to.

    A DataFrame's column names say it where all classes are among them; k classes stand in ascending order, as in a
    classifier's `classes_`; and integers from 0 to k - 1 are the columns' own numbers, of which some may not occur.

    Args:
        values: The scores as the user passed them.
        width: k, the number of their columns.
        classes: The true labels that occur, in ascending order.
        argument: What the user calls the scores, for the message.

    Raises:
        InvalidInputError: None of the three holds.
    """
    import numpy as np

    names = list(getattr(values, "columns", ()))
    if len(set(names)) == width and set(classes.tolist()) <= set(names):
        return as_labels(names, f"the columns of {argument}")
    if len(classes) == width:
        return classes
    if classes.dtype.kind in "biu" and classes.min() >= 0 and classes.max() < width:
        return np.arange(width)
    raise InvalidInputError(
        f"{argument} has {width} columns but y_true has {len(classes)} classes ({name_classes(classes)}); pass a "
        "column for each class in ascending order, or a DataFrame whose columns are named as the classes"
    )
