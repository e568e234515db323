"""Saving runs as one HTML file that opens without a server."""

from __future__ import annotations

import asyncio
import re
import tempfile
from typing import IO, Annotated, Any, TypeAlias
from urllib.parse import quote

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from assay.serving.routes.fields import Uid
from assay.serving.saved_page import MOST_ARTIFACT_BYTES, MOST_RUNS, file_name, save_page
from assay.serving.site import Room
from assay.serving.streams import FileAnswer, Pieces

HTML = "text/html"
MOST_ASKED_BYTES = 100_000_000

Runs: TypeAlias = Annotated[list[Uid], QueryParameter(min_items=1, max_items=MOST_RUNS, description="Ids of runs.")]
MaxArtifact: TypeAlias = Annotated[
    int, QueryParameter(ge=0, le=MOST_ASKED_BYTES, description="Longer artifacts are left out, in bytes.")
]


@get("/v1/page", opt={"role": "viewer", "gives": (HTML,)})
async def read_saved_page(
    request: Request[Any, Any, Any],
    room: NamedDependency[Room],
    run: Runs,
    max_artifact: MaxArtifact = MOST_ARTIFACT_BYTES,
) -> Response[Any]:
    """Runs as one HTML file, the page and all that it shows of them, to be opened where there is no server."""
    host = request.headers.get("host", "a server")
    file, size_bytes, name = await asyncio.to_thread(_saved, room, run, host, max_artifact)
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    headers = {
        "content-type": f"{HTML}; charset=utf-8",
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "cache-control": "private, no-store",
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return Pieces(FileAnswer(file, size_bytes, headers))


def _saved(room: Room, runs: list[str], host: str, max_artifact: int) -> tuple[IO[bytes], int, str]:
    room.catch_up()
    name = file_name(room.store, runs)
    file = tempfile.TemporaryFile(prefix="assay-page-")  # noqa: SIM115  # closed when it was sent
    try:
        done = save_page(room.store, runs, file, place=host, most_artifact_bytes=max_artifact)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file, done.size_bytes, name


HANDLERS = (read_saved_page,)
