"""Columns as tables of pandas, polars and Arrow, and as files: Parquet and CSV.

What a library can't say it is given as text: Arrow and polars know no column of several types. Each is imported when
it is asked for; CSV needs none.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import IO, TYPE_CHECKING, Any

from assay.errors import MissingExtraError, RefusedError
from assay.querying.table import Column

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def pandas_frame(columns: Sequence[Column]) -> pd.DataFrame:
    """A pandas DataFrame; integers and bools that some runs lack are of its types Int64 and boolean.

    Raises:
        MissingExtraError: pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise _missing("pandas", "pandas") from error
    return pd.DataFrame({column.name: _pandas_values(column, pd) for column in columns}, copy=False)


def _pandas_values(column: Column, pandas: Any) -> Any:
    import numpy as np

    values, missing = column.values, column.missing
    if column.kind == "text":
        return pandas.Series(values, dtype=_pandas_text(pandas)).array
    if column.kind == "time":
        if missing is not None:
            values = np.where(missing, np.iinfo(np.int64).min, values)  # NaT
        return pandas.DatetimeIndex(values.view("datetime64[us]")).tz_localize("UTC").array
    if column.kind == "int" and missing is not None:
        return pandas.arrays.IntegerArray(values, missing)
    if column.kind == "bool" and missing is not None:
        return pandas.arrays.BooleanArray(values, missing)
    if column.kind == "mixed":
        objects = np.empty(len(values), object)
        objects[:] = values
        return objects
    return values


def _pandas_text(pandas: Any) -> Any:
    return "str" if int(pandas.__version__.partition(".")[0]) >= 3 else object


def polars_frame(columns: Sequence[Column]) -> pl.DataFrame:
    """A polars DataFrame.

    Raises:
        MissingExtraError: polars is not installed.
    """
    try:
        import polars as pl
    except ImportError as error:
        raise _missing("polars", "polars") from error
    kinds: dict[str, Any] = {
        "text": pl.String,
        "mixed": pl.String,
        "int": pl.Int64,
        "float": pl.Float64,
        "bool": pl.Boolean,
        "time": pl.Int64,
    }
    frame = []
    for column in columns:
        series = pl.Series(column.name, _spelled(column), dtype=kinds[column.kind])
        frame.append(series.cast(pl.Datetime("us", "UTC")) if column.kind == "time" else series)
    return pl.DataFrame(frame)


def arrow_table(columns: Sequence[Column]) -> pa.Table:
    """An Arrow Table.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
    except ImportError as error:
        raise _missing("pyarrow", "arrow") from error
    kinds = {
        "text": pa.string(),
        "mixed": pa.string(),
        "int": pa.int64(),
        "float": pa.float64(),
        "bool": pa.bool_(),
        "time": pa.timestamp("us", "UTC"),
    }
    arrays = []
    for column in columns:
        if isinstance(column.values, list):
            arrays.append(pa.array(_spelled(column), kinds[column.kind]))
        else:
            values = column.values.view("datetime64[us]") if column.kind == "time" else column.values
            arrays.append(pa.array(values, kinds[column.kind], mask=column.missing, from_pandas=False))
    return pa.Table.from_arrays(arrays, names=[column.name for column in columns])


def write_parquet(columns: Sequence[Column], path: str | os.PathLike[str]) -> None:
    """Write a Parquet file; one that is there is replaced once the new one is whole.

    Raises:
        MissingExtraError: pyarrow is not installed.
        RefusedError: The file can't be written.
    """
    table = arrow_table(columns)
    import pyarrow.parquet

    with replacing(path, "wb") as file:
        pyarrow.parquet.write_table(table, file)


def write_csv(columns: Sequence[Column], path: str | os.PathLike[str]) -> None:
    """Write a CSV file in UTF-8: times in ISO 8601, lists and dicts as JSON, empty where a run has nothing.

    Raises:
        RefusedError: The file can't be written.
    """
    with replacing(path, "w") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in columns])
        writer.writerows(zip(*map(_csv_cells, columns), strict=True))


def _csv_cells(column: Column) -> list[Any]:
    cells = column.plain()
    if column.kind == "time":
        return [None if value is None else iso_time(value) for value in cells]
    if column.kind in ("bool", "mixed"):
        return [value if value is None or isinstance(value, str) else json.dumps(value) for value in cells]
    return cells


def iso_time(time_us: int) -> str:
    """Microseconds since 1970 as ISO 8601 in UTC; the bare number where no calendar reaches."""
    try:
        return (_EPOCH + timedelta(microseconds=time_us)).isoformat(timespec="microseconds")
    except OverflowError:
        return str(time_us)


def _spelled(column: Column) -> list[Any]:
    """The values; those of several types as texts, a text as it is and all else as JSON."""
    if column.kind != "mixed":
        return column.plain()
    return [
        value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for value in column.values
    ]


def _missing(package: str, extra: str) -> MissingExtraError:
    return MissingExtraError(
        f"{package} is not installed, which this table is made with; to install it: pip install 'assay[{extra}]'; "
        "to_csv needs none"
    )


@contextmanager
def replacing(path: str | os.PathLike[str], mode: str) -> Iterator[IO[Any]]:
    """A file that takes the place of another when the block ends well, and is gone if it does not.

    Raises:
        RefusedError: It can't be written.
    """
    target = os.path.abspath(os.path.expanduser(path))
    part = f"{target}.part-{os.getpid()}"
    text: dict[str, Any] = {} if "b" in mode else {"encoding": "utf-8", "newline": ""}
    try:
        try:
            with open(part, mode, **text) as file:
                yield file
            os.replace(part, target)
        except BaseException:
            with suppress(FileNotFoundError):
                os.remove(part)
            raise
    except RefusedError:  # what was to be written could not be read
        raise
    except OSError as error:
        raise RefusedError(f"can't write {target}: {error.strerror or error}", cause=error, path=target) from error
