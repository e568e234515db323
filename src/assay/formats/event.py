r"""Events: everything a run logs but rows of metrics, one after another in a writer's `.events` file.

A file starts with 16 bytes, `ASSAYEV\n`, the format's version (u32) and a byte-order mark (u32), all little-endian.
Frames follow, each appended by one `write`, so that calls from threads and signal handlers need no lock:

    offset  size  field
    0       4     "EVNT"
    4       4     length of the body in bytes (u32)
    8       4     CRC-32 of the 8 time bytes and the body (u32)
    12      8     when the call was made, nanoseconds since 1970 (i64)
    20      n     body: a JSON object; "k" names the kind of event

A frame that does not check is skipped up to the next "EVNT" that does: what a full disk cut short hides nothing
that was appended after it. JSON is Python's: `NaN`, `Infinity` and `-Infinity` stand for those values.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

VERSION = 1
"""Version of this format; a reader refuses a greater one."""

_FILE = struct.Struct("<8sII")
_FRAME = struct.Struct("<4sII")
_TIME = struct.Struct("<q")
_MAGIC = b"ASSAYEV\n"
_MARK = b"EVNT"
_ORDER = 0x01020304
HEADER_BYTES = _FILE.size
FRAME_BYTES = _FRAME.size + _TIME.size

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_decode = json.JSONDecoder().decode


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that a writer said, with the time of the call.

    Attributes:
        time_ns: Nanoseconds since 1970, by the writer's clock.
        kind: What was said: `parameters`, `tags`, `artifact`, `leave`, …
        body: The event's own fields.
        end: Where the frame ends in the file, 0 for an event that has not been written.
    """

    time_ns: int
    kind: str
    body: dict[str, Any]
    end: int = 0


def file_header() -> bytes:
    """The first bytes of an events file."""
    return _FILE.pack(_MAGIC, VERSION, _ORDER)


def encode_event(event: Event, *, ascii_only: bool = False) -> bytes:
    """The frame of one event.

    Args:
        event: The event.
        ascii_only: Whether to escape all other characters; so half a character, which UTF-8 can't hold, arrives too.

    Raises:
        ValueError: A text in it is none that UTF-8 can hold, or an integer has more digits than Python writes.
    """
    content = {"k": event.kind, **event.body}
    body = (json.dumps(content) if ascii_only else _encode(content)).encode()
    stamped = _TIME.pack(event.time_ns) + body
    return _FRAME.pack(_MARK, len(body), zlib.crc32(stamped)) + stamped


@dataclass(slots=True)
class Damage:
    """Bytes of a file that belong to no whole frame."""

    offset: int
    size_bytes: int


def read_header(data: bytes) -> int:
    """The version an events file was written with.

    Raises:
        ValueError: The bytes are not the start of an events file.
    """
    if len(data) < HEADER_BYTES:
        raise ValueError("shorter than an events file's header")
    magic, version, order = _FILE.unpack_from(data)
    if magic != _MAGIC or order != _ORDER:
        raise ValueError("not an events file")
    return int(version)


def decode_events(data: bytes, start: int = HEADER_BYTES) -> Iterator[Event | Damage]:
    """The events of a file's bytes from `start` on, in order, and the damaged stretches between them.

    An unfinished frame at the very end (a write that a kill cut short) is reported as damage too: its call never
    returned, so nothing that was promised is in it.
    """
    at, size, damaged_from = start, len(data), -1
    while at < size:
        event = _event_at(data, at)
        if event is None:
            if damaged_from < 0:
                damaged_from = at
            following = data.find(_MARK, at + 1)
            at = following if following >= 0 else size
            continue
        if damaged_from >= 0:
            yield Damage(damaged_from, at - damaged_from)
            damaged_from = -1
        yield event
        at = event.end
    if damaged_from >= 0:
        yield Damage(damaged_from, size - damaged_from)


def _event_at(data: bytes, at: int) -> Event | None:
    if at + FRAME_BYTES > len(data):
        return None
    mark, length, checksum = _FRAME.unpack_from(data, at)
    start = at + _FRAME.size
    end = start + _TIME.size + length
    if mark != _MARK or end > len(data) or zlib.crc32(data[start:end]) != checksum:
        return None
    body = _decode(data[start + _TIME.size : end].decode())
    kind = body.pop("k")
    return Event(_TIME.unpack_from(data, start)[0], kind, body, end)
