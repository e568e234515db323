"""A line on which connections break at random: a TCP proxy with a thread a connection."""

from __future__ import annotations

import contextlib
import random
import select
import socket
import threading
from typing import Self

from tests.system.cutting import PATIENCE_S, RESET, STEP_BYTES

LONGEST_BYTES = 1 << 17


class FlakyLine:
    """Forwards connections to a port, and cuts most of them: any of their first bytes may be the last.

    Args:
        port: The server's.
        seed: Decides where.

    Attributes:
        cuts: How many were cut.
        is_mended: Set: none is cut any more.
    """

    def __init__(self, port: int, seed: int) -> None:
        self._port = port
        self._draw = random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._listener.settimeout(0.1)
        self._ended = threading.Event()
        self.cuts = 0
        self.is_mended = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                client, _ = self._listener.accept()
                # As often one of few bytes as one of many.
                left_bytes = [int(LONGEST_BYTES ** self._draw.uniform(0, 1)) for _ in range(2)]
                self._threads.append(
                    threading.Thread(target=self._serve, args=(client, left_bytes, self._draw.random() < 0.5))
                )
                self._threads[-1].start()

    def _serve(self, client: socket.socket, left_bytes: list[int], by_reset: bool) -> None:
        with client, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._port)) as server:
            both = [client, server]
            for one in both:
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while not self._ended.is_set():
                ready, _, _ = select.select(both, [], [], 0.1)
                for one in ready:
                    way = both.index(one)
                    data = one.recv(STEP_BYTES)
                    if not data:
                        return
                    whole = self.is_mended.is_set() or len(data) <= left_bytes[way]
                    both[1 - way].settimeout(PATIENCE_S)
                    both[1 - way].sendall(data if whole else data[: left_bytes[way]])
                    left_bytes[way] -= len(data)
                    if not whole:
                        self.cuts += 1
                        if by_reset:
                            for end in both:
                                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                        return
