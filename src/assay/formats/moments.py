"""Times between microseconds since 1970, as they are kept, and datetimes, as callers get them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(time_us: int | None) -> datetime | None:
    """The datetime in UTC of microseconds since 1970, None of None."""
    return None if time_us is None else _EPOCH + timedelta(microseconds=time_us)
