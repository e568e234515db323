"""Columns out of what people keep tables in: pandas, polars, Arrow, rows of dicts, or columns in a dict.

No library is imported here: whoever holds a table of one has imported it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from assay.errors import InvalidInputError, InvalidTypeError
from assay.media.moments import datetime_of, duration_of, time_of
from assay.media.values import PLAIN, plain, plain_list


def read_columns(table: Any) -> list[tuple[str, list[Any]]]:
    """The columns of a table, each with its name and its plain values, in their order.

    Raises:
        InvalidInputError: Two columns have one name, or columns have unequal lengths.
        InvalidTypeError: It is no table, or holds values that could not be read back.
    """
    columns = [(str(name), values) for name, values in _raw_columns(table)]
    names = [name for name, _ in columns]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidInputError(f"two columns of the table are named {twice!r}; rename one of them")
    read = [(name, _read_column(name, values)) for name, values in columns]
    lengths = {len(values) for _, values in read}
    if len(lengths) > 1:
        found = ", ".join(f"{name!r}: {len(values)}" for name, values in read)
        raise InvalidInputError(f"the columns of a table must have one length, found {found}")
    return read


def _is(value: Any, package: str, *names: str) -> bool:
    module = sys.modules.get(package)
    return module is not None and isinstance(value, tuple(getattr(module, name) for name in names))


def _raw_columns(table: Any) -> list[tuple[Any, Any]]:
    if _is(table, "pandas", "DataFrame"):
        return _pandas_columns(table)
    if _is(table, "polars", "DataFrame"):
        return list(zip(table.columns, table.get_columns(), strict=True))
    if _is(table, "pyarrow", "Table", "RecordBatch"):
        return list(zip(table.schema.names, table.columns, strict=True))
    if isinstance(table, Mapping):
        return list(table.items())
    if isinstance(table, list | tuple):
        return _columns_of_rows(table)
    way = next((name for name in ("collect", "to_pandas", "to_frame") if hasattr(table, name)), None)
    raise InvalidTypeError(
        "a table must be a pandas or polars DataFrame, an Arrow Table, a list of dicts or a dict of lists, found "
        f"{type(table).__name__}" + (f"; pass its .{way}()" if way else "")
    )


def _pandas_columns(frame: Any) -> list[tuple[Any, Any]]:
    """The columns, and before them the index where it says more than a row's number."""
    index = frame.index
    if index.nlevels > 1 or index.name is not None or index.tolist() != list(range(len(frame))):
        try:
            frame = frame.reset_index()
        except ValueError as error:
            raise InvalidInputError(
                f"the table's index has the name of a column: {error}; rename one of them"
            ) from error
    return [(name, frame.iloc[:, place]) for place, name in enumerate(frame.columns)]


def _columns_of_rows(rows: list[Any] | tuple[Any, ...]) -> list[tuple[Any, Any]]:
    """The columns of all rows, in the order in which they first occur; a row without one has None there."""
    names: dict[Any, None] = {}
    for place, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise InvalidTypeError(
                f"a table's rows must be dicts, found {type(row).__name__} in row {place}; "
                "for a list of lists pass a dict of columns"
            )
        names.update(dict.fromkeys(row))
    return [(name, [row.get(name) for row in rows]) for name in names]


def _read_column(name: str, values: Any) -> list[Any]:
    try:
        if _is(values, "pandas", "Series"):
            return _pandas_values(values)
        if _is(values, "polars", "Series"):
            return _polars_values(values)
        if _is(values, "pyarrow", "Array", "ChunkedArray"):
            return _arrow_values(values)
        if hasattr(values, "tolist") and getattr(values, "shape", None) != ():
            return plain_list(values)
        if isinstance(values, list | tuple | range):
            return _plain_values(list(values))
    except InvalidTypeError as error:
        raise InvalidTypeError(f"the table's column {name!r} can't be kept: {error}") from error
    except (ValueError, OverflowError, RecursionError) as error:
        raise InvalidInputError(f"the table's column {name!r} can't be kept: {error}") from error
    raise InvalidTypeError(
        f"the table's column {name!r} must be a list or an array, found {type(values).__name__}; "
        "a table of one row is a list of one dict"
    )


def _plain_values(values: list[Any]) -> list[Any]:
    return values if PLAIN.issuperset(map(type, values)) else [plain(value) for value in values]


def _pandas_values(series: Any) -> list[Any]:
    pandas = sys.modules["pandas"]
    if isinstance(series.dtype, pandas.ArrowDtype):
        return _arrow_values(series.array.__arrow_array__())
    values = _plain_values(series.tolist())
    if isinstance(series.dtype, pandas.StringDtype | pandas.CategoricalDtype):  # these may say missing by NaN
        return [None if missing else value for value, missing in zip(values, series.isna().tolist(), strict=True)]
    return values


def _polars_values(series: Any) -> list[Any]:
    polars = sys.modules["polars"]
    dtype = series.dtype
    if dtype == polars.Time:  # some versions give the class, others an instance
        return _counted(series.to_physical().to_list(), time_of)
    if _unit(dtype) == "ns" and dtype == polars.Duration:
        return _counted(series.to_physical().to_list(), duration_of)
    if _unit(dtype) == "ns":
        return _counted(series.to_physical().to_list(), lambda count: datetime_of(count, dtype.time_zone))
    _refuse_nested(dtype, _polars_parts, lambda part: part == polars.Time or _unit(part) == "ns")
    return _plain_values(series.to_list())


def _arrow_values(column: Any) -> list[Any]:
    pyarrow = sys.modules["pyarrow"]
    kind = column.type
    if _unit(kind) == "ns":
        counts = column.cast(pyarrow.int64()).to_pylist()
        if pyarrow.types.is_time(kind):
            return _counted(counts, time_of)
        if pyarrow.types.is_duration(kind):
            return _counted(counts, duration_of)
        return _counted(counts, lambda count: datetime_of(count, kind.tz))
    _refuse_nested(kind, _arrow_parts, lambda part: _unit(part) == "ns")
    return _plain_values(column.to_pylist())


def _counted(counts: list[int | None], of: Callable[[int], Any]) -> list[Any]:
    return [None if count is None else of(count) for count in counts]


def _unit(kind: Any) -> Any:
    return getattr(kind, "time_unit", None) or getattr(kind, "unit", None)


def _polars_parts(dtype: Any) -> list[Any]:
    inner = getattr(dtype, "inner", None)
    return [field.dtype for field in getattr(dtype, "fields", ())] + ([inner] if inner is not None else [])


def _arrow_parts(kind: Any) -> list[Any]:
    return [kind.field(place).type for place in range(kind.num_fields)]


def _refuse_nested(kind: Any, parts_of: Callable[[Any], list[Any]], has_nanoseconds: Callable[[Any], bool]) -> None:
    """Refuses nanoseconds inside lists and structs: the libraries cut them off on their way to Python."""
    for part in parts_of(kind):
        if has_nanoseconds(part):
            raise InvalidTypeError(f"found nanoseconds inside {kind}; cast them to microseconds first")
        _refuse_nested(part, parts_of, has_nanoseconds)
