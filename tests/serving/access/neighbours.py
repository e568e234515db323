"""Processes at the other end of a loopback connection, of this user and of another."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import pytest

from assay.serving.access.request import Connection, Request
from tests.serving.access import requests

NOBODY = 65534

# What is imported late can't be once the process is another user's.
CLIENT = """
import encodings.idna, os, socket, sys
address, port, uid, ending = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
if uid != os.getuid():
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
client = socket.create_connection((address, port))
client.sendall(b"GET / HTTP/1.1\\r\\n\\r\\n")
if ending == "closes":
    client.close()
elif ending == "half closes":
    client.shutdown(socket.SHUT_WR)
print("connected", flush=True)
sys.stdin.read()
"""

only_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whose a connection is")
only_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can start a process of another user"
)


@dataclass(frozen=True)
class Accepted:
    """A connection as the server has it."""

    client: tuple[str, int]
    server: tuple[str, int]

    def request(self, *headers: tuple[str, str], connection: Connection | None = None) -> Request:
        return requests.request(*headers, client=self.client, server=self.server, connection=connection)


@contextlib.contextmanager
def connected(
    *, uid: int | None = None, ending: str = "stays", family: int = socket.AF_INET, address: str = "127.0.0.1"
) -> Iterator[Accepted]:
    """A process of that user (by default this one) that connected over loopback, and then closed its end or stays."""
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(("::" if family == socket.AF_INET6 else "127.0.0.1", 0))
        listener.listen()
        listener.settimeout(30)
        port = listener.getsockname()[1]
        arguments = [address, str(port), str(os.getuid() if uid is None else uid), ending]
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", CLIENT, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            accepted, peer = listener.accept()
            with accepted:
                assert "connected\n" == _stream(process.stdout).readline()
                yield Accepted(peer[:2], accepted.getsockname()[:2])
        finally:
            _stream(process.stdin).close()
            process.wait(30)
            _stream(process.stdout).close()


def _stream(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream
