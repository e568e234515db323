"""Thinning: a curve of a million vertices as one of at most 10,000 that nobody can tell from it.

From the first and the last vertex on, the vertex that lies farthest from what is kept so far is added, until none lies
farther than the tolerance or the limit is reached. So the corners stay, which is where a curve is looked at, and where
the limit comes first, what is lost is the least.

Each addition looks at one piece of the curve again. To keep the pieces short, the curve is cut into cells of equal
length (measured along both axes) to begin with, and the vertices on both sides of each cut are kept too. Precision at
the first few rows jumps up and down so much that this stretch alone spans several cells; in one piece it would cost
three times the time.

Source: the method of Ramer (1972, doi:10.1016/S0146-664X(72)80017-0) and of Douglas and Peucker
(1973, doi:10.3138/FM57-6770-U75U-7727), taken in order of distance.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

VERTEX_LIMIT = 10_000
"""The most vertices of a stored curve: some 600 kB of JSON, five times what a wide screen has pixels."""

TOLERANCE = 5e-5
"""How far, in the unit square, a left-out vertex may lie from the curve: a twentieth of a pixel of a chart 1,000 wide.

A million rows then take some 1,000 vertices for a ROC curve, 3,000 to 8,000 for precision and recall, in 0.1 to 0.6 s.
"""

CELLS = 64
"""How many cells a curve is cut into; measured: more of them cost vertices, fewer cost time."""


def thin(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Chooses the vertices to keep: all of them up to `VERTEX_LIMIT`, else at most so many.

    The first and the last vertex are kept always.

    Args:
        x: The vertices' x, from 0 to 1; NaN where they are not defined.
        y: The vertices' y, likewise.

    Returns:
        The indexes of the vertices to keep, in ascending order.
    """
    import numpy as np

    if len(x) <= VERTEX_LIMIT:
        return np.arange(len(x))
    # A rate that is not defined is not defined at any vertex: the other axis alone decides.
    points = np.column_stack([np.nan_to_num(x), np.nan_to_num(y)])
    kept = _ends_of_cells(points)
    pieces: list[tuple[float, int, int, int]] = []
    for start, end in zip(kept[:-1].tolist(), kept[1:].tolist(), strict=True):
        _push(pieces, points, start, end)
    chosen = kept.tolist()
    while pieces and len(chosen) < VERTEX_LIMIT:
        _, farthest, start, end = heapq.heappop(pieces)
        chosen.append(farthest)
        _push(pieces, points, start, farthest)
        _push(pieces, points, farthest, end)
    return np.sort(np.array(chosen))


def _ends_of_cells(points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The first and last vertex of each cell."""
    import numpy as np

    travelled = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(points, axis=0)).sum(axis=1))])
    if travelled[-1] == 0:
        return np.array([0, len(points) - 1])
    cells = np.floor(travelled * (CELLS / travelled[-1]))
    before_cut = np.flatnonzero(np.diff(cells))
    return np.unique(np.concatenate([[0, len(points) - 1], before_cut, before_cut + 1]))


def _push(pieces: list[tuple[float, int, int, int]], points: np.ndarray[Any, Any], start: int, end: int) -> None:
    """Puts a piece of the curve on the heap, by its farthest vertex, if that is farther than the tolerance."""
    if end - start < 2:
        return
    distances = distances_to_chord(points[start : end + 1])
    farthest = int(distances.argmax())
    if distances[farthest] > TOLERANCE:
        heapq.heappush(pieces, (-float(distances[farthest]), start + farthest, start, end))


def distances_to_chord(points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """How far each point lies from the straight segment between the first and the last.

    Args:
        points: The points, of shape (n, 2).
    """
    import numpy as np

    relative = points - points[0]
    chord = relative[-1]
    squared = float(chord @ chord)
    along = np.clip(relative @ chord / squared, 0.0, 1.0) if squared > 0 else np.zeros(len(points))
    off = relative - along[:, None] * chord
    distances: np.ndarray[Any, Any] = np.hypot(off[:, 0], off[:, 1])
    return distances
