"""How numbers, times, sizes and values read in a terminal: short, aligned, and never more exact than they are."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

_SHORT_TEXT = 40


def number(value: float | None, digits: int = 4) -> str:
    """A number in `digits` significant digits; whole ones as they are, None as a dash."""
    if value is None:
        return "–"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == int(value) and abs(value) < 10**9:
        return str(int(value)) if value or math.copysign(1, value) > 0 else "-0"
    return f"{value:.{digits}g}"


def value(found: Any) -> str:
    """A parameter's value in a few characters."""
    if isinstance(found, bool) or found is None:
        return str(found)
    if isinstance(found, int):
        return str(found) if abs(found) < 10**20 else f"about {'-' if found < 0 else ''}2**{found.bit_length()}"
    if isinstance(found, float):
        return number(found, 6)
    text = str(found).replace("\n", "⏎")
    return text if len(text) <= _SHORT_TEXT else text[: _SHORT_TEXT - 1] + "…"


def moment(when: datetime | None) -> str:
    """A time on the reader's own clock, to the minute."""
    return "–" if when is None else when.astimezone().strftime("%Y-%m-%d %H:%M")


def duration(length: timedelta | None) -> str:
    """A length of time in its two greatest units."""
    if length is None:
        return "–"
    seconds = length.total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min"
    return f"{hours // 24} d {hours % 24} h"


def size(size_bytes: int | None) -> str:
    """A number of bytes in the greatest unit that leaves a whole part."""
    if size_bytes is None:
        return "–"
    amount = float(size_bytes)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{int(amount)} B" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TiB"


def amount(count: int, thing: str) -> str:
    """So many things, in the plural where there are not exactly one."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
