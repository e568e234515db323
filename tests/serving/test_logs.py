"""Logs: one line an event, whatever is in it, and no secret in any of them."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from assay.serving.access.grant import Grant, Role
from assay.serving.access.token import new_token
from assay.serving.logs import Message, RequestLog, Scope, start_logging, stop_logging, tell

PARAGRAPHS = "one\ntwo\r\x1b[31mred\x85\u2028end"


class Log:
    """What was logged."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


def logging_to(log_format: str, log_level: str) -> Iterator[Log]:
    stream = io.StringIO()
    handler = start_logging(log_format, log_level, stream)
    yield Log(stream)
    stop_logging(handler)


@pytest.fixture
def json_log() -> Iterator[Log]:
    yield from logging_to("json", "info")


@pytest.fixture
def text_log() -> Iterator[Log]:
    yield from logging_to("text", "info")


@pytest.fixture
def debug_log() -> Iterator[Log]:
    yield from logging_to("json", "debug")


def serve(path: str, *, status: int = 200, grant: Grant | None = None, fails: bool = False) -> None:
    """Have a request answered with 3 + 4 bytes."""

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        if grant is not None:
            scope["state"]["grant"] = grant
        if fails:
            raise ZeroDivisionError
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"abc", "more_body": True})
        await send({"type": "http.response.body", "body": b"defg"})

    async def send(_: Message) -> None:
        pass

    async def receive() -> Message:
        return {"type": "http.request"}

    scope: Scope = {"type": "http", "method": "GET", "path": path, "query_string": b"token=secret", "state": {}}
    asyncio.run(RequestLog(app)(scope, receive, send))


def test_a_request_is_one_object(json_log: Log) -> None:
    serve("/v1/runs", grant=Grant("team", Role.WRITER, "0123456789", "ada"))

    (event,) = json_log.events
    assert event.pop("time").endswith("Z")
    assert event.pop("ms") >= 0
    assert {
        "level": "info",
        "event": "request",
        "method": "GET",
        "path": "/v1/runs",
        "status": 200,
        "bytes": 7,
        "workspace": "team",
        "token": "0123456789",
    } == event


def test_a_request_of_nobody_has_no_workspace(json_log: Log) -> None:
    serve("/v1/runs", status=401)

    (event,) = json_log.events
    assert "warning" == event["level"]
    assert set() == {"workspace", "token"} & event.keys()


def test_a_request_that_raises_is_told_and_raises(json_log: Log) -> None:
    with pytest.raises(ZeroDivisionError):
        serve("/v1/runs", fails=True)

    assert [0] == [event["status"] for event in json_log.events]


def test_the_query_is_in_no_line(json_log: Log) -> None:
    serve("/v1/runs")

    assert "secret" not in json_log.text


@pytest.mark.parametrize("path", ["/v1/segments", "/v1/heartbeats", "/v1/health", "/metrics"])
def test_what_comes_all_the_time_is_told_when_it_fails(json_log: Log, path: str) -> None:
    serve(path)
    assert [] == json_log.events
    serve(path, status=507)
    assert ["error"] == [event["level"] for event in json_log.events]


def test_debug_tells_of_every_request(debug_log: Log) -> None:
    serve("/v1/segments")

    assert ["debug"] == [event["level"] for event in debug_log.events]


@pytest.mark.parametrize("path", ["/v1/" + PARAGRAPHS, "/" + "a" * 100_000, "/v1/\ud800"])
def test_a_path_is_one_line_however_it_is_made(json_log: Log, text_log: Log, path: str) -> None:
    serve(path)

    for log in (json_log, text_log):
        (line,) = log.text.splitlines()
        assert len(line) < 1000
        assert line.isprintable()


def test_no_token_gets_into_a_line(json_log: Log, text_log: Log) -> None:
    token = new_token()
    tell(logging.ERROR, "odd", message=f"with {token} in it")
    serve(f"/v1/{token}")
    try:
        raise ValueError(token)
    except ValueError:
        logging.getLogger("assay.server").exception("it had %s", token)

    for log in (json_log, text_log):
        assert token[6:] not in log.text
        assert log.text.count("assay_…") >= 4


def test_what_packages_warn_of_is_told(json_log: Log) -> None:
    logging.getLogger("uvicorn.error").warning("a %s", "warning")
    logging.getLogger("uvicorn.error").info("news")

    (event,) = json_log.events
    assert ("message", "uvicorn.error", "a warning") == (event["event"], event["logger"], event["message"])


def test_a_traceback_stays_in_its_object(json_log: Log) -> None:
    try:
        _ = 1 / 0
    except ZeroDivisionError:
        logging.getLogger("assay.server").exception("it failed")

    (event,) = json_log.events
    assert "ZeroDivisionError" in event["traceback"]


def test_a_line_to_read_has_what_belongs_to_it(text_log: Log) -> None:
    tell(logging.INFO, "started", url="http://127.0.0.1:1", store=None, pid=7)

    (line,) = text_log.text.splitlines()
    assert line.endswith("Z info    started url=http://127.0.0.1:1 pid=7")


def test_below_its_level_nothing_is_told(json_log: Log) -> None:
    tell(logging.DEBUG, "detail", number=1)

    assert "" == json_log.text
