"""The envelope of every answer: headers that keep a browser from being used against its user, and what is counted."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from assay.serving.admission import COOKIE
from assay.serving.metrics import Metrics

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

SECURITY: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
NO_SCRIPT = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; sandbox")
"""For whatever brings no policy of its own: data, which no browser has reason to run."""
NOT_KEPT = (b"cache-control", b"no-store")
"""What a token let out of the server stays in no cache, unless its route says otherwise."""
BY_TLS = (b"strict-transport-security", b"max-age=31536000")


class Envelope:
    """An application in its envelope.

    Args:
        app: The application.
        metrics: What counts its answers.
    """

    def __init__(self, app: Application, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started_s = time.perf_counter()
        status = 500

        async def sealed(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _sealed(list(message.get("headers", ())), scope)
            await send(message)

        try:
            await self._app(scope, receive, sealed)
        finally:
            path = scope.get("path_template") or "unknown"
            self._metrics.answered(scope["method"], path, status, time.perf_counter() - started_s)


def _sealed(headers: list[tuple[bytes, bytes]], scope: Scope) -> list[tuple[bytes, bytes]]:
    given = {name.lower() for name, _ in headers}
    headers += [pair for pair in (*SECURITY, NO_SCRIPT, NOT_KEPT) if pair[0] not in given]
    if scope.get("scheme") == "https":
        headers.append(BY_TLS)
    cookie = scope.get("state", {}).get(COOKIE)
    if cookie is not None:
        headers.append((b"set-cookie", cookie.encode("ascii")))
    return headers
