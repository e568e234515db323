"""Parcels and points arrive as they were sent, or are refused; numbers that JSON lacks keep every bit."""

from __future__ import annotations

import io
import json
import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.formats.columns import Columns
from assay.formats.event import Event
from assay.formats.rows import Layout
from assay.formats.segment import Rows, encode_segment
from assay.formats.wire import (
    decode_parcels,
    encode_end,
    encode_json,
    encode_parcel,
    encode_parcels,
    encode_points,
    from_wire,
    joined,
    read_points,
    to_wire,
)

HEAD = {"writer": "writer-1", "index": 3, "final": False, "opening": None}
ROWS = encode_segment([Rows(Layout(("loss",), stamped=False), 1, struct.pack("=qqd", 1, 0, 0.5))])
EVENTS = [Event(5, "parameters", {"values": {"lr": math.inf, "depth": 2**70, "näme": None}})]
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def request() -> bytes:
    return encode_parcels([encode_parcel(HEAD, EVENTS, ROWS), encode_parcel({**HEAD, "index": 4}, [], b"")])


def test_parcels_arrive_as_they_were_sent() -> None:
    first, second = decode_parcels(request())

    assert (HEAD, ROWS) == (first[0], first[2])
    assert [(one.time_ns, one.kind, one.body) for one in EVENTS] == [
        (one.time_ns, one.kind, one.body) for one in first[1]
    ]
    assert ({**HEAD, "index": 4}, [], b"") == second


def test_a_request_without_parcels_has_none() -> None:
    assert [] == list(decode_parcels(encode_parcels([])))


@pytest.mark.parametrize("cut", range(len(request())))
def test_a_request_that_was_cut_is_refused(cut: int) -> None:
    with pytest.raises(ValueError, match="parcel"):
        list(decode_parcels(request()[:cut]))


@given(st.data())
def test_a_flipped_bit_is_refused(data: st.DataObject) -> None:
    damaged = bytearray(request())
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(ValueError, match="parcel"):
        list(decode_parcels(bytes(damaged)))


def test_bytes_behind_the_last_parcel_are_refused() -> None:
    with pytest.raises(ValueError, match="behind the last parcel"):
        list(decode_parcels(request() + b"\0"))


def columns(*values: float) -> Columns:
    steps = np.arange(len(values), dtype=np.int64) - 2**62
    return Columns(steps, steps + 5, np.array(values, np.float64))


def test_points_arrive_bit_for_bit_and_in_aligned_columns() -> None:
    odd = struct.unpack("<d", struct.pack("<Q", 0xFFF8_DEAD_BEEF_0001))[0]
    sent = {"loss": columns(odd, -0.0, math.inf, 5e-324), "äcc": columns(), "f1": columns(1.0)}

    data = joined(encode_points("run-1", name, one) for name, one in sent.items())
    found = {name: one for _, name, one in read_points(io.BytesIO(data))}

    assert list(sent) == list(found)
    for name, one in sent.items():
        assert one.values.tobytes() == found[name].values.tobytes()
        assert one.steps.tolist() == found[name].steps.tolist()
        assert one.timestamps_us.tolist() == found[name].timestamps_us.tolist()
    assert 0 == len(encode_points("run-1", "x", columns(1.0))) % 8
    assert 0 == len(encode_end()) % 8


@pytest.mark.parametrize("cut", range(0, 96, 5))
def test_points_that_were_cut_are_no_short_series(cut: int) -> None:
    data = joined([encode_points("run-1", "loss", columns(1.0, 2.0, 3.0))])

    with pytest.raises(ValueError, match="cut"):
        list(read_points(io.BytesIO(data[:cut])))


@given(any_json)
def test_any_value_survives_strict_json(value: Any) -> None:
    text = json.dumps(to_wire(value), allow_nan=False)

    assert same(value, from_wire(json.loads(text)))


def same(left: Any, right: Any) -> bool:
    if isinstance(left, float):
        return isinstance(right, float) and struct.pack("<d", left) == struct.pack("<d", right)
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and bool(left == right)


def test_a_wrapped_number_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="wraps no number"):
        from_wire({"nonfinite": "lots"})


def test_json_on_the_wire_is_compact() -> None:
    assert '{"a":[1,2]}' == encode_json({"a": [1, 2]})
