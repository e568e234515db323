"""Histograms as one lasting format: edges and counts in a JSON document, with what lies in no bin counted beside them.

`docs/formats/histogram.md` draws it. Counting is by comparison with the edges as they are stored, so a reader that
counts again comes to the same numbers. Values are looked at a piece at a time, where they lie: a layer of a hundred
million weights takes no second copy.
"""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from assay.errors import DamagedError, InvalidInputError, InvalidTypeError, StoreVersionError
from assay.media.encoded import Encoded
from assay.media.pixels import is_array, tensor_as_array

if TYPE_CHECKING:
    import numpy as np

MEDIA_TYPE = "application/json"
"""The media type of an encoded histogram."""

VERSION = 1
"""Version of this format; a reader refuses a greater one."""

MOST_BINS = 1024
"""More than a screen can tell apart; series of histograms are kept, so each is to be small."""

_PIECE = 1 << 18
"""Values that are looked at at once: 2 MiB of float64, which a processor's cache holds."""

_GREATEST = 1.7976931348623157e308


@dataclass(frozen=True, slots=True)
class Histogram:
    """How values are spread.

    Attributes:
        edges: float64 of shape (bins + 1,), ascending; a bin has its lower edge in it, the last one its upper edge too.
        counts: int64 of shape (bins,).
        count: How many values there were, whatever they are.
        nan: How many were NaN.
        positive_infinite: How many were ∞.
        negative_infinite: How many were -∞.
        below: How many finite ones lay below the first edge; 0 where edges were not given.
        above: How many finite ones lay above the last edge; 0 where edges were not given.
        min: The least finite value, None where there is none.
        max: The greatest finite value, None where there is none.
        mean: The mean of the finite values, None where there are none.
        std: Their standard deviation (divided by n), None where there are none.
    """

    edges: np.ndarray[Any, np.dtype[np.float64]]
    counts: np.ndarray[Any, np.dtype[np.int64]]
    count: int
    nan: int
    positive_infinite: int
    negative_infinite: int
    below: int
    above: int
    min: float | None
    max: float | None
    mean: float | None
    std: float | None


def encode_histogram(values: Any, bins: Any = 64) -> Encoded:
    """Counts values and encodes what came of it.

    Args:
        values: Numbers of any shape: an array, a tensor, a list; also a list of arrays or tensors of different shapes,
            such as all the weights of a network. None at all are a histogram too.
        bins: How many bins of one width, 1 to 1,024, from the least to the greatest finite value; or ascending edges.

    Raises:
        InvalidInputError: There are too many or too few bins, or edges do not ascend.
        InvalidTypeError: Values or bins are no real numbers.
    """
    counted = count_values(values, bins)
    document: dict[str, Any] = {"type": "Histogram", "version": VERSION}
    for field in fields(counted):
        value = getattr(counted, field.name)
        document[field.name] = value.tolist() if hasattr(value, "tolist") else value
    return Encoded(json.dumps(document, allow_nan=False, separators=(",", ":")).encode(), MEDIA_TYPE, ".json")


def decode_histogram(body: bytes) -> Histogram:
    """Reads a histogram back.

    Raises:
        StoreVersionError: It was written by a newer Assay.
        DamagedError: It is no histogram.
    """
    import numpy as np

    try:
        document = json.loads(body)
        if document["type"] != "Histogram":
            raise ValueError(f"its type is {document['type']!r}")
        if document["version"] > VERSION:
            raise StoreVersionError(
                f"this histogram is of version {document['version']}, and this Assay reads up to {VERSION}; "
                "update it: pip install --upgrade assay"
            )
        found = {field.name: document[field.name] for field in fields(Histogram)}
        found["edges"] = np.array(found["edges"], np.float64)
        found["counts"] = np.array(found["counts"], np.int64)
        if len(found["edges"]) != len(found["counts"]) + 1:
            raise ValueError(f"it has {len(found['edges'])} edges for {len(found['counts'])} bins")
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise DamagedError(f"these {len(body)} bytes are no histogram as Assay writes them: {error!r}") from error
    return Histogram(**found)


def count_values(values: Any, bins: Any = 64) -> Histogram:
    """The histogram of values; see `encode_histogram`."""
    import numpy as np

    given = _bins(bins)
    arrays = list(_arrays(values))
    total, nan, positive, negative = 0, 0, 0, 0
    least, greatest = math.inf, -math.inf
    for piece in _pieces(arrays):
        total += len(piece)
        finite = np.isfinite(piece)
        if not finite.all():
            nan += int(np.isnan(piece).sum())
            positive += int((piece == np.inf).sum())
            negative += int((piece == -np.inf).sum())
            piece = piece[finite]
        if len(piece):
            least, greatest = min(least, float(piece.min())), max(greatest, float(piece.max()))
    count = total - nan - positive - negative
    edges = (
        given if not isinstance(given, int) else _edges(least, greatest, given) if count else _edges(0.0, 1.0, given)
    )
    counts = np.zeros(len(edges) + 1, np.int64)
    on_last = 0
    for piece in _pieces(arrays):
        piece = piece[np.isfinite(piece)]
        counts += np.bincount(np.searchsorted(edges, piece, "right"), minlength=len(counts))
        on_last += int((piece == edges[-1]).sum())
    counts[-1] -= on_last
    counts[-2] += on_last
    mean, std = _moments(arrays, count, least, greatest) if count else (None, None)
    return Histogram(
        edges=edges,
        counts=counts[1:-1],
        count=total,
        nan=nan,
        positive_infinite=positive,
        negative_infinite=negative,
        below=int(counts[0]),
        above=int(counts[-1]),
        min=least if count else None,
        max=greatest if count else None,
        mean=mean,
        std=std,
    )


