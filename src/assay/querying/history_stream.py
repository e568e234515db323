"""The histories of many runs as one table that is never whole in memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assay.errors import RunNotFoundError
from assay.formats.columns import Columns
from assay.querying.conversion import replacing
from assay.querying.tidy import COLUMNS, Part, Tidy, arrow_schema, need

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH_ROWS = 1 << 18
"""Rows of a batch: 9 MB, and enough that what a batch costs by itself does not count."""
PIECE_ROWS = 1 << 16
"""Points that a caller is given at once, at the most."""


@dataclass(frozen=True, slots=True)
class HistoryBatch:
    """Some points of one metric of one run, in order; the next batch goes on with them, or with another series.

    Attributes:
        run: The run's name; `experiment/run` where runs of several experiments were asked for.
        metric: The metric.
        steps: int64, shape (n,).
        timestamps: datetime64[us] in UTC, shape (n,).
        values: float64, shape (n,).
    """

    run: str
    metric: str
    steps: NDArray[np.int64]
    timestamps: NDArray[np.datetime64]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.steps)


class HistoryStream(Iterable[HistoryBatch]):
    """All points of many runs, a batch at a time; each iteration reads anew.

    Each run is shown as it was when its first batch was read. No lock is held between two batches.
    """

    def __init__(
        self,
        runs: Callable[[], Iterator[tuple[str, str]]],
        read: Callable[[str], Iterator[tuple[str, Columns]]],
    ) -> None:
        self._runs = runs
        self._read = read

    def __iter__(self) -> Iterator[HistoryBatch]:
        for part in self._parts():
            columns = part.columns
            times = columns.timestamps_us.view("datetime64[us]")
            yield HistoryBatch(part.run, part.metric, columns.steps, times, columns.values)

    def _parts(self) -> Iterator[Part]:
        for run, uid in self._runs():
            try:
                pieces = self._read(uid)
            except RunNotFoundError:  # deleted since the runs were listed
                continue
            for metric, columns in pieces:
                for start in range(0, len(columns), PIECE_ROWS):
                    rows = slice(start, start + PIECE_ROWS)
                    some = Columns(columns.steps[rows], columns.timestamps_us[rows], columns.values[rows])
                    yield Part(run, metric, some)

    def _tidies(self) -> Iterator[Tidy]:
        held: list[Part] = []
        rows = 0
        for part in self._parts():
            held.append(part)
            rows += len(part.columns)
            if rows >= BATCH_ROWS:
                yield Tidy(held)
                held, rows = [], 0
        if held:
            yield Tidy(held)

    def to_arrow(self) -> Any:
        """A pyarrow RecordBatchReader: run, metric, step, timestamp, value; DuckDB and polars read it as it comes."""
        arrow = need("pyarrow")
        return arrow.RecordBatchReader.from_batches(arrow_schema(), (tidy.to_batch() for tidy in self._tidies()))

    def to_parquet(self, path: str | os.PathLike[str], *, compression: str = "zstd") -> int:
        """Write a Parquet file with the columns run, metric, step, timestamp, value.

        A file of that name is replaced once the new one is whole.

        Args:
            path: The file.
            compression: As pyarrow has it: `zstd`, `snappy`, `gzip`, `none`, …

        Returns:
            How many points were written.

        Raises:
            MissingExtraError: pyarrow is not installed.
            RefusedError: The file can't be written.
        """
        need("pyarrow")
        parquet = need("pyarrow.parquet")
        points = 0
        with (
            replacing(path, "wb") as file,
            parquet.ParquetWriter(
                file,
                arrow_schema(),
                compression=compression,
                use_dictionary=["run", "metric"],
                column_encoding={"step": "DELTA_BINARY_PACKED", "timestamp": "DELTA_BINARY_PACKED"},
            ) as writer,
        ):
            for tidy in self._tidies():
                writer.write_batch(tidy.to_batch())
                points += len(tidy.step)
        return points

    def to_csv(self, path: str | os.PathLike[str]) -> int:
        """Write a CSV file with the columns run, metric, step, timestamp, value; nothing is rounded.

        Args:
            path: The file; one of that name is replaced once the new one is whole.

        Returns:
            How many points were written.

        Raises:
            RefusedError: The file can't be written.
        """
        import csv

        import numpy as np

        points = 0
        with replacing(path, "w") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for part in self._parts():
                columns = part.columns
                moments = np.datetime_as_string(columns.timestamps_us.view("datetime64[us]"), unit="us")
                times = (f"{moment}+00:00" for moment in moments.tolist())
                rows = zip(columns.steps.tolist(), times, columns.values.tolist(), strict=True)
                writer.writerows((part.run, part.metric, *row) for row in rows)
                points += len(columns)
        return points

    def to_pandas(self) -> Any:
        """A pandas DataFrame of all points, which must fit into memory: run, metric, step, timestamp, value."""
        return Tidy(list(self._parts())).to_pandas()

    def to_polars(self) -> Any:
        """A polars DataFrame of all points, which must fit into memory: run, metric, step, timestamp, value."""
        return Tidy(list(self._parts())).to_polars()
