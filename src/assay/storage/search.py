"""What a store is asked in a search, and what it answers: rows and texts, so that many runs need no object each."""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.storage.contract import RunRecord

FIELDS = (
    "uid",
    "experiment",
    "name",
    "display_name",
    "description",
    "status",
    "status_message",
    "start_us",
    "end_us",
    "created_us",
    "parameters",
    "tags",
    "goals",
    "refused",
)
"""What a row holds, in this order: the fields of `RunRecord`, with the number of the experiment instead of its own.
None of them is in the trash, so when one went there is not among them."""
TEXTS = ("parameters", "tags", "goals")
"""Which of these are JSON."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Which runs are meant, in which order, from where on.

    Attributes:
        experiment_names: Only runs of these experiments; None for all.
        filter: In the language of `assay.formats.filter`.
        order_by: In the same language; blank for the newest first.
        limit: The most runs that are returned, None for all.
        token: The `next_token` of the page before.
    """

    experiment_names: tuple[str, ...] | None = None
    filter: str = ""
    order_by: str = ""
    limit: int | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class LastValues:
    """The last value of each series of some runs, in three columns: no object a value, since there are many.

    Attributes:
        places: Which run, as its place among those that were found; int64.
        numbers: Which metric, as its name's number; int64.
        values: float64, bit for bit.
    """

    places: array[int] = field(default_factory=lambda: array("q"))
    numbers: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))


@dataclass(frozen=True, slots=True)
class FoundRuns:
    """Runs that a search found, in its order, all of one state of the store.

    Attributes:
        rows: `FIELDS` of each run; what a store has behind them is its own.
        experiments: Id, name and display name of the experiments by their numbers.
        last_values: Of these runs.
        metric_names: The metrics' names by their numbers.
        next_token: Leads on to the runs behind these; None where there are none.
    """

    rows: Sequence[tuple[Any, ...]] = ()
    experiments: Mapping[int, tuple[str, str, str]] = field(default_factory=dict)
    last_values: LastValues = field(default_factory=LastValues)
    metric_names: Mapping[int, str] = field(default_factory=dict)
    next_token: str | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def record(self, place: int) -> RunRecord:
        """The record of a run."""
        from assay.storage.contract import RunRecord

        fields = dict(zip(FIELDS, self.rows[place], strict=False))
        fields |= {name: json.loads(fields[name]) for name in TEXTS}
        uid, name, display_name = self.experiments[fields.pop("experiment")]
        return RunRecord(experiment_uid=uid, experiment_name=name, experiment_display_name=display_name, **fields)

    def column(self, name: str) -> list[Any]:
        """One of `FIELDS` of all runs."""
        place = FIELDS.index(name)
        return [row[place] for row in self.rows]

    def experiment_names(self) -> list[str]:
        """The name of each run's experiment."""
        names = {number: one[1] for number, one in self.experiments.items()}
        return [names[number] for number in self.column("experiment")]

    def first(self, count: int) -> FoundRuns:
        """The first of these runs alone."""
        kept = LastValues()
        every = self.last_values
        for place, number, value in zip(every.places, every.numbers, every.values, strict=True):
            if place < count:
                kept.places.append(place)
                kept.numbers.append(number)
                kept.values.append(value)
        return replace(self, rows=self.rows[:count], last_values=kept)
