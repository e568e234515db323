"""Which run or experiment is meant: from what people call it to its id."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from assay.serving.access.limits import MAX_BODY_BYTES
from assay.serving.routes.fields import RUN_COUNT, Given, Text, Uids
from assay.serving.routes.paging import page
from assay.serving.site import Room
from assay.storage.contract import Store

State = Literal["living", "trashed", "any"]


class Meant(msgspec.Struct):
    """What something is called, and where it is looked for."""

    given: Given
    kind: Literal["run", "experiment"] = "run"
    state: State = "living"


class Resolved(msgspec.Struct):
    """The id of what was meant."""

    uid: str


class RunIds(msgspec.Struct):
    """Some runs, by their ids."""

    runs: Uids


class Names(msgspec.Struct):
    """Names, `experiment/run` of runs."""

    names: list[str]


class Match(msgspec.Struct):
    """A filter, and which runs it picks from."""

    filter: Text = ""
    experiment: Given | None = None
    trashed: bool = False
    limit: Annotated[int, msgspec.Meta(ge=1, le=RUN_COUNT)] = RUN_COUNT
    token: Given | None = None


class Matched(msgspec.Struct):
    """The ids of the runs that were picked, and the token of what follows."""

    runs: list[str]
    next_token: str | None = None


@post("/v1/resolve", sync_to_thread=True, status_code=200, opt={"role": "viewer"})
def resolve(store: NamedDependency[Store], data: JSONBody[Meant]) -> Resolved:
    """The id of the run or experiment that is meant by its id, its name, or `experiment/run`."""
    find = store.addressing.run_uid if data.kind == "run" else store.addressing.experiment_uid
    return Resolved(find(data.given, data.state))


@post(
    "/v1/run-names",
    sync_to_thread=True,
    status_code=200,
    opt={"role": "viewer"},
    request_max_body_size=MAX_BODY_BYTES,
)
def name_runs(store: NamedDependency[Store], data: JSONBody[RunIds]) -> Names:
    """`experiment/run` of each, in the trash or outside it."""
    return Names(store.addressing.run_names(data.runs))


@post("/v1/matching", sync_to_thread=True, status_code=200, opt={"role": "viewer"})
def match_runs(room: NamedDependency[Room], data: JSONBody[Match]) -> Matched:
    """The ids of the runs that a filter picks, in the trash or outside it; docs/filters.md has the language."""
    room.catch_up()
    found = room.store.addressing.matching_runs(data.filter, data.experiment, trashed=data.trashed)
    some, following = page(found, data.limit, data.token)
    return Matched(list(some), following)


HANDLERS = (resolve, name_runs, match_runs)
