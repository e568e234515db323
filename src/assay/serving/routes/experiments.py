"""Experiments."""

from __future__ import annotations

import msgspec
from litestar import delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from assay.formats.names import check_names
from assay.formats.values import tag_dict
from assay.serving.documents import ExperimentDocument, ExperimentList, experiment_document
from assay.serving.routes.fields import LongText, PathName, Tags, TimeUs, Title, Uid
from assay.serving.routes.paging import PAGE_SIZE, Limit, Token, page
from assay.storage.contract import ExperimentRecord, Store

WITH_TEXT_BYTES = 16 << 20
"""Of a request with a description in it, which may have as many bytes as `LongText` allows characters, escaped."""


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


HANDLERS = (list_experiments, save_experiment, delete_experiment)
