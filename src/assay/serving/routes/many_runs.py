"""What is known of many runs at once, as a table of them shows it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from assay.serving.access.limits import MAX_BODY_BYTES
from assay.serving.documents import (
    LastAttempt,
    LastAttemptList,
    RunSummaries,
    RunSummariesList,
    attempt_document,
    summary_document,
)
from assay.serving.routes.fields import Uid
from assay.serving.routes.points import MetricNames
from assay.storage.contract import Store

MOST_RUNS = 10_000
"""So many runs one request may name: an answer holds something of each."""
ManyUids = Annotated[list[Uid], msgspec.Meta(max_length=MOST_RUNS)]


class ManyRuns(msgspec.Struct):
    """Some runs, by their ids."""

    runs: ManyUids


class WantedSummaries(msgspec.Struct):
    """Some runs, and the metrics that are asked for; all where none is named."""

    runs: ManyUids
    names: MetricNames | None = None


@post(
    "/v1/summaries",
    sync_to_thread=True,
    status_code=200,
    opt={"role": "viewer"},
    request_max_body_size=MAX_BODY_BYTES,
)
def read_summaries(store: NamedDependency[Store], data: JSONBody[WantedSummaries]) -> RunSummariesList:
    """The metrics of many runs; runs that are not there are left out."""
    found = store.run_summaries(data.runs, data.names)
    return RunSummariesList(
        [RunSummaries(run, [summary_document(name, one) for name, one in of.items()]) for run, of in found.items()]
    )


@post(
    "/v1/last-attempts",
    sync_to_thread=True,
    status_code=200,
    opt={"role": "viewer"},
    request_max_body_size=MAX_BODY_BYTES,
)
def read_last_attempts(store: NamedDependency[Store], data: JSONBody[ManyRuns]) -> LastAttemptList:
    """The last attempt at each of many runs: who logs, where, and when it was last heard of."""
    found = store.last_attempts(data.runs)
    return LastAttemptList([LastAttempt(run, attempt_document(found[run])) for run in data.runs if run in found])


HANDLERS = (read_summaries, read_last_attempts)
