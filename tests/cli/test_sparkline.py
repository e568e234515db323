"""Sparklines show a course as it is, whatever the values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.cli.sparkline import GAP, sparkline


@pytest.mark.parametrize(
    ("values", "width", "expected"),
    [
        ([], 8, ""),
        ([1.0], 8, "▄"),
        ([2.0, 2.0, 2.0], 8, "▄▄▄"),
        ([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 8, "▁▂▃▄▅▆▇█"),
        ([7.0, 7.0, 0.0, 0.0], 2, "█▁"),
        ([0.0, math.nan, 1.0], 3, f"▁{GAP}█"),
        ([math.inf, -math.inf], 2, GAP * 2),
        ([-1.7e308, 0.0, 1.7e308], 3, "▁▅█"),
        ([0.0, 5e-324], 2, "▁█"),
        ([1.0, 2.0], 0, ""),
    ],
)
def test_known_courses(values: list[float], width: int, expected: str) -> None:
    assert expected == sparkline(values, width)


@given(st.lists(st.floats()), st.integers(0, 100))
def test_any_values_give_a_line_of_at_most_that_width(values: list[float], width: int) -> None:
    assert min(len(values), width) == len(sparkline(values, width))


def test_numpy_values_are_drawn_alike() -> None:
    values = np.sin(np.arange(100) / 9)

    assert sparkline(values.tolist(), 20) == sparkline(values, 20)  # type: ignore[arg-type]
