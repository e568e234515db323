"""Reading a series: all of its points, or a few that keep every extreme.

A view of at most `max_points` points cuts the series into stretches of equal numbers of points (to the block of
`formats.chunk`, where it is drawn from extremes alone) and keeps the least and the greatest point of each, beside the
very first and last. It depends on the series and the arguments only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from assay.formats.chunk import BLOCK_COLUMNS, BLOCK_POINTS, Extremes, block_extremes, find_extremes
from assay.formats.columns import Columns, join_columns
from assay.storage.pieces import (
    HELD_POINTS,
    merged_pieces,
    once_a_step,
    overlapping_parts,
    pieces_of,
    thin_pieces,
    within_steps,
)

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part of a series that lies in a store: a chunk, or what the tail holds of one writer.

    Attributes:
        count: How many points.
        first_step: The least step.
        last_step: The greatest step.
        load: Reads the points.
        load_extremes: Reads the extremes, None where there are none beside the points.
    """

    count: int
    first_step: int
    last_step: int
    load: Callable[[], Columns]
    load_extremes: Callable[[], Extremes | None]


def read_series(
    parts: Sequence[StoredPart],
    *,
    max_points: int | None,
    first_step: int | None,
    end_step: int | None,
    repeated: str = "all",
) -> Columns:
    """The points with first_step <= step < end_step; of equal step and time, earlier parts come first.

    With `repeated` "first" or "last", only the earliest or latest point of each step.
    """
    low, high = step_bounds(first_step, end_step)
    inside = [part for part in parts if part.last_step >= low and part.first_step <= high]
    total = sum(part.count for part in inside)
    if max_points is None or total <= max_points:
        return once_a_step(within_steps(join_columns([part.load() for part in inside]), low, high), repeated)
    buckets = (max_points - 2) // 2
    groups = list(overlapping_parts(inside))
    # Where parts overlap their extremes say nothing of the order: a short series is cut to the point all the same.
    by_blocks = total > HELD_POINTS or len(groups) == len(inside)
    if repeated == "all" and by_blocks and buckets > 0 and total // BLOCK_POINTS >= buckets:
        return _from_extremes(groups, buckets, max_points, low, high)
    return _from_points(inside, max_points, low, high, repeated)


def step_bounds(first_step: int | None, end_step: int | None) -> tuple[int, int]:
    """The least and the greatest step that are asked for."""
    return INT64_MIN if first_step is None else first_step, INT64_MAX if end_step is None else end_step - 1


def _from_points(parts: Sequence[StoredPart], max_points: int, low: int, high: int, repeated: str = "all") -> Columns:
    """A view that reads every point: at once where they are few, else piece by piece, twice."""
    if sum(part.count for part in parts) <= HELD_POINTS:
        return thin(
            once_a_step(within_steps(join_columns([part.load() for part in parts]), low, high), repeated), max_points
        )
    count = sum(len(piece) for piece in pieces_of(parts, low, high, repeated))
    return thin_pieces(pieces_of(parts, low, high, repeated), count, max_points)


def thin(columns: Columns, max_points: int) -> Columns:
    """At most `max_points` of the points: the least and the greatest of each stretch, the first and the last."""
    return columns if len(columns) <= max_points else thin_pieces([columns], len(columns), max_points)


def _from_extremes(
    groups: Sequence[Sequence[StoredPart]], buckets: int, max_points: int, low: int, high: int
) -> Columns:
    import numpy as np

    blocks: list[Extremes] = []
    for group in groups:
        alone = group[0] if len(group) == 1 else None
        whole = alone is not None and alone.first_step >= low and alone.last_step <= high
        extremes = alone.load_extremes() if alone is not None and whole else None
        if extremes is not None:
            blocks.append(extremes)
            continue
        for piece in merged_pieces(group):
            columns = within_steps(piece, low, high)
            if len(columns):
                blocks.append(find_extremes(columns))
    if not blocks:  # the zoom lies in a gap between the steps of a part
        return join_columns([])
    first, last = blocks[0].first, blocks[-1].last
    columns_of = {name: np.concatenate([getattr(one, name) for one in blocks]) for name in BLOCK_COLUMNS}
    joined = Extremes(**columns_of, first=first, last=last)
    count = len(joined.min_values)
    starts = np.arange(buckets, dtype=np.int64) * count // buckets
    if count >= buckets:
        lows, _ = block_extremes(joined.min_values, starts)
        _, highs = block_extremes(joined.max_values, starts)
    if count < buckets or _is_order_unknown(joined, lows, highs):
        return _from_points([part for group in groups for part in group], max_points, low, high)
    pairs: list[Any] = []
    for name, low_name, high_name in (
        ("steps", "min_steps", "max_steps"),
        ("timestamps_us", "min_timestamps_us", "max_timestamps_us"),
        ("values", "min_values", "max_values"),
    ):
        head, foot = getattr(first, name), getattr(last, name)
        pairs.append(np.concatenate([head, getattr(joined, low_name)[lows], getattr(joined, high_name)[highs], foot]))
    steps, times, values = pairs
    # Where a stretch's least and greatest are one point, or an end is an extreme, it is kept once.
    place = np.concatenate([[-1], np.arange(buckets), np.arange(buckets), [buckets]])
    order = np.lexsort((times, steps, np.clip(place, 0, buckets - 1)))
    steps, times, values = steps[order], times[order], values[order]
    same = (np.diff(steps) == 0) & (np.diff(times) == 0) & (np.diff(values.view(np.int64)) == 0)
    keep = np.append(True, ~same)
    return Columns(steps[keep], times[keep], values[keep])


def _is_order_unknown(extremes: Extremes, lows: Any, highs: Any) -> bool:
    """Whether a stretch's least and greatest share step and time, so that only the points tell which came first."""
    import numpy as np

    same = extremes.min_steps[lows] == extremes.max_steps[highs]
    same &= extremes.min_timestamps_us[lows] == extremes.max_timestamps_us[highs]
    differ = extremes.min_values[lows].view(np.int64) != extremes.max_values[highs].view(np.int64)
    return bool(np.any(same & differ))
