"""A series in pieces is the series: overlapping parts, repeated steps and views that are never whole in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.formats.chunk import find_extremes
from assay.formats.columns import Columns, join_columns
from assay.storage import pieces, series
from assay.storage.pieces import once_a_step, pieces_of, thin_pieces
from assay.storage.series import StoredPart, read_series, thin
from tests.formats import points
from tests.formats.points import INT64_MAX, INT64_MIN, same_points, sorted_columns
from tests.storage.test_series import assert_is_view, cut, spiky, stored

REPEATED = st.sampled_from(["all", "first", "last"])
HELD = 1024


@pytest.fixture
def few_held(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (pieces, series):
        monkeypatch.setattr(module, "HELD_POINTS", HELD)


def writers(count: int, chunks: int, size: int, seed: int, *, spread: int) -> list[StoredPart]:
    """Chunks of several writers that log the same steps, out of order by up to `spread`, some of them repeated."""
    random = np.random.default_rng(seed)
    parts = []
    for writer in range(count):
        for chunk in range(chunks):
            steps = np.arange(size) + chunk * size + random.integers(0, spread, size)
            times = random.integers(0, 3, size) + writer
            parts.append(stored(sorted_columns(steps, times, random.standard_normal(size))))
    return parts


def of_each_step(columns: Columns, repeated: str) -> list[tuple[int, int, float]]:
    """What is meant by one point a step, said with a dict."""
    rows = list(zip(columns.steps.tolist(), columns.timestamps_us.tolist(), columns.values.tolist(), strict=True))
    return list({row[0]: row for row in (rows if repeated == "last" else reversed(rows))}.values())[
        :: 1 if repeated == "last" else -1
    ]


def in_a_row(found: Iterator[Columns]) -> Columns:
    several = list(found)
    return Columns(
        *(
            np.concatenate([np.empty(0, kind), *(getattr(one, name) for one in several)])
            for name, kind in (("steps", np.int64), ("timestamps_us", np.int64), ("values", np.float64))
        )
    )


@pytest.mark.usefixtures("few_held")
@pytest.mark.parametrize("repeated", ["all", "first", "last"])
@pytest.mark.parametrize("spread", [1, 40, 5000])
def test_pieces_of_overlapping_parts_are_the_series_and_stay_small(repeated: str, spread: int) -> None:
    parts = writers(3, 6, 700, seed=spread, spread=spread)

    found = list(pieces_of(parts, 100, 3500, repeated))

    whole = read_series(parts, max_points=None, first_step=100, end_step=3501, repeated=repeated)
    assert same_points(whole, in_a_row(iter(found)))
    assert len(found) > 2
    # A window ends near a block's edge: off by at most two blocks for each part.
    assert max(map(len, found)) <= HELD + 2 * 512 * len(parts)


@pytest.mark.usefixtures("few_held")
@pytest.mark.parametrize("repeated", ["all", "first", "last"])
@pytest.mark.parametrize("max_points", [1, 3, 4, 100, 1001])
def test_a_view_drawn_from_pieces_is_that_of_the_whole(repeated: str, max_points: int) -> None:
    parts = writers(2, 5, 800, seed=max_points, spread=300)

    view = read_series(parts, max_points=max_points, first_step=10, end_step=None, repeated=repeated)

    whole = read_series(parts, max_points=None, first_step=10, end_step=None, repeated=repeated)
    assert_is_view(view, whole, max_points)
    if repeated != "all":
        assert same_points(thin(whole, max_points), view)


@pytest.mark.usefixtures("few_held")
def test_a_view_of_a_resumed_series_reads_points_only_where_its_parts_overlap() -> None:
    whole = [spiky(20_000, seed) for seed in (1, 2)]
    first = cut(whole[0], range(1000, 20_000, 1000))
    second = [
        part for part in cut(whole[1], range(1000, 20_000, 1000)) if part.first_step > int(whole[0].steps[18_500])
    ]
    late = [replace(part, load=_never) for part in first[:15]]

    view = read_series([*late, *first[15:], *second], max_points=20, first_step=None, end_step=None)

    merged = read_series([*first, *second], max_points=None, first_step=None, end_step=None)
    assert_is_view(view, merged, 20)


@pytest.mark.usefixtures("few_held")
@pytest.mark.parametrize("seed", range(12))
def test_any_zoom_into_overlapping_parts_keeps_the_extremes(seed: int) -> None:
    random = np.random.default_rng(seed)
    parts = writers(int(random.integers(1, 4)), 6, 900, seed=seed, spread=int(random.integers(1, 2000)))
    whole = read_series(parts, max_points=None, first_step=None, end_step=None)

    for _ in range(10):
        first, end = sorted(random.integers(-10, 8000, 2).tolist())
        max_points = int(random.integers(4, 200))
        view = read_series(parts, max_points=max_points, first_step=first, end_step=end)

        inside = (whole.steps >= first) & (whole.steps < end)
        expected = Columns(whole.steps[inside], whole.timestamps_us[inside], whole.values[inside])
        assert_is_view(view, expected, max_points)


def _never() -> Columns:
    raise AssertionError("its points were read")


@given(
    whole=points.columns(max_size=300), edges=st.lists(st.integers(1, 299), max_size=6), max_points=st.integers(1, 40)
)
def test_thinning_pieces_equals_thinning_the_whole(whole: Columns, edges: list[int], max_points: int) -> None:
    bounds = [0, *sorted({edge for edge in edges if edge < len(whole)}), len(whole)]
    cut = [Columns(whole.steps[a:b], whole.timestamps_us[a:b], whole.values[a:b]) for a, b in pairwise(bounds)]

    assert same_points(thin(whole, max_points), thin_pieces(iter(cut), len(whole), max_points))


@given(
    several=st.lists(points.columns(max_size=40), min_size=1, max_size=5),
    repeated=REPEATED,
    bounds=st.tuples(points.integers, points.integers),
)
def test_pieces_are_the_points_between_two_steps(
    several: list[Columns], repeated: str, bounds: tuple[int, int]
) -> None:
    low, high = min(bounds), max(bounds)

    found = in_a_row(pieces_of([stored(one) for one in several], low, high, repeated))

    whole = join_columns(several)
    inside = (whole.steps >= low) & (whole.steps <= high)
    expected = Columns(whole.steps[inside], whole.timestamps_us[inside], whole.values[inside])
    assert same_points(once_a_step(expected, repeated), found)


@given(
    steps=st.lists(st.integers(-3, 3) | st.sampled_from([INT64_MIN, INT64_MAX]), min_size=1, max_size=30),
    repeated=st.sampled_from(["first", "last"]),
)
def test_one_point_a_step_is_the_earliest_or_the_latest(steps: list[int], repeated: str) -> None:
    columns = sorted_columns(steps, np.arange(len(steps)) % 3, np.arange(len(steps)))

    found = once_a_step(columns, repeated)

    rows = list(zip(found.steps.tolist(), found.timestamps_us.tolist(), found.values.tolist(), strict=True))
    assert of_each_step(columns, repeated) == rows


@pytest.mark.usefixtures("few_held")
def test_points_of_one_step_and_one_time_stay_in_their_order() -> None:
    parts = [stored(sorted_columns(np.zeros(700), np.zeros(700), np.arange(700) + 1000 * k)) for k in range(4)]

    found = in_a_row(pieces_of(parts, 0, 0))

    assert [value + 1000 * k for k in range(4) for value in range(700)] == found.values.tolist()


def test_extremes_keep_none_of_the_points_in_memory() -> None:
    found = find_extremes(spiky(5000, seed=1))

    assert [None] * 3 == [column.base for column in (found.first.steps, found.last.values, found.min_values)]
