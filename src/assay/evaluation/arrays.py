"""How what a user passes becomes a numpy array: lists, numpy, pandas, polars and torch, without importing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.errors import InvalidInputError, InvalidTypeError

if TYPE_CHECKING:
    import numpy as np


def check_lengths(y_true: Any, predicted: Any, words: str) -> None:
    """Checks, before anything else is looked at, that there is one prediction for each true label.

    Args:
        y_true: The true labels.
        predicted: What was predicted for them.
        words: What the predictions are called in the message, such as `predicted scores`.

    Raises:
        InvalidInputError: The lengths differ, or both are 0.
        InvalidTypeError: One of the two has no length.
    """
    found = _length(y_true, "true labels"), _length(predicted, words)
    if found[0] != found[1]:
        raise InvalidInputError(f"Lengths mismatch between true labels and {words}: ({found[0]} vs {found[1]}).")
    if found[0] == 0:
        raise InvalidInputError(f"true labels and {words} are empty; a chart needs at least one row")


def as_array(values: Any, argument: str) -> np.ndarray[Any, Any]:
    """The values as a numpy array of their own type; a list becomes an array of objects, so that none of them changes.

    Args:
        values: A list, numpy array, pandas or polars Series or DataFrame, torch tensor, or what else numpy understands.
        argument: What the caller calls them, for the message.

    Raises:
        InvalidInputError: numpy can't make an array of them; rows of unequal lengths, for example.
    """
    import numpy as np

    if hasattr(values, "detach"):  # a torch tensor; it may ask for gradients and lie on another device
        values = values.detach().cpu()
        if str(values.dtype) == "torch.bfloat16":  # numpy has no such type; float32 holds each of its values
            values = values.float()
        values = values.numpy()
    try:
        # np.asarray([1, "a"]) would make the number a string.
        return np.asarray(values, dtype=object if isinstance(values, list | tuple) else None)
    except (ValueError, TypeError) as error:
        raise InvalidInputError(f"{argument} is not an array of one length in each row: {error}") from error


def as_column(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The array without its second axis where that has length 1, as a DataFrame of one column has."""
    return array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array


def first_row(where: np.ndarray[Any, Any]) -> int:
    """The first row in which the condition holds, for a message."""
    import numpy as np

    return int(np.argwhere(where)[0][0])


def _length(values: Any, words: str) -> int:
    try:
        return len(values)
    except TypeError as error:
        raise InvalidTypeError(
            f"{words} must be a list or an array, found {type(values).__name__}, which has no length"
        ) from error
