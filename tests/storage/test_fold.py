"""Folding loses no point and alters none."""

from __future__ import annotations

import struct
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.formats import chunk
from assay.formats.chunk import decode_chunk, decode_extremes
from assay.formats.columns import columns_in_numpy, join_columns
from assay.formats.rows import Layout
from assay.formats.segment import Rows
from assay.formats.summary import summarise
from assay.storage.fold import chunks_of, columns_of, summaries_of
from tests.formats import points
from tests.formats.points import same_points, sorted_columns


@given(st.lists(points.rows(), min_size=1, max_size=4))
def test_chunks_hold_the_points_of_the_rows(parts: list[Rows]) -> None:
    for columns in columns_of(parts).values():
        chunks = chunks_of(columns)

        assert same_points(columns, join_columns([decode_chunk(one.body) for one in chunks]))
        assert len(columns) == sum(one.count for one in chunks)


@pytest.mark.parametrize("count", [1, chunk.MAX_POINTS, chunk.MAX_POINTS + 1, 3 * chunk.MAX_POINTS - 1])
def test_a_long_series_is_cut_into_chunks_of_even_size(count: int) -> None:
    columns = sorted_columns(np.arange(count), np.arange(count), np.arange(count) / 7)

    chunks = chunks_of(columns)

    assert max(one.count for one in chunks) <= chunk.MAX_POINTS
    assert max(one.count for one in chunks) - min(one.count for one in chunks) <= 1
    assert same_points(columns, join_columns([decode_chunk(one.body) for one in chunks]))
    edges = np.cumsum([one.count for one in chunks])
    assert [0, *edges[:-1]] == [one.first_step for one in chunks]
    assert [int(edge) - 1 for edge in edges] == [one.last_step for one in chunks]


def test_a_chunk_of_several_blocks_has_its_extremes_beside_it() -> None:
    values = np.random.default_rng(0).standard_normal(5000)
    (one,) = chunks_of(sorted_columns(np.arange(5000), np.arange(5000), values))

    extremes = decode_extremes(one.extremes)

    assert (values.min(), values.max()) == (extremes.min_values.min(), extremes.max_values.max())


@given(st.lists(points.rows(), min_size=1, max_size=4))
def test_summaries_of_rows_are_those_of_their_series(parts: list[Rows]) -> None:
    expected = {name: summarise(columns) for name, columns in columns_in_numpy(parts).items()}

    found = summaries_of(parts)

    assert expected.keys() == found.keys()
    for name, summary in expected.items():
        assert repr(summary) == repr(found[name])  # NaN is written alike, and equals nothing


def test_a_few_points_are_folded_without_importing_numpy() -> None:
    code = """
import struct, sys
from assay.formats.rows import Layout
from assay.formats.segment import Rows
from assay.storage.fold import chunks_of, columns_of, summaries_of
body = b"".join(struct.pack("=qqd", 1000 * step, step, step / 7) for step in range(500))
rows = [Rows(Layout(("loss",), stamped=False), 500, body)]
chunks_of(columns_of(rows)["loss"]), summaries_of(rows)
print("numpy" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "False" == done.stdout.strip()


def test_many_points_are_folded_with_numpy() -> None:
    count = 600
    body = b"".join(struct.pack("=qqd", 1000 * step, step, step / 7) for step in range(count))

    columns = columns_of([Rows(Layout(("loss",), stamped=False), count, body)])["loss"]

    assert isinstance(columns.values, np.ndarray)
