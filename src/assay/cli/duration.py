"""Lengths of time and amounts of bytes as people type them."""

from __future__ import annotations

import re
from datetime import timedelta

from assay.cli.usage import UsageError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SIZES = {
    "": 1,
    "k": 10**3,
    "m": 10**6,
    "g": 10**9,
    "t": 10**12,
    "ki": 1 << 10,
    "mi": 1 << 20,
    "gi": 1 << 30,
    "ti": 1 << 40,
}
LONGEST = timedelta(days=365 * 200)


def length_of(text: str, option: str) -> timedelta:
    """A length of time such as 90m, 12h, 30d, 2w.

    Raises:
        UsageError: It is none.
    """
    match = re.fullmatch(r"([0-9]{1,9})\s*([smhdw])", text.strip().lower())
    if match is None:
        raise UsageError(f"{option} takes a number and a unit (s, m, h, d, w) such as 30d, not {text!r}")
    length = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if length > LONGEST:
        raise UsageError(f"{option} {text} is too long")
    return length


def bytes_of(text: str, option: str) -> int:
    """An amount of bytes such as 500MB, 100GB, 2TiB.

    Raises:
        UsageError: It is none.
    """
    match = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([kmgt]?i?)b?", text.strip().lower())
    if match is None or match[2] not in _SIZES:
        raise UsageError(f"{option} takes an amount such as 500MB, 100GB or 2TiB, not {text!r}")
    return int(float(match[1]) * _SIZES[match[2]])
