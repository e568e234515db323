r"""Chunks: immutable compressed columns of one series, with their extremes beside them.

A chunk's body, little-endian:

    offset  size  field
    0       4     "ACHK"
    4       2     version (u16)
    6       2     codec (u16): 0 = columns as they are, 1 = each column by pcodec
    8       4     number of points n (u32)
    12      4     CRC-32 of everything before and behind it
    16      4     length of the steps column in bytes (u32)
    20      4     length of the timestamps column (u32); what is left is the values column
    24      …     steps (int64), timestamps (int64, µs since 1970), values (float64)

Points stand by step, then time, then order of logging. The extremes beside a body are for drawing without reading
points: the columns are cut every `BLOCK_POINTS` points, and each cut keeps its least and its greatest value whole:

    first step | first timestamp | last step | last timestamp   (int64, of the chunk)
    first value | last value                                    (float64, of the chunk)
    min step | min timestamp | max step | max timestamp         (int64, each for block after block)
    min value | max value                                       (float64, each for block after block)

Infinities are extremes; NaN is not, unless a block holds nothing else. The extremes end with the CRC-32 of themselves.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assay.formats.columns import Columns

if TYPE_CHECKING:
    import numpy as np

VERSION = 1
RAW, PCO = 0, 1
MAX_POINTS = 65_536
"""Points a chunk: decoded in about a millisecond, and small enough to be rewritten when the next ones come."""
BLOCK_POINTS = 512
"""Points a pair of extremes: 0.1 bytes a point, and a thousandth of a million points is drawn from 2,000 pairs."""

_HEAD = struct.Struct("<4sHHIIII")
_MAGIC = b"ACHK"
_RAW_LIMIT = 64
"""Below this many points pcodec's own header outweighs what it saves."""


def encode_chunk(columns: Columns) -> bytes:
    """The body of a chunk of 1 to `MAX_POINTS` sorted points; columns in `array.array` are kept as they are."""
    parts: list[Any] = [columns.steps, columns.timestamps_us, columns.values]
    codec = RAW
    if isinstance(columns.values, array):
        encoded = [part.tobytes() for part in parts]
        if sys.byteorder == "big":  # pragma: no cover
            encoded = [_swapped(part) for part in parts]
    elif len(columns) < _RAW_LIMIT:
        encoded = [part.astype(part.dtype.newbyteorder("<")).tobytes() for part in parts]
    else:
        from pcodec import ChunkConfig, standalone

        codec = PCO
        encoded = [bytes(standalone.simple_compress(part, ChunkConfig())) for part in parts]
    rest = struct.pack("<II", len(encoded[0]), len(encoded[1])) + b"".join(encoded)
    head = struct.pack("<4sHHI", _MAGIC, VERSION, codec, len(columns))
    return head + struct.pack("<I", zlib.crc32(rest, zlib.crc32(head))) + rest


def _swapped(part: array[Any]) -> bytes:  # pragma: no cover
    other = part[:]
    other.byteswap()
    return other.tobytes()


def decode_chunk(body: bytes) -> Columns:
    """The points of a chunk as numpy arrays.

    Raises:
        ValueError: The bytes are not a whole chunk, or one of a newer version.
    """
    import numpy as np

    count, codec, columns = _split(body)
    if codec == PCO:
        from pcodec import standalone

        decoded = []
        for part, kind in zip(columns, (np.int64, np.int64, np.float64), strict=True):
            column = np.empty(count, kind)
            standalone.simple_decompress_into(bytes(part), column)
            decoded.append(column)
        return Columns(*decoded)
    return Columns(
        np.frombuffer(columns[0], "<i8").astype(np.int64, copy=False),
        np.frombuffer(columns[1], "<i8").astype(np.int64, copy=False),
        np.frombuffer(columns[2], "<f8").astype(np.float64, copy=False),
    )


def check_chunk(body: bytes) -> int:
    """The number of points of a chunk whose checksum holds.

    Raises:
        ValueError: The bytes are not a whole chunk, or one of a newer version.
    """
    return _split(body)[0]


def _split(body: bytes) -> tuple[int, int, list[memoryview]]:
    if len(body) < _HEAD.size:
        raise ValueError("shorter than a chunk's header")
    magic, version, codec, count, checksum, steps, times = _HEAD.unpack_from(body)
    if magic != _MAGIC:
        raise ValueError("not a chunk")
    if version > VERSION or codec > PCO:
        raise ValueError(f"chunk of version {version} with codec {codec}, newer than this reader")
    view = memoryview(body)
    if zlib.crc32(view[16:], zlib.crc32(view[:12])) != checksum:
        raise ValueError("checksum of the chunk does not match")
    first, second = _HEAD.size + steps, _HEAD.size + steps + times
    return count, codec, [view[_HEAD.size : first], view[first:second], view[second:]]


