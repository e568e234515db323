"""Summaries hold against numpy, and a merged one equals that of the whole."""

from __future__ import annotations

import math
import struct
from array import array
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given

from assay.formats.columns import Columns
from assay.formats.summary import Summary, merge_summaries, summarise
from tests.formats import points
from tests.formats.points import sorted_columns


def exact_mean(values: np.ndarray) -> float:
    return float(sum(map(Fraction, values.tolist())) / len(values))


def in_arrays(columns: Columns) -> Columns:
    return Columns(
        array("q", columns.steps.tolist()),
        array("q", columns.timestamps_us.tolist()),
        array("d", columns.values.tobytes()),
    )


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


@given(points.columns())
def test_summary_holds_against_numpy(columns: Columns) -> None:
    finite = np.isfinite(columns.values)
    values, steps = columns.values[finite], columns.steps[finite]

    for summary in (summarise(columns), summarise(in_arrays(columns))):
        assert bits(columns.values[-1]) == bits(summary.last)
        assert bits(columns.values[0]) == bits(summary.first)
        assert columns.timestamps_us[0] == summary.first_timestamp_us
        assert (len(columns), int((~finite).sum())) == (summary.count, summary.nonfinite_count)
        assert (columns.steps[0], columns.steps[-1]) == (summary.first_step, summary.last_step)
        assert columns.timestamps_us[-1] == summary.last_timestamp_us
        if len(values):
            assert (values.min(), values.max()) == (summary.min, summary.max)
            assert (steps[values == values.min()][0], steps[values == values.max()][0]) == (
                summary.min_step,
                summary.max_step,
            )
        else:
            assert [None] * 4 == [summary.min, summary.max, summary.min_step, summary.max_step]


@given(points.columns(min_size=1, values=points.finite_doubles))
def test_mean_is_that_of_the_finite_values(columns: Columns) -> None:
    expected = exact_mean(columns.values)
    scale = float(np.abs(columns.values).max())

    for summary in (summarise(columns), summarise(in_arrays(columns))):
        assert summary.mean is not None
        assert math.isclose(expected, summary.mean, rel_tol=1e-12, abs_tol=max(scale * 1e-13, 5e-323))


@given(points.columns(max_size=40), points.columns(max_size=40))
def test_merged_summary_is_that_of_the_whole(older: Columns, newer: Columns) -> None:
    whole = summarise(
        sorted_columns(*(np.concatenate([getattr(older, name), getattr(newer, name)]) for name in Columns.__slots__))
    )

    merged = merge_summaries(summarise(older), summarise(newer))

    assert (bits(whole.first), bits(whole.last)) == (bits(merged.first), bits(merged.last))
    assert replace(whole, first=0.0, last=0.0, mean=None) == replace(merged, first=0.0, last=0.0, mean=None)
    assert (whole.mean is None) == (merged.mean is None)
    if whole.mean is not None and merged.mean is not None:
        finite = np.abs([*older.values, *newer.values])
        scale = float(finite[np.isfinite(finite)].max())
        assert math.isclose(whole.mean, merged.mean, rel_tol=1e-12, abs_tol=max(scale * 1e-12, 5e-323))


def test_merging_into_nothing_is_the_newer() -> None:
    newer = summarise(sorted_columns([1], [2], [3.0]))

    assert newer == merge_summaries(None, newer)


def test_infinities_and_nan_are_counted_and_stay_out_of_the_extremes() -> None:
    summary = summarise(sorted_columns(range(5), range(5), [math.inf, 1.0, math.nan, 3.0, -math.inf]))

    expected = Summary(
        last=-math.inf,
        min=1.0,
        max=3.0,
        mean=2.0,
        count=5,
        nonfinite_count=3,
        first_step=0,
        last_step=4,
        min_step=1,
        max_step=3,
        last_timestamp_us=4,
        first=summary.first,
        first_timestamp_us=0,
    )
    assert expected == summary


@pytest.mark.parametrize(("goal", "best", "best_step"), [("min", 1.0, 0), ("max", 3.0, 1), (None, None, None)])
def test_a_goal_says_which_value_is_best(goal: str | None, best: float | None, best_step: int | None) -> None:
    summary = summarise(sorted_columns([0, 1, 2], [0, 1, 2], [1.0, 3.0, 2.0])).with_goal(goal)

    assert (best, best_step) == (summary.best, summary.best_step)
