"""One line of the report: what was measured, what is wanted, what was found."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

Scale = Literal["tiny", "small", "full"]
"""How much is measured: `tiny` only shows that everything runs, `full` is what figures are quoted from."""

COUNTS = frozenset({"lost", "errors", "hangs", "wrong"})
"""Units of what must not happen: of several rounds the worst counts, not the median."""


@dataclass(frozen=True)
class Figure:
    """One measured figure.

    Attributes:
        what: What was measured.
        value: What was found, in `unit`.
        limit: What must be reached; None for a figure that is only told.
        at_least: The figure must not be below its limit, rather than not above it.
        note: What else a reader wants to know of it.
    """

    what: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def held(self) -> bool | None:
        """Whether the limit is kept; None where there is no limit. What could not be measured (NaN) is not kept."""
        if self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    @property
    def wanted(self) -> str:
        if self.limit is None:
            return "–"
        return f"{'≥' if self.at_least else '≤'} {number(self.limit)} {self.unit}"

    @property
    def measured(self) -> str:
        return f"{number(self.value)} {self.unit}" + (f" ({self.note})" if self.note else "")

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "held": self.held}


def number(value: float) -> str:
    """A number as people write it: whole ones whole, others with about three digits that count."""
    if value == int(value) if value == value and abs(value) != float("inf") else False:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def combine(rounds: Sequence[Figure]) -> Figure:
    """The figure of several rounds: their median, or their worst where it counts what must not happen."""
    last = rounds[-1]
    if len(rounds) == 1:
        return last
    values = [one.value for one in rounds]
    value = max(values) if last.unit in COUNTS else statistics.median(values)
    spread = f"{len(rounds)} rounds: {number(min(values))} to {number(max(values))}"
    return replace(last, value=value, note="; ".join(filter(None, [spread, last.note])))


def failed(what: str, reason: str) -> Figure:
    """What stands in the report for a measurement that ended in an error."""
    return Figure(f"measuring {what}", 1, "errors", 0, note=reason)
