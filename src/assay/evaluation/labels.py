"""Labels: the classes that rows belong to, as ints, floats, bools or strings, and which of two is the positive one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.errors import InvalidInputError, InvalidTypeError
from assay.evaluation.arrays import as_array, as_column, first_row

if TYPE_CHECKING:
    import numpy as np

_SHOWN = 10
"""How many classes a message names; a column of ids passed by mistake has thousands."""


def as_labels(values: Any, argument: str) -> np.ndarray[Any, Any]:
    """One label each row: an array of bools, integers, floats or strings, without gaps.

    Args:
        values: What the user passed.
        argument: What the user calls it, for the message.

    Raises:
        InvalidInputError: A label is missing or NaN, or there is not one label each row.
        InvalidTypeError: Labels of several types, or of a type that is none of the four.
    """
    import numpy as np

    labels = as_column(as_array(values, argument))
    if labels.ndim != 1:
        raise InvalidInputError(
            f"{argument} must hold one label each row, found the shape {labels.shape}; "
            f"of one-hot rows pass {argument}.argmax(axis=1)"
        )
    if labels.dtype.kind not in "biufU":  # a list, or pandas' strings and nullable numbers
        labels = _typed(labels.astype(object), argument)
    if labels.dtype.kind == "u" and labels.max(initial=0) <= np.iinfo(np.int64).max:
        labels = labels.astype(np.int64)  # uint64 beside int64 would become float64
    if labels.dtype.kind == "f" and (missing := np.isnan(labels)).any():
        raise InvalidInputError(f"{argument} holds NaN in row {first_row(missing)}; drop rows without a label first")
    return labels


def classes_of(*labels: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The labels that occur, each once, in ascending order.

    Raises:
        InvalidTypeError: Strings on one side and numbers on the other.
    """
    import numpy as np

    if len({each.dtype.kind == "U" for each in labels}) > 1:
        raise InvalidTypeError(
            "true and predicted labels must be of one type, found strings on one side and numbers on the other "
            f"({name_classes(np.unique(labels[0]))} and {name_classes(np.unique(labels[1]))}); convert one of them"
        )
    return np.unique(np.concatenate(labels))


def default_positive(classes: np.ndarray[Any, Any]) -> Any:
    """The label that counts as positive where the user names none: 1 of 0 and 1 or -1 and 1, else the greater one.

    That is the class to which column 1 of a classifier's `predict_proba` belongs.
    """
    if classes.dtype.kind != "U" and (set(classes.tolist()) <= {0, 1} or set(classes.tolist()) <= {-1, 1}):
        return 1
    return classes[-1].item()


def name_classes(classes: np.ndarray[Any, Any]) -> str:
    """The classes for a message, the first few of them."""
    shown = ", ".join(map(repr, classes[:_SHOWN].tolist()))
    return shown if len(classes) <= _SHOWN else f"{shown}, … ({len(classes)} in all)"


def _typed(labels: np.ndarray[Any, Any], argument: str) -> np.ndarray[Any, Any]:
    """An array of objects as one of the type that they all have."""
    import numpy as np

    items = [item.item() if isinstance(item, np.generic) else _scalar(item) for item in labels.tolist()]
    kinds: set[type] = set()
    for kind in set(map(type, items)):
        base = next((base for base in (bool, int, float, str) if issubclass(kind, base)), None)
        if base is None:
            row = next(row for row, item in enumerate(items) if type(item) is kind)
            if items[row] is None or kind.__name__ in {"NAType", "NaTType"}:
                raise InvalidInputError(f"{argument} has no label in row {row}; drop rows without a label first")
            raise InvalidTypeError(
                f"{argument} must hold strings, ints, bools or floats, found {items[row]!r} in row {row}"
            )
        kinds.add(base)
    if str in kinds and len(kinds) > 1:
        row = next(row for row, item in enumerate(items) if isinstance(item, str) != isinstance(items[0], str))
        raise InvalidTypeError(
            f"{argument} mixes strings and numbers: {items[0]!r} in row 0, {items[row]!r} in row {row}; "
            "convert all to one of the two"
        )
    array = np.array(items)
    if array.dtype.kind not in "biufU":
        raise InvalidInputError(f"{argument} holds integers beyond 64 bits; map the classes to 0, 1, 2, … first")
    return array


def _scalar(item: Any) -> Any:
    """A 0-dimensional array or tensor as the Python value in it; anything else as it is."""
    return item.item() if getattr(item, "shape", None) == () else item
