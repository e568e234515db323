"""Runs: made, found, listed, and what is known of each."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody

from assay.formats.event import Event
from assay.formats.names import check_names
from assay.formats.values import tag_dict
from assay.formats.wire import from_wire
from assay.serving.access.limits import MAX_BODY_BYTES
from assay.serving.documents import (
    ArtifactList,
    AttemptList,
    OpenedRun,
    RunDocument,
    RunList,
    SummaryList,
    artifact_document,
    attempt_document,
    run_document,
    summary_document,
)
from assay.serving.routes.addressing import RunIds
from assay.serving.routes.fields import (
    Anything,
    Name,
    PathName,
    PathUid,
    QueryExperiment,
    QueryTimeUs,
    Tags,
    TimeNs,
    TimeUs,
    Title,
    Uid,
)
from assay.serving.routes.paging import PAGE_SIZE, Limit, ManyLimit, Token, page
from assay.storage.contract import RunQuery, RunSpec, Store


class NewRun(msgspec.Struct):
    """A run to create, or to open where it exists; ids are the client's, so that a request may be sent again."""

    uid: Uid
    experiment_uid: Uid
    experiment_name: Name
    run_name: Name
    experiment_display_name: Title
    run_display_name: Title
    tags: Tags
    created_us: TimeUs
    if_exists: Literal["open", "new", "error"] = "open"


class Said(msgspec.Struct):
    """An event: something that was said of a run, with its time."""

    time_ns: TimeNs
    kind: Annotated[str, msgspec.Meta(max_length=100)]
    body: Anything


class SaidList(msgspec.Struct):
    """Events, in order."""

    events: Annotated[list[Said], msgspec.Meta(max_length=10_000)]


@post("/v1/runs", sync_to_thread=True, status_code=200, opt={"role": "writer"})
def open_run(store: NamedDependency[Store], data: JSONBody[NewRun]) -> OpenedRun:
    """Create a run where it does not exist."""
    record, created = store.open_run(run_spec(data))
    return OpenedRun(run_document(record), created)


def run_spec(given: NewRun) -> RunSpec:
    """What a client asks for, by the rules of names and tags.

    Raises:
        InvalidInputError: A name or a tag is not allowed.
    """
    experiment, name = check_names(given.experiment_name, given.run_name)
    return RunSpec(
        uid=given.uid,
        experiment_uid=given.experiment_uid,
        experiment_name=experiment,
        run_name=name,
        experiment_display_name=given.experiment_display_name[:255],
        run_display_name=given.run_display_name[:255],
        tags=tag_dict(given.tags),
        created_us=given.created_us,
        if_exists=given.if_exists,
    )


@get("/v1/runs", sync_to_thread=True, opt={"role": "viewer"})
def list_runs(
    store: NamedDependency[Store],
    experiment: QueryExperiment = None,
    created_after_us: QueryTimeUs = None,
    created_before_us: QueryTimeUs = None,
    sort_by: FromQuery[Literal["Name", "CreationTime"]] = "CreationTime",
    descending: FromQuery[bool] = True,
    limit: Limit = PAGE_SIZE,
    token: Token = None,
) -> RunList:
    """Runs of an experiment, or of all."""
    query = RunQuery(experiment, created_after_us, created_before_us, sort_by, descending, limit, token)
    found = store.list_runs(query)
    return RunList([run_document(one) for one in found.runs], found.next_token)


@get("/v1/experiments/{name:str}/runs/{run_name:str}", sync_to_thread=True, opt={"role": "viewer"})
def find_run(store: NamedDependency[Store], name: PathName, run_name: PathName) -> RunDocument:
    """The run of that name."""
    return run_document(store.find_run(name, run_name))


@get("/v1/runs/{uid:str}", sync_to_thread=True, opt={"role": "viewer"})
def read_run(store: NamedDependency[Store], uid: PathUid) -> RunDocument:
    """A run by its id."""
    return run_document(store.run(uid))


@get("/v1/runs/{uid:str}/metrics", sync_to_thread=True, opt={"role": "viewer"})
def list_metrics(
    store: NamedDependency[Store], uid: PathUid, limit: Limit = PAGE_SIZE, token: Token = None
) -> SummaryList:
    """The metrics of a run, by name."""
    some, following = page(list(store.summaries(uid).items()), limit, token)
    return SummaryList([summary_document(name, one) for name, one in some], following)


@get("/v1/runs/{uid:str}/artifacts", sync_to_thread=True, opt={"role": "viewer"})
def list_artifacts(
    store: NamedDependency[Store], uid: PathUid, limit: ManyLimit = PAGE_SIZE, token: Token = None
) -> ArtifactList:
    """The artifacts of a run, in the order of logging."""
    some, following = page(store.artifacts(uid), limit, token)
    return ArtifactList([artifact_document(one) for one in some], following)


@get("/v1/runs/{uid:str}/attempts", sync_to_thread=True, opt={"role": "viewer"})
def list_attempts(
    store: NamedDependency[Store], uid: PathUid, limit: Limit = PAGE_SIZE, token: Token = None
) -> AttemptList:
    """The attempts at a run, first to last."""
    some, following = page(store.attempts(uid), limit, token)
    return AttemptList([attempt_document(one) for one in some], following)


@post(
    "/v1/runs/{uid:str}/events",
    sync_to_thread=True,
    status_code=204,
    opt={"role": "writer"},
    request_max_body_size=MAX_BODY_BYTES,
)
def apply_events(store: NamedDependency[Store], uid: PathUid, data: JSONBody[SaidList]) -> None:
    """Apply events that belong to no writer, such as tags set outside a `with` block."""
    store.apply(uid, [Event(one.time_ns, one.kind, from_wire(one.body)) for one in data.events])


class Revisions(msgspec.Struct):
    """A number for each run that grows with everything that changes about it."""

    revisions: dict[str, int]


@post(
    "/v1/revisions",
    sync_to_thread=True,
    status_code=200,
    opt={"role": "viewer"},
    request_max_body_size=MAX_BODY_BYTES,
)
def read_revisions(store: NamedDependency[Store], data: JSONBody[RunIds]) -> Revisions:
    """How far runs are; what is unchanged needs no new look."""
    return Revisions(store.revisions(data.runs))


HANDLERS = (
    open_run,
    list_runs,
    find_run,
    read_run,
    list_metrics,
    list_artifacts,
    list_attempts,
    apply_events,
    read_revisions,
)