@dataclass(slots=True)
class Extremes:
    """The least and the greatest point of each block of a chunk, as numpy arrays of one entry a block.

    `first` and `last` are the chunk's first and last point, as columns of one point.
    """

    min_steps: Any
    min_timestamps_us: Any
    max_steps: Any
    max_timestamps_us: Any
    min_values: Any
    max_values: Any
    first: Columns
    last: Columns


BLOCK_COLUMNS = ("min_steps", "min_timestamps_us", "max_steps", "max_timestamps_us", "min_values", "max_values")
"""The columns of `Extremes`, in the order in which they are encoded."""


def find_extremes(columns: Columns) -> Extremes:
    """The extremes of numpy columns."""
    import numpy as np

    lows, highs = block_extremes(columns.values, np.arange(0, len(columns), BLOCK_POINTS))
    return Extremes(
        columns.steps[lows],
        columns.timestamps_us[lows],
        columns.steps[highs],
        columns.timestamps_us[highs],
        columns.values[lows],
        columns.values[highs],
        # Copies: a view of one point would keep all of them in memory.
        Columns(columns.steps[:1].copy(), columns.timestamps_us[:1].copy(), columns.values[:1].copy()),
        Columns(columns.steps[-1:].copy(), columns.timestamps_us[-1:].copy(), columns.values[-1:].copy()),
    )


def extremes_of(columns: Columns) -> bytes:
    """The extremes of numpy columns, encoded; empty for a chunk of one block, which is as quickly read itself."""
    if len(columns) <= BLOCK_POINTS:
        return b""
    found = find_extremes(columns)
    parts = [found.first.steps, found.first.timestamps_us, found.last.steps, found.last.timestamps_us]
    parts += [found.first.values, found.last.values, *(getattr(found, name) for name in BLOCK_COLUMNS)]
    body = b"".join(part.astype(part.dtype.newbyteorder("<")).tobytes() for part in parts)
    return body + struct.pack("<I", zlib.crc32(body))


def decode_extremes(body: bytes) -> Extremes:
    """The extremes beside a chunk.

    Raises:
        ValueError: The bytes are not what was written.
    """
    import numpy as np

    blocks, rest = divmod(len(body) - 4 - 48, 48)
    if blocks < 1 or rest or struct.unpack_from("<I", body, len(body) - 4)[0] != zlib.crc32(memoryview(body)[:-4]):
        raise ValueError("checksum of the chunk's extremes does not match")
    whole = np.frombuffer(body, "<i8", (blocks + 1) * 6)
    ends, table = whole[:6], whole[6:].reshape(6, blocks)
    end_values, doubles = ends.view("<f8"), table.view("<f8")
    return Extremes(
        table[0],
        table[1],
        table[2],
        table[3],
        doubles[4],
        doubles[5],
        Columns(ends[0:1], ends[1:2], end_values[4:5]),
        Columns(ends[2:3], ends[3:4], end_values[5:6]),
    )


def block_extremes(values: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the least and the greatest value of each block stand; the first of equals, NaN only among NaN.

    Args:
        values: float64, shape (n,).
        starts: The first index of each block, increasing from 0; a block ends where the next starts.

    Returns:
        Two int64 arrays of indices into `values`, one entry a block.
    """
    import numpy as np

    sizes = np.diff(np.append(starts, len(values)))
    block = np.repeat(np.arange(len(starts)), sizes)
    missing = np.isnan(values)
    if not missing.any():
        return _first_equal(values, np.minimum, starts, block), _first_equal(values, np.maximum, starts, block)
    found = []
    for filled, reduce in ((np.inf, np.minimum), (-np.inf, np.maximum)):
        plain = np.where(missing, filled, values)
        where = _first_equal(plain, reduce, starts, block)
        # Among the values that equal the block's best, a true one goes before a NaN filled in, then the first counts.
        real = np.flatnonzero((plain == plain[where][block]) & ~missing)
        where[block[real[::-1]]] = real[::-1]
        found.append(where)
    return found[0], found[1]


def _first_equal(values: np.ndarray, reduce: np.ufunc, starts: np.ndarray, block: np.ndarray) -> np.ndarray:
    """Where the first of the values stands that equal what each block is reduced to."""
    import numpy as np

    hits = np.flatnonzero(values == reduce.reduceat(values, starts)[block])
    where = starts.copy()
    where[block[hits[::-1]]] = hits[::-1]
    return where
