"""Objects: the bytes of artifacts, read in ranges, stored whole or in parts."""

from __future__ import annotations

import asyncio
import hashlib
import io
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, head, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter

from assay.errors import ChecksumError, InvalidInputError, NotFoundError, ObjectMissingError
from assay.serving.access.grant import Grant, Role
from assay.serving.refusals import answer_about_what_came
from assay.serving.routes.fields import PathSha256
from assay.serving.routes.paging import PAGE_SIZE_LIMIT, Limit, Token, page
from assay.serving.streams import FileAnswer, Pieces
from assay.storage.contract import Store
from assay.storage.objects import Objects
from assay.storage.uploads import MOST_PART_BYTES, MOST_PARTS, PART_BYTES

WHOLE_BYTES = 16 << 20
"""The longest object that is stored by one request; longer ones come in parts."""
ASSEMBLE_WAIT_S = 10.0
"""So long an answer waits for an object to be put together; who is told that it is not yet done asks again."""
BINARY = "application/octet-stream"

PartBytes = Annotated[
    int, QueryParameter(ge=1, le=MOST_PART_BYTES, description="How long each part but the last is, in bytes.")
]
Number = Annotated[int, PathParameter(ge=0, lt=MOST_PARTS, description="Which part, from 0.")]


class Stored(msgspec.Struct):
    """An object that the store has."""

    sha256: str
    size_bytes: int


class Part(msgspec.Struct):
    """A part of an upload."""

    number: int
    size_bytes: int


class PartList(msgspec.Struct):
    """The parts of an upload that the store has."""

    items: list[Part]
    next_token: str | None = None


class Assemble(msgspec.Struct):
    """Of how many parts an object is made, and how long each but the last is."""

    parts: Annotated[int, msgspec.Meta(ge=0, le=MOST_PARTS)]
    part_bytes: Annotated[int, msgspec.Meta(ge=1, le=MOST_PART_BYTES)] = PART_BYTES


class Assembled(msgspec.Struct):
    """An object; where it is not yet put together, `size_bytes` is null: ask again."""

    sha256: str
    size_bytes: int | None


def opened(objects: Objects, sha256: str) -> tuple[Any, int]:
    """An object's file, and how long it is.

    Raises:
        NotFoundError: The store does not have it.
    """
    try:
        file = objects.open(sha256)
    except ObjectMissingError as error:
        raise NotFoundError(f"no object {sha256} here: its upload has not ended yet, or nothing names it") from error
    try:
        return file, file.seek(0, io.SEEK_END) + 0 * file.seek(0)
    except BaseException:
        file.close()
        raise


def object_headers(sha256: str) -> dict[str, str]:
    """Headers of an object: its name says what its bytes are, so whoever has them may keep them."""
    return {
        "etag": f'"{sha256}"',
        "cache-control": "private, max-age=31536000, immutable",
        "content-type": BINARY,
        "content-disposition": "attachment",
        "content-security-policy": "sandbox; default-src 'none'",
    }


def is_known(request: Request[Any, Any, Any], sha256: str) -> bool:
    """Whether the client says that it has the object already."""
    told = request.headers.get("if-none-match", "")
    return any(one.strip().removeprefix("W/") in ("*", f'"{sha256}"') for one in told.split(","))


@get(
    "/v1/objects/{sha256:str}",
    opt={
        "role": "viewer",
        "gives": (BINARY,),
        "statuses": {206: "One range.", 304: "Unchanged.", 416: "No such range."},
    },
)
async def read_object(
    request: Request[Any, Any, Any], store: NamedDependency[Store], sha256: PathSha256
) -> Response[Any]:
    """An object's bytes; `Range` may ask for one stretch of them. Who reads it whole checks them by its name."""
    return await answer_object(request, store.objects, sha256, object_headers(sha256))


async def answer_object(
    request: Request[Any, Any, Any], objects: Objects, sha256: str, headers: dict[str, str]
) -> Response[Any]:
    """An object as an answer, with these headers."""
    if is_known(request, sha256):
        return Response(b"", status_code=304, headers={one: headers[one] for one in ("etag", "cache-control")})
    file, size_bytes = await asyncio.to_thread(opened, objects, sha256)
    asked = request.headers.get("range")
    unless = request.headers.get("if-range")
    if unless is not None and unless.strip() != f'"{sha256}"':
        asked = None
    return Pieces(FileAnswer(file, size_bytes, headers, asked=asked))


