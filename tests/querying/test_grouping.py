"""Runs put together by their parameters, and their figures step by step, held against plain dicts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.formats.columns import Columns
from assay.querying.grouping import group_runs, run_groups
from tests.formats.points import INT64_MAX, INT64_MIN, sorted_columns


@dataclass(frozen=True)
class Named:
    run_name: str
    experiment_name: str = "digits"

    @property
    def id(self) -> str:
        return self.run_name


STEPS = st.integers(-3, 3) | st.sampled_from([INT64_MIN, INT64_MAX])
VALUES = st.floats(-1e100, 1e100) | st.sampled_from([math.nan, math.inf, -math.inf])
SERIES = st.lists(st.tuples(STEPS, VALUES), min_size=1, max_size=12)


def logged(points: list[tuple[int, float]]) -> Columns:
    """Points as a store gives them: by step, then in the order of logging."""
    return sorted_columns([step for step, _ in points], range(len(points)), [value for _, value in points])


def groups_of(parameters: list[dict[str, Any]], **how: Any) -> list[tuple[dict[str, Any], list[str]]]:
    runs = [Named(str(number)) for number in range(len(parameters))]
    by_run = {run.id: found for run, found in zip(runs, parameters, strict=True)}
    found = run_groups(runs, lambda: by_run, how.get("by"), how.get("over"))
    return [(shared, [run.run_name for run in members]) for shared, members in found]


@given(several=st.lists(SERIES, min_size=1, max_size=5), keep=st.sampled_from(["first", "last"]))
def test_each_run_counts_once_at_a_step(several: list[list[tuple[int, float]]], keep: str) -> None:
    runs = [Named(str(number)) for number in range(len(several))]
    found = {(run.id, "loss"): logged(points) for run, points in zip(runs, several, strict=True)}

    (group,) = group_runs([({}, list(runs))], ["loss"], found, keep=keep, ddof=0, max_points=None)

    chosen = [dict(points if keep == "last" else reversed(points)) for points in several]
    steps = sorted(set().union(*chosen))
    assert steps == group.steps.tolist()
    for at, step in enumerate(steps):
        values = [points[step] for points in chosen if step in points and not math.isnan(points[step])]
        assert len(values) == group.n[at]
        assert (min(values, default=math.nan), max(values, default=math.nan)) == pytest.approx(
            (group.min[at], group.max[at]), nan_ok=True, rel=0
        )
        if values and np.isfinite(values).all():
            assert np.mean(values) == pytest.approx(group.mean[at], rel=1e-9, abs=1e-12 * max(map(abs, values)))
            assert np.std(values) == pytest.approx(group.std[at], rel=1e-6, abs=1e-9 * max(map(abs, values)))


def test_runs_that_differ_in_what_is_averaged_over_are_together() -> None:
    parameters = [{"lr": lr, "seed": seed, "depth": 6} for lr in (0.1, 0.2) for seed in (1, 2)]

    assert [({"lr": 0.1}, ["0", "1"]), ({"lr": 0.2}, ["2", "3"])] == groups_of(parameters, over=["seed"])
    assert [({"lr": 0.1}, ["0", "1"]), ({"lr": 0.2}, ["2", "3"])] == groups_of(parameters, by=["lr"])
    assert [({}, ["0", "1", "2", "3"])] == groups_of(parameters, over=["seed", "lr"])
    assert [({}, ["0", "1", "2", "3"])] == groups_of(parameters)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (1, 1.0, True),
        (math.nan, math.nan, True),
        ([1, 2], [1, 2], True),
        (1, True, False),
        (1, "1", False),
        (None, "None", False),
        ([1, 2], [2, 1], False),
        (2**53, 2**53 + 1, False),
    ],
)
def test_values_are_equal_as_their_users_mean_it(one: Any, other: Any, together: bool) -> None:
    assert together == (1 == len(groups_of([{"p": one}, {"p": other}], by=["p"])))


def test_a_run_that_lacks_the_parameter_is_a_group_of_its_own() -> None:
    assert [({"p": None}, ["0"]), ({"p": None}, ["1"])] == groups_of([{"p": None}, {}], by=["p"])


def test_no_runs_are_no_groups() -> None:
    assert [] == groups_of([])
    assert [] == groups_of([], by=["lr"])
