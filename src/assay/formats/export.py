"""Exports: runs with all that belongs to them in one file. Drawn in docs/formats/export.md.

The file is a tar archive: one pass writes it and one reads it, no part of it need be in memory, it may be of any size,
and whoever has no Assay can still unpack it. A zip file would keep a directory of all entries in memory and put
it last. What tar lacks is a checksum of what it holds: the last entry is the SHA-256 of all bytes before it, and the
bytes from there on can be none but those.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

VERSION = 1
"""Version of this format; a reader refuses a greater one."""
BLOCK_BYTES = 512
"""What tar counts in: an entry's header is one block, and its bytes are filled up to whole ones."""
HEAD_NAME = "assay-export.json"
EXPERIMENTS_NAME = "experiments.jsonl"
RUNS_NAME, POINTS_NAME = "runs.jsonl", "points"
OBJECTS_FOLDER = "objects/"
DIGEST_NAME = "sha256"
CLOSING_BYTES = 4 * BLOCK_BYTES
"""The last entry's header and block, and the two empty blocks that end an archive."""
FORMAT = "assay-export"

_LENGTH = struct.Struct("<I")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_Record = TypeVar("_Record")


@dataclass(frozen=True, slots=True)
class ExportHead:
    """The first entry.

    Attributes:
        format: `assay-export`.
        version: Of this format.
        exported_us: When the export began, microseconds since 1970.
    """

    format: str
    version: int
    exported_us: int


@dataclass(frozen=True, slots=True)
class ExportedExperiment:
    """An experiment."""

    uid: str
    name: str
    display_name: str
    description: str
    tags: dict[str, str]
    created_us: int
    changed_us: int


@dataclass(frozen=True, slots=True)
class ExportedWriter:
    """An attempt at a run."""

    uid: str
    attempt: int
    entered: bool
    process: dict[str, Any]
    status: str
    message: str | None
    traceback: str | None
    start_us: int
    end_us: int | None
    next_segment: int
    tail_bytes: int


@dataclass(frozen=True, slots=True)
class ExportedArtifact:
    """An artifact; `sha256` names its object in the same file."""

    is_output: bool
    name: str
    step: int | None
    kind: str
    value: str | None
    media_type: str | None
    size_bytes: int | None
    sha256: str | None
    caption: str | None
    created_us: int


@dataclass(frozen=True, slots=True)
class ExportedSeries:
    """The summary of a series as a store keeps it.

    Attributes:
        name: The metric.
        bits: The figures that are NaN or -0.0 make it needed: last, min, max, mean and first as little-endian float64
            in hexadecimal, None where every figure is what it seems.
    """

    name: str
    count: int
    nonfinite_count: int
    last: float | None
    min: float | None
    max: float | None
    mean: float | None
    first: float | None
    bits: str | None
    first_step: int
    last_step: int
    min_step: int | None
    max_step: int | None
    last_timestamp_us: int
    first_timestamp_us: int | None


@dataclass(frozen=True, slots=True)
class ExportedRun:
    """A run, all but its points and the bytes of its objects.

    Attributes:
        entered_writer: The first of the writers that are inside, as an index into `writers`.
        parameters_set: For each parameter how many microseconds after `created_us` it was set, and the index of the
            writer that did; a later value of another writer replaces it.
        objects: The SHA-256 of each object that it needs, those of files in directories among them.
    """

    uid: str
    experiment_uid: str
    name: str
    display_name: str
    description: str
    status: str | None
    status_message: str | None
    start_us: int | None
    end_us: int | None
    created_us: int
    entered_writer: int | None
    refused: int
    parameters: dict[str, Any]
    parameters_set: dict[str, tuple[int, int | None]]
    tags: dict[str, str]
    goals: dict[str, dict[str, Any]]
    writers: list[ExportedWriter] = field(default_factory=list)
    artifacts: list[ExportedArtifact] = field(default_factory=list)
    series: list[ExportedSeries] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PointsHead:
    """What stands before a chunk or a segment in an entry of points.

    Attributes:
        run: The run, as an index into the group's runs.
        writer: The writer, as an index into the run's writers.
        metric: Of a chunk, else None.
        segment: The number of a segment, None for a chunk.
        summarised: Whether the run's `series` cover the segment's rows.
        extremes_bytes: How long the extremes are that follow.
        body_bytes: How long the chunk or segment is that follows them.
    """

    run: int
    writer: int
    metric: str | None
    segment: int | None
    count: int
    first_step: int
    last_step: int
    summarised: bool
    extremes_bytes: int
    body_bytes: int

    @property
    def rest_bytes(self) -> int:
        """How many bytes follow the head."""
        return self.extremes_bytes + self.body_bytes


