r"""What goes over a network beside plain JSON: parcels to a server, points from it, numbers that JSON lacks.

Parcels, the body of one request (media type `application/vnd.assay.parcels`), all header fields little-endian:

    offset  size  field
    0       8     "ASSAYPCL"
    8       4     version (u32)
    12      4     how many parcels follow (u32)

    each parcel:
    0       4     "PRCL"
    4       4     CRC-32 of everything behind it in this parcel (u32)
    8       4     length h of the head (u32)
    12      4     length e of the events (u32)
    16      4     length r of the rows (u32)
    20      h     head: JSON {"writer", "index", "final", "opening": null or {"run", "entered", "process", "opened_us"}}
    20+h    e     events: frames as in an events file, drawn in `assay.formats.event`
    …       r     rows: a segment, drawn in `assay.formats.segment`; nothing where there are none

Points (media type `application/vnd.assay.points`): a stream of frames, the last of which says so, so that a stream that
was cut is told from one that ended:

    offset  size  field
    0       4     "PNTS"
    4       4     length h of the head, a multiple of 8 less these 8 bytes (u32, little-endian)
    8       h     head: JSON {"run", "name", "count"}, or {"end": true}; padded with spaces
    8+h     8n    steps, int64, little-endian
    …       8n    timestamps, int64, microseconds since 1970
    …       8n    values, float64, bit for bit

So each column begins at a multiple of 8 bytes, and a browser views it as a typed array as it lies.

JSON has no NaN and no infinity: such a number is written {"nonfinite": "NaN"}, "Infinity" or "-Infinity" within. A NaN
whose bits are not the usual ones brings them, {"nonfinite": "NaN", "bits": "7ff8000000000001"}. An object that has the
name "nonfinite" itself is written {"nonfinite": "object", "value": {…}}, so that it comes back as what it was.
"""

from __future__ import annotations

import json
import math
import re
import struct
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from assay.formats.columns import Columns
from assay.formats.event import Damage, Event, decode_events, encode_event

VERSION = 1
"""Of parcels; a server refuses greater ones, and takes smaller ones for ever."""
PARCELS_TYPE = "application/vnd.assay.parcels"
POINTS_TYPE = "application/vnd.assay.points"
_FILE = struct.Struct("<8sII")
_MAGIC = b"ASSAYPCL"
_PARCEL = struct.Struct("<4sIIII")
_MARK = b"PRCL"
_FRAME = struct.Struct("<4sI")
_POINTS = b"PNTS"
MARK = "nonfinite"
"""The name by which an object in JSON stands for a number that JSON lacks."""
_F64 = struct.Struct(">d")
_USUAL_NAN = _F64.pack(math.nan)
_BITS = re.compile("[0-9a-f]{16}")
_NONFINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}

encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode_parcel(head: dict[str, Any], events: Sequence[Event], rows: bytes) -> bytes:
    """One parcel, without what stands before all of them."""
    texts = encode_json(head).encode()
    frames = b"".join(map(_event_frame, events))
    behind = struct.pack("<III", len(texts), len(frames), len(rows))
    checksum = zlib.crc32(rows, zlib.crc32(frames, zlib.crc32(texts, zlib.crc32(behind))))
    return b"".join([_MARK, struct.pack("<I", checksum), behind, texts, frames, rows])


def _event_frame(event: Event) -> bytes:
    try:
        return encode_event(event)
    except UnicodeEncodeError:
        return encode_event(event, ascii_only=True)


def encode_parcels(parcels: Sequence[bytes]) -> bytes:
    """A request's body of encoded parcels."""
    return b"".join([_FILE.pack(_MAGIC, VERSION, len(parcels)), *parcels])


def decode_parcels(data: bytes) -> Iterator[tuple[dict[str, Any], list[Event], bytes]]:
    """Head, events and rows of each parcel; rows stay encoded.

    Raises:
        ValueError: The bytes are not whole parcels, or of a newer version.
    """
    if len(data) < _FILE.size:
        raise ValueError("shorter than the header of parcels")
    magic, version, count = _FILE.unpack_from(data)
    if magic != _MAGIC:
        raise ValueError("not parcels")
    if not 1 <= version <= VERSION:
        raise ValueError(f"parcels of version {version}, which is none of 1 to {VERSION}")
    at = _FILE.size
    for number in range(count):
        if at + _PARCEL.size > len(data):
            raise ValueError(f"parcel {number} is missing")
        mark, checksum, head_bytes, events_bytes, rows_bytes = _PARCEL.unpack_from(data, at)
        start = at + _PARCEL.size
        end = start + head_bytes + events_bytes + rows_bytes
        if mark != _MARK or end > len(data) or zlib.crc32(data[at + 8 : end]) != checksum:
            raise ValueError(f"parcel {number} is damaged")
        head = json.loads(data[start : start + head_bytes])
        frames = data[start + head_bytes : end - rows_bytes]
        events = []
        for event in decode_events(frames, 0):
            if isinstance(event, Damage):
                raise ValueError(f"parcel {number}: bytes that belong to no event")
            events.append(event)
        yield head, events, data[end - rows_bytes : end]
        at = end
    if at != len(data):
        raise ValueError("bytes behind the last parcel")


