"""Artifacts as downloads: what one user stored never runs as a script of the page that another one has open.

Only pictures made of pixels and plain text are shown; all else is saved. Whatever a browser thinks it found there, it
may not guess another type, and a policy takes away scripts, styles and the page's origin.
"""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Any
from urllib.parse import quote

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from assay.errors import ArtifactNotFoundError, nearest
from assay.serving.routes.fields import PathUid, QueryName, QueryStep
from assay.serving.routes.objects import BINARY, answer_object, object_headers
from assay.storage.contract import ArtifactRecord, Store

SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif"})
"""Pictures in which no browser finds a script; SVG is none of them."""
PLAIN = "text/plain"

IsOutput = Annotated[bool | None, QueryParameter(description="Which of an output and an input; either by default.")]


@get(
    "/v1/runs/{uid:str}/content",
    opt={
        "role": "viewer",
        "gives": (BINARY, *sorted(SHOWN), f"{PLAIN}; charset=utf-8"),
        "statuses": {206: "One range.", 304: "Unchanged.", 416: "No such range."},
    },
)
async def read_content(
    request: Request[Any, Any, Any],
    store: NamedDependency[Store],
    uid: PathUid,
    name: QueryName,
    is_output: IsOutput = None,
    step: QueryStep = None,
) -> Response[Any]:
    """The bytes of an artifact, for a browser: shown where they are a picture or plain text, else saved.

    Of several of that name the last logged one is given; `step` picks the item of a series.
    """
    record = await asyncio.to_thread(find_artifact, store, uid, name, is_output, step)
    assert record.sha256 is not None
    return await answer_object(request, store.objects, record.sha256, content_headers(record))


def find_artifact(store: Store, uid: str, name: str, is_output: bool | None, step: int | None) -> ArtifactRecord:
    """The last artifact of that name that has bytes.

    Raises:
        ArtifactNotFoundError: There is none.
    """
    every = store.artifacts(uid)
    named = [one for one in every if one.name == name and is_output in (None, one.is_output)]
    found = [one for one in named if one.sha256 is not None and step in (None, one.step)]
    if found:
        return found[-1]
    if named:
        raise ArtifactNotFoundError(f"artifact {name!r} of run {uid} is a value, or has no item of that step: no bytes")
    raise ArtifactNotFoundError(f"no artifact {name!r} in run {uid}{nearest(name, {one.name for one in every})}")


def content_headers(record: ArtifactRecord) -> dict[str, str]:
    """The headers by which an artifact's bytes are safe to be looked at."""
    assert record.sha256 is not None
    given = (record.media_type or "").partition(";")[0].strip().lower()
    is_shown = given in SHOWN or given == PLAIN
    media_type = given if given in SHOWN else f"{PLAIN}; charset=utf-8" if given == PLAIN else BINARY
    name = "".join(one for one in record.name.rpartition("/")[2] if one.isprintable()) or "artifact"
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    kind = "inline" if is_shown else "attachment"
    told = f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return {
        **object_headers(record.sha256),
        "content-type": media_type,
        "content-disposition": told,
        # What the address leads to may be another artifact tomorrow; the tag says whether it is.
        "cache-control": "private, no-cache",
    }


HANDLERS = (read_content,)
