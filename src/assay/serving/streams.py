"""Answers that are sent piece by piece: files in ranges, and events as they come."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Callable, Coroutine, Mapping
from typing import IO, Any

from litestar import Request, Response

from assay.serving.connections import STOPPING
from assay.serving.live import Feed, Listener

PIECE_BYTES = 512 << 10
"""So much of a file is read at a time: little beside a process's memory, even for a thousand downloads."""
COMMENT_S = 15.0
"""How often a listener hears that the connection lives; proxies close one that is silent for a minute."""
SLOW_S = 30.0
"""A listener that takes nothing for so long is dropped; it connects again and hears the last of each run."""
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Pieces(Response[Any]):
    """An answer that sends itself.

    Args:
        sends: Called with the scope, `receive` and `send` of the request.
    """

    def __init__(self, sends: Callable[[Any, Any, Any], Coroutine[Any, Any, None]]) -> None:
        super().__init__(None)
        self._sends = sends

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **_: Any) -> Any:  # noqa: ARG002
        """What sends it."""
        return self._sends


class FileAnswer:
    """A file as an answer, whole or one range of it.

    Args:
        file: Open, seekable; closed when it was sent.
        size_bytes: How long it is.
        headers: Of the answer, besides those that tell the range.
        asked: The request's `Range` header.
        is_head: Whether the headers alone are sent.
    """

    def __init__(
        self,
        file: IO[bytes],
        size_bytes: int,
        headers: Mapping[str, str],
        *,
        asked: str | None = None,
        is_head: bool = False,
    ) -> None:
        self._file = file
        self._size_bytes = size_bytes
        self._headers = headers
        self._range = None if asked is None else read_range(asked, size_bytes)
        self._is_head = is_head

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002
        """Send it."""
        try:
            start, end = self._range or (0, self._size_bytes)
            status = 200 if self._range is None else 206 if start < end else 416
            await send({"type": "http.response.start", "status": status, "headers": self._lines(start, end)})
            if status == 416 or self._is_head or start == end:
                await send({"type": "http.response.body", "body": b""})
                return
            gone = asyncio.create_task(_gone(receive))
            try:
                await self._send(start, end, send, gone)
            finally:
                gone.cancel()
        finally:
            await asyncio.to_thread(self._file.close)

    async def _send(self, start: int, end: int, send: Any, gone: asyncio.Task[None]) -> None:
        if start:
            await asyncio.to_thread(self._file.seek, start)
        while start < end and not gone.done():
            piece = await asyncio.to_thread(self._file.read, min(PIECE_BYTES, end - start))
            if not piece:
                raise OSError("a stored file ended before its end")  # the connection is cut, so the client sees it
            start += len(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": start < end})

    def _lines(self, start: int, end: int) -> list[tuple[bytes, bytes]]:
        lines = {**self._headers, "accept-ranges": "bytes", "content-length": str(end - start)}
        if self._range is not None:
            told = f"{start}-{end - 1}" if start < end else "*"
            lines["content-range"] = f"bytes {told}/{self._size_bytes}"
        return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in lines.items()]


def read_range(asked: str, size_bytes: int) -> tuple[int, int] | None:
    """First byte and end of what a `Range` header asks for; None where the whole is sent: it is none, or several.

    A range that lies behind the end is empty.

    Source: https://www.rfc-editor.org/rfc/rfc9110#name-range-requests
    """
    found = _RANGE.fullmatch(asked.strip())
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        return max(0, size_bytes - int(last)), size_bytes
    if last and int(last) < int(first):
        return None
    start = int(first)
    end = size_bytes if not last else min(size_bytes, int(last) + 1)
    return (start, end) if start < end else (size_bytes, size_bytes)


class LiveAnswer:
    """Events as they come, until the client goes or the server ends.

    Source: https://html.spec.whatwg.org/multipage/server-sent-events.html

    Args:
        feed: What tells of changes.
        listener: What is watched.
    """

    def __init__(self, feed: Feed, listener: Listener) -> None:
        self._feed = feed
        self._listener = listener

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send them."""
        with self._feed.listening(self._listener) as listener:
            headers = [(b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await _tell(send, b"retry: 2000\n\n")
            ends = [asyncio.create_task(_gone(receive))]
            stopping: asyncio.Event | None = scope["state"].get(STOPPING)
            if stopping is not None:
                ends.append(asyncio.create_task(_set(stopping)))
            for task in ends:
                task.add_done_callback(lambda _: listener.end())
            try:
                while (changed := await listener.changes(COMMENT_S)) is not None:
                    await _tell(send, b"".join(map(_event, changed.items())) or b": still here\n\n")
            finally:
                for task in ends:
                    task.cancel()
            await send({"type": "http.response.body", "body": b""})


def _event(change: tuple[str, int | None]) -> bytes:
    uid, revision = change
    kind = "deleted" if revision is None else "changed"
    data = {"run": uid} if revision is None else {"run": uid, "revision": revision}
    return f"event: {kind}\ndata: {json.dumps(data)}\n\n".encode()


async def _tell(send: Any, data: bytes) -> None:
    async with asyncio.timeout(SLOW_S):
        await send({"type": "http.response.body", "body": data, "more_body": True})


async def _gone(receive: Any) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            pass


async def _set(event: asyncio.Event) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await event.wait()
