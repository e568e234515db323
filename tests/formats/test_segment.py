"""Segments carry rows as they are, and nothing that is not whole passes for one."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.formats import segment
from assay.formats.rows import Layout
from assay.formats.segment import Rows, decode_segment, encode_segment
from tests.formats import points

names = st.lists(points.names, min_size=1, max_size=3, unique=True)


@st.composite
def any_rows(draw: st.DrawFn) -> Rows:
    return draw(points.rows(metrics=tuple(draw(names))))


def one_segment() -> bytes:
    return encode_segment([Rows(Layout(("loss",), stamped=False), 2, struct.pack("=qqdqqd", 1, 0, 0.5, 2, 1, 0.25))])


@given(st.lists(any_rows(), max_size=4))
def test_rows_come_back_word_for_word(parts: list[Rows]) -> None:
    assert parts == decode_segment(encode_segment(parts))


@given(st.lists(any_rows(), max_size=4))
def test_rows_stand_aligned_in_a_segment(parts: list[Rows]) -> None:
    data = encode_segment(parts)

    rows_bytes = sum(len(part.body) for part in parts)
    assert 0 == (len(data) - rows_bytes) % 8


@given(st.data())
def test_a_segment_with_a_flipped_bit_is_refused(data: st.DataObject) -> None:
    damaged = bytearray(one_segment())
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(ValueError, match="segment"):
        decode_segment(bytes(damaged))


@pytest.mark.parametrize("cut", range(len(one_segment())))
def test_a_segment_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(ValueError, match="segment"):
        decode_segment(one_segment()[:cut])


def test_a_segment_with_bytes_behind_it_is_refused() -> None:
    with pytest.raises(ValueError, match="segment"):
        decode_segment(one_segment() + b"\0")


def test_a_segment_of_a_newer_version_says_so() -> None:
    whole = one_segment()
    newer = whole[:8] + struct.pack("<I", segment.VERSION + 1) + whole[12:]

    with pytest.raises(ValueError, match=f"version {segment.VERSION + 1}, newer than {segment.VERSION}"):
        decode_segment(newer)


def test_a_segment_from_another_byte_order_says_so() -> None:
    whole = bytearray(one_segment())
    whole[20:24] = whole[20:24][::-1]

    with pytest.raises(ValueError, match="byte order"):
        decode_segment(bytes(whole))
