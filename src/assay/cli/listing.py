"""Which runs `assay runs` lists, and in which order."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from assay.cli.usage import UsageError
from assay.errors import ExperimentNotFoundError, nearest
from assay.formats.summary import Summary
from assay.storage.contract import RunQuery, RunRecord, Store

METRICS, PARAMETERS = "metrics.", "params."
_STORE_ORDER = {"name": "Name", "created": "CreationTime"}
_KEYS: Mapping[str, Callable[[RunRecord], Any]] = {
    "name": lambda run: run.name,
    "experiment": lambda run: run.experiment_name,
    "status": lambda run: run.status,
    "created": lambda run: run.created_us,
    "started": lambda run: run.start_us,
    "ended": lambda run: run.end_us,
    "duration": lambda run: None if run.end_us is None or run.start_us is None else run.end_us - run.start_us,
}

_Item = TypeVar("_Item")
Row = tuple[RunRecord, dict[str, Summary]]


@dataclass(frozen=True, slots=True)
class Listing:
    """Runs with the summaries of their metrics, and how many there are in all."""

    rows: list[Row]
    total: int


def list_records(store: Store, experiment: str | None, *, sort: str, ascending: bool, limit: int | None) -> Listing:
    """The runs of an experiment or of the whole store, in order.

    Raises:
        ExperimentNotFoundError: There is no such experiment.
        UsageError: There is nothing of that name to sort by.
    """
    if experiment is not None:
        experiment = experiment.lower()
        known = [one.name for one in store.experiments()]
        if experiment not in known:
            raise ExperimentNotFoundError(
                f"no experiment {experiment!r}{nearest(experiment, known)} in {store.location}"
            )
    total = sum(one.run_count for one in store.experiments() if experiment in (None, one.name))
    if sort in _STORE_ORDER:
        page = store.list_runs(RunQuery(experiment, sort_by=_STORE_ORDER[sort], descending=not ascending, limit=limit))
        return Listing([(run, summaries_of(store, run)) for run in page.runs], total)
    runs = store.list_runs(RunQuery(experiment)).runs
    if sort in _KEYS:
        key = _KEYS[sort]
        ordered = _in_order([(key(run), run) for run in runs], ascending)[:limit]
        return Listing([(run, summaries_of(store, run)) for run in ordered], total)
    if sort.startswith(PARAMETERS):
        name = sort.removeprefix(PARAMETERS)
        _check_known(sort, name, PARAMETERS, [known for run in runs for known in run.parameters])
        ordered = _in_order([(run.parameters.get(name), run) for run in runs], ascending)[:limit]
        return Listing([(run, summaries_of(store, run)) for run in ordered], total)
    rows = [(run, summaries_of(store, run)) for run in runs]
    name = sort.removeprefix(METRICS) if sort.startswith(METRICS) else ""
    _check_known(sort, name, METRICS, [known for _, metrics in rows for known in metrics])
    return Listing(_in_order([(shown_value(row[1].get(name)), row) for row in rows], ascending)[:limit], total)


def summaries_of(store: Store, run: RunRecord) -> dict[str, Summary]:
    """The summary of each metric of a run, with its best value where the run says what is best."""
    found = store.summaries(run.uid)
    return {name: summary.with_goal(run.goals.get(name, {}).get("goal")) for name, summary in found.items()}


def shown_value(summary: Summary | None) -> float | None:
    """What a table shows of a metric: its best value where that is known, else its last."""
    if summary is None:
        return None
    return summary.last if summary.best is None else summary.best


def _check_known(sort: str, name: str, prefix: str, known: list[str]) -> None:
    if name not in known:
        choices = [*_KEYS, *(prefix + one for one in dict.fromkeys(known))]
        raise UsageError(
            f"--sort {sort!r}: no run has it{nearest(sort, choices)}; it is one of {', '.join(_KEYS)}, "
            f"{METRICS}NAME or {PARAMETERS}NAME"
        )


def _in_order(keyed: list[tuple[Any, _Item]], ascending: bool) -> list[_Item]:
    there = [pair for pair in keyed if not _is_missing(pair[0])]
    there.sort(key=lambda pair: _comparable(pair[0]), reverse=not ascending)
    return [item for _, item in there] + [item for key, item in keyed if _is_missing(key)]


def _is_missing(key: Any) -> bool:
    return key is None or (isinstance(key, float) and math.isnan(key))


def _comparable(key: Any) -> tuple[int, Any]:
    # Parameters of one name may be of several types: numbers stand before texts.
    return (0, key) if isinstance(key, int | float) else (1, str(key))
