"""HTTP on one connection: uvicorn's, with a bound on what stands before a body, and what is known of the other end.

It is imported when a server starts, since it loads uvicorn and httptools.
"""

from __future__ import annotations

import asyncio
import json

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from assay.serving.access.request import Connection
from assay.serving.admission import CONNECTION

HEAD_BYTES = 1 << 20
"""A request whose address and headers have more is not read to its end; what arrives with them is counted too."""
LINGER_S = 2.0
"""So long a client that goes on sending what nobody reads has time to see its answer; closed at once, it might not."""
STOPPING = "stopping"
"""Where a scope's state holds the event that is set once the server is told to stop."""


class Protocol(HttpToolsProtocol):
    """What uvicorn makes one of for each connection."""

    stopping: asyncio.Event | None = None
    """Set by the server; one for all connections."""

    _head_bytes = 0
    _is_in_head = True
    _closing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        super().connection_made(transport)
        # Each request's state is a copy of this one, so they all share the objects in it.
        self.app_state = {**self.app_state, CONNECTION: Connection(), STOPPING: self.stopping}

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        if self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self.send_400_response("The address and headers of the request are too long.")
                return
        super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, as all else is refused."""
        body = json.dumps({"error": {"type": "InvalidInputError", "message": msg}}).encode()
        head = f"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        self.transport.write(head.encode() + b"connection: close\r\n\r\n" + body)
        self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._is_in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its body begins."""
        self._is_in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """It ends; bytes that come before the next one begins count as its head."""
        super().on_message_complete()
        self._is_in_head, self._head_bytes = True, 0
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None

    def on_response_complete(self) -> None:
        """It was answered; what is still to come of one that was refused by its head is not read for ever."""
        if self.cycle.more_body and not self.transport.is_closing():
            self._closing = self.loop.call_later(LINGER_S, self.transport.close)
        super().on_response_complete()


def protocol_with(stopping: asyncio.Event) -> type[Protocol]:
    """The protocol of one server."""
    return type("Protocol", (Protocol,), {"stopping": stopping})
