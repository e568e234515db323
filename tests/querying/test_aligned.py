"""Mean, std, min, max and n by step, held against numpy over a table of runs by steps."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.formats.columns import Columns
from assay.querying.aligned import align
from tests.formats.points import INT64_MAX, INT64_MIN

STEPS = st.integers(-4, 4) | st.sampled_from([INT64_MIN, INT64_MAX, 2**53 + 1])
# Far from where squares overflow: there numpy's own answer depends on the order of adding.
VALUES = st.floats(-1e150, 1e150) | st.sampled_from([np.nan, np.inf, -np.inf, -0.0])


def columns(points: dict[int, float]) -> Columns:
    steps = np.array(sorted(points), np.int64)
    return Columns(steps, np.zeros(len(steps), np.int64), np.array([points[int(step)] for step in steps], np.float64))


@given(
    several=st.lists(st.dictionaries(STEPS, VALUES, min_size=1, max_size=8), min_size=1, max_size=6),
    ddof=st.sampled_from([0, 1]),
)
def test_figures_are_those_of_numpy(several: list[dict[int, float]], ddof: int) -> None:
    found = align([columns(points) for points in several], ddof=ddof)

    steps = sorted(set().union(*several))
    table = np.array([[points.get(step, np.nan) for step in steps] for points in several])
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # of steps without values: NaN is the answer
        expected = {
            "mean": np.nanmean(table, axis=0),
            "std": np.nanstd(table, axis=0, ddof=ddof),
            "min": np.nanmin(table, axis=0),
            "max": np.nanmax(table, axis=0),
        }
    assert steps == found.steps.tolist()
    assert np.sum(~np.isnan(table), axis=0).tolist() == found.n.tolist()
    for name in ("min", "max"):
        np.testing.assert_array_equal(expected[name], getattr(found, name))
    # Cancelling leaves of a mean only what the greatest value was rounded to.
    scale = np.nanmax(np.abs(np.where(np.isfinite(table), table, 0.0)), axis=0)
    for name in ("mean", "std"):
        with np.errstate(all="ignore"):
            off = np.abs(expected[name] - getattr(found, name)) / np.where(scale > 0, scale, 1.0)
        finite = np.isfinite(expected[name])
        assert np.all(off[finite] < 1e-12)
        np.testing.assert_array_equal(expected[name][~finite], getattr(found, name)[~finite])


def test_a_mean_of_values_whose_sum_overflows_is_found() -> None:
    found = align([columns({0: 1.7e308}), columns({0: 1.5e308})])

    assert 1.6e308 == pytest.approx(found.mean[0])


def test_steps_that_only_some_runs_have_are_counted() -> None:
    found = align([columns({0: 1.0, 5: 3.0}), columns({5: 5.0, 7: np.nan}), columns({-2: 1.0})])

    assert [-2, 0, 5, 7] == found.steps.tolist()
    assert [1, 1, 2, 0] == found.n.tolist()
    np.testing.assert_array_equal([1.0, 1.0, 4.0, np.nan], found.mean)
    np.testing.assert_array_equal([0.0, 0.0, 1.0, np.nan], found.std)


def test_one_value_has_no_estimate_of_a_deviation() -> None:
    assert np.isnan(align([columns({0: 1.0})], ddof=1).std[0])


@given(seed=st.integers(0, 1000), max_points=st.integers(1, 60))
def test_thinned_figures_keep_the_least_and_the_greatest(seed: int, max_points: int) -> None:
    random = np.random.default_rng(seed)
    whole = align([columns(dict(enumerate(random.standard_normal(500).tolist()))) for _ in range(3)])

    few = whole.thinned(max_points)

    assert len(few.steps) <= max_points
    assert np.all(np.diff(few.steps) > 0)
    np.testing.assert_array_equal(whole.mean[few.steps], few.mean)
    if max_points >= 3:
        assert (whole.min.min(), whole.max.max()) == (few.min.min(), few.max.max())
