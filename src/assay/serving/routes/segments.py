"""Segments: what writers send, taken as it is."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, post
from litestar.di import NamedDependency

from assay.errors import InvalidInputError
from assay.formats.wire import decode_parcels, to_wire
from assay.serving.documents import SetAside, Taken, TakenList
from assay.serving.refusals import error_body
from assay.serving.routes.runs import NewRun, run_spec
from assay.serving.site import Room
from assay.storage.contract import Appended, Opening, WriterSpec
from assay.storage.parcel import Parcel


@post("/v1/segments", status_code=200, opt={"role": "writer"})
async def take_segments(request: Request[Any, Any, Any], room: NamedDependency[Room]) -> TakenList:
    """Take parcels, as `docs/formats/wire.md` draws them; answered once they are durable, each taken once."""
    body = await request.body()
    try:
        parcels = [
            Parcel(str(head["writer"]), int(head["index"]), events, rows, bool(head["final"]), _opening(head))
            for head, events, rows in decode_parcels(body)
        ]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInputError(f"the body is not what a writer sends: {error}") from error
    answers = await room.intake.take(parcels)
    return TakenList([_taken(one) for one in answers])


def _opening(head: dict[str, Any]) -> Opening | None:
    given = head["opening"]
    if given is None:
        return None
    spec = WriterSpec(str(head["writer"]), bool(given["entered"]), dict(given["process"]), int(given["opened_us"]))
    wanted = given.get("run_spec")
    return Opening(str(given["run"]), spec, None if wanted is None else run_spec(msgspec.convert(wanted, NewRun)))


def _taken(answer: Appended | Exception) -> Taken:
    if isinstance(answer, Exception):
        return Taken(error=error_body(answer)["error"])
    aside = [SetAside(event.kind, reason, event.time_ns, to_wire(event.body)) for event, reason in answer.set_aside]
    return Taken(answer.accepted, aside)


HANDLERS = (take_segments,)
