"""What a search found, as runs and as tables of every kind: equal to what was logged, whatever the library."""

from __future__ import annotations

import csv
import json
import math
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assay.errors import MissingExtraError, RefusedError
from assay.querying.results import RunResults
from assay.storage.contract import RunRecord
from assay.storage.search import SearchQuery
from assay.storage.sql.store import SqlStore
from tests.storage.writing import NOW_US, Writer, new_run, parameters, rows

LOGGED: list[dict[str, Any]] = [
    {"lr": 0.1, "depth": 3, "big": 2**53 + 1, "on": True, "opt": "adam", "any": 1, "layers": [64, 10], "some": 1},
    {"lr": math.nan, "depth": -4, "big": 2**62 + 1, "on": False, "opt": "", "any": "1", "layers": [], "some": None},
    {
        "opt": 'a "b",\nc',
        "any": True,
        "lr": -0.0,
        "depth": 5,
        "big": 7,
        "on": True,
        "layers": [[1], "x"],
        "huge": 2**70,
    },
]
NAMES = ["r0", "r1", "r2"]


def results_of(store: SqlStore, **query: Any) -> RunResults[RunRecord]:
    found = store.search_runs(SearchQuery(**{"order_by": "name", **query}))
    return RunResults(found, lambda record: record)


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    """Three runs of `digits`; the first has a metric that the others lack, the last was never entered."""
    store = SqlStore(str(tmp_path))
    for index, logged in enumerate(LOGGED):
        run = new_run(store, "digits", NAMES[index], tags={"team": "vision"} if index == 1 else {})
        if index == 2:
            store.apply(run.uid, [parameters(logged)])
            continue
        points = [rows("loss", [3.0, [math.nan, math.inf][index]])] + ([] if index else [rows("acc", [0.25])])
        writer = Writer(store, run)
        writer.leave(parameters(logged), *points)
    return store


@pytest.fixture
def results(store: SqlStore) -> RunResults[RunRecord]:
    return results_of(store)


COLUMNS = [
    *("experiment_name", "run_name", "status", "start_time", "end_time"),
    *("params.lr", "params.depth", "params.big", "params.on", "params.opt", "params.any", "params.layers"),
    *("params.some", "params.huge", "metrics.acc", "metrics.loss", "tags.team"),
]


def test_results_are_gone_through_like_a_list(results: RunResults[RunRecord]) -> None:
    assert NAMES == [run.name for run in results]
    assert (3, "r2", "r0") == (len(results), results[-1].name, results[0].name)
    assert ["r1", "r2"] == [run.name for run in results[1:]]
    assert results[0] is next(iter(results))
    assert results[1] in results
    with pytest.raises(IndexError):
        results[3]


def test_results_say_what_they_hold(store: SqlStore) -> None:
    assert "<RunResults: 3 runs: digits/r0, digits/r1, digits/r2>" == repr(results_of(store))
    page = results_of(store, limit=1)
    assert "<RunResults: 1 run: digits/r0; more behind next_token>" == repr(page)
    assert page.next_token is not None
    assert "<RunResults: 0 runs>" == repr(results_of(store, filter="name = 'nobody'"))


def test_results_show_themselves_as_html_with_every_text_escaped(store: SqlStore) -> None:
    store.apply(results_of(store)[0].uid, [parameters({"<b>": "<script>"})])

    html = results_of(store)._repr_html_()

    assert "&lt;script&gt;" in html
    assert "params.&lt;b&gt;" in html
    assert "<script>" not in html
    assert html.endswith("<p>3 runs</p>")


def test_a_long_table_shows_its_first_rows_alone(tmp_path: Path) -> None:
    store = SqlStore(str(tmp_path))
    for index in range(60):
        Writer(store, new_run(store, run_name=f"r{index:02}")).leave(rows("loss", [float(1000 + index)]))

    html = results_of(store)._repr_html_()

    assert "the first 50 of 60 runs" in html
    assert ("1049" in html, "1050" in html) == (True, False)


