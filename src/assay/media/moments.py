"""Moments and durations as text, to the nanosecond that pandas, polars and Arrow keep and Python's types do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import TypeVar

_Moment = TypeVar("_Moment", datetime, time)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Precise:
    """A moment or duration whose last digits are nanoseconds.

    Attributes:
        type: `datetime`, `time` or `duration`.
        text: As it is stored, and as it is read back, since no type of Python's holds it.
    """

    type: str
    text: str


def datetime_of(nanoseconds: int, zone: str | None) -> datetime | Precise:
    """A moment as libraries count it: since 1970 in UTC, or on the clock where there is no zone."""
    whole, rest = divmod(nanoseconds, 1000)
    if zone is None:
        return with_nanoseconds(datetime(1970, 1, 1) + timedelta(microseconds=whole), rest)  # noqa: DTZ001 (no zone)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=whole)
    return with_nanoseconds(moment.astimezone(_zone(zone)), rest)


def time_of(nanoseconds: int) -> time | Precise:
    """A time of the day as libraries count it, from midnight."""
    whole, rest = divmod(nanoseconds, 1000)
    moment = (datetime(1970, 1, 1) + timedelta(microseconds=whole)).time()  # noqa: DTZ001 (a clock has no zone)
    return moment if rest == 0 else Precise("time", f"{moment.isoformat('microseconds')}{rest:03d}")


def duration_of(nanoseconds: int) -> timedelta | Precise:
    """A duration as libraries count it."""
    whole, rest = divmod(nanoseconds, 1000)
    return timedelta(microseconds=whole) if rest == 0 else Precise("duration", _seconds(nanoseconds, 9))


def with_nanoseconds(moment: datetime, rest: int) -> datetime | Precise:
    """A moment and the nanoseconds, below 1,000, that come on top."""
    if rest == 0:
        return moment
    clock = moment.replace(tzinfo=None).isoformat(timespec="microseconds")
    offset = moment.isoformat(timespec="microseconds")[len(clock) :]
    return Precise("datetime", f"{clock}{rest:03d}{offset}")


def moment_text(moment: datetime | time | Precise) -> str:
    """A datetime or time in ISO 8601, with the offset from UTC where it has one."""
    return moment.text if isinstance(moment, Precise) else moment.isoformat()


def duration_text(duration: timedelta | Precise) -> str:
    """A duration in decimal seconds."""
    return duration.text if isinstance(duration, Precise) else _seconds(duration // _MICROSECOND, 6)


def read_datetime(text: str) -> datetime | str:
    """A moment from its text; the text itself where it has nanoseconds."""
    return _read(datetime.fromisoformat, text)


def read_time(text: str) -> time | str:
    """A time of the day from its text; the text itself where it has nanoseconds."""
    return _read(time.fromisoformat, text)


def read_duration(text: str) -> timedelta | str:
    """A duration from its text; the text itself where it has nanoseconds."""
    microseconds = Decimal(text).scaleb(6)
    return timedelta(microseconds=int(microseconds)) if microseconds == int(microseconds) else text


def _read(read: Callable[[str], _Moment], text: str) -> _Moment | str:
    moment = read(text)
    fraction = text.partition(".")[2]
    return moment if len(fraction) - len(fraction.lstrip("0123456789")) <= 6 else text


def _seconds(count: int, digits: int) -> str:
    """A count of 10**-digits of a second, as decimal seconds."""
    whole, rest = divmod(abs(count), 10**digits)
    fraction = f"{rest:0{digits}d}".rstrip("0")
    return f"{'-' if count < 0 else ''}{whole}{'.' if fraction else ''}{fraction}"


def _zone(name: str) -> tzinfo | None:
    from zoneinfo import ZoneInfo

    if name[0] in "+-":
        return datetime.fromisoformat(f"1970-01-01T00:00:00{name}").tzinfo
    return ZoneInfo(name)
