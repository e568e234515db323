"""Finding runs that exist: `load_run` in its three ways, `list_runs`, and what `Session.search_runs` does."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from assay import current
from assay.errors import ContextError, InvalidInputError, InvalidTypeError, UnavailableError
from assay.formats.names import check_names
from assay.formats.values import step_number, timestamp_us
from assay.run import Run
from assay.session import Session, open_session
from assay.storage.contract import RunQuery
from assay.storage.search import SearchQuery

if TYPE_CHECKING:
    from assay.querying.results import RunResults

logger = logging.getLogger("assay")

_NO_EXPERIMENT = (
    "Invalid input: experiment_name is missing when run_name is supplied. "
    "Please supply a valid experiment_name when the run_name is not None."
)
_NOT_FOUND = "Failed to load a Run object. Please make sure a Run object has been initialized already."
_NO_RUN_IN_JOB = (
    "Not able to fetch RunName in ExperimentConfig of the sagemaker job. "
    "Please make sure the ExperimentConfig is correctly set."
)


class SortByType(Enum):
    """What `list_runs` sorts by."""

    NAME = "Name"
    CREATION_TIME = "CreationTime"


class SortOrderType(Enum):
    """In which order."""

    ASCENDING = "Ascending"
    DESCENDING = "Descending"


class RunList(list[Run]):
    """Runs, with the token of the next page.

    Attributes:
        next_token: To be passed for the runs behind these; None where there are none.
    """

    def __init__(self, runs: Iterable[Run] = (), next_token: str | None = None) -> None:
        super().__init__(runs)
        self.next_token = next_token

    def _repr_html_(self) -> str:
        from assay.display import runs_html

        return runs_html(self)


def load_run(
    run_name: str | None = None,
    experiment_name: str | None = None,
    sagemaker_session: Any = None,
    artifact_bucket: str | None = None,
    artifact_prefix: str | None = None,
    tags: Any = None,
) -> Run:
    """A run that exists: the one that is named, else the current one, else the one that the job's environment names.

    Args:
        run_name: The run; needs its experiment.
        experiment_name: Its experiment; alone it is ignored.
        sagemaker_session: An `assay.Session`, or whatever it takes.
        artifact_bucket: For the store on Amazon SageMaker; of no meaning elsewhere.
        artifact_prefix: For the store on Amazon SageMaker; of no meaning elsewhere.
        tags: Taken for compatibility; a run that exists keeps its own.

    Returns:
        The run; inside `with Run(…)` and without names, the very same object.

    Raises:
        RunNotFoundError: There is no run of that name; the message names the nearest and how to create it.
        UnavailableError: The server does not answer, and nobody on this machine is logging to the run.
        InvalidInputError: A run's name without its experiment's.
        ContextError: No names, no current run, and no job environment.
    """
    if run_name is not None:
        if experiment_name is None or experiment_name == "":
            raise InvalidInputError(_NO_EXPERIMENT)
        return _load(run_name, experiment_name, open_session(sagemaker_session))
    if experiment_name is not None:
        logger.warning("assay: load_run: experiment_name %r without a run_name is ignored", experiment_name)
    here = current.current_run()
    if here is not None:
        here._load_next = True
        return here
    experiment, run = current.given(current.EXPERIMENT), current.given(current.RUN)
    if experiment is None and run is None:
        raise ContextError(_NOT_FOUND)
    if experiment is None or run is None:
        raise ContextError(_NO_RUN_IN_JOB)
    return _load(run, experiment, open_session(sagemaker_session))


def _load(run_name: str, experiment_name: str, session: Session) -> Run:
    experiment, run = check_names(experiment_name, run_name)
    begun = None
    try:
        record = session.fresh_store().find_run(experiment, run)
    except UnavailableError:
        if not session.is_server:
            raise
        from assay.away import seen_here

        known = seen_here(session.journals, experiment, run)
        if known is None:
            raise
        record, begun = known
    return Run._of(session, record, loaded=True, begun=begun)


def list_runs(
    experiment_name: str,
    created_before: datetime | None = None,
    created_after: datetime | None = None,
    sagemaker_session: Any = None,
    max_results: int | None = None,
    next_token: str | None = None,
    sort_by: SortByType | str = SortByType.CREATION_TIME,
    sort_order: SortOrderType | str = SortOrderType.DESCENDING,
) -> RunList:
    """The runs of an experiment, in one query that changes nothing.

    Args:
        experiment_name: The experiment; one that does not exist has no runs.
        created_before: Only runs created at or before this time.
        created_after: Only runs created at or after this time.
        sagemaker_session: An `assay.Session`, or whatever it takes.
        max_results: The most runs that are returned; None gives all.
        next_token: The `next_token` of the list before, asked for with the same arguments.
        sort_by: `SortByType`, or its value.
        sort_order: `SortOrderType`, or its value.

    Returns:
        A list of runs, outside their context, with `next_token`.

    Raises:
        InvalidInputError: A token that this listing did not give, max_results below 1, or an unknown order.
    """
    if max_results is not None and step_number(max_results) < 1:
        raise InvalidInputError(f"max_results must be at least 1, not {max_results}")
    experiment, _ = check_names(experiment_name, None)
    query = RunQuery(
        experiment_name=experiment,
        created_before_us=None if created_before is None else timestamp_us(created_before),
        created_after_us=None if created_after is None else timestamp_us(created_after),
        sort_by=_choice(SortByType, sort_by, "sort_by").value,
        descending=_choice(SortOrderType, sort_order, "sort_order") is SortOrderType.DESCENDING,
        limit=max_results,
        token=next_token,
    )
    session = open_session(sagemaker_session)
    page = session.fresh_store().list_runs(query)
    return RunList((Run._of(session, record) for record in page.runs), page.next_token)


def search_runs(
    session: Session,
    experiment_name: str | Sequence[str] | None,
    filter: str | None,  # noqa: A002 (what users type)
    order_by: str | Sequence[str] | None,
    max_results: int | None,
    next_token: str | None,
) -> RunResults[Run]:
    """The runs that a filter picks: `Session.search_runs` says the rest."""
    from assay.querying.results import RunResults

    if max_results is not None and (not hasattr(max_results, "__index__") or step_number(max_results) < 1):
        raise InvalidInputError(f"max_results must be at least 1, not {max_results!r:.40}; None gives all")
    experiments = None
    if experiment_name is not None:
        experiments = tuple(check_names(one, None)[0] for one in _texts("experiment_name", experiment_name))
    query = SearchQuery(
        experiment_names=experiments,
        filter="" if filter is None else filter,
        order_by=", ".join(_texts("order_by", () if order_by is None else order_by)),
        limit=None if max_results is None else step_number(max_results),
        token=next_token,
    )
    found = session.fresh_store().search_runs(query)
    return RunResults(found, lambda record: Run._of(session, record))


def _texts(what: str, given: str | Sequence[str]) -> list[str]:
    texts = [given] if isinstance(given, str) else list(given) if isinstance(given, (list, tuple)) else None
    if texts is None or not all(isinstance(one, str) for one in texts):
        raise InvalidTypeError(f"{what} is a str or a list of str, not {given!r:.80}")
    return texts


def _choice(kind: Any, given: Any, what: str) -> Any:
    if isinstance(given, kind):
        return given
    for one in kind:
        if given in (one.value, one.name):
            return one
    raise InvalidInputError(f"{what} is one of {[one.value for one in kind]}, not {given!r}")
