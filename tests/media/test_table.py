"""Tables come back exactly, whatever library they were made with and whatever stands in their cells."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import DamagedError, InvalidInputError, InvalidTypeError, StoreVersionError
from assay.media.table import decode_table, encode_table
from tests.tensor import Tensor

# ruff: noqa: DTZ001 (moments on the clock, without a zone, are among the values that must come back)

BERLIN = ZoneInfo("Europe/Berlin")
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
ZONES = (
    st.none() | st.timezones() | st.integers(-86_399, 86_399).map(lambda seconds: timezone(timedelta(seconds=seconds)))
)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "int": st.integers(),
    "float": st.floats(),
    "str": TEXT,
    "bytes": st.binary(),
    "decimal": st.decimals(allow_nan=False),
    "date": st.dates(),
    "time": st.times().map(lambda moment: moment.replace(fold=0)),
    "datetime": st.datetimes(timezones=ZONES, allow_imaginary=False).map(lambda moment: moment.replace(fold=0)),
    "duration": st.timedeltas(),
}
ANY = st.recursive(
    st.none() | st.one_of(*SCALARS.values()),
    lambda cells: st.lists(cells) | st.dictionaries(st.one_of(TEXT, st.integers(), st.dates()), cells),
)


def seen(value: Any) -> Any:
    """The value with its type, such that what is equal is the same bit for bit: -0.0, NaN, 1 and 1.0 and True."""
    if isinstance(value, list):
        return [seen(item) for item in value]
    if isinstance(value, dict):
        return [(seen(key), seen(item)) for key, item in value.items()]
    if isinstance(value, datetime) and value.tzinfo is not None:
        return ("datetime", value.replace(tzinfo=None), value.utcoffset())
    return (type(value), repr(value))


def read_back(table: Any) -> dict[str, list[Any]]:
    return decode_table(encode_table(table).body)


def types_of(table: Any) -> list[str]:
    return [column["type"] for column in json.loads(encode_table(table).body)["columns"]]


@pytest.mark.parametrize("kind", SCALARS)
@given(data=st.data())
def test_table_keeps_values_of_each_type(kind: str, data: st.DataObject) -> None:
    values = data.draw(st.lists(SCALARS[kind] | st.none()))
    column = {"x": values}

    assert seen(column) == seen(read_back(column))
    assert [kind if set(values) - {None} else "any"] == types_of(column)


@given(st.lists(ANY, max_size=8))
def test_table_keeps_values_of_any_type(values: list[Any]) -> None:
    assert seen({"x": values}) == seen(read_back({"x": values}))


@given(st.lists(st.integers() | st.floats() | st.none()))
def test_table_keeps_integers_and_floats_apart_in_one_column(values: list[Any]) -> None:
    assert seen({"x": values}) == seen(read_back({"x": values}))


@given(st.dictionaries(TEXT, st.lists(st.booleans(), min_size=2, max_size=2)))
def test_table_keeps_names_and_order_of_columns(table: dict[str, list[bool]]) -> None:
    assert list(table.items()) == list(read_back(table).items())


def test_table_is_json_that_javascript_reads_without_rounding() -> None:
    encoded = encode_table({"n": [1, 2**53 - 1, 2**53, -(2**63)], "v": [-0.0, math.nan, -math.inf, 1e300]})

    document = json.loads(encoded.body, parse_constant=pytest.fail)
    assert ("application/vnd.assay.table+json", ".json") == (encoded.media_type, encoded.suffix)
    assert {
        "type": "Table",
        "version": 1,
        "rows": 4,
        "columns": [
            {"name": "n", "type": "int", "values": [1, 2**53 - 1, "9007199254740992", "-9223372036854775808"]},
            {"name": "v", "type": "float", "values": [-0.0, "NaN", "-Infinity", 1e300]},
        ],
    } == document
    assert list(document) == ["type", "version", "rows", "columns"]


def test_table_of_rows_has_a_column_a_key_and_none_where_a_row_lacks_it() -> None:
    assert {"a": [1, None, 3], "b": ["x", "y", None], "7": [None, 2.5, None]} == read_back(
        [{"a": 1, "b": "x"}, {"b": "y", 7: 2.5}, {"a": 3}]
    )


@pytest.mark.parametrize("table", [[], {}, pd.DataFrame(), pl.DataFrame(), pa.table({})])
def test_table_may_be_empty(table: Any) -> None:
    assert {} == read_back(table)


COLUMNS: dict[str, Callable[[list[int]], Any]] = {
    "list": list,
    "tuple": tuple,
    "range": lambda values: range(values[0], values[-1] + 1),
    "numpy": np.array,
    "numpy int8": lambda values: np.array(values, np.int8),
    "numpy objects": lambda values: np.array(values, object),
    "list of numpy scalars": lambda values: list(np.array(values)),
    "list of 0-d arrays": lambda values: [np.array(value) for value in values],
    "torch": Tensor,
    "list of 0-d tensors": lambda values: [Tensor(value) for value in values],
    "pandas": lambda values: pd.Series(values, index=[9, 8, 7]),
    "pandas nullable": lambda values: pd.Series(values, dtype="Int32"),
    "pandas category": lambda values: pd.Series(values, dtype="category"),
    "pandas index": pd.Index,
    "polars": pl.Series,
    "arrow": pa.array,
    "arrow chunks": lambda values: pa.chunked_array([values[:1], values[1:]]),
}


@pytest.mark.parametrize("form", COLUMNS.values(), ids=COLUMNS)
def test_table_takes_every_form_of_column(form: Callable[[list[int]], Any]) -> None:
    assert seen({"x": [3, 4, 5]}) == seen(read_back({"x": form([3, 4, 5])}))


EXPECTED: dict[str, list[Any]] = {
    "flag": [True, False, None],
    "n": [2**53 + 1, -(2**63), None],
    "v": [0.1, -0.0, math.inf],
    "word": ["Größe", "", None],
    "day": [date(2026, 1, 31), date(1, 1, 1), None],
    "at": [datetime(2026, 1, 31, 12, 0, 0, 1), datetime(1969, 12, 31), None],
    "zoned": [datetime(2026, 7, 1, 12, tzinfo=BERLIN), datetime(2026, 1, 1, 12, tzinfo=BERLIN), None],
    "took": [timedelta(microseconds=1), timedelta(days=-3), None],
    "raw": [b"\0\xff", b"", None],
    "digits": [Decimal("1.50"), Decimal("-0.01"), None],
    "list": [[1.5, None], [], None],
}


def arrow_table() -> pa.Table:
    types = {
        "zoned": pa.timestamp("us", "Europe/Berlin"),
        "digits": pa.decimal128(5, 2),
        "list": pa.list_(pa.float64()),
    }
    return pa.table({name: pa.array(values, types.get(name)) for name, values in EXPECTED.items()})


def polars_table() -> pl.DataFrame:
    types = {"zoned": pl.Datetime("us", "Europe/Berlin"), "digits": pl.Decimal(5, 2)}
    return pl.DataFrame({name: pl.Series(values, dtype=types.get(name)) for name, values in EXPECTED.items()})


def pandas_table() -> pd.DataFrame:
    types: dict[str, Any] = {"flag": "boolean", "n": "Int64", "v": "float64", "word": "string"}
    columns = {name: pd.Series(values, dtype=types.get(name, object)) for name, values in EXPECTED.items()}
    columns["at"] = pd.Series(EXPECTED["at"], dtype="datetime64[us]")
    columns["zoned"] = columns["zoned"].astype("datetime64[us, Europe/Berlin]")
    columns["took"] = pd.Series(EXPECTED["took"], dtype="timedelta64[us]")
    return pd.DataFrame(columns)


def pandas_on_arrow() -> pd.DataFrame:
    frame: pd.DataFrame = arrow_table().to_pandas(types_mapper=pd.ArrowDtype)
    return frame


@pytest.mark.parametrize("make", [arrow_table, polars_table, pandas_table, pandas_on_arrow])
def test_table_of_each_library_comes_back_exactly(make: Callable[[], Any]) -> None:
    assert seen(EXPECTED) == seen(read_back(make()))


def test_table_of_an_arrow_record_batch_comes_back_exactly() -> None:
    assert seen(EXPECTED) == seen(read_back(arrow_table().to_batches()[0]))


def test_table_of_pandas_keeps_nan_apart_from_what_is_missing() -> None:
    frame = pd.DataFrame(
        {
            "float": [1.0, math.nan],
            "nullable": pd.array([1.0, None], "Float64"),
            "str": pd.Series(["a", None], dtype="str"),
            "category": pd.Series(["a", None], dtype="category"),
            "object": pd.Series([math.nan, None], dtype=object),
            "time": pd.Series(["2026-01-31", None]).astype("datetime64[us]"),
        }
    )

    assert seen(
        {
            "float": [1.0, math.nan],
            "nullable": [1.0, None],
            "str": ["a", None],
            "category": ["a", None],
            "object": [math.nan, None],
            "time": [datetime(2026, 1, 31), None],
        }
    ) == seen(read_back(frame))


def test_table_of_pandas_keeps_an_index_that_says_more_than_the_rows_number() -> None:
    values = [10, 20, 30]
    frame = pd.DataFrame({"v": values})

    assert {"v": values} == read_back(frame)
    assert {"v": values} == read_back(frame.set_index(pd.Index([0, 1, 2])))
    assert {"index": [1, 2], "v": [20, 30]} == read_back(frame[frame.v > 10])
    assert {"epoch": [0, 1, 2], "v": values} == read_back(frame.rename_axis("epoch"))
    assert {"a": [1, 1, 2], "b": ["x", "y", "x"], "v": values} == read_back(
        frame.set_index(pd.MultiIndex.from_tuples([(1, "x"), (1, "y"), (2, "x")], names=["a", "b"]))
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (pd.Timestamp("2026-01-31 12:00:00.000000001"), "2026-01-31T12:00:00.000000001"),
        (pd.Timestamp("2026-01-31 12:00:00.123456789+01:00"), "2026-01-31T12:00:00.123456789+01:00"),
        (np.datetime64("1969-12-31T23:59:59.999999999"), "1969-12-31T23:59:59.999999999"),
        (pd.Timedelta(-1, "ns"), "-0.000000001"),
        (np.timedelta64(10**9 + 1, "ns"), "1.000000001"),
    ],
)
def test_table_keeps_nanoseconds_as_text(value: Any, text: str) -> None:
    kind = "duration" if "T" not in text else "datetime"

    assert {"x": [text, None]} == read_back({"x": [value, None]})
    assert {"x": [[text], 3]} == read_back({"x": [[value], 3]})
    assert [kind, "any"] == types_of({"x": [value, None], "y": [value, 3]})


NANOSECONDS = [1_769_860_800_000_000_001, -1, 1000, None]
MOMENTS = ["2026-01-31T12:00:00.000000001", "1969-12-31T23:59:59.999999999", datetime(1970, 1, 1, 0, 0, 0, 1), None]
ZONED = ["2026-01-31T13:00:00.000000001+01:00", "1970-01-01T00:59:59.999999999+01:00"]
ZONED_LAST = [datetime(1970, 1, 1, 0, 0, 0, 1, UTC), None]


def test_table_of_arrow_keeps_nanoseconds() -> None:
    counts = pa.array(NANOSECONDS, pa.int64())
    table = pa.table(
        {
            "at": counts.cast(pa.timestamp("ns")),
            "zoned": counts.cast(pa.timestamp("ns", "Europe/Berlin")),
            "offset": counts.cast(pa.timestamp("ns", "+01:00")),
            "took": counts.cast(pa.duration("ns")),
            "clock": pa.array([1, 3_600_000_000_000, None, None], pa.int64()).cast(pa.time64("ns")),
        }
    )

    read = read_back(table)

    assert MOMENTS == read["at"]
    assert [*ZONED, *ZONED_LAST] == read["zoned"] == read["offset"]
    assert ["1769860800.000000001", "-0.000000001", timedelta(microseconds=1), None] == read["took"]
    assert ["00:00:00.000000001", time(1), None, None] == read["clock"]
    assert read == read_back(table.to_pandas(types_mapper=pd.ArrowDtype))


def test_table_of_polars_keeps_nanoseconds() -> None:
    counts = pl.Series(NANOSECONDS, dtype=pl.Int64)
    table = pl.DataFrame(
        {
            "at": counts.cast(pl.Datetime("ns")),
            "zoned": counts.cast(pl.Datetime("ns", "Europe/Berlin")),
            "took": counts.cast(pl.Duration("ns")),
            "clock": pl.Series([1, 3_600_000_000_000, None, None], dtype=pl.Int64).cast(pl.Time),
        }
    )

    read = read_back(table)

    assert MOMENTS == read["at"]
    assert [*ZONED, *ZONED_LAST] == read["zoned"]
    assert ["1769860800.000000001", "-0.000000001", timedelta(microseconds=1), None] == read["took"]
    assert ["00:00:00.000000001", time(1), None, None] == read["clock"]


@pytest.mark.parametrize(
    "column",
    [
        pl.Series([[1]], dtype=pl.List(pl.Int64)).cast(pl.List(pl.Datetime("ns"))),
        pl.Series([{"a": time(1)}]),
        pa.array([[1]], pa.list_(pa.int64())).cast(pa.list_(pa.timestamp("ns"))),
    ],
    ids=["polars list", "polars struct", "arrow list"],
)
def test_table_refuses_nanoseconds_that_a_library_would_cut_off(column: Any) -> None:
    with pytest.raises(InvalidTypeError, match=r"column 'x' .*cast them to microseconds first"):
        encode_table({"x": column})


def test_table_of_numpy_keeps_moments() -> None:
    read = read_back(
        {
            "s": np.array(["2026-01-31T12", "NaT"], "datetime64[s]"),
            "D": np.array(["2026-01-31", "NaT"], "datetime64[D]"),
            "ns": np.array([10**9, 1], "datetime64[ns]"),
            "took": np.array([1500, 1], "timedelta64[ms]"),
        }
    )

    assert {
        "s": [datetime(2026, 1, 31, 12), None],
        "D": [date(2026, 1, 31), None],
        "ns": [datetime(1970, 1, 1, 0, 0, 1), "1970-01-01T00:00:00.000000001"],
        "took": [timedelta(seconds=1.5), timedelta(milliseconds=1)],
    } == read


class Colour(Enum):
    RED = "red"


class Name(str, Enum):  # noqa: UP042 (its str() is not its value, which StrEnum's is)
    CAT = "cat"


class Level(IntEnum):
    HIGH = 3


class Point(NamedTuple):
    x: int
    y: float


class Stamp(datetime):
    pass


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Name.CAT, "cat"),
        (Level.HIGH, 3),
        (Point(1, 2.5), [1, 2.5]),
        (Stamp(2026, 1, 31, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=UTC)),
        (np.float32(0.1), float(np.float32(0.1))),
        (np.longdouble(0.25), 0.25),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        (np.array([1, 10**9], "datetime64[ns]"), ["1970-01-01T00:00:00.000000001", datetime(1970, 1, 1, 0, 0, 1)]),
        (Tensor([0.5, 1.5]), [0.5, 1.5]),
        (pd.NA, None),
        (pd.NaT, None),
        (bytearray(b"ab"), b"ab"),
        (time(12, tzinfo=UTC), time(12, tzinfo=UTC)),
        ({"a": (1, np.int64(2**60))}, {"a": [1, 2**60]}),
        ({"type": "dict", "value": [[1, 2]]}, {"type": "dict", "value": [[1, 2]]}),
    ],
)
def test_table_takes_what_a_cell_may_hold_as_python_values(value: Any, plain: Any) -> None:
    assert seen({"x": [plain, "beside"]}) == seen(read_back({"x": [value, "beside"]}))


@pytest.mark.parametrize(
    "value",
    [
        1j,
        {1, 2},
        Path("a"),
        pytest.param(object(), id="object"),
        Colour.RED,
        {(1, 2): 3},
        time(12, tzinfo=BERLIN),
        np.longdouble(1) / 3,
        np.datetime64(1, "ps"),
        np.datetime64(20_000, "Y"),
        pd.Period("2026-01"),
        pd.Interval(0, 1),
    ],
    ids=repr,
)
def test_table_refuses_cells_that_could_not_be_read_back(value: object) -> None:
    with pytest.raises(InvalidTypeError, match="the table's column 'x' can't be kept: found"):
        encode_table([{"x": 1}, {"x": value}])


def test_table_refuses_a_list_that_holds_itself() -> None:
    endless: list[Any] = []
    endless.append(endless)

    with pytest.raises(InvalidInputError, match="the table's column 'x' can't be kept"):
        encode_table({"x": [endless]})


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[1, 2]], columns=["1", 1]),
        pa.table([[1], [2]], names=["a", "a"]),
        {1: [1], "1": [2]},
        [{1: 1}, {"1": 2}],
    ],
    ids=["pandas", "pandas as text", "arrow", "columns", "rows"],
)
def test_table_refuses_two_columns_of_one_name(table: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"two columns of the table are named '[a1]'"):
        encode_table(table)


def test_table_refuses_a_pandas_index_with_the_name_of_a_column() -> None:
    with pytest.raises(InvalidInputError, match="index has the name of a column"):
        encode_table(pd.DataFrame({"a": [1]}).rename_axis("a"))


def test_table_refuses_columns_of_unequal_lengths() -> None:
    with pytest.raises(InvalidInputError, match="must have one length, found 'a': 2, 'b': 1"):
        encode_table({"a": [1, 2], "b": [1]})


@pytest.mark.parametrize("table", [{"a": ["x\ud800"]}, {"a\ud800": ["x"]}])
def test_table_refuses_half_a_character(table: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"the table's column 'a.*half a character"):
        encode_table(table)


@pytest.mark.parametrize("column", ["text", 3, None, b"ab", {"a": 1}, np.array(3)])
def test_table_refuses_a_column_that_is_no_list(column: object) -> None:
    with pytest.raises(InvalidTypeError, match=f"column 'x' must be a list or an array, found {type(column).__name__}"):
        encode_table({"x": column})


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("text", "found str"),
        (None, "found NoneType"),
        (np.zeros((2, 2)), "found ndarray"),
        ([[1, 2], [3, 4]], "rows must be dicts, found list in row 0"),
        ([{"a": 1}, None], "rows must be dicts, found NoneType in row 1"),
        (pl.LazyFrame({"a": [1]}), r"found LazyFrame; pass its \.collect\(\)"),
        (pd.Series([1]), r"found Series; pass its \.to_frame\(\)"),
    ],
)
def test_table_refuses_what_is_no_table(table: Any, message: str) -> None:
    with pytest.raises(InvalidTypeError, match=message):
        encode_table(table)


def body_of(**changes: Any) -> bytes:
    columns = [{"name": "a", "type": "int", "values": [1]}]
    return json.dumps({"type": "Table", "version": 1, "rows": 1, "columns": columns, **changes}).encode()


def column_of(kind: str, value: Any) -> bytes:
    return body_of(columns=[{"name": "a", "type": kind, "values": [value]}])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"3",
        body_of()[:-3],
        body_of(type="ROCCurve"),
        body_of(rows=2),
        body_of(columns=[{"name": "a"}]),
        body_of(columns=None),
        column_of("vector", 1),
        column_of("int", True),
        column_of("int", "x"),
        column_of("bool", 1),
        column_of("str", 1),
        column_of("bytes", "%"),
        column_of("decimal", "x"),
        column_of("datetime", 3),
        column_of("duration", "x"),
        column_of("any", {"value": 3}),
        column_of("any", {"type": "vector", "value": 3}),
    ],
)
def test_decode_table_names_bytes_that_are_no_table_damaged(body: bytes) -> None:
    with pytest.raises(DamagedError, match=f"these {len(body)} bytes are no table"):
        decode_table(body)


def test_decode_table_refuses_a_newer_version() -> None:
    with pytest.raises(StoreVersionError, match="version 2, and this Assay reads up to 1"):
        decode_table(body_of(version=2))


def test_decode_table_reads_the_document_that_the_guide_shows() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "formats" / "table.md").read_text("utf-8")
    body = guide.partition("```text\n")[2].partition("```")[0].encode()

    table = decode_table(body)

    noon = datetime(2026, 1, 31, 12, tzinfo=timezone(timedelta(hours=1)))
    assert seen(
        {
            "epoch": [1, 2, 2**53 + 1],
            "loss": [0.5, math.nan, None],
            "at": [noon, None, "2026-01-31T12:00:00.000000001+01:00"],
        }
    ) == seen(table)
