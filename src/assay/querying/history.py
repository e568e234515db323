"""The history of a metric, as a caller asks for it and gets it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from assay.errors import InvalidInputError
from assay.formats.columns import Columns
from assay.formats.values import step_number
from assay.storage.contract import View
from assay.storage.pieces import REPEATED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class MetricHistory:
    """The points of one metric of one run, by step, then time, then the order of logging.

    Attributes:
        name: The metric.
        steps: int64, shape (n,).
        timestamps: datetime64[us] in UTC, shape (n,).
        values: float64, shape (n,), NaN and infinities as they were logged.
    """

    __slots__ = ("name", "steps", "timestamps", "values")

    def __init__(self, name: str, columns: Columns) -> None:
        import numpy as np

        self.name = name
        self.steps: NDArray[np.int64] = np.asarray(columns.steps, np.int64)
        self.timestamps: NDArray[np.datetime64] = np.asarray(columns.timestamps_us, np.int64).view("datetime64[us]")
        self.values: NDArray[np.float64] = np.asarray(columns.values, np.float64)

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[tuple[int, Any, float]]:
        """The points as (step, timestamp, value)."""
        return iter(zip(self.steps.tolist(), self.timestamps, self.values.tolist(), strict=True))

    def __repr__(self) -> str:
        if not len(self):
            return f"<MetricHistory {self.name!r}: no points>"
        return (
            f"<MetricHistory {self.name!r}: {len(self):,} points, steps {self.steps[0]:,} to {self.steps[-1]:,}, "
            f"last {self.values[-1]:.4g}>"
        )


def check_view(max_points: Any = None, first_step: Any = None, end_step: Any = None, repeated: Any = "all") -> View:
    """What a caller asks to see of a series.

    Raises:
        InvalidInputError: It can't be asked for.
    """
    if repeated not in REPEATED:
        raise InvalidInputError(f"repeated is one of {REPEATED}, not {repeated!r}")
    if max_points is not None and step_number(max_points) < 1:
        raise InvalidInputError(f"max_points must be at least 1, not {max_points}")
    return View(
        None if max_points is None else step_number(max_points),
        None if first_step is None else step_number(first_step),
        None if end_step is None else step_number(end_step),
        repeated,
    )
