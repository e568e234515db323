"""What hypothesis draws points from: every float64 there is, every int64, steps that repeat and run backwards."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from hypothesis import strategies as st

from assay.formats.columns import Columns
from assay.formats.rows import Layout
from assay.formats.segment import Rows

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

PAYLOAD_NAN = struct.unpack("<d", struct.pack("<Q", 0xFFF8_DEAD_BEEF_0001))[0]
SIGNALLING_NAN = struct.unpack("<d", struct.pack("<Q", 0x7FF0_0000_0000_0001))[0]
ODD_DOUBLES = (
    0.0,
    -0.0,
    5e-324,
    -5e-324,
    2.2250738585072014e-308,
    1.7976931348623157e308,
    -1.7976931348623157e308,
    float("inf"),
    float("-inf"),
    float("nan"),
    PAYLOAD_NAN,
    SIGNALLING_NAN,
    2.0**53 + 2,
)
ODD_INTEGERS = (INT64_MIN, INT64_MIN + 1, -1, 0, 1, 2**53 + 1, INT64_MAX - 1, INT64_MAX)

doubles = st.sampled_from(ODD_DOUBLES) | st.floats(width=64)
finite_doubles = st.floats(allow_nan=False, allow_infinity=False)
integers = st.sampled_from(ODD_INTEGERS) | st.integers(INT64_MIN, INT64_MAX) | st.integers(-3, 3)
times_us = st.integers(-(2**62), 2**62) | st.integers(0, 5)
marks_ns = st.integers(1, 2**62) | st.integers(1, 5000)
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


def sorted_columns(steps: Any, times: Any, values: Any) -> Columns:
    """Columns in numpy, put in their order."""
    columns = Columns(np.array(steps, np.int64), np.array(times, np.int64), np.array(values, np.float64))
    order = np.lexsort((columns.timestamps_us, columns.steps))
    return Columns(columns.steps[order], columns.timestamps_us[order], columns.values[order])


@st.composite
def columns(draw: st.DrawFn, *, min_size: int = 1, max_size: int = 200, values: Any = doubles) -> Columns:
    points = draw(st.lists(st.tuples(integers, times_us, values), min_size=min_size, max_size=max_size))
    return sorted_columns(*zip(*points, strict=True))


@st.composite
def rows(draw: st.DrawFn, *, metrics: tuple[str, ...] = ("a", "b", "c"), max_rows: int = 20) -> Rows:
    layout = Layout(tuple(draw(st.lists(st.sampled_from(metrics), min_size=1, unique=True))), draw(st.booleans()))
    body = b""
    count = draw(st.integers(1, max_rows))
    for _ in range(count):
        words = [draw(marks_ns), draw(integers)] + ([draw(times_us)] if layout.stamped else [])
        body += struct.pack(f"={len(words)}q", *words)
        body += b"".join(struct.pack("=d", draw(doubles)) for _ in layout.names)
    return Rows(layout, count, body)


def bits(values: Any) -> list[int]:
    """Doubles as their 64 bits, by which NaN equals itself and -0.0 is not 0.0."""
    return [struct.unpack("<Q", struct.pack("<d", value))[0] for value in values]


def same_points(expected: Columns, actual: Columns) -> bool:
    """Whether two series are equal, bit for bit, whatever kind of arrays hold them."""
    return (
        list(expected.steps) == list(actual.steps)
        and list(expected.timestamps_us) == list(actual.timestamps_us)
        and np.array(expected.values, np.float64).tobytes() == np.array(actual.values, np.float64).tobytes()
    )
