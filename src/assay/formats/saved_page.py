"""Saved pages: one HTML file that shows runs without a server. Drawn in docs/formats/page.md.

What the page would ask a server for lies in elements that a browser neither shows nor runs. Their texts are ASCII and
have no `<`, so nothing that a user logged can end such an element or begin another one.

Points are packed so that they come back bit for bit: differences where columns are regular, bytes of one weight side by
side, then deflate. A million points of noise take 6.8 bytes each, which become 9 in base64.
"""

from __future__ import annotations

import re
import struct
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from assay.formats.columns import Columns

VERSION = 1
"""Of what lies in the file; written into it, and never read by another version: the page is in the file too."""
MARK = "<!doctype html><!-- saved by Assay -->"
"""How such a file begins; the build of the page puts it there."""
PLACE = "<!--data-->"
"""Where in the page the elements go."""
BLOCK_POINTS = 1 << 17
"""Points of one block: a browser unpacks so many within some milliseconds, and does other things before the next."""
LEVEL = 6
"""Of deflate: the highest takes six times as long for a thousandth."""
_COUNT = struct.Struct("<I")
_UNSAFE = re.compile("[<>&\x7f-\U0010ffff]")


def data_element(identity: str, text: Iterable[str], kind: str = "text/plain") -> Iterator[str]:
    """An element that a browser keeps and does not look into.

    Args:
        identity: What the page finds it by.
        text: Of ASCII without `<`, in pieces.
        kind: Its media type, none that is run.
    """
    yield f'<script type="{kind}" data-saved="{_attribute(identity)}">'
    yield from text
    yield "</script>\n"


def json_element(identity: str, encoded: bytes) -> Iterator[str]:
    """An element that holds JSON."""
    return data_element(identity, [script_text(encoded.decode())], "application/json")


def script_text(text: str) -> str:
    """JSON as ASCII that can't end the element it stands in: such characters stand in its strings alone."""
    return _UNSAFE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _attribute(text: str) -> str:
    return escape(text).encode("ascii", "xmlcharrefreplace").decode()


def bytes_text(data: bytes) -> str:
    """Bytes as text of an element."""
    return b64encode(data).decode()


def points_text(pieces: Iterable[Columns]) -> Iterator[str]:
    """The text of a series: a line for each block of its points.

    Args:
        pieces: The points in order.
    """
    for block in _blocks(pieces):
        yield bytes_text(pack_points(block))
        yield "\n"


def _blocks(pieces: Iterable[Columns]) -> Iterator[Columns]:
    import numpy as np

    held: list[Columns] = []
    count = 0
    for piece in pieces:
        held.append(piece)
        count += len(piece)
        if count < BLOCK_POINTS:
            continue
        whole = _joined(held)
        for at in range(0, count - count % BLOCK_POINTS, BLOCK_POINTS):
            yield _part(whole, at, at + BLOCK_POINTS)
        rest = _part(whole, count - count % BLOCK_POINTS, count)
        # A copy, so that a few points left over do not keep a large piece.
        held = [Columns(*(np.array(one) for one in (rest.steps, rest.timestamps_us, rest.values)))]
        count = len(rest)
    if count:
        yield _joined(held)


def _joined(parts: list[Columns]) -> Columns:
    import numpy as np

    return Columns(
        np.concatenate([np.asarray(one.steps, np.int64) for one in parts]),
        np.concatenate([np.asarray(one.timestamps_us, np.int64) for one in parts]),
        np.concatenate([np.asarray(one.values, np.float64) for one in parts]),
    )


def _part(columns: Columns, start: int, end: int) -> Columns:
    return Columns(columns.steps[start:end], columns.timestamps_us[start:end], columns.values[start:end])


def pack_points(columns: Columns) -> bytes:
    """A block of points; differences wrap around at 2**64, so none is too great."""
    import numpy as np

    steps = np.asarray(columns.steps, "<i8")
    changes = np.diff(steps, prepend=np.int64(0))
    pace = np.diff(changes, prepend=np.int64(0))
    times = np.diff(np.asarray(columns.timestamps_us, "<i8"), prepend=np.int64(0))
    values = np.asarray(columns.values, "<f8").view("<u8")
    planes = [_COUNT.pack(len(steps))]
    planes += [_planes(one) for one in (_unsigned(pace), _unsigned(times), values)]
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -15)
    return b"".join([*map(packer.compress, planes), packer.flush()])


def _unsigned(differences: Any) -> Any:
    """0, -1, 1, -2, … as 0, 1, 2, 3, …: small ones of either sign are small."""
    return ((differences << 1) ^ (differences >> 63)).view("<u8")


def _planes(words: Any) -> bytes:
    """The lowest byte of each word, then the next byte of each, up to the highest."""
    import numpy as np

    return bytes(np.ascontiguousarray(np.ascontiguousarray(words, "<u8").view(np.uint8).reshape(-1, 8).T).tobytes())
