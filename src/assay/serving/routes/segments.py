"""Segments: what writers send, taken as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency

from assay.errors import AssayError, InvalidInputError
from assay.formats.wire import PARCELS_TYPE, decode_parcels, to_wire
from assay.serving.access.limits import MAX_BODY_BYTES
from assay.serving.documents import TakenList
from assay.serving.refusals import error_body, logger, status_of
from assay.serving.routes.fields import Anything, TimeUs, Uid
from assay.serving.routes.runs import NewRun, run_spec
from assay.serving.site import Room
from assay.storage.contract import Appended, Opening, WriterSpec
from assay.storage.parcel import Parcel

_ACCEPTED = '{"accepted":true}'
_KNOWN = '{"accepted":false}'


class OpeningHead(msgspec.Struct):
    """What a head says of a writer that the store may not have met."""

    run: Uid
    entered: bool
    process: Anything
    opened_us: TimeUs
    run_spec: NewRun | None = None


class Head(msgspec.Struct):
    """The head of a parcel."""

    writer: Uid
    index: Annotated[int, msgspec.Meta(ge=0, lt=2**62)]
    final: bool
    opening: OpeningHead | None = None


@post(
    "/v1/segments",
    status_code=200,
    opt={"role": "writer", "takes": PARCELS_TYPE},
    request_max_body_size=MAX_BODY_BYTES,
)
async def take_segments(request: Request[Any, Any, Any], room: NamedDependency[Room]) -> Response[TakenList]:
    """Take parcels, as `docs/formats/wire.md` draws them; answered once they are durable, each taken once."""
    answer: Any = await take_body(await request.body(), room)
    return Response(answer, media_type="application/json")


async def take_body(body: bytes, room: Room) -> bytes:
    """Take the parcels of a request; what came of each, as JSON.

    Raises:
        InvalidInputError: The body is no parcels; nothing was taken.
        RefusedError: There is no space; nothing was taken.
        StoreError: The store can't take it now.
    """
    found = list(read_parcels(body))
    good = [one for one in found if isinstance(one, Parcel)]
    answers = iter(await room.intake.take(good) if good else ())
    outcomes = [next(answers) if isinstance(one, Parcel) else one for one in found]
    # Written by hand: nearly all are one of two texts; the rest may hold half characters, which JSON can escape.
    return ('{"items":[' + ",".join(map(_outcome, outcomes)) + "]}").encode()


def read_parcels(body: bytes) -> Iterator[Parcel | AssayError]:
    """The parcels of a request; in place of one that may not be, such as a run's name against the rules, its error.

    Raises:
        InvalidInputError: The body is no parcels, or one of them is not what a writer sends.
    """
    try:
        for given, events, rows in decode_parcels(body):
            head = msgspec.convert(given, Head)
            try:
                opening = None if head.opening is None else _opening(head.writer, head.opening)
            except AssayError as error:
                yield error
                continue
            yield Parcel(head.writer, head.index, events, rows, head.final, opening)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInputError(f"the body is not what a writer sends: {error}") from error


def _opening(writer: str, given: OpeningHead) -> Opening:
    spec = WriterSpec(writer, given.entered, given.process, given.opened_us)
    return Opening(given.run, spec, None if given.run_spec is None else run_spec(given.run_spec))


def _outcome(answer: Appended | AssayError) -> str:
    if isinstance(answer, AssayError):
        if status_of(answer) >= 500:
            logger.error("a segment was not taken: %s", answer)
        return json.dumps(error_body(answer))
    if not answer.set_aside:
        return _ACCEPTED if answer.accepted else _KNOWN
    aside: Sequence[dict[str, Any]] = [
        {"kind": event.kind, "reason": reason, "time_ns": event.time_ns, "body": to_wire(event.body)}
        for event, reason in answer.set_aside
    ]
    return json.dumps({"accepted": answer.accepted, "set_aside": aside})


HANDLERS = (take_segments,)
