"""Which runs `assay runs` lists, and in which order."""

from __future__ import annotations

from dataclasses import dataclass

from assay.cli.usage import UsageError
from assay.errors import ExperimentNotFoundError, nearest
from assay.formats.filter_error import FilterError
from assay.formats.filter_tree import Field, OrderKey
from assay.formats.summary import Summary
from assay.storage.contract import RunRecord, Store
from assay.storage.search import FoundRuns, SearchQuery

Row = tuple[RunRecord, dict[str, Summary]]


@dataclass(frozen=True, slots=True)
class Listing:
    """Runs with the summaries of their metrics, and how many there are in all; None where a filter picked them."""

    rows: list[Row]
    total: int | None
    more: bool


def list_records(
    store: Store, experiment: str | None, *, text: str | None, sort: str, ascending: bool, limit: int | None
) -> Listing:
    """The runs that a filter picks of an experiment or of the whole store, in order.

    Raises:
        ExperimentNotFoundError: There is no such experiment.
        UsageError: The filter or the order can't be read, or no run has what to sort by.
    """
    experiments = store.experiments()
    if experiment is not None:
        experiment = experiment.lower()
        known = [one.name for one in experiments]
        if experiment not in known:
            raise ExperimentNotFoundError(
                f"no experiment {experiment!r}{nearest(experiment, known)} in {store.location}"
            )
    try:
        order_by, keys = _order(sort, ascending)
        query = SearchQuery(None if experiment is None else (experiment,), text or "", order_by, limit)
        found = store.search_runs(query)
    except FilterError as error:
        raise UsageError(str(error)) from error
    if len(found):
        _check_known(store, query, keys[0].field, found.record(0))
    records = [found.record(place) for place in range(len(found))]
    summaries = store.run_summaries([one.uid for one in records])
    rows = [(one, _with_goals(summaries.get(one.uid, {}), one)) for one in records]
    total = None if text else sum(one.run_count for one in experiments if experiment in (None, one.name))
    return Listing(rows, total, found.next_token is not None)


def _order(sort: str, ascending: bool) -> tuple[str, list[OrderKey]]:
    """The order as `assay.formats.filter` reads it: one field without a direction is by what a table shows of it."""
    from assay.formats.filter import parse_order
    from assay.formats.filter_field import shown_field

    keys = parse_order(sort)
    if not keys:
        raise UsageError("--sort is a field, such as created or metrics.loss; nothing was given")
    plain = sort.strip()
    if len(keys) > 1 or plain.lower().endswith((" asc", " desc")):
        if ascending:
            raise UsageError(f"--ascending is for one field; in --sort {sort!r} each can have asc or desc of its own")
        return sort, keys
    direction = "asc" if ascending else "desc"
    if keys[0].field.kind == "metric" and keys[0].field.statistic == "last":
        best = shown_field(Field("metric", keys[0].field.name, "best"))
        return f"{best} {direction}, {plain} {direction}", keys
    return f"{plain} {direction}", keys


def _check_known(store: Store, query: SearchQuery, field: Field, first: RunRecord) -> None:
    """Refuse to sort by a metric or a parameter that no run has: one that has it would stand first."""
    from assay.formats.filter_field import shown_field

    if field.kind == "metric" and field.name not in store.summaries(first.uid):
        known = set(_all_runs(store, query).metric_names.values())
    elif field.kind == "parameter" and first.parameters.get(field.name) is None:
        runs = _all_runs(store, query)
        known = {name for place in range(len(runs)) for name in runs.record(place).parameters}
    else:
        return
    if field.name not in known:  # a parameter may be None in all of them
        shown = shown_field(field)
        choices = [shown_field(Field(field.kind, name)) for name in sorted(known)]
        raise UsageError(f"--sort {shown}: no run has it{nearest(shown, choices)}")


def _all_runs(store: Store, query: SearchQuery) -> FoundRuns:
    return store.search_runs(SearchQuery(query.experiment_names, query.filter))


def summaries_of(store: Store, run: RunRecord) -> dict[str, Summary]:
    """The summary of each metric of a run, with its best value where the run says what is best."""
    return _with_goals(store.summaries(run.uid), run)


def _with_goals(summaries: dict[str, Summary], run: RunRecord) -> dict[str, Summary]:
    return {name: summary.with_goal(run.goals.get(name, {}).get("goal")) for name, summary in summaries.items()}


def shown_value(summary: Summary | None) -> float | None:
    """What a table shows of a metric: its best value where that is known, else its last."""
    if summary is None:
        return None
    return summary.last if summary.best is None else summary.best
