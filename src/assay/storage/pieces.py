"""A series in pieces: its points in order, a bounded number of them in memory at a time.

The parts of a series may lie anywhere: two writers log the same steps, a run goes on from a checkpoint, steps come in
no order at all. Parts that no other overlaps are handed on as they are. Parts that overlap are merged window by window,
each of about `HELD_POINTS` points, cut where the blocks beside the chunks say that so many points have gone by; a part
that reaches into several windows is read again for each.

Only points that all have one step and one time can't be cut: they stand in one window however many they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from assay.formats.chunk import BLOCK_POINTS, block_extremes
from assay.formats.columns import Columns, join_columns

if TYPE_CHECKING:
    from assay.storage.series import StoredPart

HELD_POINTS = 1 << 20
"""Points of overlapping parts that are merged at once: 24 MB, and as much again while they are sorted."""
REPEATED = ("all", "first", "last")
"""What of the points of one step is given: all, or the earliest, or the latest."""

Key = tuple[int, int]
"""A step and a time: where a series can be cut."""


def pieces_of(parts: Sequence[StoredPart], low: int, high: int, repeated: str = "all") -> Iterator[Columns]:
    """The points with low <= step <= high in order, piece by piece; of equal step and time, earlier parts come first.

    Args:
        parts: Of one series, by writer, then in the order of logging.
        low: The least step that is given.
        high: The greatest step that is given.
        repeated: One of `REPEATED`.
    """
    inside = [part for part in parts if part.last_step >= low and part.first_step <= high]
    found = (piece for group in overlapping_parts(inside) for piece in merged_pieces(group))
    within = (within_steps(piece, low, high) for piece in found)
    return _once_a_step((piece for piece in within if len(piece)), repeated)


def within_steps(columns: Columns, low: int, high: int) -> Columns:
    """The points with low <= step <= high."""
    import numpy as np

    start = int(np.searchsorted(columns.steps, low, "left"))
    end = int(np.searchsorted(columns.steps, high, "right"))
    return _cut(columns, start, end)


def once_a_step(columns: Columns, repeated: str) -> Columns:
    """The points, or the first or last of each step."""
    import numpy as np

    if repeated == "all" or len(columns) < 2:
        return columns
    differs = columns.steps[1:] != columns.steps[:-1]
    if bool(differs.all()):
        return columns
    keep = np.append(True, differs) if repeated == "first" else np.append(differs, True)
    return Columns(columns.steps[keep], columns.timestamps_us[keep], columns.values[keep])


def thin_pieces(pieces: Iterable[Columns], count: int, max_points: int) -> Columns:
    """At most `max_points` points: the least and the greatest of each stretch, the first and the last.

    Args:
        pieces: All points of a series in order.
        count: How many they are.
        max_points: At least 1.
    """
    import numpy as np

    if count <= max_points:
        return _in_a_row(list(pieces))
    starts = np.arange(max(1, (max_points - 2) // 2), dtype=np.int64)
    starts = starts * count // len(starts)
    kept: list[Columns] = []
    places: list[Any] = []
    before = 0
    for piece in pieces:
        end = before + len(piece)
        inner = starts[(starts > before) & (starts < end)] - before
        lows, highs = block_extremes(piece.values, np.append(np.zeros(1, np.int64), inner))
        ends = [at for at, is_end in ((0, before == 0), (len(piece) - 1, end == count)) if is_end]
        keep = _marked(len(piece), lows, highs, ends)
        kept.append(Columns(piece.steps[keep], piece.timestamps_us[keep], piece.values[keep]))
        places.append(keep + before)
        before = end
    # What is least of a stretch is the least of what is least in each piece of it, and the first of equals stays so.
    candidates = _in_a_row(kept)
    if len(kept) == 1 and max_points >= 4:
        return candidates
    lows, highs = block_extremes(candidates.values, np.searchsorted(np.concatenate(places), starts))
    if max_points < 4:
        keep = np.unique(np.array([len(candidates) - 1, int(highs[0]), int(lows[0])][:max_points], np.int64))
    else:
        keep = _marked(len(candidates), lows, highs, [0, len(candidates) - 1])
    return Columns(candidates.steps[keep], candidates.timestamps_us[keep], candidates.values[keep])


def _marked(count: int, lows: Any, highs: Any, ends: Sequence[int]) -> Any:
    """The places that are meant, in order and once each."""
    import numpy as np

    marks = np.zeros(count, np.bool_)
    marks[lows] = marks[highs] = True
    marks[list(ends)] = True
    return np.flatnonzero(marks)


def overlapping_parts(parts: Sequence[StoredPart]) -> Iterator[list[StoredPart]]:
    """The parts in groups, each wholly before the next; within a group in the order in which they were given."""
    group: list[int] = []
    reached = 0
    for index in sorted(range(len(parts)), key=lambda index: (parts[index].first_step, parts[index].last_step)):
        if group and parts[index].first_step > reached:
            yield [parts[one] for one in sorted(group)]
            group = []
        reached = max(reached, parts[index].last_step) if group else parts[index].last_step
        group.append(index)
    if group:
        yield [parts[one] for one in sorted(group)]


def merged_pieces(group: Sequence[StoredPart]) -> Iterator[Columns]:
    """The points of parts that overlap, in order, piece by piece."""
    if len(group) == 1 or sum(part.count for part in group) <= HELD_POINTS:
        yield join_columns([part.load() for part in group])
        return
    for start, end in pairwise([None, *_edges(group), None]):
        touching = [
            part
            for part in group
            if (start is None or part.last_step >= start[0]) and (end is None or part.first_step <= end[0])
        ]
        slices = [_between(part.load(), start, end) for part in touching]
        yield join_columns([one for one in slices if len(one)])


def _edges(group: Sequence[StoredPart]) -> list[Key]:
    """Where to cut so that about `HELD_POINTS` points lie between two cuts."""
    import numpy as np

    steps: list[Any] = []
    times: list[Any] = []
    for part in group:
        extremes = part.load_extremes()
        if extremes is None:
            columns = part.load()
            steps.append(columns.steps[::BLOCK_POINTS])
            times.append(columns.timestamps_us[::BLOCK_POINTS])
        else:  # the least point of a block stands somewhere in it: near enough
            steps.append(extremes.min_steps)
            times.append(extremes.min_timestamps_us)
    all_steps, all_times = np.concatenate(steps), np.concatenate(times)
    every = HELD_POINTS // BLOCK_POINTS
    at = np.lexsort((all_times, all_steps))[every::every]
    return sorted({(int(all_steps[one]), int(all_times[one])) for one in at})


def _between(columns: Columns, start: Key | None, end: Key | None) -> Columns:
    return _cut(
        columns, 0 if start is None else _place(columns, start), len(columns) if end is None else _place(columns, end)
    )


def _place(columns: Columns, key: Key) -> int:
    """Where points of this step and time begin."""
    import numpy as np

    first = int(np.searchsorted(columns.steps, key[0], "left"))
    end = int(np.searchsorted(columns.steps, key[0], "right"))
    return first + int(np.searchsorted(columns.timestamps_us[first:end], key[1], "left"))


def _once_a_step(pieces: Iterable[Columns], repeated: str) -> Iterator[Columns]:
    """Pieces with one point a step, also where a step's points lie in several pieces."""
    if repeated == "all":
        yield from pieces
        return
    held: Columns | None = None  # the last point so far: the next piece may have more of its step
    for piece in pieces:
        columns = once_a_step(piece if held is None else _in_a_row([held, piece]), repeated)
        if len(columns) > 1:
            yield _cut(columns, 0, len(columns) - 1)
        held = _cut(columns, len(columns) - 1, len(columns))
    if held is not None:
        yield held


def _cut(columns: Columns, start: int, end: int) -> Columns:
    if start == 0 and end == len(columns):
        return columns
    return Columns(columns.steps[start:end], columns.timestamps_us[start:end], columns.values[start:end])


def _in_a_row(pieces: Sequence[Columns]) -> Columns:
    """Pieces that are in order already as one."""
    import numpy as np

    if not pieces:
        return join_columns([])
    return Columns(
        np.concatenate([one.steps for one in pieces]),
        np.concatenate([one.timestamps_us for one in pieces]),
        np.concatenate([one.values for one in pieces]),
    )
