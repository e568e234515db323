"""Cells: the values of a column in JSON, such that they come back as they were.

Every column has a type, and each type a way to write its values; `docs/formats/table.md` lists them. Values that JSON,
or a reader in JavaScript, would change (NaN, integers beyond 2**53, moments, bytes) are written as text, which the
column's type tells from a string. In a column of type `any` each value says its own type where JSON does not.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from assay.media.moments import (
    Precise,
    duration_text,
    moment_text,
    read_datetime,
    read_duration,
    read_time,
)

_EXACT_IN_JAVASCRIPT = 2**53 - 1
"""The greatest integer that JavaScript is sure not to round."""

_TYPES: Mapping[type, str] = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    bytes: "bytes",
    Decimal: "decimal",
    date: "date",
    time: "time",
    datetime: "datetime",
    timedelta: "duration",
}


def column_type(values: list[Any]) -> str:
    """The type of a column: that of its values, `number` for integers and floats, else `any`.

    Args:
        values: Plain values; None, which goes with every type, does not count.
    """
    kinds = set(map(type, values))
    types = {_TYPES.get(kind, "any") for kind in kinds - {type(None), Precise}}
    if Precise in kinds:
        types |= {value.type for value in values if isinstance(value, Precise)}
    if types == {"int", "float"}:
        return "number"
    return types.pop() if len(types) == 1 else "any"


def encode_cells(kind: str, values: list[Any]) -> list[Any]:
    """The plain values of a column of this type, as JSON has them."""
    if kind in {"bool", "str"}:
        return values
    if kind == "int" and all(value is None or abs(value) <= _EXACT_IN_JAVASCRIPT for value in values):
        return values
    if kind == "float" and all(value is None or math.isfinite(value) for value in values):
        return values
    encode = _ENCODERS[kind]
    return [None if value is None else encode(value) for value in values]


def decode_cells(kind: str, values: list[Any]) -> list[Any]:
    """The values of a column of this type, as they were.

    Raises:
        KeyError: There is no such type.
        ValueError: A value is not of the column's type.
    """
    decode = _DECODERS[kind]
    return [None if value is None else decode(value) for value in values]


def _encode_number(value: float) -> int | float | str:
    if isinstance(value, int):
        return value if abs(value) <= _EXACT_IN_JAVASCRIPT else str(value)
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _decode_number(value: Any) -> int | float:
    if isinstance(value, str):
        return float(value) if value in {"NaN", "Infinity", "-Infinity"} else int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is no number")
    return value


def _encode_any(value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, list):
        return [_encode_any(item) for item in value]
    if isinstance(value, dict):
        pairs = [[_encode_any(key), _encode_any(item)] for key, item in value.items()]
        return {"type": "dict", "value": pairs}
    kind = value.type if isinstance(value, Precise) else _TYPES[type(value)]
    encoded = _ENCODERS[kind](value)
    return {"type": kind, "value": encoded} if isinstance(encoded, str) else encoded


def _decode_any(value: Any) -> Any:
    if isinstance(value, list):
        return [_decode_any(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value["type"] == "dict":
        return {_decode_any(key): _decode_any(item) for key, item in value["value"]}
    return _DECODERS[value["type"]](value["value"])


def _is(kind: type) -> Callable[[Any], Any]:
    def decode(value: Any) -> Any:
        if not isinstance(value, kind):
            raise ValueError(f"{value!r} is no {kind.__name__}")
        return value

    return decode


_ENCODERS: Mapping[str, Callable[[Any], Any]] = {
    "int": _encode_number,
    "float": _encode_number,
    "number": _encode_number,
    "bytes": lambda value: base64.b64encode(value).decode("ascii"),
    "decimal": str,
    "date": date.isoformat,
    "time": moment_text,
    "datetime": moment_text,
    "duration": duration_text,
    "any": _encode_any,
}

_DECODERS: Mapping[str, Callable[[Any], Any]] = {
    "bool": _is(bool),
    "str": _is(str),
    "int": lambda value: int(_decode_number(value)),
    "float": lambda value: float(_decode_number(value)),
    "number": _decode_number,
    "bytes": lambda value: base64.b64decode(value, validate=True),
    "decimal": Decimal,
    "date": date.fromisoformat,
    "time": read_time,
    "datetime": read_datetime,
    "duration": read_duration,
    "any": _decode_any,
}
