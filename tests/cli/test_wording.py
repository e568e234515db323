"""Numbers, times and values read as people write them."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.cli import wording


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (None, "–"),
        (0.0, "0"),
        (-0.0, "-0"),
        (3.0, "3"),
        (0.123456, "0.1235"),
        (1234567.0, "1234567"),
        (2.0**40, "1.1e+12"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "-∞"),
        (5e-324, "4.941e-324"),
    ],
)
def test_numbers(number: float | None, expected: str) -> None:
    assert expected == wording.number(number)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "True"),
        (None, "None"),
        (2**53 + 1, "9007199254740993"),
        (-(10**400), "about -2**1329"),
        ([64, 10], "[64, 10]"),
        ("two\nlines", "two⏎lines"),
        ("x" * 100, "x" * 39 + "…"),
        (0.1, "0.1"),
    ],
)
def test_values(value: Any, expected: str) -> None:
    assert expected == wording.value(value)


@given(st.integers() | st.floats() | st.text() | st.booleans() | st.none() | st.just(10**5000))
def test_any_value_fits_a_cell(value: Any) -> None:
    assert len(wording.value(value)) <= 40


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.04, "0.0 s"), (59.9, "59.9 s"), (61, "1 min 1 s"), (3 * 3600 + 125, "3 h 2 min"), (90000, "1 d 1 h")],
)
def test_durations(seconds: float, expected: str) -> None:
    assert expected == wording.duration(timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("size_bytes", "expected"), [(None, "–"), (0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (2**40, "1.0 TiB")]
)
def test_sizes(size_bytes: int | None, expected: str) -> None:
    assert expected == wording.size(size_bytes)


def test_amounts() -> None:
    assert ["0 runs", "1 run", "1,000 runs"] == [wording.amount(count, "run") for count in (0, 1, 1000)]
