"""The precision-recall curve of a class."""

from __future__ import annotations

from typing import Any

from assay.errors import InvalidInputError
from assay.evaluation.arrays import check_lengths
from assay.evaluation.labels import as_labels, classes_of, default_positive, name_classes
from assay.evaluation.scikit_learn import import_metrics, warn_undefined
from assay.evaluation.scores import as_scores, classes_of_columns
from assay.evaluation.thinning import thin
from assay.formats.evaluation import precision_recall_document


def precision_recall(
    y_true: Any,
    predicted_probabilities: Any,
    positive_label: Any = None,
    title: str | None = None,
    no_skill: Any = None,
) -> dict[str, Any]:
    """Computes the document of a precision-recall curve.

    Its last vertex, at recall 0 and precision 1, has no threshold; where no row is positive, recall is 1 by convention
    and the average precision is null, with a warning.

    Args:
        y_true: The true labels, of shape (n,): strings, ints, bools or floats.
        predicted_probabilities: How sure the classifier is of the positive class, of shape (n,); or of each class, of
            shape (n, k), of which the positive class's column is taken. They need not lie between 0 and 1.
        positive_label: The class whose curve it is; needed with more than two classes. None: 1 of 0 and 1 or -1 and
            1, else the greater of the two.
        title: The chart's title.
        no_skill: The precision of a classifier that guesses; None: the share of positives.

    Raises:
        InvalidInputError: Lengths differ or are 0, a label or score is missing or not finite, or it can't be told
            which class is meant.
        MissingExtraError: scikit-learn is not installed.
    """
    import numpy as np

    check_lengths(y_true, predicted_probabilities, "predicted probabilities")
    metrics = import_metrics("log_precision_recall")
    labels = as_labels(y_true, "y_true")
    scores = as_scores(predicted_probabilities, "predicted_probabilities")
    classes = classes_of(labels)
    positive = _positive(classes, positive_label)
    if scores.ndim == 2:
        columns = classes_of_columns(predicted_probabilities, scores.shape[1], classes, "predicted_probabilities")
        scores = scores[:, _column(columns.tolist(), positive)]
    is_positive = labels == positive
    if is_positive.any():
        precision, recall, thresholds = metrics.precision_recall_curve(is_positive, scores)
        average = metrics.average_precision_score(is_positive, scores, average="micro")
    else:
        warn_undefined(f"No row of y_true has the positive label {positive!r}: the average precision is not defined.")
        thresholds = np.unique(scores)
        precision = np.append(np.zeros(len(thresholds)), 1.0)
        recall = np.append(np.ones(len(thresholds)), 0.0)
        average = None
    kept = thin(recall, precision)
    return precision_recall_document(
        title=title,
        precision=precision[kept],
        recall=recall[kept],
        thresholds=np.append(thresholds, np.inf)[kept],
        average_precision_score=average,
        no_skill=is_positive.mean() if no_skill is None else no_skill,
    )


def _positive(classes: Any, positive_label: Any) -> Any:
    if positive_label is None:
        if len(classes) > 2:
            raise InvalidInputError(
                f"y_true has {len(classes)} classes ({name_classes(classes)}), and a precision-recall curve is one "
                "class's: pass positive_label"
            )
        return default_positive(classes)
    # With one class only, the positives may just be missing from this batch; that is no mistake.
    if len(classes) > 1 and positive_label not in classes.tolist():
        raise InvalidInputError(
            f"positive_label {positive_label!r} is none of y_true's labels: {name_classes(classes)}"
        )
    return positive_label


def _column(columns: list[Any], positive: Any) -> int:
    if positive not in columns:
        raise InvalidInputError(
            f"predicted_probabilities has no column for the positive label {positive!r}; its columns are {columns}"
        )
    return columns.index(positive)
