"""Requests to a server: one connection a thread, kept alive; the server's errors raised as they were there.

Every request may be sent again, since all writes of the API are idempotent: a connection that the server had closed
meanwhile costs one more attempt, and nothing is done twice.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import math
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import IO, Any
from urllib.parse import urlencode, urlsplit

from assay import errors
from assay.errors import (
    AssayError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    NotSignedInError,
    RateLimitedError,
    StoreError,
    UnavailableError,
)
from assay.storage.http.identity import Identity, Way

CONNECT_TIMEOUT_S = 5.0
ANSWER_TIMEOUT_S = 30.0
"""How long a server may take between two bytes."""
PIECE_BYTES = 1 << 16
"""How much of a body is sent at a time."""
ERROR_BYTES = 1 << 20
"""More than any error takes."""
MOST_WAITS = 3
"""So often a request waits that came too soon behind others, as the server says; a listing of thousands does."""
LONGEST_WAIT_S = 2.0
WORKSPACE_MARK = "/w/"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_STALE = (
    http.client.RemoteDisconnected,
    ConnectionResetError,
    BrokenPipeError,
    http.client.CannotSendRequest,
    ssl.SSLEOFError,
    ssl.SSLZeroReturnError,
)
_BARE: dict[int, type[AssayError]] = {
    HTTPStatus.UNAUTHORIZED: NotSignedInError,
    HTTPStatus.FORBIDDEN: ForbiddenError,
    HTTPStatus.NOT_FOUND: NotFoundError,
    HTTPStatus.TOO_MANY_REQUESTS: RateLimitedError,
}
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
        identity: What lets the client in.
        workspace: The workspace, None for the token's own.
    """

    def __init__(self, url: str, *, identity: Identity | None = None, workspace: str | None = None) -> None:
        self.url = url
        self._parts = urlsplit(url)
        self._headers = {"Assay-Client": _client_name(), "Accept": "application/json"}
        if workspace is not None:
            self._headers["Assay-Workspace"] = workspace
        self._local = threading.local()
        self._tls: ssl.SSLContext | None = None
        self._identity = identity or Identity()
        self._port = self._parts.port or (443 if self._parts.scheme == "https" else 80)

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        document: Any = None,
        body: bytes | IO[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> Any:
        """Send a request and read the JSON that answers it.

        Args:
            method: Such as `GET`.
            path: Below the server's URL.
            query: What stands behind the question mark; None values are left out.
            document: A body, as JSON.
            body: A body, as it is: bytes, or a file, which is read from its beginning.
            headers: More headers.
            timeout_s: How long the server may take between two bytes.

        Raises:
            UnavailableError: The server does not answer.
            AssayError: Whatever the server raised.
        """
        with self.open(
            method, path, query=query, document=document, body=body, headers=headers, timeout_s=timeout_s
        ) as answer:
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
        body: bytes | IO[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> Iterator[http.client.HTTPResponse]:
        """Send a request, as `ask` does; what answers it is read within the block.

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
        ways = self._identity.ways(is_local=self._parts.hostname in LOOPBACK)
        way: Way | None = next(ways)
        waits = 0
        try:
            while way is not None:
                with self._answer(method, path, body, {**sent, **way(self._port)}, timeout_s) as answer:
                    if answer.status != HTTPStatus.UNAUTHORIZED:
                        self._identity.let_in(way)
                    elif (way := next(ways, None)) is not None:
                        answer.read()
                        continue
                    wait_s = _wait_s(answer)
                    if wait_s <= LONGEST_WAIT_S and waits < MOST_WAITS:
                        answer.read()
                        waits += 1
                        time.sleep(wait_s)
                        continue
                    if answer.status >= HTTPStatus.BAD_REQUEST:
                        raise _error_of(answer, self.url)
                    yield answer
                    return
        except (OSError, http.client.HTTPException, ssl.SSLError) as error:
            if isinstance(error, AssayError):
                raise
            self.close()
            raise UnavailableError(f"the server {self.url} does not answer: {_why(error)}") from error

    @contextlib.contextmanager
    def _answer(
        self, method: str, path: str, body: bytes | IO[bytes] | None, headers: Mapping[str, str], timeout_s: float
    ) -> Iterator[http.client.HTTPResponse]:
        kept, fresh = self._take(timeout_s)
        answer: http.client.HTTPResponse | None = None
        try:
            try:
                answer = self._exchange(kept.connection, method, path, body, headers)
            except _STALE:
                if fresh:
                    raise
                kept.close()
                kept = self._connect(timeout_s)
                answer = self._exchange(kept.connection, method, path, body, headers)
            yield answer
        finally:
            # An answer that was not read to its end would stand before the next one.
            if answer is None or not answer.isclosed() or getattr(self._local, "kept", None) is not None:
                kept.close()
            else:
                self._local.kept = kept

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes | IO[bytes] | None,
        headers: Mapping[str, str],
    ) -> http.client.HTTPResponse:
        given = dict(headers)
        content = body
        # In pieces, each within the time limit: a slow line may take minutes over all of it.
        if isinstance(content, bytes) and len(content) > PIECE_BYTES:
            content = io.BytesIO(content)
        if content is not None and not isinstance(content, bytes):
            given["Content-Length"] = str(content.seek(0, io.SEEK_END))
            content.seek(0)
        try:
            connection.request(method, self._parts.path + path, body=content, headers=given)
        except (BrokenPipeError, ConnectionResetError) as error:
            # A server that refuses a request by its head closes before it has read the body; its answer says why.
            try:
                return _bounded(connection.getresponse())
            except (OSError, http.client.HTTPException):
                raise error from None
        return _bounded(connection.getresponse())

    def _take(self, timeout_s: float) -> tuple[_Kept, bool]:
        """A connection that is nobody else's until it is given back, and whether it was just made.

        A thread keeps one; who asks something while an answer is still read gets another.
        """
        kept: _Kept | None = getattr(self._local, "kept", None)
        if kept is not None and kept.pid == os.getpid() and kept.connection.sock is not None:
            self._local.kept = None
            kept.connection.sock.settimeout(timeout_s)
            return kept, False
        self.close()
        return self._connect(timeout_s), True

    def _connect(self, timeout_s: float) -> _Kept:
        options: dict[str, Any] = {"timeout": min(CONNECT_TIMEOUT_S, timeout_s), "blocksize": PIECE_BYTES}
        kind: type[http.client.HTTPConnection] = http.client.HTTPConnection
        if self._parts.scheme == "https":
            self._tls = self._tls or ssl.create_default_context()
            kind, options["context"] = http.client.HTTPSConnection, self._tls
        assert self._parts.hostname is not None
        connection = kind(self._parts.hostname, self._parts.port, **options)
        connection.connect()
        assert connection.sock is not None
        connection.sock.settimeout(timeout_s)
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return _Kept(connection)

    def close(self) -> None:
        """Close this thread's connection; the next request opens another."""
        kept: _Kept | None = getattr(self._local, "kept", None)
        self._local.kept = None
        if kept is not None:
            kept.close()


class _Kept:
    """A thread's connection, closed when the thread ends."""

    def __init__(self, connection: http.client.HTTPConnection) -> None:
        self.connection, self.pid = connection, os.getpid()

    def close(self) -> None:
        """Close it; in a forked child only its copy, for the parent goes on with it."""
        self.connection.close()

    def __del__(self) -> None:
        self.close()


def _bounded(answer: http.client.HTTPResponse) -> http.client.HTTPResponse:
    """An answer that says where it ends, as all of a server's do; one whose head was cut would end with its connection.

    Raises:
        HTTPException: It does not.
    """
    if answer.length is None and not answer.chunked:
        answer.close()
        raise http.client.HTTPException("its answer was cut in the head")
    return answer


def _text(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return str(getattr(error, "strerror", None) or error) or type(error).__name__


def _wait_s(answer: http.client.HTTPResponse) -> float:
    """After how long a request may be sent again that came too soon; infinite for any other."""
    text = answer.headers.get("Retry-After") or ""
    is_early = answer.status == HTTPStatus.TOO_MANY_REQUESTS and text.isascii() and text.isdigit()
    return float(text) if is_early else math.inf


def _client_name() -> str:
    from assay import system

    return f"assay-python on {system.this_process().host}".encode("ascii", "replace").decode()


def _error_of(answer: http.client.HTTPResponse, url: str) -> AssayError:
    text = answer.read(ERROR_BYTES)
    if answer.length and len(text) < ERROR_BYTES:
        raise http.client.IncompleteRead(text, answer.length)
    try:
        said = json.loads(text)["error"]
        return error_from(said)
    except (ValueError, KeyError, TypeError):
        if not text and answer.status in _BARE:  # an answer to HEAD has no body
            return _BARE[answer.status](f"{url} answered {answer.status} {answer.reason}")
        if answer.status in (502, 503, 504):
            return UnavailableError(f"the server {url} does not answer: {answer.status} {answer.reason}")
        return StoreError(f"{url} answered {answer.status} {answer.reason}, which no Assay server says; is it one?")


def error_from(said: Mapping[str, Any]) -> AssayError:
    """The error that an answer tells of, as the server raised it; one that is not known here is a `StoreError`."""
    name, message = said["type"], said["message"]
    if name == "FilterError" and "column" in said:
        from assay.formats.filter_error import FilterError

        return FilterError.told(message, said["problem"], said["text"], said["column"])
    kind = getattr(errors, name) if name in _RAISED else StoreError
    made: AssayError = kind(message)
    return made
