"""Values in filters: what was typed, fitted to the field that it is compared with."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

from assay.errors import InvalidInputError
from assay.formats.filter_field import shown_field, value_kind
from assay.formats.filter_tree import Field, Moment, Value

MAX_DIGITS = 1000
"""A number is typed in at most so many characters: Python takes ever longer to read longer ones."""

_SPAN_US = {"s": 10**6, "m": 60 * 10**6, "h": 3600 * 10**6, "d": 86400 * 10**6, "w": 7 * 86400 * 10**6}
_INT64 = 2**63
_STATUSES = {
    "inprogress": "InProgress",
    "completed": "Completed",
    "failed": "Failed",
    "stopping": "Stopping",
    "stopped": "Stopped",
    # MLflow's words for them
    "running": "InProgress",
    "finished": "Completed",
    "killed": "Stopped",
}
_SECONDS_BELOW, _MILLISECONDS_BELOW = 10**11, 10**14
"""Numbers as times: seconds reach the first in 5138; milliseconds passed it in 1973 and reach the second in 5138."""


class ValueFault(InvalidInputError):
    """A value does not fit a field."""


class Span(float):
    """A length of time in seconds, such as `7d`."""

    __slots__ = ()


class Date(str):
    """A time as it was typed, without quotes."""

    __slots__ = ()


Typed = int | float | str | bool | Moment | Span | Date
"""A value as it was typed."""


def unquote(text: str) -> str:
    """What stands in quotes; a quote in it is typed twice."""
    quote = text[0]
    return text[1:-1].replace(quote * 2, quote)


def read_number(text: str) -> int | float:
    """The number that a text shows: an int where it has neither a point nor an exponent.

    Raises:
        ValueFault: It is too long.
    """
    if len(text) > MAX_DIGITS:
        raise ValueFault(f"a number has at most {MAX_DIGITS} characters")
    return int(text) if text.lstrip("+-").isdigit() else float(text)


def read_span(text: str) -> Span:
    """The length of a time such as `1.5h`."""
    return Span(float(text[:-1]) * _SPAN_US[text[-1].lower()] / 10**6)


def shifted(moment: Moment, sign: str, span: Span) -> Moment:
    """A moment moved forth or back by a length of time.

    Raises:
        ValueFault: It is further than 64 bits of microseconds can say.
    """
    us = moment.us + (1 if sign == "+" else -1) * _microseconds(span)
    if abs(us) >= _INT64:
        raise ValueFault("a time lies within 290,000 years of now")
    return Moment(us, moment.from_now)


def fitted(field: Field, value: Typed) -> Value:
    """A typed value as the field's values are kept.

    Raises:
        ValueFault: It is of a type that the field never holds.
    """
    kind = value_kind(field)
    if kind == "time":
        return _time(field, value)
    if isinstance(value, Moment):
        raise _misfit(field, "a time")
    if kind == "duration":
        return _duration(field, value)
    if isinstance(value, Date):
        raise _misfit(field, f"a time; to compare with the text, put it in quotes: '{value}'")
    if isinstance(value, Span):
        raise _misfit(field, "a length of time")
    if kind == "any":
        return value
    if kind == "number":
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _misfit(field, "a bool" if isinstance(value, bool) else "a text")
        return value
    if not isinstance(value, str):
        raise _misfit(field, "a bool" if isinstance(value, bool) else f"a number; a text is typed in quotes: '{value}'")
    if kind == "status":
        return _status(value)
    return value.lower() if kind == "name" else value


_FITTING = {
    "number": "a number",
    "any": "a number, a text in quotes, true or false",
    "text": "a text in quotes",
    "name": "a text in quotes",
    "status": "one of 'InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped'",
    "time": "a time such as 2024-05-01, '2024-05-01T12:30:00Z' or now() - 7d",
    "duration": "a length of time such as 90s, 5m, 1.5h, or a number of seconds",
}


def fitting(field: Field) -> str:
    """What a field can be compared with, in words."""
    return _FITTING[value_kind(field)]


def _misfit(field: Field, found: str) -> ValueFault:
    return ValueFault(f"{shown_field(field)} is compared with {fitting(field)}; found {found}")


def _status(value: str) -> str:
    found = _STATUSES.get(value.lower().replace(" ", ""))
    if found is None:
        raise ValueFault(f"a status is {_FITTING['status']}; found {value!r}")
    return found


def _duration(field: Field, value: Typed) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _misfit(field, "a text" if isinstance(value, str) else "a bool")
    return float(value) if isinstance(value, Span) else value


def _time(field: Field, value: Typed) -> Moment:
    if isinstance(value, Moment):
        return value
    if isinstance(value, str):
        return _date(field, value)
    if isinstance(value, bool | Span):
        raise _misfit(field, "a bool" if isinstance(value, bool) else "a length of time; did you mean now() - …?")
    if not math.isfinite(value) or abs(value) >= _INT64:
        raise _misfit(field, f"{value!r:.20}")
    if abs(value) < _SECONDS_BELOW:
        return Moment(round(value * 10**6))
    return Moment(round(value * 1000 if abs(value) < _MILLISECONDS_BELOW else value))


def _date(field: Field, text: str) -> Moment:
    try:
        # Of ISO 8601 the form that people type: weeks and days of the year are none.
        if not re.match(r"\d{4}-\d\d-\d\d($|[T ])", text):
            raise ValueError(text)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _misfit(field, f"{text[:40]!r}") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return Moment((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1))
    except OverflowError as error:
        raise _misfit(field, f"{text[:40]!r}") from error


def _microseconds(span: Span) -> int:
    if not abs(span) < _INT64 / 10**6:
        raise ValueFault("a time lies within 290,000 years of now")
    return round(span * 10**6)
