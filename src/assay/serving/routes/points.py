"""Points of series, in columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream

from assay.formats.columns import Columns
from assay.formats.wire import POINTS_TYPE, encode_end, encode_points, joined, to_wire
from assay.serving.documents import PointsDocument
from assay.storage.contract import Store, View

Step = Annotated[int | None, QueryParameter(ge=-(2**63), le=2**63 - 1)]
MaxPoints = Annotated[int | None, QueryParameter(ge=1, le=10_000_000)]
Repeated = Literal["all", "first", "last"]


class Wanted(msgspec.Struct):
    """Series of several runs, and which points of each."""

    runs: Annotated[list[str], msgspec.Meta(max_length=10_000)]
    names: Annotated[list[str], msgspec.Meta(max_length=10_000)]
    max_points: Annotated[int, msgspec.Meta(ge=1)] | None = None
    first_step: int | None = None
    end_step: int | None = None
    repeated: Repeated = "all"


@get("/v1/runs/{uid:str}/points", sync_to_thread=True)
def read_points(
    request: Request[Any, Any, Any],
    store: NamedDependency[Store],
    uid: FromPath[str],
    name: FromQuery[str],
    max_points: MaxPoints = None,
    first_step: Step = None,
    end_step: Step = None,
    repeated: FromQuery[Repeated] = "all",
) -> Response[Any]:
    """The points of a series, in columns as `docs/formats/wire.md` draws them, or as JSON where that is accepted."""
    columns = store.history(
        uid, name, max_points=max_points, first_step=first_step, end_step=end_step, repeated=repeated
    )
    if "application/json" in request.headers.get("accept", ""):
        return Response(_document(columns))
    return Response(joined([encode_points(uid, name, columns)]), media_type=POINTS_TYPE)


def _document(columns: Columns) -> PointsDocument:
    return PointsDocument(
        list(columns.steps.tolist()), list(columns.timestamps_us.tolist()), to_wire(columns.values.tolist())
    )


@post("/v1/points", sync_to_thread=True, status_code=200)
def read_many_points(store: NamedDependency[Store], data: JSONBody[Wanted]) -> Response[bytes]:
    """Series of several runs at once; those that a run lacks are left out."""
    view = View(data.max_points, data.first_step, data.end_step, data.repeated)
    found = store.histories(data.runs, data.names, view)
    frames = (encode_points(uid, name, columns) for (uid, name), columns in found.items())
    return Response(joined(frames), media_type=POINTS_TYPE)


@get("/v1/runs/{uid:str}/stream", sync_to_thread=True)
def stream_points(
    store: NamedDependency[Store],
    uid: FromPath[str],
    name: FromQuery[list[str] | None] = None,
    first_step: Step = None,
    end_step: Step = None,
    repeated: FromQuery[Repeated] = "all",
) -> Stream:
    """Whole series of a run, by name, in pieces."""
    view = View(None, first_step, end_step, repeated)
    pieces = store.stream_histories(uid, name, view)

    def frames() -> Iterator[bytes]:
        for series, columns in pieces:
            yield encode_points(uid, series, columns)
        yield encode_end()

    return Stream(frames(), media_type=POINTS_TYPE)


HANDLERS = (read_points, read_many_points, stream_points)
