"""Points of series, in columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter
from litestar.response import Stream

from assay.formats.columns import Columns
from assay.formats.wire import POINTS_TYPE, encode_end, encode_points, joined, to_wire
from assay.serving.access.limits import MAX_BODY_BYTES
from assay.serving.documents import PointsDocument
from assay.serving.routes.fields import PathUid, QueryName, QueryStep, Step, Uid
from assay.storage.contract import Store, View

MOST_POINTS = 10_000_000
MOST_JSON_POINTS = 100_000
MaxPoints = Annotated[
    int | None, QueryParameter(ge=1, le=MOST_POINTS, description="At most so many, with the extremes of each stretch.")
]
MetricNames = Annotated[list[Annotated[str, msgspec.Meta(max_length=255)]], msgspec.Meta(max_length=10_000)]
Repeated = Literal["all", "first", "last"]


class Wanted(msgspec.Struct):
    """Series of several runs, and which points of each."""

    runs: Annotated[list[Uid], msgspec.Meta(max_length=10_000)]
    names: MetricNames
    max_points: Annotated[int, msgspec.Meta(ge=1, le=MOST_POINTS)] | None = None
    first_step: Step | None = None
    end_step: Step | None = None
    repeated: Repeated = "all"
    by_writer: bool = False
    """Each writer's points in a frame of their own, which names it, thinned by themselves."""


@get("/v1/runs/{uid:str}/points", sync_to_thread=True, opt={"role": "viewer", "gives": (POINTS_TYPE,)})
def read_points(
    request: Request[Any, Any, Any],
    store: NamedDependency[Store],
    uid: PathUid,
    name: QueryName,
    max_points: MaxPoints = None,
    first_step: QueryStep = None,
    end_step: QueryStep = None,
    repeated: FromQuery[Repeated] = "all",
) -> Response[Any]:
    """The points of a series, in the binary form that docs/formats/wire.md draws; as JSON to who accepts that only.

    JSON takes up to 100,000 points; in JavaScript its steps beyond 2**53 are not exact, in the binary form they are.
    """
    is_json = "application/json" in request.headers.get("accept", "")
    if is_json and (max_points is None or max_points > MOST_JSON_POINTS):
        max_points = MOST_JSON_POINTS
    columns = store.history(
        uid, name, max_points=max_points, first_step=first_step, end_step=end_step, repeated=repeated
    )
    if is_json:
        return Response(_document(columns))
    return Response(joined([encode_points(uid, name, columns)]), media_type=POINTS_TYPE)


def _document(columns: Columns) -> PointsDocument:
    return PointsDocument(
        list(columns.steps.tolist()), list(columns.timestamps_us.tolist()), to_wire(columns.values.tolist())
    )


@post("/v1/points", sync_to_thread=True, status_code=200, opt={"role": "viewer", "gives": (POINTS_TYPE,)})
def read_many_points(store: NamedDependency[Store], data: JSONBody[Wanted]) -> Response[bytes]:
    """Series of several runs at once; those that a run lacks are left out."""
    view = View(data.max_points, data.first_step, data.end_step, data.repeated)
    if data.by_writer:
        written = store.writer_histories(data.runs, data.names, view)
        own = (encode_points(uid, name, columns, writer) for (uid, name, writer), columns in written.items())
        return Response(joined(own), media_type=POINTS_TYPE)
    found = store.histories(data.runs, data.names, view)
    frames = (encode_points(uid, name, columns) for (uid, name), columns in found.items())
    return Response(joined(frames), media_type=POINTS_TYPE)


class Streamed(msgspec.Struct):
    """Series of a run, all where no name is given, and which steps of them."""

    names: MetricNames | None = None
    first_step: Step | None = None
    end_step: Step | None = None
    repeated: Repeated = "all"


@post(
    "/v1/runs/{uid:str}/stream",
    sync_to_thread=True,
    status_code=200,
    opt={"role": "viewer", "gives": (POINTS_TYPE,)},
    request_max_body_size=MAX_BODY_BYTES,
)
def stream_points(store: NamedDependency[Store], uid: PathUid, data: JSONBody[Streamed]) -> Stream:
    """Whole series of a run, by name, in pieces; never one of them whole in memory."""
    view = View(None, data.first_step, data.end_step, data.repeated)
    pieces = store.stream_histories(uid, data.names, view)

    def frames() -> Iterator[bytes]:
        for series, columns in pieces:
            yield encode_points(uid, series, columns)
        yield encode_end()

    return Stream(frames(), media_type=POINTS_TYPE)


HANDLERS = (read_points, read_many_points, stream_points)