def encode_record(record: Any) -> bytes:
    """A record as one line of JSON in Python's dialect: NaN, Infinity, integers of any size."""
    import msgspec  # its plain dicts are made ten times as fast as those of `dataclasses.asdict`

    return (_encode(msgspec.to_builtins(record)) + "\n").encode()


def decode_record(line: bytes, kind: type[_Record]) -> _Record:
    """A record of one line.

    Raises:
        ValueError: The line is no JSON, lacks a field or holds something of another type.
    """
    import msgspec

    try:
        record = msgspec.convert(json.loads(line), kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise ValueError(f"{kind.__name__}: {error}") from error
    for one in fields(record):  # type: ignore[arg-type]
        _check_integer(one.name, getattr(record, one.name))
    return record


def _check_integer(name: str, value: Any) -> None:
    if type(value) is int and not -(2**63) <= value < 2**63:
        raise ValueError(f"{name}: {value} does not fit into 64 bits")


def encode_points_head(head: PointsHead) -> bytes:
    """A head with its length before it."""
    text = encode_record(head)
    return _LENGTH.pack(len(text)) + text


LENGTH_BYTES = _LENGTH.size


def points_head_bytes(length: bytes) -> int:
    """How long the head is that follows these bytes."""
    return int(_LENGTH.unpack(length)[0])


def decode_points_head(text: bytes) -> PointsHead:
    """The head of a chunk or segment.

    Raises:
        ValueError: It is none.
    """
    head = decode_record(text, PointsHead)
    if min(head.run, head.writer, head.count, head.extremes_bytes, head.body_bytes) < 0:
        raise ValueError("a negative number in the head of points")
    if (head.metric is None) == (head.segment is None):
        raise ValueError("points that are neither a chunk nor a segment")
    return head


def entry_header(name: str, size_bytes: int, exported_us: int) -> bytes:
    """The block that stands before an entry's bytes."""
    import tarfile

    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime = size_bytes, max(0, exported_us // 1_000_000)
    return entry.tobuf(tarfile.GNU_FORMAT, "utf-8", "strict")


def decode_entry_header(block: bytes) -> tuple[str, int]:
    """The name and the length of the entry behind a block.

    Raises:
        ValueError: It is not the header of an entry of an export.
    """
    import tarfile

    try:
        entry = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
    except (tarfile.HeaderError, UnicodeError) as error:
        raise ValueError(f"no header of an entry: {error}") from error
    if not entry.isreg() or entry.size < 0:
        raise ValueError(f"entry {entry.name!r} is no file")
    return entry.name, entry.size


def padding(size_bytes: int) -> bytes:
    """What fills an entry's bytes up to whole blocks."""
    return bytes(-size_bytes % BLOCK_BYTES)


def closing(digest: str) -> bytes:
    """The end of an export whose bytes so far have this SHA-256."""
    body = digest.encode() + b"\n"
    end = entry_header(DIGEST_NAME, len(body), 0) + body + padding(len(body))
    return end + bytes(2 * BLOCK_BYTES)


def lines(body: bytes) -> Iterator[bytes]:
    """The lines of an entry of records."""
    return (line for line in body.split(b"\n") if line)
