"""The table of tables of a SQLite file, found by its leaves where the page that leads to them was written over.

A catalog that came forward from an earlier format has them in other places than a new one, so its first page can't be
taken from that. Source: https://www.sqlite.org/fileformat.html#b_tree_pages.

    first page of 2,048 bytes or more                            a leaf anywhere
    +--------+----+----+-----+-------+---+-------+   +-------+   +----+----+-----+-------+---+
    | header | 05 | 00 | n   | start | 0 | right |…  | cells |   | 0d | 00 | n   | start | 0 |…
    | 100 B  |    |    | u16 | u16   |   | u32   |   | page, |   |    |    | u16 | u16   |   |
    +--------+----+----+-----+-------+---+-------+   | rowid |   +----+----+-----+-------+---+
                                                     +-------+
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass

_INTERIOR, _LEAF = 5, 13
_HEADER_BYTES = 100
_KINDS = (b"table", b"index", b"view")
MOST_LEAVES, MOST_STALE = 16, 3
"""So many leaves are put together, of which so many may be leftovers of what was changed since: a store has some four
leaves, and each way to put them together is tried."""


@dataclass(frozen=True, slots=True)
class _SchemaLeaf:
    """A page with rows of the table of tables; the rows' numbers, first and last."""

    page: int
    first: int
    last: int


def first_pages(path: str, fresh: bytes) -> Iterator[bytes]:
    """First pages that lead to the leaves which a file holds, the likeliest first; the file is read for them.

    Args:
        path: The file.
        fresh: The first page of a new store with the same number of pages; its header is kept.
    """
    leaves = list(itertools.islice(_schema_leaves(path, len(fresh)), MOST_LEAVES))
    for missing in range(MOST_STALE + 1):
        for left_out in itertools.combinations(leaves, missing):
            some = sorted((one for one in leaves if one not in left_out), key=lambda one: one.first)
            if len(some) > 1 and all(one.last < other.first for one, other in itertools.pairwise(some)):
                yield _leading_to(some, fresh)


def _schema_leaves(path: str, size: int) -> Iterator[_SchemaLeaf]:
    with open(path, "rb") as file:
        file.seek(size)
        for number in itertools.count(2):
            page = file.read(size)
            if len(page) < size:
                return
            (count,) = struct.unpack_from(">H", page, 3)
            if page[0] != _LEAF or not 0 < count < size // 4:
                continue
            rows = [_row_number(page, at) for at in struct.unpack_from(f">{count}H", page, 8)]
            numbers = [one for one in rows if one is not None]
            if len(numbers) == count:
                yield _SchemaLeaf(number, min(numbers), max(numbers))


def _row_number(page: bytes, at: int) -> int | None:
    """The number of a row of the table of tables, None where it is one of another table."""
    try:
        _, at = _varint(page, at)
        number, at = _varint(page, at)
        head_bytes, kinds = _varint(page, at)
        kind, _ = _varint(page, kinds)
    except IndexError:
        return None
    body = at + head_bytes
    is_text = kind >= 13 and kind % 2 == 1
    return number if is_text and page[body : body + (kind - 13) // 2] in _KINDS else None


def _leading_to(leaves: list[_SchemaLeaf], fresh: bytes) -> bytes:
    page = bytearray(len(fresh))
    page[:_HEADER_BYTES] = fresh[:_HEADER_BYTES]
    end = len(page)
    places = []
    for leaf in leaves[:-1]:
        cell = struct.pack(">I", leaf.page) + _as_varint(leaf.last)
        end -= len(cell)
        page[end : end + len(cell)] = cell
        places.append(end)
    struct.pack_into(">BHHHBI", page, _HEADER_BYTES, _INTERIOR, 0, len(places), end, 0, leaves[-1].page)
    struct.pack_into(f">{len(places)}H", page, _HEADER_BYTES + 12, *places)
    return bytes(page)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for used in range(8):
        byte = data[at + used]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + used + 1
    return value << 8 | data[at + 8], at + 9


def _as_varint(value: int) -> bytes:
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | 0x80)
    return bytes(reversed(parts))
