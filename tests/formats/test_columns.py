"""Rows become series the same way with and without numpy, in the order of step, time and logging."""

from __future__ import annotations

import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assay.formats.columns import Columns, columns_in_arrays, columns_in_numpy, is_sorted, join_columns
from assay.formats.rows import Layout
from assay.formats.segment import Rows
from tests.formats import points
from tests.formats.points import bits, same_points


def plain_points(parts: list[Rows]) -> dict[str, list[tuple[int, int, int, int]]]:
    """The series in these rows as (step, time, mark, bits of the value), read word by word and sorted by Python."""
    series: dict[str, list[tuple[int, int, int, int]]] = {}
    for part in parts:
        width = part.layout.words * 8
        for start in range(0, len(part.body), width):
            row = part.body[start : start + width]
            mark, step = struct.unpack_from("=qq", row)
            time_us = struct.unpack_from("=q", row, 16)[0] if part.layout.stamped else mark // 1000
            for index, name in enumerate(part.layout.names):
                (value,) = struct.unpack_from("=Q", row, (part.layout.first_value + index) * 8)
                series.setdefault(name, []).append((step, time_us, mark, value))
    return {name: sorted(found, key=lambda point: point[:3]) for name, found in series.items()}


@given(st.lists(points.rows(), min_size=1, max_size=4))
def test_rows_become_series_sorted_by_step_time_and_logging(parts: list[Rows]) -> None:
    expected = plain_points(parts)

    for make in (columns_in_arrays, columns_in_numpy):
        made = make(parts)
        assert expected.keys() == made.keys()
        for name, found in expected.items():
            assert [point[0] for point in found] == list(made[name].steps)
            assert [point[1] for point in found] == list(made[name].timestamps_us)
            assert [point[3] for point in found] == np.array(made[name].values).view(np.uint64).tolist()


def test_steps_logged_again_at_one_time_stay_in_the_order_of_logging() -> None:
    body = b"".join(struct.pack("=qqqd", mark, 7, 0, float(mark)) for mark in (1, 2, 3))
    rows = [Rows(Layout(("loss",), stamped=True), 3, body)]

    for make in (columns_in_arrays, columns_in_numpy):
        assert [1.0, 2.0, 3.0] == list(make(rows)["loss"].values)


@given(st.lists(st.tuples(points.integers, points.times_us, points.marks_ns), max_size=20))
def test_is_sorted_agrees_with_sorting(several: list[tuple[int, int, int]]) -> None:
    steps, times, marks = (
        np.array(column, np.int64) for column in (zip(*several, strict=True) if several else [[]] * 3)
    )

    assert (several == sorted(several)) == is_sorted(steps, times, marks)
    pairs = [point[:2] for point in several]
    assert (pairs == sorted(pairs)) == is_sorted(steps, times)


@given(st.lists(points.columns(max_size=20), max_size=4))
def test_joined_pieces_are_one_sorted_series_in_which_earlier_pieces_come_first(pieces: list[Columns]) -> None:
    joined = join_columns(pieces)

    flat = [
        (step, time_us, value)
        for piece in pieces
        for step, time_us, value in zip(
            piece.steps.tolist(), piece.timestamps_us.tolist(), bits(piece.values), strict=True
        )
    ]
    flat.sort(key=lambda point: point[:2])
    assert [point[0] for point in flat] == joined.steps.tolist()
    assert [point[1] for point in flat] == joined.timestamps_us.tolist()
    assert [point[2] for point in flat] == joined.values.view(np.uint64).tolist()


@given(points.rows())
def test_one_piece_joined_is_itself(part: Rows) -> None:
    for columns in columns_in_arrays([part]).values():
        assert same_points(columns, join_columns([columns]))
