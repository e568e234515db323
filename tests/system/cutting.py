"""A wire that is cut after so many bytes: a TCP proxy in a thread."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from typing import Self

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: on, for no time: what closes then says so by a reset."""
WHOLE = 1 << 62
STEP_BYTES = 1 << 16
PATIENCE_S = 10.0


class CuttingWire:
    """Forwards connections to a port; one at a time, since its clients wait for their answers.

    Attributes:
        requests: What came from the client since the wire was last set.
        answers: What came from the server since then.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self._ended = threading.Event()
        self.set()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def set(
        self, *, request_bytes: int = WHOLE, answer_bytes: int = WHOLE, by_reset: bool = False, once: bool = False
    ) -> None:
        """From now on, cut after so many bytes, also in a connection that is there already.

        Args:
            request_bytes: Of requests.
            answer_bytes: Of answers.
            by_reset: Let both ends see a reset; else an orderly close.
            once: Leave the connections after that one whole.
        """
        self._request_left, self._answer_left, self._by_reset, self._once = request_bytes, answer_bytes, by_reset, once
        self.requests, self.answers = b"", b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                client, _ = self._listener.accept()
                with client, socket.create_connection(("127.0.0.1", self._port)) as server:
                    self._forward(client, server)
                if self._once:
                    self.set()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        """Forward both ways until one end closes, or the cut is reached."""
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError):
            left = 1
            while left > 0:
                ready, _, _ = select.select([client, server], [], [], PATIENCE_S)
                data = ready[0].recv(STEP_BYTES) if ready else b""
                if not data:
                    break
                if ready[0] is client:
                    self.requests += data
                    server.sendall(data[: self._request_left])
                    left = self._request_left = self._request_left - len(data)
                else:
                    self.answers += data
                    client.sendall(data[: self._answer_left])
                    left = self._answer_left = self._answer_left - len(data)
        if self._by_reset:
            for one in (client, server):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
