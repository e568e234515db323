"""Thinned curves can't be told from the full ones: ends and corners stay, and nothing strays farther than is said."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from assay.evaluation.thinning import TOLERANCE, VERTEX_LIMIT, distances_to_chord, thin

Array = np.ndarray[Any, Any]


def deviation(x: Array, y: Array, kept: Array) -> float:
    """The greatest distance of a left-out vertex from the stretch of the thinned curve that stands for it."""
    points = np.column_stack([x, y])
    return max(float(distances_to_chord(points[start : end + 1]).max()) for start, end in pairwise(kept.tolist()))


def curves(seed: int, rows: int, positives: float, separation: float) -> dict[str, tuple[Array, Array]]:
    """The full ROC and precision-recall curves of random scores."""
    random = np.random.default_rng(seed)
    y_true = random.random(rows) < positives
    y_true[:2] = [False, True]
    scores = separation * y_true + random.normal(size=rows)
    false_rate, true_rate, _ = metrics.roc_curve(y_true, scores, drop_intermediate=False)
    precision, recall, _ = metrics.precision_recall_curve(y_true, scores)
    return {"roc": (false_rate, true_rate), "precision-recall": (recall, precision)}


def test_thin_keeps_every_vertex_up_to_the_limit() -> None:
    x = np.linspace(0, 1, VERTEX_LIMIT)

    assert list(range(VERTEX_LIMIT)) == thin(x, x).tolist()


@pytest.mark.parametrize("kind", ["roc", "precision-recall"])
@pytest.mark.parametrize(("positives", "separation"), [(0.5, 0.0), (0.5, 1.5), (0.01, 3.0), (0.5, 20.0)])
def test_thin_strays_no_farther_than_the_tolerance(kind: str, positives: float, separation: float) -> None:
    x, y = curves(3, 100_000, positives, separation)[kind]

    kept = thin(x, y)

    assert len(kept) < VERTEX_LIMIT < len(x)
    assert deviation(x, y, kept) <= TOLERANCE


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(10_001, 40_000), st.floats(0.001, 0.999), st.floats(-5, 5))
def test_thin_of_any_scores_keeps_ends_order_and_bound(
    seed: int, rows: int, positives: float, separation: float
) -> None:
    for x, y in curves(seed, rows, positives, separation).values():
        kept = thin(x, y)

        assert (0, len(x) - 1) == (kept[0], kept[-1])
        assert (np.diff(kept) > 0).all()
        assert len(kept) <= VERTEX_LIMIT < len(x)
        assert deviation(x, y, kept) <= TOLERANCE


def test_thin_loses_the_nearest_vertices_where_the_limit_comes_first() -> None:
    """A saw whose every tooth is higher than the tolerance, and the last quarter ten times so: too many corners."""
    x = np.linspace(0, 1, 20_001)
    y = 0.5 + np.where(x < 0.75, 2e-4, 2e-3) * (np.arange(20_001) % 2)

    kept = thin(x, y)

    assert VERTEX_LIMIT == len(kept)
    assert deviation(x, y, kept) <= 2e-4


def test_thin_keeps_the_corners_of_a_staircase_exactly() -> None:
    corners = np.array([[0, 0], [0, 0.3], [0.123, 0.3], [0.123, 0.9], [0.7771, 0.9], [0.7771, 1], [1, 1]])
    steps = np.linspace(0, 1, 5_000, endpoint=False)[:, None]
    points = np.concatenate([start + steps * (end - start) for start, end in pairwise(corners)])
    points = np.concatenate([points, corners[-1:]])

    kept = thin(points[:, 0], points[:, 1])

    assert {tuple(corner) for corner in corners.tolist()} <= {tuple(point) for point in points[kept].tolist()}


def test_thin_keeps_a_single_spike() -> None:
    y = np.full(50_000, 0.25)
    y[31_415] = 0.26

    assert 31_415 in thin(np.linspace(0, 1, 50_000), y)


def test_thin_takes_a_rate_that_is_not_defined() -> None:
    kept = thin(np.full(50_000, np.nan), np.linspace(0, 1, 50_000))

    assert (0, 49_999) == (kept[0], kept[-1])
    assert len(kept) <= VERTEX_LIMIT


def test_thin_of_vertices_that_are_all_one_point_keeps_the_ends() -> None:
    assert [0, 19_999] == thin(np.ones(20_000), np.ones(20_000)).tolist()
