"""What a server says while it runs: one line an event, for people or as JSON for programs, on standard error.

A request's line has its path without the query, and the id of its token; never a token, a cookie or a body. Were one
to get into a message all the same, it is taken out of the line.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import IO, Any

from assay.serving.access.grant import Grant

logger = logging.getLogger("assay.server")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

QUIET_PATHS = frozenset({"/v1/segments", "/v1/heartbeats", "/v1/health", "/metrics"})
"""What is asked so often that its successes are told at level `debug` only."""
PATH_LENGTH = 500

_TOKEN = re.compile(r"assay_[0-9A-Za-z]{40,}")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\x80-\U0010ffff]|[\x80-\x9f\u2028\u2029\ud800-\udfff]")


class JsonLines(logging.Formatter):
    """Each event as one JSON object: `time`, `level`, `event`, and what belongs to it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of an event."""
        line: dict[str, Any] = {"time": _moment(record), "level": record.levelname.lower(), "event": _event(record)}
        fields = getattr(record, "fields", None)
        if fields is None:
            line["logger"] = record.name
            line["message"] = record.getMessage()
        else:
            line.update(fields)
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return _TOKEN.sub("assay_…", json.dumps(line, ensure_ascii=False, default=str))


class TextLines(logging.Formatter):
    """Each event as a line to read; a traceback follows its line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of an event."""
        fields = getattr(record, "fields", None)
        if fields is None:
            said = record.getMessage()
        else:
            said = " ".join(
                [_event(record), *(f"{name}={value}" for name, value in fields.items() if value is not None)]
            )
        line = f"{_moment(record)} {record.levelname.lower():7} {_printable(said)}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return _TOKEN.sub("assay_…", line)


def start_logging(log_format: str, log_level: str, stream: IO[str] | None = None) -> logging.Handler:
    """Send what this process logs to a stream, one line an event.

    Args:
        log_format: `text` or `json`.
        log_level: The least that is told of Assay's own; of the packages below it, warnings.
        stream: Standard error by default.

    Returns:
        The handler, which `stop_logging` takes away again.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines())
    logging.getLogger().addHandler(handler)
    logging.getLogger("assay").setLevel(log_level.upper())
    return handler


def stop_logging(handler: logging.Handler) -> None:
    """Undo `start_logging`."""
    logging.getLogger().removeHandler(handler)
    logging.getLogger("assay").setLevel(logging.NOTSET)
    handler.close()


def tell(level: int, event: str, **fields: Any) -> None:
    """Log an event with what belongs to it; None is left out."""
    if logger.isEnabledFor(level):
        told = {name: value for name, value in fields.items() if value is not None}
        logger.log(level, event, extra={"fields": told, "event": event})


class RequestLog:
    """An application, with a line in the log for each of its requests.

    Args:
        app: The application.
    """

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, and tell of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began_s = time.perf_counter()
        status, size_bytes = 0, 0

        async def counted(message: Message) -> None:
            nonlocal status, size_bytes
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                size_bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, counted)
        finally:
            self._tell(scope, status, size_bytes, time.perf_counter() - began_s)

    def _tell(self, scope: Scope, status: int, size_bytes: int, took_s: float) -> None:
        path = scope["path"]
        # A status of 0: the client had gone before there was an answer.
        level = logging.ERROR if status >= 500 else logging.WARNING if status >= 400 else logging.INFO
        if level == logging.INFO and path in QUIET_PATHS:
            level = logging.DEBUG
        if not logger.isEnabledFor(level):
            return
        grant = (scope.get("state") or {}).get("grant")
        grant = grant if isinstance(grant, Grant) else None
        tell(
            level,
            "request",
            method=scope["method"],
            path=_printable(path[:PATH_LENGTH]),
            status=status,
            ms=round(took_s * 1000, 1),
            bytes=size_bytes,
            workspace=None if grant is None else grant.workspace,
            token=None if grant is None else grant.token_id,
        )


def _event(record: logging.LogRecord) -> str:
    return str(getattr(record, "event", "message"))


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _printable(text: str) -> str:
    """The text in one line: what would break it, or steer a terminal, is written out."""
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)
