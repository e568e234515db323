"""Views of a series: at most so many points, every extreme among them, held against numpy."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.formats.chunk import BLOCK_POINTS, decode_extremes, extremes_of
from assay.formats.columns import Columns, join_columns
from assay.storage.series import StoredPart, read_series, thin
from tests.formats import points
from tests.formats.points import INT64_MAX, INT64_MIN, sorted_columns

NO_NAN = st.floats(allow_nan=False)


def stored(columns: Columns, *, with_extremes: bool = True) -> StoredPart:
    extremes = extremes_of(columns) if with_extremes else b""
    return StoredPart(
        len(columns),
        int(columns.steps[0]),
        int(columns.steps[-1]),
        lambda: columns,
        lambda: decode_extremes(extremes) if extremes else None,
    )


def cut(columns: Columns, edges: Sequence[int]) -> list[StoredPart]:
    """The series in parts, the last without extremes beside it, as the tail has none."""
    bounds = [0, *sorted(set(edges)), len(columns)]
    parts = [
        Columns(columns.steps[start:end], columns.timestamps_us[start:end], columns.values[start:end])
        for start, end in pairwise(bounds)
        if end > start
    ]
    return [stored(part, with_extremes=index < len(parts) - 1) for index, part in enumerate(parts)]


def as_points(columns: Columns) -> list[tuple[int, int, bytes]]:
    return [
        (int(step), int(time_us), np.float64(value).tobytes())
        for step, time_us, value in zip(columns.steps, columns.timestamps_us, columns.values, strict=True)
    ]


def is_subsequence(some: Columns, whole: Columns) -> bool:
    rest = iter(as_points(whole))
    return all(point in rest for point in as_points(some))


def spiky(count: int, seed: int) -> Columns:
    """A walk with a few spikes, NaN and infinities, with gaps between its steps."""
    random = np.random.default_rng(seed)
    values = np.cumsum(random.standard_normal(count))
    values[random.integers(0, count, 5)] = random.choice([1e6, -1e6, np.inf, -np.inf], 5)
    values[random.integers(0, count, count // 20 + 1)] = np.nan
    steps = np.cumsum(random.integers(1, 4, count)) - 500
    return sorted_columns(steps, 1_700_000_000_000_000 + np.arange(count) * 1000, values)


def least_and_greatest(values: np.ndarray) -> tuple[float, float] | None:
    # Not numpy's nanmin: that lets a signalling NaN through.
    numbers = values[~np.isnan(values)]
    return (float(numbers.min()), float(numbers.max())) if len(numbers) else None


def first_extremes(values: np.ndarray) -> list[int]:
    """Where the first least and the first greatest number stand; nothing where there is none."""
    numbers = np.flatnonzero(~np.isnan(values))
    return [int(numbers[find(values[numbers])]) for find in (np.argmin, np.argmax)] if len(numbers) else []


def assert_is_view(view: Columns, whole: Columns, max_points: int) -> None:
    assert len(view) <= max_points
    assert is_subsequence(view, whole)
    if max_points >= 4 and len(whole):
        assert as_points(whole)[0] == as_points(view)[0]
        assert as_points(whole)[-1] == as_points(view)[-1]
        assert least_and_greatest(whole.values) == least_and_greatest(view.values)


@given(points.columns(), st.integers(1, 250))
def test_thinned_points_are_points_of_the_series_with_its_ends_and_extremes(columns: Columns, max_points: int) -> None:
    assert_is_view(thin(columns, max_points), columns, max_points)


@given(points.columns(), st.integers(4, 60))
def test_each_stretch_keeps_its_least_and_its_greatest(columns: Columns, max_points: int) -> None:
    view = thin(columns, max_points)

    buckets = (max_points - 2) // 2
    kept = set(as_points(view))
    if len(columns) <= max_points:
        assert as_points(columns) == as_points(view)
        return
    for bucket in range(buckets):
        part = slice(bucket * len(columns) // buckets, (bucket + 1) * len(columns) // buckets)
        values = columns.values[part]
        stretch = as_points(Columns(columns.steps[part], columns.timestamps_us[part], values))
        assert all(stretch[at] in kept for at in first_extremes(values))


@given(points.columns(), st.integers(1, 3))
def test_one_to_three_points_hold_the_last_then_the_extremes(columns: Columns, max_points: int) -> None:
    view = thin(columns, max_points)

    assert len(view) <= max_points
    assert as_points(columns)[-1] == as_points(view)[-1]
    if max_points == 3:
        assert least_and_greatest(columns.values) == least_and_greatest(view.values)


@given(
    points.columns(min_size=0 + 1, max_size=60),
    st.lists(st.integers(0, 60), max_size=4),
    st.none() | points.integers,
    st.none() | points.integers,
)
def test_a_zoom_gives_the_steps_from_the_first_up_to_the_end(
    columns: Columns, edges: list[int], first_step: int | None, end_step: int | None
) -> None:
    parts = cut(columns, [edge for edge in edges if edge < len(columns)])

    view = read_series(parts, max_points=None, first_step=first_step, end_step=end_step)

    expected = [
        point
        for point in as_points(columns)
        if (first_step is None or point[0] >= first_step) and (end_step is None or point[0] < end_step)
    ]
    assert expected == as_points(view)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("max_points", [4, 5, 7, 20, 41, 500, 1000, 6000])
def test_random_zooms_keep_ends_and_extremes(seed: int, max_points: int) -> None:
    random = np.random.default_rng(seed)
    whole = spiky(12_000, seed)
    parts = cut(whole, [int(edge) for edge in random.integers(1, len(whole), 5)])
    for _ in range(8):
        first_step, end_step = (int(step) for step in np.sort(random.integers(-1000, int(whole.steps[-1]) + 500, 2)))

        view = read_series(parts, max_points=max_points, first_step=first_step, end_step=end_step)

        inside = (whole.steps >= first_step) & (whole.steps < end_step)
        assert_is_view(
            view, Columns(whole.steps[inside], whole.timestamps_us[inside], whole.values[inside]), max_points
        )


@pytest.mark.parametrize("seed", range(4))
def test_a_view_from_extremes_keeps_those_of_every_stretch_of_blocks(seed: int) -> None:
    whole = spiky(100 * BLOCK_POINTS, seed)
    parts = cut(whole, [20 * BLOCK_POINTS, 70 * BLOCK_POINTS])
    buckets = 20

    view = read_series(parts, max_points=2 * buckets + 2, first_step=None, end_step=None)

    kept = set(as_points(view))
    assert len(view) <= 2 * buckets + 2
    for bucket in range(buckets):
        part = slice(bucket * 5 * BLOCK_POINTS, (bucket + 1) * 5 * BLOCK_POINTS)
        values = whole.values[part]
        stretch = as_points(Columns(whole.steps[part], whole.timestamps_us[part], values))
        assert all(stretch[at] in kept for at in first_extremes(values))


def test_a_view_reads_the_points_of_parts_without_extremes_alone() -> None:
    whole = spiky(100 * BLOCK_POINTS, 0)
    loaded: list[int] = []
    parts = []
    for index, part in enumerate(cut(whole, range(10 * BLOCK_POINTS, 100 * BLOCK_POINTS, 10 * BLOCK_POINTS))):

        def load(index: int = index, part: StoredPart = part) -> Columns:
            loaded.append(index)
            return part.load()

        parts.append(StoredPart(part.count, part.first_step, part.last_step, load, part.load_extremes))

    read_series(parts, max_points=40, first_step=None, end_step=None)

    assert [9] == sorted(set(loaded))


def test_a_zoom_into_a_gap_of_a_long_part_is_empty() -> None:
    steps = np.concatenate([np.arange(5000), np.arange(1_000_000, 1_005_000)])
    whole = sorted_columns(steps, steps, np.sin(steps))

    view = read_series([stored(whole)], max_points=4, first_step=10_000, end_step=20_000)

    assert [] == as_points(view)


def test_a_zoom_that_starts_in_a_gap_starts_with_the_next_point() -> None:
    steps = np.concatenate([np.arange(2000), [40_000], np.arange(50_000, 54_000), np.arange(60_000, 64_000)])
    whole = sorted_columns(steps, steps, np.sin(steps))
    parts = cut(whole, [2001, 6001])

    view = read_series(parts, max_points=12, first_step=30_000, end_step=None)

    inside = whole.steps >= 30_000
    assert_is_view(view, Columns(whole.steps[inside], whole.timestamps_us[inside], whole.values[inside]), 12)


def test_parts_that_overlap_are_one_series() -> None:
    one, other = spiky(4000, 1), spiky(4000, 2)
    whole = join_columns([one, other])

    view = read_series([stored(one), stored(other)], max_points=100, first_step=None, end_step=None)

    assert_is_view(view, whole, 100)


def test_points_of_one_step_and_time_keep_the_order_of_logging_in_a_view() -> None:
    count = 8 * BLOCK_POINTS
    same = np.zeros(count)
    whole = sorted_columns(same, same, np.arange(count)[::-1])

    view = read_series([stored(whole)], max_points=10, first_step=None, end_step=None)

    assert_is_view(view, whole, 10)


@pytest.mark.parametrize(
    ("first_step", "end_step", "expected"),
    [
        (None, INT64_MAX + 1, [INT64_MIN, 0, INT64_MAX]),
        (None, INT64_MAX, [INT64_MIN, 0]),
        (INT64_MIN, INT64_MIN, []),
        (None, INT64_MIN, []),
        (INT64_MAX, None, [INT64_MAX]),
        (INT64_MAX + 1, None, []),
        (-(2**70), 2**70, [INT64_MIN, 0, INT64_MAX]),
    ],
)
def test_zooms_at_and_beyond_the_ends_of_int64(
    first_step: int | None, end_step: int | None, expected: list[int]
) -> None:
    whole = sorted_columns([INT64_MIN, 0, INT64_MAX], [1, 2, 3], [0.0, 1.0, 2.0])

    view = read_series([stored(whole)], max_points=None, first_step=first_step, end_step=end_step)

    assert expected == view.steps.tolist()


def test_no_part_at_all_is_an_empty_series() -> None:
    view = read_series([], max_points=10, first_step=None, end_step=None)

    assert ([], [], []) == (view.steps.tolist(), view.timestamps_us.tolist(), view.values.tolist())