def _bins(bins: Any) -> int | np.ndarray[Any, np.dtype[np.float64]]:
    import numpy as np

    if not isinstance(bins, bool | str | bytes):
        if hasattr(bins, "__index__") and getattr(bins, "shape", ()) == ():
            number = operator.index(bins)
            if not 1 <= number <= MOST_BINS:
                raise InvalidInputError(f"bins is a number from 1 to {MOST_BINS}, found {number}")
            return number
        if is_array(bins) or isinstance(bins, Iterable):
            found = list(_arrays(bins, "bins"))
            edges = np.concatenate([one.astype(np.float64) for one in found]) if found else np.zeros(0)
            if not 2 <= len(edges) <= MOST_BINS + 1:
                raise InvalidInputError(f"bins has 2 to {MOST_BINS + 1} edges, found {len(edges)}")
            if not np.isfinite(edges).all() or (np.diff(edges / 2) <= 0).any():
                raise InvalidInputError("the edges in bins must be finite and ascend, each greater than the one before")
            return edges
    raise InvalidTypeError(f"bins is a number from 1 to {MOST_BINS} or ascending edges, found {bins!r:.60}")


def _arrays(values: Any, what: str = "values") -> Iterator[np.ndarray[Any, Any]]:
    """The values as flat arrays of real numbers, without a copy where they are arrays already."""
    import numpy as np

    if not is_array(values):
        if isinstance(values, str | bytes | Mapping):
            raise _no_numbers(what, type(values).__name__)
        if isinstance(values, Iterable):
            items = list(values)
            if any(is_array(one) or (isinstance(one, Iterable) and not isinstance(one, str)) for one in items):
                for one in items:
                    yield from _arrays(one, what)
                return
            values = items
    array = tensor_as_array(values) if hasattr(values, "detach") else _plain_array(values)
    if array.dtype.kind == "b":
        array = array.astype(np.uint8)
    elif array.dtype.kind in "OV":  # Python's greater integers, Decimals, and floats that numpy does not know itself
        try:
            if any(one is None or isinstance(one, str | bytes) for one in array.flat):
                raise TypeError("text, which float() would read, or None, which numpy takes for NaN")
            array = array.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise _no_numbers(what, _stranger(array)) from error
        except OverflowError as error:
            raise InvalidInputError(f"{what} must be numbers that float64 holds: {error}") from error
    if array.dtype.kind not in "iuf":
        raise _no_numbers(what, f"the type {array.dtype}")
    yield array.reshape(-1)


def _plain_array(values: Any) -> np.ndarray[Any, Any]:
    import numpy as np

    if isinstance(values, np.ma.MaskedArray):  # what is masked is no value
        return values.compressed()
    if isinstance(values, list) and not values:
        return np.zeros(0)
    array: np.ndarray[Any, Any] = np.asarray(values)
    return array


def _stranger(array: np.ndarray[Any, Any]) -> str:
    """What stands among numbers and is none."""
    for one in array.flat:
        try:
            if not isinstance(one, str | bytes):
                float(one)
                continue
        except (TypeError, ValueError):
            pass
        return f"{type(one).__name__}: {one!r:.60}"
    return f"the type {array.dtype}"


def _no_numbers(what: str, found: str) -> InvalidTypeError:
    return InvalidTypeError(f"{what} must be real numbers, in an array, a tensor or a list; found {found}")


def _pieces(arrays: list[np.ndarray[Any, Any]]) -> Iterator[np.ndarray[Any, np.dtype[np.float64]]]:
    import numpy as np

    for array in arrays:
        for start in range(0, len(array), _PIECE):
            with np.errstate(over="ignore"):  # a longdouble that float64 can't hold is infinite
                yield array[start : start + _PIECE].astype(np.float64, copy=False)


def _edges(least: float, greatest: float, bins: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Ascending edges at one distance, from the least value to the greatest, around them where they are too close."""
    import numpy as np

    if least == greatest:
        least, greatest = _widened(least, greatest, 1.0)
    needed = 2 * bins * max(math.ulp(least), math.ulp(greatest))
    if greatest / 2 - least / 2 < needed / 2:
        least, greatest = _widened(least, greatest, needed)
    if greatest / 2 - least / 2 < _GREATEST / 4:
        edges = np.linspace(least, greatest, bins + 1)
    else:
        edges = np.linspace(least / 2, greatest / 2, bins + 1) * 2
    edges[0], edges[-1] = least, greatest
    return edges


def _widened(least: float, greatest: float, width: float) -> tuple[float, float]:
    """Bounds of at least that width around values, within what float64 holds."""
    middle = least / 2 + greatest / 2
    if middle + width / 2 > _GREATEST:
        return _GREATEST - width, _GREATEST
    if middle - width / 2 < -_GREATEST:
        return -_GREATEST, -_GREATEST + width
    return min(least, middle - width / 2), max(greatest, middle + width / 2)


def _moments(arrays: list[np.ndarray[Any, Any]], count: int, least: float, greatest: float) -> tuple[float, float]:
    """Mean and standard deviation, also where a sum would overflow or a square underflow."""
    import numpy as np

    if least == greatest:
        return least, 0.0
    exponent = math.frexp(max(abs(least), abs(greatest)))[1]
    sums, squares = [], []
    for piece in _pieces(arrays):
        sums.append(float(np.ldexp(piece[np.isfinite(piece)], -exponent).sum()))
    scaled = math.fsum(sums) / count
    for piece in _pieces(arrays):
        squares.append(float(np.square(np.ldexp(piece[np.isfinite(piece)], -exponent) - scaled).sum()))
    mean = min(max(math.ldexp(scaled, exponent), least), greatest)
    return mean, math.ldexp(math.sqrt(math.fsum(squares) / count), exponent)
