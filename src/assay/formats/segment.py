"""Segments: what the recorder carries from a journal to a store at once, rows as they are.

    offset  size  field
    0       8     "ASSAYSEG"
    8       4     version (u32, little-endian like all of this header)
    12      4     CRC-32 of everything before and behind it
    16      4     length h of the head in bytes
    20      4     byte-order mark of the rows
    24      h     head: a JSON list of [names, stamped, rows], one for each layout, padded with spaces to 8 bytes
    24+h    …     rows, layout after layout, drawn in `assay.formats.rows`

A segment says itself which metrics its rows hold, so it can be read without anything that came before it.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from assay.formats.rows import WORD_BYTES, Layout

VERSION = 1
_HEAD = struct.Struct("<8sIIII")
_MAGIC = b"ASSAYSEG"
_ORDER = struct.unpack("<I", struct.pack("=I", 0x01020304))[0]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one layout.

    Attributes:
        layout: Which metrics stand in each row.
        count: How many rows.
        body: Their words.
    """

    layout: Layout
    count: int
    body: bytes


def encode_segment(parts: Iterable[Rows]) -> bytes:
    """A segment of these rows."""
    parts = list(parts)
    head = json.dumps([[part.layout.names, int(part.layout.stamped), part.count] for part in parts]).encode()
    head += b" " * (-len(head) % WORD_BYTES)
    before = struct.pack("<8sI", _MAGIC, VERSION)
    behind = b"".join([struct.pack("<II", len(head), _ORDER), head, *(part.body for part in parts)])
    return before + struct.pack("<I", zlib.crc32(behind, zlib.crc32(before))) + behind


def decode_segment(data: bytes) -> list[Rows]:
    """The rows of a segment.

    Raises:
        ValueError: The bytes are not a whole segment, or one of a version or byte order that can't be read here.
    """
    if len(data) < _HEAD.size:
        raise ValueError("shorter than a segment's header")
    magic, version, checksum, head_bytes, order = _HEAD.unpack_from(data)
    if magic != _MAGIC:
        raise ValueError("not a segment")
    if version > VERSION:
        raise ValueError(f"segment of version {version}, newer than {VERSION}")
    if order != _ORDER:
        raise ValueError("segment from a machine of another byte order")
    view = memoryview(data)
    if zlib.crc32(view[16:], zlib.crc32(view[:12])) != checksum:
        raise ValueError("checksum of the segment does not match")
    at = _HEAD.size + head_bytes
    rows = []
    for names, stamped, count in json.loads(data[_HEAD.size : at]):
        layout = Layout(tuple(names), bool(stamped))
        size_bytes = layout.words * WORD_BYTES * count
        rows.append(Rows(layout, count, data[at : at + size_bytes]))
        at += size_bytes
    if at != len(data):
        raise ValueError("segment of another length than its head says")
    return rows


def count_points(data: bytes) -> int:
    """How many points a whole segment holds, by its head alone; NaN that stands for "not logged" is counted too."""
    head_bytes = _HEAD.unpack_from(data)[3]
    return sum(len(names) * count for names, _, count in json.loads(data[_HEAD.size : _HEAD.size + head_bytes]))