@head("/v1/objects/{sha256:str}", opt={"role": "viewer", "gives": (BINARY,)})
async def look_at_object(
    store: NamedDependency[Store], grant: NamedDependency[Grant], sha256: PathSha256
) -> Response[None]:
    """Whether the store has an object, and how long it is; a writer may rely on it for a day."""
    if grant.role >= Role.WRITER:
        size_bytes = await asyncio.to_thread(store.objects.has, sha256)
        if size_bytes is None:
            raise NotFoundError(f"no object {sha256} here")
    else:
        file, size_bytes = await asyncio.to_thread(opened, store.objects, sha256)
        await asyncio.to_thread(file.close)
    headers = {**object_headers(sha256), "content-length": str(size_bytes), "accept-ranges": "bytes"}
    lines = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def send_head(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": lines})
        await send({"type": "http.response.body", "body": b""})

    return Pieces(send_head)


@put(
    "/v1/objects/{sha256:str}",
    status_code=200,
    opt={"role": "writer", "takes": BINARY},
    request_max_body_size=WHOLE_BYTES,
)
async def store_object(request: Request[Any, Any, Any], store: NamedDependency[Store], sha256: PathSha256) -> Stored:
    """Store an object of up to 16 MiB; refused unless its bytes have that name."""
    body = await request.body()
    found = hashlib.sha256(body).hexdigest()
    if found != sha256:
        raise InvalidInputError(f"the bytes that came have the SHA-256 {found}, not {sha256}; nothing was stored")
    size_bytes = await asyncio.to_thread(_put, store.objects, sha256, body)
    return Stored(sha256, size_bytes)


def _put(objects: Objects, sha256: str, body: bytes) -> int:
    there = objects.has(sha256)
    if there == len(body):
        return there
    return objects.put(io.BytesIO(body), durable=True).size_bytes  # also one that was cut short: it is replaced


@put(
    "/v1/objects/{sha256:str}/parts/{number:int}",
    status_code=200,
    opt={"role": "writer", "takes": BINARY},
    request_max_body_size=MOST_PART_BYTES,
)
async def store_part(
    request: Request[Any, Any, Any],
    store: NamedDependency[Store],
    sha256: PathSha256,
    number: Number,
    part_bytes: PartBytes = PART_BYTES,
) -> Part:
    """Store a part of an object; it replaces the one that was there under that number."""
    body = await request.body()
    size_bytes = await asyncio.to_thread(
        store.objects.put_part, sha256, number, io.BytesIO(body), part_bytes=part_bytes
    )
    return Part(number, size_bytes)


@get("/v1/objects/{sha256:str}/parts", sync_to_thread=True, opt={"role": "writer"})
def list_parts(
    store: NamedDependency[Store],
    sha256: PathSha256,
    part_bytes: PartBytes = PART_BYTES,
    limit: Limit = PAGE_SIZE_LIMIT,
    token: Token = None,
) -> PartList:
    """The parts of an object that are there, in order: an upload goes on behind them."""
    some, following = page(list(store.objects.parts(sha256, part_bytes=part_bytes).items()), limit, token)
    return PartList([Part(number, size_bytes) for number, size_bytes in some], following)


_assembling: dict[tuple[int, str, int, int], asyncio.Task[int]] = {}
"""What is being put together, by the store's identity: it goes on when who asked for it has gone."""


@post("/v1/objects/{sha256:str}/assemble", status_code=200, opt={"role": "writer", "statuses": {422: "Other bytes."}})
async def assemble_object(
    store: NamedDependency[Store], sha256: PathSha256, data: JSONBody[Assemble]
) -> Response[Assembled]:
    """Make an object of its parts; refused, and the parts dropped, unless its bytes have that name."""
    key = (id(store), sha256, data.parts, data.part_bytes)
    task = _assembling.get(key)
    if task is None:
        work = asyncio.to_thread(store.objects.assemble, sha256, data.parts, part_bytes=data.part_bytes)
        task = _assembling[key] = asyncio.create_task(work)
        task.add_done_callback(lambda _: _assembling.pop(key, None))
    try:
        size_bytes = await asyncio.wait_for(asyncio.shield(task), ASSEMBLE_WAIT_S)
    except TimeoutError:
        if not task.done():
            return Response(Assembled(sha256, None))
        raise
    except ChecksumError as error:  # of what was sent, not of what the store keeps
        return answer_about_what_came(error)
    return Response(Assembled(sha256, size_bytes))


HANDLERS = (read_object, look_at_object, store_object, store_part, list_parts, assemble_object)
