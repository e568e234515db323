"""Several series put side by side, step by step: what they have in common at each, and how far they lie apart.

NaN is left out of every figure and counts as a value that is not there; infinities take part as IEEE 754 has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assay.formats.chunk import block_extremes
from assay.formats.columns import Columns


@dataclass(frozen=True, slots=True)
class Aligned:
    """The figures of several series at each step that one of them has, as numpy arrays of one length.

    Attributes:
        steps: int64, ascending, each once.
        mean: float64, NaN where there is no value.
        std: float64, NaN where there are too few values.
        min: float64, NaN where there is no value.
        max: float64, NaN where there is no value.
        n: int64, how many series have a value that is not NaN.
    """

    steps: Any
    mean: Any
    std: Any
    min: Any
    max: Any
    n: Any

    def thinned(self, max_points: int) -> Aligned:
        """At most so many steps: of each stretch the one with the least `min` and the one with the greatest `max`."""
        import numpy as np

        count = len(self.steps)
        if count <= max_points:
            return self
        starts = np.arange(max(1, (max_points - 2) // 2), dtype=np.int64)
        starts = starts * count // len(starts)
        lows, _ = block_extremes(self.min, starts)
        _, highs = block_extremes(self.max, starts)
        if max_points < 4:
            keep = np.unique(np.array([count - 1, int(highs[0]), int(lows[0])][:max_points], np.int64))
        else:
            keep = np.unique(np.concatenate([lows, highs, np.array([0, count - 1], np.int64)]))
        return Aligned(*(getattr(self, name)[keep] for name in self.__slots__))


def align(series: Sequence[Columns], *, ddof: int = 0) -> Aligned:
    """The figures of series at each of their steps.

    Args:
        series: Each with at most one point a step, steps ascending; at least one.
        ddof: What is taken off n where `std` divides by it: 0 for the standard deviation of these very values, 1 for
            an estimate of that of all runs that might have been.
    """
    import numpy as np

    steps = series[0].steps
    if not all(np.array_equal(steps, one.steps) for one in series[1:]):
        steps = np.unique(np.concatenate([one.steps for one in series]))
    places: list[Any] = [slice(None) if len(one) == len(steps) else np.searchsorted(steps, one.steps) for one in series]
    n = np.zeros(len(steps), np.int64)
    total, squares = np.zeros(len(steps)), np.zeros(len(steps))
    low, high = np.full(len(steps), np.nan), np.full(len(steps), np.nan)
    with np.errstate(all="ignore"):
        for one, at in zip(series, places, strict=True):
            there = ~np.isnan(one.values)
            n[at] += there
            total[at] += np.where(there, one.values, 0.0)
            low[at] = np.fmin(low[at], one.values)
            high[at] = np.fmax(high[at], one.values)
        mean = total / n
        if bool(np.any(~np.isfinite(total) & np.isfinite(low) & np.isfinite(high))):
            mean = _mean_of_shares(series, places, n)
        # Rounding must not carry a mean beyond what it is the mean of.
        mean = np.where(n > 0, np.clip(mean, low, high), np.nan)
        for one, at in zip(series, places, strict=True):
            apart = one.values - mean[at]
            squares[at] += np.where(np.isnan(one.values), 0.0, apart * apart)
        std = np.where(n > ddof, np.sqrt(squares / (n - ddof)), np.nan)
    return Aligned(steps, mean, std, low, high, n)


def _mean_of_shares(series: Sequence[Columns], places: Sequence[Any], n: Any) -> Any:
    """The mean where the sum of values near 1e308 would overflow."""
    import numpy as np

    mean = np.zeros(len(n))
    for one, at in zip(series, places, strict=True):
        mean[at] += np.where(np.isnan(one.values), 0.0, one.values / n[at])
    return mean
