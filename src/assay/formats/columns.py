"""Columns: the points of one series as three columns, and how rows become columns.

Two kinds of columns hold the same: `array.array` for a handful of points, so that a run of a few points never pays
for importing numpy, and numpy arrays for everything else. Both are contiguous, native, 8 bytes a value.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assay.formats.segment import Rows

if TYPE_CHECKING:
    import numpy as np

NS_PER_US = 1000


@dataclass(slots=True)
class Columns:
    """The points of one series, sorted by step, then time, then the order in which they were logged.

    Attributes:
        steps: int64, any order of magnitude, repeats allowed.
        timestamps_us: int64, microseconds since 1970.
        values: float64, NaN and infinities among them.
    """

    steps: Any
    timestamps_us: Any
    values: Any

    def __len__(self) -> int:
        return len(self.steps)


def columns_in_arrays(parts: Sequence[Rows]) -> dict[str, Columns]:
    """The series in these rows, without numpy; meant for a few thousand points at most."""
    found: dict[str, list[tuple[int, int, int, float]]] = {}
    for part in parts:
        width = part.layout.words
        words, doubles = array("q", part.body), array("d", part.body)
        marks, steps = words[0::width], words[1::width]
        times = words[2::width] if part.layout.stamped else array("q", [mark // NS_PER_US for mark in marks])
        for index, name in enumerate(part.layout.names, part.layout.first_value):
            found.setdefault(name, []).extend(zip(steps, times, marks, doubles[index::width], strict=True))
    series = {}
    for name, points in found.items():
        points.sort(key=lambda point: point[:3])
        series[name] = Columns(
            array("q", [point[0] for point in points]),
            array("q", [point[1] for point in points]),
            array("d", [point[3] for point in points]),
        )
    return series


def columns_in_numpy(parts: Sequence[Rows]) -> dict[str, Columns]:
    """The series in these rows, as numpy arrays."""
    import numpy as np

    found: dict[str, list[tuple[Any, Any, Any, Any]]] = {}
    for part in parts:
        width = part.layout.words
        table = np.frombuffer(part.body, np.int64).reshape(part.count, width)
        marks, steps = table[:, 0], np.ascontiguousarray(table[:, 1])
        times = np.ascontiguousarray(table[:, 2]) if part.layout.stamped else marks // NS_PER_US
        doubles = table.view(np.float64)
        for index, name in enumerate(part.layout.names, part.layout.first_value):
            found.setdefault(name, []).append((steps, times, marks, np.ascontiguousarray(doubles[:, index])))
    return {name: _sorted_columns(points) for name, points in found.items()}


def _sorted_columns(points: list[tuple[Any, Any, Any, Any]]) -> Columns:
    import numpy as np

    steps, times, marks, values = points[0] if len(points) == 1 else map(np.concatenate, zip(*points, strict=True))
    if not is_sorted(steps, times, marks):
        order = np.lexsort((marks, times, steps))
        steps, times, values = steps[order], times[order], values[order]
    return Columns(steps, times, values)


def is_sorted(steps: np.ndarray, times: np.ndarray, marks: np.ndarray | None = None) -> bool:
    """Whether points already stand by step, then time, then mark."""
    import numpy as np

    before, after = steps[:-1], steps[1:]
    if bool(np.all(before < after)):
        return True
    if bool(np.any(before > after)):
        return False
    same = before == after
    late = times[:-1] > times[1:]
    if bool(np.any(same & late)):
        return False
    if marks is None:
        return True
    same &= times[:-1] == times[1:]
    return not bool(np.any(same & (marks[:-1] > marks[1:])))


def join_columns(parts: Sequence[Columns]) -> Columns:
    """One series out of several pieces, in numpy; of equal points the earlier piece's come first."""
    import numpy as np

    def one(name: str, kind: Any) -> Any:
        if len(parts) == 1:
            alone = np.asarray(getattr(parts[0], name), kind)
            return alone if alone.flags.writeable else alone.copy()  # what is handed out may be changed
        return np.concatenate([np.asarray(getattr(part, name), kind) for part in parts])

    if not parts:
        return Columns(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64))
    steps, times, values = one("steps", np.int64), one("timestamps_us", np.int64), one("values", np.float64)
    if not is_sorted(steps, times):
        order = np.lexsort((times, steps))
        steps, times, values = steps[order], times[order], values[order]
    return Columns(steps, times, values)
