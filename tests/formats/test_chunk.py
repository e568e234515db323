"""Chunks give points back bit for bit, their extremes hold against numpy, and damage does not pass."""

from __future__ import annotations

import struct
from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.formats import chunk
from assay.formats.chunk import (
    BLOCK_POINTS,
    block_extremes,
    check_chunk,
    decode_chunk,
    decode_extremes,
    encode_chunk,
    extremes_of,
)
from assay.formats.columns import Columns
from tests.formats import points
from tests.formats.points import ODD_DOUBLES, ODD_INTEGERS, same_points, sorted_columns


def random_columns(count: int, seed: int = 0) -> Columns:
    random = np.random.default_rng(seed)
    values = random.standard_normal(count)
    odd = random.integers(0, count, count // 10)
    values[odd] = random.choice(ODD_DOUBLES, len(odd))
    steps = random.choice(ODD_INTEGERS, count) if seed % 2 else np.arange(count)
    return sorted_columns(steps, random.integers(0, 2**60, count), values)


@given(points.columns(max_size=150))
def test_a_chunk_gives_its_points_back_bit_for_bit(columns: Columns) -> None:
    body = encode_chunk(columns)

    assert same_points(columns, decode_chunk(body))
    assert len(columns) == check_chunk(body)


@given(points.columns(max_size=100))
def test_a_chunk_made_without_numpy_is_read_all_the_same(columns: Columns) -> None:
    plain = Columns(
        array("q", columns.steps.tolist()),
        array("q", columns.timestamps_us.tolist()),
        array("d", columns.values.tobytes()),
    )

    assert same_points(columns, decode_chunk(encode_chunk(plain)))


@pytest.mark.parametrize("count", [63, 64, 65, 511, 512, 513, 5000, chunk.MAX_POINTS])
@pytest.mark.parametrize("seed", [0, 1])
def test_chunks_of_all_sizes_come_back_bit_for_bit(count: int, seed: int) -> None:
    columns = random_columns(count, seed)

    assert same_points(columns, decode_chunk(encode_chunk(columns)))


def test_random_doubles_with_steps_and_microseconds_take_less_than_nine_bytes_a_point() -> None:
    count = 10_000
    random = np.random.default_rng(1)
    times = 1_700_000_000_000_000 + np.cumsum(random.integers(900, 1100, count))
    columns = sorted_columns(np.arange(count), times, random.random(count))

    size_bytes = len(encode_chunk(columns)) + len(extremes_of(columns))

    assert size_bytes / count < 9


@pytest.mark.parametrize("count", [3, 100])
def test_a_chunk_with_any_flipped_bit_is_refused(count: int) -> None:
    body = encode_chunk(random_columns(count))
    for at in range(len(body)):
        damaged = bytearray(body)
        damaged[at] ^= 1 << (at % 8)
        # The count is not under the checksum: a wrong one must not pass for the right points either.
        try:
            found = decode_chunk(bytes(damaged))
        except ValueError:
            continue
        pytest.fail(f"byte {at} flipped, and {len(found)} points were read")


@pytest.mark.parametrize("count", [3, 100])
def test_a_chunk_cut_short_or_long_is_refused(count: int) -> None:
    body = encode_chunk(random_columns(count))
    for wrong in [*(body[:cut] for cut in range(len(body))), body + b"\0"]:
        with pytest.raises(ValueError, match="chunk"):
            decode_chunk(wrong)
        with pytest.raises(ValueError, match="chunk"):
            check_chunk(wrong)


def test_a_chunk_of_a_newer_version_says_so() -> None:
    body = encode_chunk(random_columns(3))
    newer = body[:4] + struct.pack("<H", chunk.VERSION + 1) + body[6:]

    with pytest.raises(ValueError, match=f"version {chunk.VERSION + 1}"):
        decode_chunk(newer)


@given(st.lists(points.doubles, min_size=1, max_size=60), st.data())
def test_block_extremes_are_the_first_least_and_greatest_and_never_a_nan_beside_numbers(
    several: list[float], data: st.DataObject
) -> None:
    values = np.array(several)
    cuts = data.draw(st.sets(st.integers(1, len(values) - 1))) if len(values) > 1 else set()
    starts = [0, *sorted(cuts)]

    lows, highs = block_extremes(values, np.array(starts, np.int64))

    for index, (start, end) in enumerate(zip(starts, [*starts[1:], len(values)], strict=True)):
        numbers = [at for at in range(start, end) if not np.isnan(values[at])]
        if not numbers:
            assert (start, start) == (lows[index], highs[index])
            continue
        least, greatest = min(values[numbers]), max(values[numbers])
        assert next(at for at in numbers if values[at] == least) == lows[index]
        assert next(at for at in numbers if values[at] == greatest) == highs[index]


@pytest.mark.parametrize("count", [BLOCK_POINTS + 1, 2 * BLOCK_POINTS, 5000])
@pytest.mark.parametrize("seed", [0, 1])
def test_extremes_hold_against_numpy_block_for_block(count: int, seed: int) -> None:
    columns = random_columns(count, seed)

    extremes = decode_extremes(extremes_of(columns))

    assert -(-count // BLOCK_POINTS) == len(extremes.min_values)
    for index, start in enumerate(range(0, count, BLOCK_POINTS)):
        block = slice(start, start + BLOCK_POINTS)
        values, steps, times = columns.values[block], columns.steps[block], columns.timestamps_us[block]
        low, high = np.nanargmin(values), np.nanargmax(values)
        assert (values[low], steps[low], times[low]) == (
            extremes.min_values[index],
            extremes.min_steps[index],
            extremes.min_timestamps_us[index],
        )
        assert (values[high], steps[high], times[high]) == (
            extremes.max_values[index],
            extremes.max_steps[index],
            extremes.max_timestamps_us[index],
        )


def test_a_chunk_of_one_block_needs_no_extremes() -> None:
    assert b"" == extremes_of(random_columns(BLOCK_POINTS))


def test_extremes_with_any_flipped_bit_are_refused() -> None:
    body = extremes_of(random_columns(2 * BLOCK_POINTS))
    for at in range(len(body)):
        damaged = bytearray(body)
        damaged[at] ^= 1 << (at % 8)
        with pytest.raises(ValueError, match="extremes"):
            decode_extremes(bytes(damaged))


@pytest.mark.parametrize("size_bytes", [0, 3, 4, 47, 52, 53])
def test_extremes_of_a_wrong_length_are_refused(size_bytes: int) -> None:
    with pytest.raises(ValueError, match="extremes"):
        decode_extremes(bytes(range(1, size_bytes + 1)))
