"""Values of any library as Python's own: what a table's cell holds, whoever made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from assay.errors import InvalidTypeError
from assay.media.moments import Precise, datetime_of, duration_of, with_nanoseconds

PLAIN = frozenset({type(None), bool, int, float, str, bytes, Decimal, date, datetime, timedelta, Precise})
"""The types whose values are plain as they are."""


def plain(value: Any) -> Any:
    """The value in Python's own types.

    numpy's scalars, pandas' timestamps and enums become what they stand for, missing values None, tuples and arrays
    lists; what has nanoseconds becomes `Precise`.

    Raises:
        InvalidTypeError: It has a type that could not be read back.
    """
    if type(value) in PLAIN:
        return value
    if type(value).__name__ in {"NAType", "NaTType"}:  # pandas' missing values; NaT claims to be a datetime
        return None
    for base, convert in _CONVERSIONS:
        if isinstance(value, base):
            return convert(value)
    if hasattr(value, "dtype") and getattr(value, "shape", None) == ():
        return _scalar(value)
    if hasattr(value, "tolist"):
        return plain_list(value)
    raise InvalidTypeError(
        f"found {type(value).__name__}: {value!r:.60}; cells hold numbers, text, bools, None, bytes, Decimals, dates, "
        "times, datetimes, timedeltas, and lists and dicts of these; convert it first, for example with str()"
    )


def plain_list(values: Any) -> list[Any]:
    """The values of an array, tensor or Series, each of them plain."""
    if getattr(values, "dtype", None) is not None and getattr(values.dtype, "kind", "") in {"M", "m"}:
        return [plain(value) for value in values]  # tolist() would make bare numbers of nanoseconds
    return [plain(value) for value in values.tolist()]


def _datetime(value: Any) -> datetime | Precise:
    moment = datetime(
        value.year,
        value.month,
        value.day,
        value.hour,
        value.minute,
        value.second,
        value.microsecond,
        tzinfo=value.tzinfo,
        fold=value.fold,
    )
    return with_nanoseconds(moment, getattr(value, "nanosecond", 0))


def _time(value: time) -> time:
    if value.tzinfo is not None and value.utcoffset() is None:
        raise InvalidTypeError(
            f"found the time {value} in {value.tzinfo}, whose offset from UTC depends on the date; use a datetime"
        )
    return time(value.hour, value.minute, value.second, value.microsecond, tzinfo=value.tzinfo, fold=value.fold)


def _timedelta(value: Any) -> timedelta | Precise:
    whole = (value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds
    return duration_of(whole * 1000 + getattr(value, "nanoseconds", 0))


def _dict(value: Mapping[Any, Any]) -> dict[Any, Any]:
    if any(isinstance(key, tuple) for key in value):
        raise InvalidTypeError(
            "found a dict whose keys are tuples, which would come back as lists; use strings as keys"
        )
    return {plain(key): plain(item) for key, item in value.items()}


def _scalar(value: Any) -> Any:
    """What a numpy scalar, or an array or tensor without dimensions, holds."""
    kind = getattr(value.dtype, "kind", "")
    if kind in {"M", "m"}:
        return _numpy_moment(value)
    item = value.item()
    if kind == "f" and not isinstance(item, float):  # a longdouble
        if item == float(item) or item != item:
            return float(item)
        raise InvalidTypeError(f"found {item!r}, which no float64 holds; round it first")
    if type(item) is type(value):
        raise InvalidTypeError(f"found {type(value).__name__}: {value!r:.60}, which has no counterpart in Python")
    return plain(item)


def _numpy_moment(value: Any) -> Any:
    import numpy as np

    if np.isnat(value):
        return None
    item = value.item()
    if isinstance(item, date | timedelta):
        return item
    if np.datetime_data(value.dtype)[0] != "ns":  # finer than that, or beyond the year 9999
        raise InvalidTypeError(f"found {value!r}, which is beyond Python's dates; use a unit from nanoseconds to days")
    return datetime_of(item, None) if value.dtype.kind == "M" else duration_of(item)


_CONVERSIONS: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (int, int),
    (float, float),
    (str, str.__str__),
    (datetime, _datetime),
    (date, lambda value: date(value.year, value.month, value.day)),
    (time, _time),
    (timedelta, _timedelta),
    (Decimal, Decimal),
    ((bytes, bytearray, memoryview), bytes),
    ((list, tuple), lambda value: [plain(item) for item in value]),
    (Mapping, _dict),
)
"""What each kind of value becomes, asked in this order, since a datetime is a date too."""
