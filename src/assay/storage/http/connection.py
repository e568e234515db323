"""Requests to a server: one connection a thread, kept alive; the server's errors raised as they were there.

Every request may be sent again, since all writes of the API are idempotent: a connection that the server had closed
meanwhile costs one more attempt, and nothing is done twice.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from assay import errors
from assay.errors import AssayError, InvalidInputError, StoreError, UnavailableError

CONNECT_TIMEOUT_S = 5.0
ANSWER_TIMEOUT_S = 30.0
"""How long a server may take between two bytes."""
WORKSPACE_MARK = "/w/"
_STALE = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, http.client.CannotSendRequest)
_RAISED = frozenset(name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, AssayError))


def split_url(url: str) -> tuple[str, str | None]:
    """A store's URL as the server's own URL and the workspace, where it names one: `https://host/w/team`.

    Raises:
        InvalidInputError: It is no URL of a server.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInputError(f"{url!r} is no server's URL; it looks like https://assay.example.com")
    if parts.username or parts.password:
        raise InvalidInputError("a server's URL holds no password; sign in once by `assay login URL`")
    path, mark, workspace = parts.path.rstrip("/").rpartition(WORKSPACE_MARK)
    if not mark:
        path, workspace = parts.path.rstrip("/"), ""
    return f"{parts.scheme}://{parts.netloc}{path}", workspace or None


class Server:
    """A server, as one client sees it.

    Args:
        url: Its URL, without a workspace.
        token: What lets the client in, None where none is needed.
        workspace: The workspace, None for the token's own.
    """

    def __init__(self, url: str, *, token: str | None = None, workspace: str | None = None) -> None:
        self.url = url
        self._parts = urlsplit(url)
        self._headers = {"Assay-Client": _client_name(), "Accept": "application/json"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        if workspace is not None:
            self._headers["Assay-Workspace"] = workspace
        self._local = threading.local()
        self._tls: ssl.SSLContext | None = None

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        document: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send a request and read the JSON that answers it.

        Raises:
            UnavailableError: The server does not answer.
            AssayError: Whatever the server raised.
        """
        with self.open(method, path, query=query, document=document, body=body, headers=headers) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    @contextlib.contextmanager
    def open(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        document: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[http.client.HTTPResponse]:
        """Send a request; what answers it is read within the block.

        Raises:
            UnavailableError: The server does not answer.
            AssayError: Whatever the server raised.
        """
        if query:
            given = [(name, _text(value)) for name, value in query.items() if value is not None]
            path = f"{path}?{urlencode(given)}" if given else path
        sent = {**self._headers, **(headers or {})}
        if document is not None:
            body = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
            sent["Content-Type"] = "application/json"
        try:
            with self._answer(method, path, body, sent) as answer:
                if answer.status >= 400:
                    raise _error_of(answer, self.url)
                yield answer
        except (OSError, http.client.HTTPException, ssl.SSLError) as error:
            if isinstance(error, AssayError):
                raise
            self.close()
            raise UnavailableError(f"the server {self.url} does not answer: {_why(error)}") from error

    @contextlib.contextmanager
    def _answer(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Iterator[http.client.HTTPResponse]:
        connection, fresh = self._connection()
        try:
            connection.request(method, self._parts.path + path, body=body, headers=dict(headers))
            answer = connection.getresponse()
        except _STALE:
            self.close()
            if fresh:
                raise
            connection, _ = self._connection()
            connection.request(method, self._parts.path + path, body=body, headers=dict(headers))
            answer = connection.getresponse()
        try:
            yield answer
        finally:
            if not answer.isclosed():  # an answer that was not read to its end would stand before the next one
                self.close()

    def _connection(self) -> tuple[http.client.HTTPConnection, bool]:
        known: tuple[int, http.client.HTTPConnection] | None = getattr(self._local, "connection", None)
        if known is not None and known[0] == os.getpid():
            return known[1], False
        kept: dict[str, Any] = {"timeout": CONNECT_TIMEOUT_S}
        kind: type[http.client.HTTPConnection] = http.client.HTTPConnection
        if self._parts.scheme == "https":
            self._tls = self._tls or ssl.create_default_context()
            kind, kept["context"] = http.client.HTTPSConnection, self._tls
        assert self._parts.hostname is not None
        connection = kind(self._parts.hostname, self._parts.port, **kept)
        connection.connect()
        assert connection.sock is not None
        connection.sock.settimeout(ANSWER_TIMEOUT_S)
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._local.connection = (os.getpid(), connection)
        return connection, True

    def close(self) -> None:
        """Close this thread's connection; the next request opens another."""
        known = getattr(self._local, "connection", None)
        self._local.connection = None
        if known is not None and known[0] == os.getpid():
            known[1].close()


def _text(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return str(getattr(error, "strerror", None) or error) or type(error).__name__


def _client_name() -> str:
    from assay import system

    return f"assay-python on {system.this_process().host}".encode("ascii", "replace").decode()


def _error_of(answer: http.client.HTTPResponse, url: str) -> AssayError:
    text = answer.read(1 << 20)
    try:
        said = json.loads(text)["error"]
        return error_from(said["type"], said["message"])
    except (ValueError, KeyError, TypeError):
        if answer.status in (502, 503, 504):
            return UnavailableError(f"the server {url} does not answer: {answer.status} {answer.reason}")
        return StoreError(f"{url} answered {answer.status} {answer.reason}, which no Assay server says; is it one?")


def error_from(name: str, message: str) -> AssayError:
    """The error of that name, as the server raised it; an unknown one is a `StoreError`."""
    kind = getattr(errors, name) if name in _RAISED else StoreError
    made: AssayError = kind(message)
    return made
