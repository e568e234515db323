"""Lengths of time and amounts of bytes as people type them."""

from __future__ import annotations

import re
from datetime import timedelta

from assay.cli.usage import UsageError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
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
LONGEST_S = 200 * 365 * 86_400


def length_of(text: str, option: str) -> timedelta:
    """A length of time such as 90m, 12h, 30d, 2w.

    Raises:
        UsageError: It is none.
    """
    match = re.fullmatch(r"([0-9]{1,9})\s*([smhdw])", text.strip().lower())
    if match is None:
        raise UsageError(f"{option} takes a number and a unit (s, m, h, d, w) such as 30d, not {text!r}")
    seconds = int(match[1]) * _UNITS[match[2]]
    if seconds > LONGEST_S:
        raise UsageError(f"{option} {text} is too long")
    return timedelta(seconds=seconds)


def bytes_of(text: str, option: str) -> int:
    """An amount of bytes such as 500MB, 100GB, 2TiB.

    Raises:
        UsageError: It is none.
    """
    match = re.fullmatch(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([kmgt]?i?)b?", text.strip().lower())
    if match is None or match[2] not in _SIZES:
        raise UsageError(f"{option} takes an amount such as 500MB, 100GB or 2TiB, not {text!r}")
    return int(float(match[1]) * _SIZES[match[2]])
