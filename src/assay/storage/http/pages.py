"""Lists of a server, page after page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from assay.formats.wire import from_wire
from assay.storage.http.connection import Server

PAGE_ITEMS = 1000
"""As many as a server gives at once."""


def every(server: Server, path: str) -> Iterator[dict[str, Any]]:
    """All items of a list, in order."""
    page = f"{path}{'&' if '?' in path else '?'}limit={PAGE_ITEMS}"
    token = None
    while True:
        following = "" if token is None else f"&token={quote(token, safe='')}"
        answer = server.ask("GET", page + following)
        yield from (from_wire(one) for one in answer["items"])
        token = answer["next_token"]
        if token is None:
            return
