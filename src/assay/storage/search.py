"""What a store is asked in a search, and what it answers: rows and texts, so that many runs need no object each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.storage.contract import RunRecord


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
class FoundRuns:
    """Runs that a search found, in its order, all of one state of the store.

    Attributes:
        rows: The fields of `RunRecord` for each run, with parameters, tags and goals as JSON texts.
        last_values: (place in `rows`, name's number, value): the last value of each series of these runs.
        metric_names: The metrics' names by their numbers.
        next_token: Leads on to the runs behind these; None where there are none.
    """

    rows: Sequence[tuple[Any, ...]] = ()
    last_values: Sequence[tuple[int, int, float]] = ()
    metric_names: dict[int, str] = field(default_factory=dict)
    next_token: str | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def record(self, place: int) -> RunRecord:
        """The record of a run."""
        from assay.storage.contract import RunRecord

        *plain, parameters, tags, goals, refused = self.rows[place]
        values = [*plain, json.loads(parameters), json.loads(tags), json.loads(goals), refused]
        return RunRecord(**dict(zip(RunRecord.__slots__, values, strict=True)))

    def column(self, field_name: str) -> list[Any]:
        """One field of all runs; parameters, tags and goals as JSON texts."""
        from assay.storage.contract import RunRecord

        place = RunRecord.__slots__.index(field_name)
        return [row[place] for row in self.rows]
