"""Tables as one lasting format: a JSON document of typed columns, read back exactly without any library.

`docs/formats/table.md` draws it. JSON and not Arrow or Parquet, because a page, a script and a person in ten years can
read it, and a table that is logged to be looked at is small.
"""

from __future__ import annotations

import json
from typing import Any

from assay.errors import DamagedError, StoreVersionError
from assay.media.cells import column_type, decode_cells, encode_cells
from assay.media.encoded import Encoded
from assay.media.frames import read_columns
from assay.media.text import utf8

MEDIA_TYPE = "application/vnd.assay.table+json"
"""The media type of an encoded table."""

VERSION = 1
"""Version of this format; a reader refuses a greater one."""


def encode_table(table: Any) -> Encoded:
    """Encodes a table.

    Args:
        table: A pandas or polars DataFrame, an Arrow Table or RecordBatch, a list of dicts (rows; what a row lacks is
            None), or a dict of lists or arrays (columns). Names of columns become text. A pandas index becomes the
            first column where it is more than the rows' numbers.

    Raises:
        InvalidInputError: Two columns have one name, columns have unequal lengths, or a text holds half a character.
        InvalidTypeError: It is no table, or holds values that could not be read back as they are.
    """
    columns = read_columns(table)
    rows = len(columns[0][1]) if columns else 0
    written = b",".join(_encode_column(name, values) for name, values in columns)
    body = b'{"type":"Table","version":%d,"rows":%d,"columns":[%s]}' % (VERSION, rows, written)
    return Encoded(body, MEDIA_TYPE, ".json")


def decode_table(body: bytes) -> dict[str, list[Any]]:
    """Reads a table back.

    Tuples and arrays in cells come back as lists, and a moment or duration with nanoseconds as its text.

    Returns:
        The values of each column, by name, in the table's order.

    Raises:
        StoreVersionError: It was written by a newer Assay.
        DamagedError: It is no table.
    """
    try:
        document = json.loads(body)
        if document["type"] != "Table":
            raise ValueError(f"its type is {document['type']!r}")
        if document["version"] > VERSION:
            raise StoreVersionError(
                f"this table is of version {document['version']}, and this Assay reads up to {VERSION}; "
                "update it: pip install --upgrade assay"
            )
        columns = {each["name"]: decode_cells(each["type"], each["values"]) for each in document["columns"]}
        if {len(values) for values in columns.values()} - {document["rows"]}:
            raise ValueError(f"its columns have other lengths than {document['rows']}")
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise DamagedError(f"these {len(body)} bytes are no table as Assay writes them: {error!r}") from error
    return columns


def _encode_column(name: str, values: list[Any]) -> bytes:
    kind = column_type(values)
    column = {"name": name, "type": kind, "values": encode_cells(kind, values)}
    return utf8(
        json.dumps(column, ensure_ascii=False, allow_nan=False, separators=(",", ":")), f"the table's column {name!r}"
    )
