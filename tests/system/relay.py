"""A relay between a client and a server: it counts what goes by, can be cut, and can keep silent."""

from __future__ import annotations

import contextlib
import socket
import threading


class Relay:
    """A port that leads to another one.

    Args:
        port: Where to; None takes connections and never answers.
    """

    def __init__(self, port: int | None) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.sent_bytes = 0
        self._cut_after: int | None = None
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut_after(self, sent_bytes: int) -> None:
        """Cut all connections, and take no more of them, when the client has sent so many bytes."""
        self._cut_after = sent_bytes

    @property
    def is_cut(self) -> bool:
        return self._cut_after is not None and self.sent_bytes >= self._cut_after

    def mend(self) -> None:
        """Lead on again."""
        self._cut_after = None

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._sockets:
            _shut(one)
        for thread in self._threads:
            thread.join(10)

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(client)
            if self.is_cut:
                _shut(client)
            elif self._to is not None:
                try:
                    server = socket.create_connection(("127.0.0.1", self._to))
                except OSError:
                    _shut(client)
                    continue
                self._sockets.append(server)
                self._start(self._carry, client, server, True)
                self._start(self._carry, server, client, False)

    def _carry(self, source: socket.socket, target: socket.socket, counts: bool) -> None:
        with contextlib.suppress(OSError):
            while not self.is_cut and (data := source.recv(65536)):
                if counts and self._cut_after is not None:
                    data = data[: max(0, self._cut_after - self.sent_bytes)]
                target.sendall(data)
                if counts:
                    self.sent_bytes += len(data)
        _shut(source)
        _shut(target)


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
