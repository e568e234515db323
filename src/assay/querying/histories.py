"""The histories of many metrics of many runs, each the same as if it were the only one asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from assay.errors import InvalidInputError, MetricNotFoundError, nearest
from assay.formats.columns import Columns
from assay.formats.html_table import table_html
from assay.querying.grouping import Groups, group_runs, run_groups
from assay.querying.history import MetricHistory
from assay.querying.tidy import Part, Tidy, arrow_schema, need
from assay.storage.contract import View


class NamedRun(Protocol):
    """What is asked of a run here."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def experiment_name(self) -> str:
        """The experiment that it is of."""
        ...

    @property
    def run_name(self) -> str:
        """Its name."""
        ...


Series = Mapping[tuple[str, str], Columns]
"""Points by the id of their run and the name of their metric."""


def labels_of(runs: Sequence[NamedRun]) -> list[str]:
    """What each run is called in a table: its name, with its experiment where they are of several."""
    if len({run.experiment_name for run in runs}) < 2:
        return [run.run_name for run in runs]
    return [f"{run.experiment_name}/{run.run_name}" for run in runs]


class Histories(Mapping[tuple[Any, str], MetricHistory]):
    """Histories by run and metric: `histories[run, "loss"]` is a `MetricHistory`.

    A run is a `Run`, or its name, alone or as `"experiment/name"`. Series that a run does not have are left out.

    Attributes:
        runs: The runs that were asked for, each once.
        names: The metrics that were asked for.
    """

    def __init__(
        self,
        runs: Sequence[NamedRun],
        names: Sequence[str],
        view: View,
        read: Callable[[View], Series],
        parameters: Callable[[], Mapping[str, Mapping[str, Any]]],
    ) -> None:
        self.runs = tuple(runs)
        self.names = tuple(names)
        self._view = view
        self._read = read
        self._parameters = parameters
        self._found = read(view)
        self._labels = dict(zip([run.id for run in runs], labels_of(runs), strict=True))
        self._by_name: dict[str | None, NamedRun] = {run.id: run for run in runs}
        for run in runs:
            self._by_name |= {self._labels[run.id]: run, f"{run.experiment_name}/{run.run_name}": run}

    def __getitem__(self, key: Any) -> MetricHistory:
        if not isinstance(key, tuple) or len(key) != 2:
            raise InvalidInputError(f"a history is found by (run, metric), not by {key!r}")
        run = self._find(key[0])
        if run is None or (run.id, key[1]) not in self._found:
            shown = key[0] if isinstance(key[0], str) else getattr(key[0], "run_name", key[0])
            known = [name for run_id, name in self._found if run is not None and run_id == run.id]
            raise MetricNotFoundError(
                f"no metric {key[1]!r} of run {shown!r} among these histories{nearest(str(key[1]), known)}"
            )
        return MetricHistory(key[1], self._found[run.id, key[1]])

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        return ((run, name) for run in self.runs for name in self.names if (run.id, name) in self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, tuple) or len(key) != 2:
            return False
        run = self._find(key[0])
        return run is not None and (run.id, key[1]) in self._found

    def get(self, key: Any, default: Any = None) -> Any:
        """The history of a run's metric, or `default` where the run has none."""
        try:
            return self[key]
        except MetricNotFoundError:
            return default

    def _find(self, wanted: Any) -> NamedRun | None:
        return self._by_name.get(wanted if isinstance(wanted, str) else getattr(wanted, "id", None))

    def grouped(
        self, *, by: str | Iterable[str] | None = None, over: str | Iterable[str] | None = None, ddof: int = 0
    ) -> Groups:
        """Mean, standard deviation, least and greatest value by step, over the runs of each group.

        Each run counts once at a step: with its latest point there, or its earliest if `repeated="first"` was asked
        for. What was thinned by `max_points` is read whole for this, and the groups are thinned.

        Args:
            by: Parameters: runs that have the same values of all of them are one group.
            over: Parameters: runs that differ in nothing else are one group, as `over="seed"`. With neither, all
                runs are one group.
            ddof: What is taken off n where the standard deviation divides by it.

        Raises:
            InvalidInputError: `by` and `over`, or a parameter that none of the runs has.
        """
        view = self._view
        found = self._found
        if view.max_points is not None:
            found = self._read(View(None, view.first_step, view.end_step, view.repeated))
        split = run_groups(self.runs, self._parameters, _names(by), _names(over))
        return group_runs(
            split,
            self.names,
            found,
            keep="first" if view.repeated == "first" else "last",
            ddof=ddof,
            max_points=view.max_points,
        )

    def _tidy(self) -> Tidy:
        return Tidy([Part(self._labels[run.id], name, self._found[run.id, name]) for run, name in self])

    def to_pandas(self) -> Any:
        """A pandas DataFrame of all points: run, metric, step, timestamp, value."""
        return self._tidy().to_pandas()

    def to_polars(self) -> Any:
        """A polars DataFrame of all points: run, metric, step, timestamp, value."""
        return self._tidy().to_polars()

    def to_arrow(self) -> Any:
        """A pyarrow Table of all points: run, metric, step, timestamp, value."""
        return need("pyarrow").Table.from_batches([self._tidy().to_batch()], arrow_schema())

    def __repr__(self) -> str:
        points = sum(map(len, self._found.values()))
        return f"<Histories: {len(self)} series of {len(self.runs)} runs, {points:,} points>"

    def _repr_html_(self) -> str:
        rows = []
        for (run, name), history in self.items():
            steps = f"{history.steps[0]} to {history.steps[-1]}" if len(history) else ""
            last = float(history.values[-1]) if len(history) else ""
            rows.append((self._labels[run.id], name, len(history), steps, last))
        return table_html(["run", "metric", "points", "steps", "last"], rows)


def _names(given: str | Iterable[str] | None) -> tuple[str, ...] | None:
    if given is None:
        return None
    return (given,) if isinstance(given, str) else tuple(dict.fromkeys(given))
