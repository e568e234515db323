"""Points of many series as one tidy table: a row a point; columns `run`, `metric`, `step`, `timestamp`, `value`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assay.errors import MissingExtraError
from assay.formats.columns import Columns

COLUMNS = ("run", "metric", "step", "timestamp", "value")


@dataclass(frozen=True, slots=True)
class Part:
    """Points of one series, to be rows of a table.

    Attributes:
        run: The run's name in the table.
        metric: The metric.
        columns: The points, in numpy.
    """

    run: str
    metric: str
    columns: Columns


class Tidy:
    """Rows of a tidy table as columns; names are held once, and by number in the rows.

    Attributes:
        runs: The names of the runs, in the order in which they come.
        metrics: The names of the metrics.
        run: int32, for each row the number of its run.
        metric: int32, for each row the number of its metric.
        step: int64.
        timestamp_us: int64.
        value: float64.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        import numpy as np

        runs = {name: number for number, name in enumerate(dict.fromkeys(part.run for part in parts))}
        metrics = {name: number for number, name in enumerate(dict.fromkeys(part.metric for part in parts))}
        counts = [len(part.columns) for part in parts]
        self.runs, self.metrics = list(runs), list(metrics)
        self.run = np.repeat(np.array([runs[part.run] for part in parts], np.int32), counts)
        self.metric = np.repeat(np.array([metrics[part.metric] for part in parts], np.int32), counts)
        self.step = _column(parts, "steps", np.int64)
        self.timestamp_us = _column(parts, "timestamps_us", np.int64)
        self.value = _column(parts, "values", np.float64)

    def to_pandas(self) -> Any:
        """A pandas DataFrame; `run` and `metric` are categories, `timestamp` is in UTC."""
        pandas = need("pandas")
        return pandas.DataFrame(
            {
                "run": pandas.Categorical.from_codes(self.run, categories=pandas.Index(self.runs, dtype="str")),
                "metric": pandas.Categorical.from_codes(
                    self.metric, categories=pandas.Index(self.metrics, dtype="str")
                ),
                "step": self.step,
                "timestamp": pandas.DatetimeIndex(self.timestamp_us.view("datetime64[us]")).tz_localize("UTC"),
                "value": self.value,
            },
            copy=False,
        )

    def to_polars(self) -> Any:
        """A polars DataFrame; `timestamp` is in UTC."""
        polars = need("polars")

        def names(known: list[str], numbers: Any) -> Any:
            return polars.Series(known, dtype=polars.String).gather(polars.Series(numbers))

        return polars.DataFrame(
            {
                "run": names(self.runs, self.run),
                "metric": names(self.metrics, self.metric),
                "step": self.step,
                "timestamp": polars.Series(self.timestamp_us).cast(polars.Datetime("us", "UTC")),
                "value": self.value,
            }
        )

    def to_batch(self) -> Any:
        """A pyarrow RecordBatch of `arrow_schema()`."""
        arrow = need("pyarrow")

        def column(kind: Any, values: Any) -> Any:
            # Not `pyarrow.array`: that imports pandas where it is installed, which takes 60 MB.
            return arrow.Array.from_buffers(kind, len(values), [None, arrow.py_buffer(values)])

        names = [
            arrow.DictionaryArray.from_arrays(column(arrow.int32(), numbers), arrow.array(known, arrow.string()))
            for known, numbers in ((self.runs, self.run), (self.metrics, self.metric))
        ]
        schema = arrow_schema()
        points = [self.step, self.timestamp_us, self.value]
        columns = [column(kind, values) for kind, values in zip(schema.types[2:], points, strict=True)]
        return arrow.RecordBatch.from_arrays([*names, *columns], schema=schema)


def arrow_schema() -> Any:
    """The types of the columns in Arrow and Parquet."""
    arrow = need("pyarrow")
    name = arrow.dictionary(arrow.int32(), arrow.string())
    types = (name, name, arrow.int64(), arrow.timestamp("us", "UTC"), arrow.float64())
    return arrow.schema(list(zip(COLUMNS, types, strict=True)))


def need(package: str) -> Any:
    """An optional package, imported.

    Raises:
        MissingExtraError: It is not installed.
    """
    import importlib

    try:
        return importlib.import_module(package)
    except ImportError as error:
        extra = {"pyarrow": "arrow"}.get(package, package)
        raise MissingExtraError(
            f"this needs {package}, which is not installed: pip install 'assay[{extra}]'"
        ) from error


def _column(parts: Sequence[Part], name: str, kind: Any) -> Any:
    import numpy as np

    return np.concatenate([np.asarray(getattr(part.columns, name), kind) for part in parts] or [np.empty(0, kind)])
