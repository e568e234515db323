"""Many long series put side by side in cells of steps, where reading every point of all of them would be too much.

Series that were thinned have different steps, so step by step hardly two of them would meet. A cell is a stretch of
steps, the same for all: in it a series counts with its last value, and the extremes are those of all its points, which
thinning keeps.
"""

from __future__ import annotations

from collections.abc import Sequence

from assay.formats.columns import Columns
from assay.querying.aligned import Aligned


def in_cells(series: Sequence[Columns], cells: int) -> Aligned:
    """The figures of series in stretches of steps of one length; a stretch without a value is left out.

    Args:
        series: Each with steps ascending; at least one point among them.
        cells: How many stretches.

    Returns:
        At each cell's last step that a series has: `mean`, `std` and `n` of the last values that are not NaN, `min` and
        `max` of all values.
    """
    import numpy as np

    having = [one for one in series if len(one)]
    first = min(int(one.steps[0]) for one in having)
    last = max(int(one.steps[-1]) for one in having)
    width = min(max(1, -(-(last - first + 1) // cells)), 2**64 - 1)
    count = (last - first) // width + 1
    origin = np.array(first, np.int64).view(np.uint64)
    n, mean, squares = np.zeros(count, np.int64), np.zeros(count), np.zeros(count)
    low, high, ends = np.full(count, np.nan), np.full(count, np.nan), np.full(count, first, np.int64)
    with np.errstate(all="ignore"):
        for one in having:
            there = ~np.isnan(one.values)
            steps, values = np.asarray(one.steps)[there], np.asarray(one.values)[there]
            if not len(steps):
                continue
            # Differences of steps may take all of 64 bits, which unsigned numbers have.
            at = ((steps.view(np.uint64) - origin) // np.uint64(width)).astype(np.int64)
            starts = np.flatnonzero(np.concatenate([[True], at[1:] != at[:-1]]))
            cell = at[starts]
            lasts = np.concatenate([starts[1:], [len(at)]]) - 1
            low[cell] = np.fmin(low[cell], np.minimum.reduceat(values, starts))
            high[cell] = np.fmax(high[cell], np.maximum.reduceat(values, starts))
            ends[cell] = np.maximum(ends[cell], steps[lasts])
            # Welford's way: a mean that moves, so that no sum grows beyond what a float holds.
            n[cell] += 1
            apart = values[lasts] - mean[cell]
            mean[cell] += apart / n[cell]
            squares[cell] += apart * (values[lasts] - mean[cell])
        std = np.sqrt(squares / n)
    kept = n > 0
    return Aligned(ends[kept], mean[kept], std[kept], low[kept], high[kept], n[kept])
