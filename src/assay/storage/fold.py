"""Folding: turning rows into chunks and summaries. Pure: it reads no store and writes none."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assay.formats import chunk
from assay.formats.columns import Columns, columns_in_arrays, columns_in_numpy
from assay.formats.segment import Rows
from assay.formats.summary import Summary, summarise

FEW_POINTS = 4096
"""Up to this many points in all are folded without numpy where it is not loaded yet: importing it takes longer."""
FEW_IN_A_SERIES = 512
"""A series with more points than this is compressed, which takes numpy."""


@dataclass(frozen=True, slots=True)
class NewChunk:
    """A chunk that no store holds as yet."""

    count: int
    first_step: int
    last_step: int
    body: bytes
    extremes: bytes


def columns_of(rows: Sequence[Rows]) -> dict[str, Columns]:
    """The series in these rows: with numpy where it is loaded or worth loading, else in arrays."""
    if "numpy" not in sys.modules:
        per_series: dict[str, int] = {}
        for part in rows:
            for name in part.layout.names:
                per_series[name] = per_series.get(name, 0) + part.count
        if sum(per_series.values()) <= FEW_POINTS and max(per_series.values(), default=0) <= FEW_IN_A_SERIES:
            return columns_in_arrays(rows)
    return columns_in_numpy(rows)


def summaries_of(rows: Sequence[Rows]) -> dict[str, Summary]:
    """The summary of each series in these rows."""
    return {name: summarise(columns) for name, columns in columns_of(rows).items()}


def chunks_of(columns: Columns) -> list[NewChunk]:
    """A series cut into chunks of even size, each of at most `chunk.MAX_POINTS` points."""
    count = len(columns)
    pieces = -(-count // chunk.MAX_POINTS)
    edges = [count * index // pieces for index in range(pieces + 1)]
    return [_chunk(columns, start, end) for start, end in pairwise(edges)]


def _chunk(columns: Columns, start: int, end: int) -> NewChunk:
    part = Columns(columns.steps[start:end], columns.timestamps_us[start:end], columns.values[start:end])
    return NewChunk(
        count=end - start,
        first_step=int(part.steps[0]),
        last_step=int(part.steps[-1]),
        body=chunk.encode_chunk(part),
        extremes=b"" if isinstance(part.values, array) else chunk.extremes_of(part),
    )
