"""Summaries: what a table of runs shows of a series, kept beside its points and mergeable."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, replace

from assay.formats.columns import Columns


@dataclass(frozen=True, slots=True)
class Summary:
    """What a series looks like in a line.

    `min`, `max` and `mean` are over the finite values, None where there are none.

    Attributes:
        last: The value at the greatest step, the latest there, finite or not.
        min: The least finite value.
        max: The greatest finite value.
        mean: The mean of the finite values.
        count: How many points, finite or not.
        nonfinite_count: How many of them are NaN or infinite.
        first_step: The least step.
        last_step: The greatest step.
        min_step: The step of the least value, the first where it is reached several times.
        max_step: The step of the greatest value, the first where it is reached several times.
        last_timestamp_us: When `last` was logged, microseconds since 1970.
        first: The value at the least step, the earliest there, finite or not.
        first_timestamp_us: When `first` was logged, microseconds since 1970.
        best: The least or greatest value, as `define_metric` says which is good; None where it was not said.
        best_step: The step of `best`.
    """

    last: float
    min: float | None
    max: float | None
    mean: float | None
    count: int
    nonfinite_count: int
    first_step: int
    last_step: int
    min_step: int | None
    max_step: int | None
    last_timestamp_us: int
    first: float
    first_timestamp_us: int
    best: float | None = None
    best_step: int | None = None

    def with_goal(self, goal: str | None) -> Summary:
        """The same with `best` and `best_step` by a goal of `min` or `max`."""
        if goal == "min":
            return replace(self, best=self.min, best_step=self.min_step)
        if goal == "max":
            return replace(self, best=self.max, best_step=self.max_step)
        return self


def summarise(columns: Columns) -> Summary:
    """The summary of sorted, non-empty columns."""
    if isinstance(columns.values, array):
        return _summarise_arrays(columns)
    import numpy as np

    steps, values = columns.steps, columns.values
    finite = np.isfinite(values)
    good, at = (values, steps) if bool(finite.all()) else (values[finite], steps[finite])
    low = high = mean = low_step = high_step = None
    if len(good):
        lowest, highest = int(good.argmin()), int(good.argmax())
        low, low_step = float(good[lowest]), int(at[lowest])
        high, high_step = float(good[highest]), int(at[highest])
        mean = _mean(float(good.sum()) if max(-low, high) * len(good) < 1e300 else math.inf, good, low, high)
    return Summary(
        last=float(values[-1]),
        min=low,
        max=high,
        mean=mean,
        count=len(values),
        nonfinite_count=len(values) - len(good),
        first_step=int(steps[0]),
        last_step=int(steps[-1]),
        min_step=low_step,
        max_step=high_step,
        last_timestamp_us=int(columns.timestamps_us[-1]),
        first=float(values[0]),
        first_timestamp_us=int(columns.timestamps_us[0]),
    )


def _summarise_arrays(columns: Columns) -> Summary:
    steps, values = columns.steps, columns.values
    good = [(value, step) for value, step in zip(values, steps, strict=True) if math.isfinite(value)]
    low = high = mean = low_step = high_step = None
    if good:
        low, low_step = min(good, key=lambda pair: pair[0])
        high, high_step = max(good, key=lambda pair: pair[0])
        plain = [value for value, _ in good]
        mean = _mean(sum(plain), plain, low, high)
    return Summary(
        last=values[-1],
        min=low,
        max=high,
        mean=mean,
        count=len(values),
        nonfinite_count=len(values) - len(good),
        first_step=steps[0],
        last_step=steps[-1],
        min_step=low_step,
        max_step=high_step,
        last_timestamp_us=columns.timestamps_us[-1],
        first=values[0],
        first_timestamp_us=columns.timestamps_us[0],
    )


def _mean(total: float, values: object, low: float, high: float) -> float:
    count = len(values)  # type: ignore[arg-type]
    if math.isfinite(total):
        mean = total / count
    else:  # the sum of values near 1e308 overflows where their mean does not; halves leave room for rounding
        mean = 2 * math.fsum(float(value) / 2 / count for value in values)  # type: ignore[attr-defined]
    return min(max(mean, low), high)


def merge_summaries(older: Summary | None, newer: Summary) -> Summary:
    """The summary of two sets of points of one series; where both end at the same step and time, `newer` is last."""
    if older is None:
        return newer
    finite_old, finite_new = older.count - older.nonfinite_count, newer.count - newer.nonfinite_count
    low = _better((older.min, older.min_step), (newer.min, newer.min_step), least=True)
    high = _better((older.max, older.max_step), (newer.max, newer.max_step), least=False)
    mean = newer.mean if older.mean is None else older.mean
    if older.mean is not None and newer.mean is not None:
        share = finite_new / (finite_old + finite_new)
        mean = older.mean * (1 - share) + newer.mean * share
    first = min(older, newer, key=lambda one: (one.first_step, one.first_timestamp_us, one is newer))
    last = max(older, newer, key=lambda one: (one.last_step, one.last_timestamp_us, one is newer))
    return Summary(
        last=last.last,
        min=low[0],
        max=high[0],
        mean=mean,
        count=older.count + newer.count,
        nonfinite_count=older.nonfinite_count + newer.nonfinite_count,
        first_step=first.first_step,
        last_step=last.last_step,
        min_step=low[1],
        max_step=high[1],
        last_timestamp_us=last.last_timestamp_us,
        first=first.first,
        first_timestamp_us=first.first_timestamp_us,
    )


def _better(
    one: tuple[float | None, int | None], other: tuple[float | None, int | None], *, least: bool
) -> tuple[float | None, int | None]:
    if one[0] is None or one[1] is None:
        return other
    if other[0] is None or other[1] is None:
        return one
    if one[0] == other[0]:
        return one if one[1] <= other[1] else other
    return one if (one[0] < other[0]) == least else other
