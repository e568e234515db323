"""`assay server` as a process of its own, as people run it."""

from __future__ import annotations

import http.client
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

START_S = 60


class ServerCommand:
    """A server that was started.

    Args:
        arguments: Behind `assay server --port 0`.
        environment: Variables beside those of the test.
    """

    def __init__(self, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "assay.cli", "server", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        self.url = ""
        self.out = self.err = ""

    def wait_until_ready(self) -> None:
        """Return when it has said its URL, or has ended."""
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            assert selector.select(START_S), "the server said nothing"
        self.url = self.process.stdout.readline().strip()

    def ask(self, method: str, path: str, *, token: str | None = None, **headers: str) -> tuple[int, Any]:
        """Status and document of an answer."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            return answer.status, json.loads(body) if body else None
        finally:
            connection.close()

    def listening(self) -> list[int]:
        """The ports that it listens on."""
        import psutil

        return sorted(
            one.laddr.port for one in psutil.Process(self.process.pid).net_connections("tcp") if one.status == "LISTEN"
        )

    def tell(self, number: int = signal.SIGTERM) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def end(self) -> int:
        """Its exit code, once it has ended; what it said is in `out` and `err`."""
        out, self.err = self.process.communicate(timeout=40)
        self.out += out
        return self.process.returncode

    @property
    def events(self) -> list[dict[str, Any]]:
        """What it logged as JSON."""
        return [json.loads(line) for line in self.err.splitlines() if line.startswith("{")]


@contextmanager
def server_command(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[ServerCommand]:
    """A server that answers, killed behind the block if it goes on."""
    command = ServerCommand(*arguments, environment=environment)
    try:
        command.wait_until_ready()
        yield command
    finally:
        if command.process.poll() is None:
            command.process.kill()
        for stream in (command.process.stdout, command.process.stderr):
            assert stream is not None
            stream.close()
        command.process.wait()


def wait_for(condition: Any, timeout_s: float = 20) -> None:
    """Return when something has become so."""
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, "it did not become so"
        time.sleep(0.02)