def test_pandas_has_the_columns_in_order_and_every_value(results: RunResults[RunRecord]) -> None:
    frame = results.to_pandas()

    assert COLUMNS == list(frame.columns)
    assert NAMES == frame["run_name"].tolist()
    assert ["Completed", "Completed", None] == [None if pd.isna(one) else one for one in frame["status"]]
    assert "[0.1, nan, -0.0]" == str(frame["params.lr"].tolist())
    assert [3, -4, 5] == frame["params.depth"].tolist()
    assert [2**53 + 1, 2**62 + 1, 7] == frame["params.big"].tolist()
    assert ["adam", "", 'a "b",\nc'] == frame["params.opt"].tolist()
    assert [1, "1", True] == frame["params.any"].tolist()
    assert [[64, 10], [], [[1], "x"]] == frame["params.layers"].tolist()
    assert (2**70, "object") == (frame["params.huge"].iloc[2], str(frame["params.huge"].dtype))
    assert "[nan, inf, nan]" == str(frame["metrics.loss"].tolist())
    assert [False, True, False] == frame["tags.team"].notna().tolist()


def test_pandas_columns_keep_their_type_where_runs_lack_them(results: RunResults[RunRecord]) -> None:
    frame = results.to_pandas()

    kinds = {name: str(frame[name].dtype) for name in frame.columns}
    assert ("int64", "Int64", "bool", "float64") == tuple(
        kinds[name] for name in ("params.depth", "params.some", "params.on", "metrics.acc")
    )
    assert (1, True) == (frame["params.some"].iloc[0], frame["params.some"].iloc[1] is pd.NA)
    assert "datetime64[us, UTC]" == kinds["start_time"]
    assert datetime.fromtimestamp(NOW_US / 1e6, UTC) == frame["start_time"].iloc[0]
    assert [False, False, True] == frame["end_time"].isna().tolist()


@pytest.mark.parametrize("form", ["arrow", "parquet", "polars"])
def test_arrow_parquet_and_polars_hold_every_value(results: RunResults[RunRecord], tmp_path: Path, form: str) -> None:
    if form == "polars":
        frame = results.to_polars()
        assert pl.Datetime("us", "UTC") == frame.schema["start_time"]
        found = frame.to_dict(as_series=False)
    elif form == "arrow":
        found = results.to_arrow().to_pydict()
    else:
        results.to_parquet(tmp_path / "runs.parquet")
        found = pq.read_table(tmp_path / "runs.parquet").to_pydict()

    assert COLUMNS == list(found)
    assert NAMES == found["run_name"]
    assert "[0.1, nan, -0.0]" == str(found["params.lr"])
    assert [2**53 + 1, 2**62 + 1, 7] == found["params.big"]
    assert [True, False, True] == found["params.on"]
    assert [1, None, None] == found["params.some"]
    assert ["1", "1", "true"] == found["params.any"]  # of several types: texts
    assert ["[64, 10]", "[]", '[[1], "x"]'] == found["params.layers"]
    assert [None, None, str(2**70)] == found["params.huge"]
    assert "[nan, inf, None]" == str(found["metrics.loss"])  # NaN was logged, null was not
    assert [0.25, None, None] == found["metrics.acc"]
    assert [None, "vision", None] == found["tags.team"]
    assert [datetime.fromtimestamp(NOW_US / 1e6, UTC)] * 2 + [None] == found["start_time"]


