"""Searching runs."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from assay.formats.wire import to_wire
from assay.serving.documents import FoundList, FoundRun
from assay.serving.routes.fields import Given, Text
from assay.serving.routes.paging import PAGE_SIZE_LIMIT
from assay.serving.site import Room
from assay.storage.contract import RunRecord
from assay.storage.search import FoundRuns, SearchQuery


class Search(msgspec.Struct):
    """Which runs are meant, in which order, from where on; docs/filters.md has the language."""

    experiment_names: Annotated[list[Given], msgspec.Meta(max_length=10_000)] | None = None
    filter: Text = ""
    order_by: Text = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE_SIZE_LIMIT)] = PAGE_SIZE_LIMIT
    token: Text | None = None


@post("/v1/search", sync_to_thread=True, status_code=200, opt={"role": "viewer"})
def search_runs(room: NamedDependency[Room], data: JSONBody[Search]) -> FoundList:
    """The runs that a filter picks, in order."""
    names = None if data.experiment_names is None else tuple(data.experiment_names)
    room.catch_up()
    found = room.store.search_runs(SearchQuery(names, data.filter, data.order_by, data.limit, data.token))
    metrics = _last_values(found)
    return FoundList([_found_run(found.record(place), metrics[place]) for place in range(len(found))], found.next_token)


def _last_values(found: FoundRuns) -> list[dict[str, Any]]:
    metrics: list[dict[str, Any]] = [{} for _ in range(len(found))]
    last = found.last_values
    for place, number, value in zip(last.places, last.numbers, last.values, strict=True):
        metrics[place][found.metric_names[number]] = to_wire(value)
    return metrics


def _found_run(record: RunRecord, metrics: dict[str, Any]) -> FoundRun:
    fields = {name: getattr(record, name) for name in RunRecord.__slots__}
    fields["parameters"] = to_wire(record.parameters)
    return FoundRun(**fields, metrics=metrics)


HANDLERS = (search_runs,)
