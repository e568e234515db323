"""What a search found: runs to go through, and the same as a table."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from assay.formats.html_table import MOST_ROWS, table_html
from assay.querying import conversion
from assay.querying.table import Column, columns_of
from assay.storage.contract import RunRecord
from assay.storage.search import FoundRuns

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

R = TypeVar("R")


class RunResults(Sequence[R], Generic[R]):
    """The runs that a search found, in its order, as they were when it was made.

    It can be gone through, indexed and measured like a list of runs. As a table it has the columns `experiment_name`,
    `run_name`, `status`, `start_time`, `end_time`, `params.NAME`, `metrics.NAME` (the last value) and `tags.NAME`.

    Args:
        found: What the store found.
        make_run: A run of its record.

    Attributes:
        next_token: To be passed, with the same question, for the runs behind these; None where there are none.
    """

    def __init__(
        self,
        found: FoundRuns,
        make_run: Callable[[RunRecord], R],
    ) -> None:
        self.next_token = found.next_token
        self._found = found
        self._make_run = make_run
        self._runs: dict[int, R] = {}

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> list[R]: ...
    def __getitem__(self, index: int | slice) -> R | list[R]:
        if isinstance(index, slice):
            return [self._run(place) for place in range(len(self))[index]]
        return self._run(range(len(self))[index])

    def __iter__(self) -> Iterator[R]:
        return map(self._run, range(len(self)))

    def _run(self, place: int) -> R:
        run = self._runs.get(place)
        if run is None:
            run = self._runs[place] = self._make_run(self._found.record(place))
        return run

    def __repr__(self) -> str:
        few = replace(self._found, rows=self._found.rows[:3])
        names = [f"{one}/{run}" for one, run in zip(few.experiment_names(), few.column("name"), strict=True)]
        shown = ", ".join(names) + (", …" if len(self) > len(names) else "")
        more = "; more behind next_token" if self.next_token else ""
        return f"<RunResults: {len(self):,} run{'' if len(self) == 1 else 's'}{': ' if names else ''}{shown}{more}>"

    def _repr_html_(self) -> str:
        columns = columns_of(self._found.first(MOST_ROWS))
        cells = [_shown_cells(column) for column in columns]
        table = table_html([column.name for column in columns], list(zip(*cells, strict=True)))
        more = ", and more behind next_token" if self.next_token else ""
        first = f"the first {MOST_ROWS} of " if len(self) > MOST_ROWS else ""
        return f"{table}<p>{first}{len(self):,} run{'' if len(self) == 1 else 's'}{more}</p>"

    def columns(self) -> list[Column]:
        """The columns of the table, as no library has them yet."""
        return columns_of(self._found)

    def to_pandas(self) -> pd.DataFrame:
        """A pandas DataFrame, a row a run.

        A missing number is NaN; integers and bools that some runs lack are of the types Int64 and boolean. Parameters
        of several types, and lists, stay Python objects.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        return conversion.pandas_frame(self.columns())

    def to_polars(self) -> pl.DataFrame:
        """A polars DataFrame, a row a run, null where a run has nothing; what is of several types is text.

        Raises:
            MissingExtraError: polars is not installed.
        """
        return conversion.polars_frame(self.columns())

    def to_arrow(self) -> pa.Table:
        """An Arrow Table, a row a run, null where a run has nothing; what is of several types is text.

        Raises:
            MissingExtraError: pyarrow is not installed.
        """
        return conversion.arrow_table(self.columns())

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write the table as a Parquet file; one that is there is replaced.

        Raises:
            MissingExtraError: pyarrow is not installed.
            RefusedError: The file can't be written; one that was there is as it was.
        """
        conversion.write_parquet(self.columns(), path)

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the table as a CSV file in UTF-8; one that is there is replaced. It needs no package.

        Raises:
            RefusedError: The file can't be written; one that was there is as it was.
        """
        conversion.write_csv(self.columns(), path)


def _shown_cells(column: Column) -> list[Any]:
    if column.kind == "time":
        return ["" if value is None else conversion.iso_time(value)[:19] for value in column.plain()]
    return ["" if value is None else value for value in column.plain()]