def test_csv_holds_every_value_and_needs_no_package(results: RunResults[RunRecord], tmp_path: Path) -> None:
    results.to_csv(tmp_path / "runs.csv")

    with open(tmp_path / "runs.csv", encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert COLUMNS == list(found[0])
    assert NAMES == [row["run_name"] for row in found]
    assert ["0.1", "nan", "-0.0"] == [row["params.lr"] for row in found]
    assert [str(2**53 + 1), str(2**62 + 1), "7"] == [row["params.big"] for row in found]
    assert ["true", "false", "true"] == [row["params.on"] for row in found]
    assert [[64, 10], [], [[1], "x"]] == [json.loads(row["params.layers"]) for row in found]
    assert ["adam", "", 'a "b",\nc'] == [row["params.opt"] for row in found]
    assert ["nan", "inf", ""] == [row["metrics.loss"] for row in found]
    assert ["2023-11-14T22:13:20.000000+00:00"] * 2 + [""] == [row["start_time"] for row in found]


def test_no_runs_are_a_table_of_no_rows(store: SqlStore, tmp_path: Path) -> None:
    nothing = results_of(store, filter="name = 'nobody'")

    assert (0, COLUMNS[:5]) == (len(nothing.to_pandas()), list(nothing.to_pandas().columns))
    assert (0, COLUMNS[:5]) == (len(nothing.to_polars()), nothing.to_polars().columns)
    assert (0, COLUMNS[:5]) == (len(nothing.to_arrow()), nothing.to_arrow().column_names)
    nothing.to_csv(tmp_path / "none.csv")
    assert ",".join(COLUMNS[:5]) == (tmp_path / "none.csv").read_text().strip()


def test_a_table_of_more_runs_than_are_read_at_once_is_whole(tmp_path: Path) -> None:
    store, count = SqlStore(str(tmp_path)), 700
    for index in range(count):
        run = new_run(store, run_name=f"r{index:03}")
        odd = {"odd": math.inf if index == 5 else index} if index % 2 else {}
        store.apply(run.uid, [parameters({"number": index, **odd, f"only{index % 50}": "x"})])

    frame = results_of(store).to_pandas()

    assert list(range(count)) == frame["params.number"].tolist()
    assert [math.inf if index == 5 else index for index in range(1, count, 2)] == frame["params.odd"].dropna().tolist()
    assert [count // 50] * 50 == [frame[f"params.only{index}"].notna().sum() for index in range(50)]


def test_a_frame_can_be_written_to(results: RunResults[RunRecord]) -> None:
    frame = results.to_pandas()
    frame.loc[0, "metrics.loss"] = 1.5
    frame["metrics.loss"] *= 2

    assert 3.0 == frame["metrics.loss"].iloc[0]
    assert math.isnan(results.to_pandas()["metrics.loss"].iloc[0])
    assert np.isnan(frame["metrics.acc"].iloc[1])


@pytest.mark.parametrize(
    ("package", "extra", "method"), [("pandas", "pandas", "to_pandas"), ("polars", "polars", "to_polars")]
)
def test_a_package_that_is_not_there_is_named_with_its_extra(
    results: RunResults[RunRecord], monkeypatch: pytest.MonkeyPatch, package: str, extra: str, method: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(MissingExtraError, match=rf"pip install 'assay\[{extra}\]'"):
        getattr(results, method)()


def test_parquet_without_arrow_names_the_extra_and_leaves_the_file(
    results: RunResults[RunRecord], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "runs.parquet").write_text("as it was")
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(MissingExtraError, match=r"assay\[arrow\]"):
        results.to_parquet(tmp_path / "runs.parquet")
    assert "as it was" == (tmp_path / "runs.parquet").read_text()


def test_a_file_that_cannot_be_written_is_refused_and_nothing_is_left(
    results: RunResults[RunRecord], tmp_path: Path
) -> None:
    (tmp_path / "runs.csv").mkdir()

    with pytest.raises(RefusedError, match=r"can't write .*runs\.csv"):
        results.to_csv(tmp_path / "runs.csv")
    with pytest.raises(RefusedError, match="can't write"):
        results.to_parquet(tmp_path / "nowhere" / "runs.parquet")
    assert [] == [name for name in os.listdir(tmp_path) if "part" in name]


def test_arrow_types_are_those_of_the_columns(results: RunResults[RunRecord]) -> None:
    schema = results.to_arrow().schema

    assert pa.timestamp("us", "UTC") == schema.field("end_time").type
    assert pa.int64() == schema.field("params.some").type
    assert pa.bool_() == schema.field("params.on").type
