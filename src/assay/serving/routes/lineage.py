"""Lineage: what went into a run, what came out, and which runs used that."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from assay.errors import InvalidInputError
from assay.serving.routes.fields import UID_PATTERN
from assay.storage.contract import Store
from assay.storage.lineage import NODE_LIMIT, Lineage

VALUE_LENGTH = 8000
"""Of a value that is asked for: an address with a longer one is refused on its way by what stands before a server."""

QueryRun: TypeAlias = Annotated[str | None, QueryParameter(pattern=UID_PATTERN, description="The id of a run.")]
QueryName: TypeAlias = Annotated[
    str | None, QueryParameter(min_length=1, max_length=255, description="The name of an experiment.")
]
QuerySha256: TypeAlias = Annotated[
    str | None, QueryParameter(pattern="^[0-9a-f]{64}$", description="Names the bytes of an artifact.")
]
QueryValue: TypeAlias = Annotated[
    str | None,
    QueryParameter(max_length=VALUE_LENGTH, description="The value of an artifact whose bytes are not in the store."),
]
QueryLimit: TypeAlias = Annotated[
    int, QueryParameter(ge=1, le=NODE_LIMIT, description="The most runs and artifacts together.")
]


class LineageRunDocument(msgspec.Struct):
    """A run of a lineage."""

    uid: str
    name: str
    display_name: str
    experiment_name: str
    status: str | None


class LineageArtifactDocument(msgspec.Struct):
    """An artifact of a lineage, however many runs logged it.

    `key` is what links call it. It has a `sha256` or, where the store holds no bytes of it, a `value`. `made_by` and
    `used_by` count the runs that logged it as an output and as an input, in this answer or not.
    """

    key: str
    name: str
    kind: str
    media_type: str | None
    size_bytes: int | None
    sha256: str | None
    value: str | None
    made_by: int
    used_by: int


class LineageLinkDocument(msgspec.Struct):
    """That a run (by its id) logged an artifact (by its key): as an output or an input, and under which name."""

    run: str
    artifact: str
    is_output: bool
    name: str


class LineageDocument(msgspec.Struct):
    """Runs, the newest first, artifacts, and what leads from one to the other; `truncated` where there is more."""

    runs: list[LineageRunDocument]
    artifacts: list[LineageArtifactDocument]
    links: list[LineageLinkDocument]
    truncated: bool


@get("/v1/lineage", sync_to_thread=True, opt={"role": "viewer"})
def read_lineage(
    store: NamedDependency[Store],
    run: QueryRun = None,
    experiment: QueryName = None,
    sha256: QuerySha256 = None,
    value: QueryValue = None,
    limit: QueryLimit = NODE_LIMIT,
) -> LineageDocument:
    """What came from what: of a run, of all runs of an experiment, or of an artifact by its `sha256` or its `value`.

    Of a run or an artifact: what it came from, through all runs before it, and what came from it. What is in the trash
    is left out; of a series of media only items that a run took as an input are given.
    """
    if sum(one is not None for one in (run, experiment, sha256, value)) != 1:
        raise InvalidInputError("ask for the lineage of a run, an experiment, a sha256 or a value: one of the four")
    if run is not None:
        return _document(store.lineages.of_run(run, limit=limit))
    if experiment is not None:
        return _document(store.lineages.of_experiment(experiment, limit=limit))
    return _document(store.lineages.of_object(sha256=sha256, value=value, limit=limit))


def _document(found: Lineage) -> LineageDocument:
    return LineageDocument(
        [LineageRunDocument(**{name: getattr(one, name) for name in one.__slots__}) for one in found.runs],
        [LineageArtifactDocument(**{name: getattr(one, name) for name in one.__slots__}) for one in found.artifacts],
        [LineageLinkDocument(**{name: getattr(one, name) for name in one.__slots__}) for one in found.links],
        found.truncated,
    )


HANDLERS = (read_lineage,)
