"""The server's process: a socket, an application on it, and an end that loses nothing."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from assay.errors import RefusedError, StoreError

if TYPE_CHECKING:
    from assay.serving.envelope import Application

DRAIN_S = 20
"""How long requests that are under way may take once the server is told to stop."""
KEEP_ALIVE_S = 75
"""A connection that says nothing for so long is closed; clients send at least every few seconds."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one.

    Raises:
        RefusedError: The address is taken, or not this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((host, port))
            sock.listen(2048)
        except OSError:
            sock.close()
            raise
    except OSError as error:
        raise RefusedError(f"can't listen on {host}:{port}: {error.strerror or error}", cause=error) from error
    return sock


class ServerProcess:
    """An application on a socket.

    Args:
        app: The application.
        sock: From `listen`.
        certificate: TLS certificate file, with the chain; None serves plain HTTP.
        key: Its private key file.
    """

    def __init__(
        self, app: Application, sock: socket.socket, *, certificate: str | None = None, key: str | None = None
    ) -> None:
        import uvicorn

        from assay.serving.connections import protocol_with

        stopping = asyncio.Event()

        class Server(uvicorn.Server):
            async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
                stopping.set()  # who listens to live events would hold up the end of everything else
                await super().shutdown(sockets)

        self._sock = sock
        self._config = uvicorn.Config(
            app,
            http=protocol_with(stopping),
            loop="auto",  # uvloop, where there is one
            proxy_headers=False,  # whose word is taken for who the client is, `access.proxies` says
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=DRAIN_S,
            ssl_certfile=certificate,
            ssl_keyfile=key,
            backlog=2048,
            ws="none",
        )
        self._server = Server(self._config)
        self._thread: threading.Thread | None = None

    def run(self, when_ready: Callable[[], None]) -> None:
        """Serve until SIGTERM or SIGINT, then end what is under way."""
        threading.Thread(target=self._announce, args=(when_ready,), daemon=True).start()
        self._server.run([self._sock])

    def _announce(self, when_ready: Callable[[], None]) -> None:
        while not self._server.started:
            time.sleep(0.01)
        when_ready()

    def start(self) -> None:
        """Serve in a thread of this process.

        Raises:
            StoreError: It did not start.
        """
        self._thread = threading.Thread(target=self._server.run, args=([self._sock],), daemon=True)
        self._thread.start()
        deadline_s = time.monotonic() + 30
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline_s:
                raise StoreError("the server did not start; its log says why")
            time.sleep(0.005)

    @property
    def is_alive(self) -> bool:
        """Whether what `start` began goes on."""
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        """End what `start` began."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(DRAIN_S + 10)
        self._sock.close()