def encode_points(run_uid: str, name: str, columns: Columns, writer: str | None = None) -> bytes:
    """One frame of points; of one writer alone where it is named."""
    head: dict[str, Any] = {"run": run_uid, "name": name, "count": len(columns)}
    if writer is not None:
        head["writer"] = writer
    parts = [_little(columns.steps), _little(columns.timestamps_us), _little(columns.values)]
    return b"".join([_frame_head(head), *parts])


def encode_end() -> bytes:
    """The frame that ends a stream of points."""
    return _frame_head({"end": True})


def _frame_head(head: dict[str, Any]) -> bytes:
    text = encode_json(head).encode()
    text += b" " * (-len(text) % 8)
    return _FRAME.pack(_POINTS, len(text)) + text


def _little(column: Any) -> bytes:
    if sys.byteorder == "big":  # pragma: no cover
        column = array(column.typecode, column) if isinstance(column, array) else column.copy()
        column.byteswap() if isinstance(column, array) else column.byteswap(inplace=True)
    return bytes(column.tobytes())


def read_points(source: IO[bytes]) -> Iterator[tuple[str, str, Columns]]:
    """Run, name and columns of each frame of a stream, to its end; `read_frames` says what is raised."""
    for head, columns in read_frames(source):
        yield head["run"], head["name"], columns


def read_frames(source: IO[bytes]) -> Iterator[tuple[dict[str, Any], Columns]]:
    """Head and columns of each frame of a stream, to its end.

    Raises:
        ValueError: The stream was cut, or is none.
    """
    import numpy as np

    while True:
        mark, head_bytes = _FRAME.unpack(_exactly(source, _FRAME.size))
        if mark != _POINTS:
            raise ValueError("not points")
        head = json.loads(_exactly(source, head_bytes))
        if head.get("end"):
            return
        count = int(head["count"])
        steps, timestamps, values = (
            np.frombuffer(_exactly(source, 8 * count), kind).astype(kind[1:], copy=False)
            for kind in ("<i8", "<i8", "<f8")
        )
        yield head, Columns(steps, timestamps, values)


def _exactly(source: IO[bytes], size_bytes: int) -> bytes:
    pieces, left = [], size_bytes
    while left:
        piece = source.read(left)
        if not piece:
            raise ValueError("the points end before their end was said: the connection was cut")
        pieces.append(piece)
        left -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def to_wire(value: Any) -> Any:
    """The same value for JSON: numbers that are not finite are wrapped."""
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        if value == value:
            return {MARK: "Infinity" if value > 0 else "-Infinity"}
        bits = _F64.pack(value)
        return {MARK: "NaN"} if bits == _USUAL_NAN else {MARK: "NaN", "bits": bits.hex()}
    if isinstance(value, dict):
        written = {name: to_wire(one) for name, one in value.items()}
        return {MARK: "object", "value": written} if MARK in written else written
    if isinstance(value, list | tuple):
        return [to_wire(one) for one in value]
    return value


def from_wire(value: Any) -> Any:
    """What `to_wire` was given, tuples as lists.

    Raises:
        ValueError: A number is wrapped in a way that `to_wire` does not.
    """
    if isinstance(value, dict):
        if MARK in value:
            return _unwrapped(value)
        return {name: from_wire(one) for name, one in value.items()}
    if isinstance(value, list):
        return [from_wire(one) for one in value]
    return value


def _unwrapped(value: dict[str, Any]) -> Any:
    kind = value[MARK]
    if kind == "object" and isinstance(value.get("value"), dict):
        return {name: from_wire(one) for name, one in value["value"].items()}
    if kind == "NaN" and "bits" in value:
        bits = value["bits"]
        if isinstance(bits, str) and _BITS.fullmatch(bits):
            number = _F64.unpack(bytes.fromhex(bits))[0]
            if number != number:
                return number
    elif isinstance(kind, str) and kind in _NONFINITE:
        return _NONFINITE[kind]
    raise ValueError(f"an object with the name {MARK!r} that wraps no number: {str(value)[:80]}")


def joined(parts: Iterable[bytes]) -> bytes:
    """Frames of points, ended."""
    return b"".join([*parts, encode_end()])
