"""The page: the built files of `web/`, which anybody may load; what they show is let in by the API.

The build gives every file but `index.html` a name that holds its hash, so a browser may keep these for good and asks
for that one each time. No script runs but from these files, and nothing is loaded from elsewhere.
"""

from __future__ import annotations

import functools
import gzip
import mimetypes
import os
import re
from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import PathParameter

from assay.errors import NotFoundError

FOLDER = os.path.join(os.path.dirname(__file__), "page")
"""Where the build puts the page."""
ENTRY = "index.html"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Styles may stand in an element, which can run nothing; scripts may not."""
HASHED = re.compile(r"assets/[^/]+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+")
"""Names that the build gives to files that never change."""
KEPT = "public, max-age=31536000, immutable"
ASKED_FOR = "no-cache"
WORTH_PACKING_BYTES = 1024
_TEXTS = (".html", ".js", ".css", ".svg", ".json", ".txt")
_HTML = "text/html"  # the framework adds which letters
_NOT_BUILT = (
    "<!doctype html><html lang='en'><meta charset='utf-8'><title>Assay</title>"
    "<body style='font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem'>"
    "<h1>The page is not built</h1><p>This server runs from a checkout. Build its page with <code>make page</code>, "
    "which needs Node 20 or later, then load this again. The API works without it: <a href='/v1/docs'>/v1/docs</a>.</p>"
)

AssetName = Annotated[str, PathParameter(pattern="^[A-Za-z0-9_.-]{1,200}$", description="A file's name.")]


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file of the page, as it is sent."""

    data: bytes
    packed: bytes | None
    media_type: str
    etag: str
    is_hashed: bool


def is_built() -> bool:
    """Whether the page has been built."""
    return os.path.isfile(os.path.join(FOLDER, ENTRY))


def page_file(name: str) -> PageFile:
    """A file of the page by its path in the build.

    Raises:
        NotFoundError: There is none of that name.
    """
    path = os.path.join(FOLDER, *name.split("/"))
    try:
        found = os.stat(path)
        return _read(path, name, found.st_mtime_ns, found.st_size)
    except OSError as error:
        raise NotFoundError(f"the page has no file {name!r}; load it anew") from error


@functools.lru_cache(maxsize=256)
def _read(path: str, name: str, changed_ns: int, size_bytes: int) -> PageFile:
    with open(path, "rb") as file:
        data = file.read()
    is_text = name.endswith(_TEXTS)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    kind = "text/javascript" if name.endswith(".js") else kind
    packed = gzip.compress(data, 9, mtime=0) if is_text and size_bytes >= WORTH_PACKING_BYTES else None
    is_hashed = HASHED.fullmatch(name) is not None
    return PageFile(data, packed, kind, f'"{changed_ns:x}-{size_bytes:x}"', is_hashed)


def answer_file(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
    """A file of the page as an answer.

    Raises:
        NotFoundError: There is none of that name.
    """
    file = page_file(name)
    headers = {
        "cache-control": KEPT if file.is_hashed else ASKED_FOR,
        "content-security-policy": POLICY,
        "etag": file.etag,
        "vary": "accept-encoding",
    }
    if request.headers.get("if-none-match") == file.etag:
        return Response(b"", status_code=304, headers=headers)
    accepted = {one.split(";")[0].strip() for one in request.headers.get("accept-encoding", "").split(",")}
    if file.packed is not None and "gzip" in accepted:
        return Response(file.packed, media_type=file.media_type, headers={**headers, "content-encoding": "gzip"})
    return Response(file.data, media_type=file.media_type, headers=headers)


@get("/", sync_to_thread=True, include_in_schema=False, opt={"role": "anyone"})
def read_entry(request: Request[Any, Any, Any]) -> Response[Any]:
    """The page; what it shows depends on the rest of the address, which browsers keep to themselves."""
    if not is_built():
        headers = {"content-security-policy": POLICY, "cache-control": ASKED_FOR}
        return Response(_NOT_BUILT, status_code=503, media_type=_HTML, headers=headers)
    return answer_file(request, ENTRY)


@get("/assets/{name:str}", sync_to_thread=True, include_in_schema=False, opt={"role": "anyone"})
def read_asset(request: Request[Any, Any, Any], name: AssetName) -> Response[bytes]:
    """A script, a style or a picture of the page."""
    return answer_file(request, f"assets/{name}")


@get("/look.js", sync_to_thread=True, include_in_schema=False, opt={"role": "anyone"})
def read_look(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What decides the theme before anything is drawn."""
    return answer_file(request, "look.js")


@get("/icon.svg", sync_to_thread=True, include_in_schema=False, opt={"role": "anyone"})
def read_icon(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The picture on the browser's tab."""
    return answer_file(request, "icon.svg")


HANDLERS = (read_entry, read_asset, read_look, read_icon)
