"""Sparklines: the course of a series in a line of text."""

from __future__ import annotations

import math
from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
GAP = "·"
"""Stands where there are only points that are not finite."""


def sparkline(values: Sequence[float], width: int) -> str:
    """The course of a series in at most `width` characters, from its least value to its greatest.

    Each character is the mean of the finite values in an equal share of the points.
    """
    count = len(values)
    if count == 0 or width < 1:
        return ""
    columns = min(width, count)
    means = [_mean(values[count * at // columns : count * (at + 1) // columns]) for at in range(columns)]
    known = [mean for mean in means if mean is not None]
    if not known:
        return GAP * columns
    low, high = min(known), max(known)
    return "".join(GAP if mean is None else _bar(mean, low, high) for mean in means)


def _mean(values: Sequence[float]) -> float | None:
    finite = [float(value) for value in values if math.isfinite(value)]
    # Divided first: the sum of values near 1e308 overflows where their mean does not.
    return math.fsum(value / len(finite) for value in finite) if finite else None


def _bar(value: float, low: float, high: float) -> str:
    if high == low:
        return _BARS[len(_BARS) // 2 - 1]
    scale = 1.0 if math.isfinite(high - low) else 0.5  # the distance between the greatest floats overflows
    share = (value * scale - low * scale) / (high * scale - low * scale)
    return _BARS[min(int(share * len(_BARS)), len(_BARS) - 1)]
