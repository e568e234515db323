"""Experiments."""

from __future__ import annotations

import time
from typing import Annotated, TypeAlias

import msgspec
from litestar import delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter

from assay.errors import InvalidInputError
from assay.formats.names import check_names
from assay.formats.values import tag_dict
from assay.serving.documents import (
    ActiveStretch,
    ActivityList,
    ExperimentActivity,
    ExperimentDocument,
    ExperimentList,
    experiment_document,
)
from assay.serving.routes.fields import LongText, PathName, Tags, TimeUs, Title, Uid
from assay.serving.routes.paging import PAGE_SIZE, Limit, Token, page
from assay.storage.contract import ExperimentRecord, Store

WITH_TEXT_BYTES = 16 << 20
"""Of a request with a description in it, which may have as many bytes as `LongText` allows characters, escaped."""


MOST_BUCKETS = 10_000
SinceUs: TypeAlias = Annotated[int, QueryParameter(ge=0, le=2**62, description="Microseconds since 1970.")]
BucketUs: TypeAlias = Annotated[int, QueryParameter(ge=1, le=2**62, description="Of each stretch, in microseconds.")]


class SavedExperiment(msgspec.Struct):
    """What is to be kept of an experiment; with `create`, that it must not be there yet."""

    uid: Uid
    display_name: Title
    description: LongText
    tags: Tags
    created_us: TimeUs
    create: bool = False


@get("/v1/experiments", sync_to_thread=True, opt={"role": "viewer"})
def list_experiments(store: NamedDependency[Store], limit: Limit = PAGE_SIZE, token: Token = None) -> ExperimentList:
    """Experiments, the last changed first."""
    some, following = page(store.experiments(), limit, token)
    return ExperimentList([experiment_document(one) for one in some], following)


@get("/v1/activity", sync_to_thread=True, opt={"role": "viewer"})
def read_activity(store: NamedDependency[Store], since_us: SinceUs, bucket_us: BucketUs) -> ActivityList:
    """How many runs each experiment got since then, in stretches of time; experiments without any are left out."""
    if (time.time_ns() // 1000 - since_us) // bucket_us > MOST_BUCKETS:
        raise InvalidInputError(f"more than {MOST_BUCKETS} stretches since then; ask for longer ones, or from later on")
    found: dict[str, list[ActiveStretch]] = {}
    for one in store.activity(since_us, bucket_us):
        found.setdefault(one.experiment_name, []).append(ActiveStretch(one.start_us, one.run_count))
    return ActivityList([ExperimentActivity(name, stretches) for name, stretches in found.items()])


@put(
    "/v1/experiments/{name:str}",
    sync_to_thread=True,
    opt={"role": "writer"},
    request_max_body_size=WITH_TEXT_BYTES,
)
def save_experiment(
    store: NamedDependency[Store], name: PathName, data: JSONBody[SavedExperiment]
) -> ExperimentDocument:
    """Create an experiment, or keep what changed of one."""
    wanted = check_names(name, None)[0]
    record = ExperimentRecord(
        data.uid, wanted, data.display_name, data.description, tag_dict(data.tags), data.created_us, run_count=0
    )
    return experiment_document(store.save_experiment(record, create=data.create))


@delete("/v1/experiments/{name:str}", sync_to_thread=True, opt={"role": "admin"})
def delete_experiment(store: NamedDependency[Store], name: PathName, with_runs: FromQuery[bool] = False) -> None:
    """Delete an experiment for good; one that has runs only with them."""
    store.delete_experiment(name, with_runs=with_runs)


HANDLERS = (list_experiments, read_activity, save_experiment, delete_experiment)
