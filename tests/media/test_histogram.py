"""Histograms count every value, whatever it is, and come back bit for bit."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import DamagedError, InvalidInputError, InvalidTypeError, StoreVersionError
from assay.media.histogram import Histogram, count_values, decode_histogram, encode_histogram
from tests.tensor import Tensor

GREATEST = 1.7976931348623157e308
FLOATS = st.lists(st.floats(), max_size=60)


def outside(found: Histogram) -> int:
    return found.nan + found.positive_infinite + found.negative_infinite + found.below + found.above


@given(FLOATS, st.integers(1, 1024))
def test_every_value_is_counted_once_between_edges_that_ascend(values: list[float], bins: int) -> None:
    found = count_values(values, bins)
    finite = [value for value in values if math.isfinite(value)]

    assert len(values) == found.count == int(found.counts.sum()) + outside(found)
    assert bins == len(found.counts)
    assert np.isfinite(found.edges).all()
    assert (found.edges[1:] > found.edges[:-1]).all()
    assert 0 == found.below == found.above
    if finite:
        assert found.edges[0] <= min(finite) == found.min
        assert found.edges[-1] >= max(finite) == found.max
        assert found.mean is not None
        assert min(finite) <= found.mean <= max(finite)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.integers(1, 100))
def test_counts_are_those_of_numpy(values: list[float], bins: int) -> None:
    found = count_values(values, bins)

    assert np.histogram(values, found.edges)[0].tolist() == found.counts.tolist()
    assert found.mean == pytest.approx(np.mean(values), abs=1e-9)
    assert found.std == pytest.approx(np.std(values), abs=1e-9)


@given(FLOATS)
def test_a_histogram_comes_back_bit_for_bit(values: list[float]) -> None:
    counted = count_values(values, 7)
    body = encode_histogram(values, 7).body
    found = decode_histogram(body)

    json.loads(body, parse_constant=pytest.fail)
    assert counted.edges.tobytes() == found.edges.tobytes()
    assert ("float64", "int64") == (found.edges.dtype.name, found.counts.dtype.name)
    assert repr(counted) == repr(found)


def test_what_is_not_finite_is_counted_beside_the_bins() -> None:
    found = count_values([math.nan, math.inf, math.inf, -math.inf, 1.0, 3.0], 2)

    assert (6, 1, 2, 1) == (found.count, found.nan, found.positive_infinite, found.negative_infinite)
    assert ([1.0, 2.0, 3.0], [1, 1]) == (found.edges.tolist(), found.counts.tolist())
    assert (1.0, 3.0, 2.0, 1.0) == (found.min, found.max, found.mean, found.std)


def test_given_edges_are_kept_and_say_what_they_leave_out() -> None:
    edges = [0.1, 0.2, 1e300]
    found = count_values([-1, 0.1, 0.15, 0.2, 1e300, 1e301, math.nan], edges)

    assert (edges, [2, 2], 1, 1) == (found.edges.tolist(), found.counts.tolist(), found.below, found.above)
    assert (-1.0, 1e301) == (found.min, found.max)


@pytest.mark.parametrize("values", [[], np.zeros((0, 3)), [[]], [math.nan], [math.inf, -math.inf]], ids=repr)
def test_without_a_finite_value_there_are_empty_bins_and_no_extremes(values: Any) -> None:
    found = count_values(values, 4)

    assert ([0.0, 0.25, 0.5, 0.75, 1.0], [0] * 4) == (found.edges.tolist(), found.counts.tolist())
    assert [None] * 4 == [found.min, found.max, found.mean, found.std]


@pytest.mark.parametrize("value", [0.0, -0.0, 5.0, 0.1, 1e16, 1e300, GREATEST, -GREATEST, 5e-324])
def test_one_value_again_and_again_has_bins_around_it(value: float) -> None:
    found = count_values([value] * 3, 64)

    assert 3 == found.counts.sum()
    assert (value, value, value, 0.0) == (found.min, found.max, found.mean, found.std)
    assert (found.edges[1:] > found.edges[:-1]).all()


def test_values_that_no_edge_fits_between_have_wider_bins() -> None:
    found = count_values([1.0, math.nextafter(1.0, 2)], 1024)

    assert 2 == found.counts.sum()
    assert 1025 == len(set(found.edges.tolist()))


def test_a_span_beyond_the_greatest_float_is_counted() -> None:
    found = count_values([-GREATEST, 0.0, GREATEST, 1e308], 4)

    assert [1, 0, 1, 2] == found.counts.tolist()
    assert (-GREATEST, GREATEST) == (found.edges[0], found.edges[-1])
    assert found.mean == pytest.approx(2.5e307)
    assert found.std == pytest.approx(1.3e308, rel=0.05)


def test_squares_that_would_vanish_do_not() -> None:
    assert count_values([1e-200, 3e-200]).std == pytest.approx(1e-200)


@pytest.mark.parametrize(
    "values",
    [
        [[1, 2], [2, 3]],
        (1, 2, 2, 3),
        range(1, 4),
        np.array([[[1]], [[2]]], np.int8),
        np.array([1, 2, 3], np.float16),
        np.array([1, 2, 3], ">f4"),
        np.array([1, 2, 3], np.longdouble),
        np.arange(12).reshape(3, 4)[:, ::2],
        np.ma.masked_array([1, 2, 99], [False, False, True]),
        Tensor([[1.0, 2.0]]),
        Tensor([1, 2], "bfloat16"),
        [Tensor([1.0]), Tensor([[2.0, 3.0]])],
        [np.zeros((2, 2)), np.ones(3), 4],
        [Decimal("1.5"), 2, 2.5],
        [True, False],
        np.uint8(7),
        5,
        {1, 2},
    ],
    ids=lambda values: f"{type(values).__name__}-{str(values)[:20]}",
)
def test_numbers_of_any_shape_and_library_are_taken(values: Any) -> None:
    found = count_values(values, 3)

    assert found.count == found.counts.sum() > 0


def test_arrays_of_a_list_are_one_histogram() -> None:
    found = count_values([np.zeros((2, 2)), Tensor([1.0, 1.0, 1.0])], 2)

    assert [4, 3] == found.counts.tolist()


def test_integers_and_bools_are_the_numbers_that_they_are() -> None:
    bools = count_values([True, True, True, False])
    assert (0.0, 1.0, 0.75) == (bools.min, bools.max, bools.mean)
    assert 2.0**64 == count_values(np.array([2**64 - 1], np.uint64)).max
    assert float(10**30) == count_values([10**30, 1]).max


def test_many_values_are_counted_as_few_are() -> None:
    values = np.random.default_rng(0).normal(size=600_000).astype(np.float32)
    found = count_values(values, 50)

    assert np.histogram(values.astype(np.float64), found.edges)[0].tolist() == found.counts.tolist()
    assert found.std == pytest.approx(values.astype(np.float64).std())


@pytest.mark.parametrize(
    "values",
    ["text", b"12", None, [None], ["1"], [1j], {"a": 1}, [1, "2"], np.array(["1"]), np.array(["2026-01-01"], "M8[D]")],
    ids=repr,
)
def test_what_is_no_number_is_refused_and_named(values: Any) -> None:
    with pytest.raises(InvalidTypeError, match="values must be real numbers"):
        encode_histogram(values)


def test_a_number_beyond_float64_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="float64"):
        encode_histogram([10**400])


@pytest.mark.parametrize(
    "bins", [0, -1, 1025, 10**30, [], [1.0], range(1026), [1, 1], [2, 1], [0, math.nan], [0, math.inf]]
)
def test_bins_that_can_not_be_are_refused(bins: Any) -> None:
    with pytest.raises(InvalidInputError, match="bins"):
        encode_histogram([1.0], bins)


@pytest.mark.parametrize("bins", [None, True, "auto", 1.5, {"a": 1}, ["1", "2"]], ids=repr)
def test_bins_that_are_no_numbers_are_refused(bins: Any) -> None:
    with pytest.raises(InvalidTypeError, match="bins"):
        encode_histogram([1.0], bins)


@pytest.mark.parametrize(
    "bins",
    [np.int64(3), np.linspace(0, 3, 4), Tensor([0.0, 1.0, 2.0, 3.0]), (0, 1, 2, 3)],
    ids=["numpy number", "numpy array", "tensor", "tuple"],
)
def test_bins_are_a_number_or_edges_of_any_library(bins: Any) -> None:
    assert [1, 1, 1] == count_values([0, 1.5, 3], bins).counts.tolist()


def test_a_newer_histogram_is_not_guessed_at() -> None:
    body = encode_histogram([1.0]).body.replace(b'"version":1', b'"version":2')

    with pytest.raises(StoreVersionError, match="version 2"):
        decode_histogram(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"type":"Table"}',
        encode_histogram([1.0], 2).body.replace(b'"counts":[', b'"counts":[1,'),
        encode_histogram([1.0], 2).body.replace(b'"nan"', b'"none"'),
    ],
    ids=["nothing", "a list", "a table", "a bin too many", "a field missing"],
)
def test_what_is_no_histogram_is_damaged(body: bytes) -> None:
    with pytest.raises(DamagedError, match="no histogram"):
        decode_histogram(body)
