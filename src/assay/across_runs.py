"""What a session reads across many runs: their histories, and how they compare."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from assay.errors import InvalidInputError, InvalidTypeError, MetricNotFoundError, nearest

if TYPE_CHECKING:
    from assay.formats.columns import Columns
    from assay.querying.comparison import Comparison
    from assay.querying.histories import Histories
    from assay.querying.history_stream import HistoryStream
    from assay.run import Run
    from assay.session import Session
    from assay.storage.contract import Store, View

LISTED_AT_ONCE = 1000
"""Runs whose names are held while their histories are streamed."""


class AcrossRuns:
    """The part of a session that reads many runs at once."""

    location: str

    if TYPE_CHECKING:  # `Session`, of which this is a part, has it

        def fresh_store(self, run_uid: str | None = None) -> Store:
            """The store with all that this process has logged."""

    def metric_histories(
        self,
        runs: Any,
        names: str | Iterable[str],
        max_points: int | None = None,
        *,
        first_step: int | None = None,
        end_step: int | None = None,
        repeated: str = "all",
    ) -> Histories:
        """The histories of metrics of many runs, all of one state of the store.

        Args:
            runs: A run or several, as `list_runs` and `search_runs` give them; `"experiment/run"` stands for a run.
            names: A metric, or several.
            max_points: At most so many points of each series, by the rule of `Run.metric_history`; what is kept of
                one series never depends on the others.
            first_step: The first step that is given, inclusive.
            end_step: The step to stop before, exclusive.
            repeated: Of points of one step `"all"`, or only the `"first"` or the `"last"`.

        Returns:
            A mapping from (run, name) to `MetricHistory`, without the series that a run does not have; `.grouped()`
            gives mean, std, min, max and n by step, `.to_pandas()` a table.

        Raises:
            MetricNotFoundError: None of the runs has a metric of one of these names; the message names the nearest.
            RunNotFoundError: There is no such run.
        """
        from assay.formats.values import metric_name
        from assay.querying.histories import Histories
        from assay.querying.history import check_view

        view = check_view(max_points, first_step, end_step, repeated)
        wanted = [metric_name(one) for one in dict.fromkeys([names] if isinstance(names, str) else names)]
        chosen = self._runs_of(runs)
        store = self.fresh_store()
        uids = [run.id for run in chosen]

        def read(view: View) -> Mapping[tuple[str, str], Columns]:
            return store.histories(uids, wanted, view)

        histories = Histories(chosen, wanted, view, read, lambda: {uid: store.run(uid).parameters for uid in uids})
        there = {name for _, name in histories}
        missing = [name for name in wanted if name not in there]
        if missing and chosen:
            known = sorted({name for uid in uids for name in store.summaries(uid)})
            raise MetricNotFoundError(f"no metric {missing[0]!r} in any of these runs{nearest(missing[0], known)}")
        return histories

    def stream_histories(
        self,
        experiment_name: str | None = None,
        filter: str | None = None,  # noqa: A002 (what users type)
        *,
        runs: Any = None,
        names: str | Iterable[str] | None = None,
        first_step: int | None = None,
        end_step: int | None = None,
        repeated: str = "all",
    ) -> HistoryStream:
        """The histories of an experiment, of some runs or of all, in memory that does not grow with their number.

        Args:
            experiment_name: An experiment; None for all.
            filter: Only runs that it picks, as in `search_runs`.
            runs: These runs only, as `metric_histories` takes them; then without the two others.
            names: Only metrics of these names; None for all.
            first_step: The first step that is given, inclusive.
            end_step: The step to stop before, exclusive.
            repeated: Of points of one step `"all"`, or only the `"first"` or the `"last"`.

        Returns:
            What iterates as batches of points, and has `to_parquet(path)`, `to_arrow()`, `to_pandas()`.

        Raises:
            ExperimentNotFoundError: There is no such experiment.
            InvalidInputError: The filter can't be read.
        """
        from assay.formats.filter import parse_filter
        from assay.formats.values import metric_name
        from assay.querying.histories import labels_of
        from assay.querying.history import check_view
        from assay.querying.history_stream import HistoryStream

        if runs is not None and (experiment_name is not None or filter is not None):
            raise InvalidInputError("stream_histories takes runs, or experiment_name and filter, not both")
        if filter is not None:
            parse_filter(filter)  # so that a mistake is told here, not where the stream is read
        view = check_view(None, first_step, end_step, repeated)
        wanted = None if names is None else [metric_name(one) for one in ([names] if isinstance(names, str) else names)]
        chosen = None if runs is None else self._runs_of(runs)
        experiment = None if experiment_name is None else self._experiment(experiment_name)

        def listed() -> Iterator[tuple[str, str]]:
            if chosen is not None:
                self.fresh_store()
                return iter(list(zip(labels_of(chosen), [run.id for run in chosen], strict=True)))
            return self._listed(experiment, filter)

        return HistoryStream(listed, lambda uid: self.fresh_store(uid).stream_histories(uid, wanted, view))

    def compare(self, runs: Any, baseline: Any = None) -> Comparison:
        """Runs side by side: parameters that differ, summaries of metrics, differences to a baseline, curves.

        Args:
            runs: The runs, as `metric_histories` takes them.
            baseline: The run that the others are held against, one of them or another; None takes the first.

        Raises:
            InvalidInputError: There is no run.
            RunNotFoundError: There is no such run.
        """
        from assay.querying.comparison import AXES, Compared, compare_runs

        chosen = self._runs_of(runs)
        base = None if baseline is None else self._runs_of(baseline)[0]
        if base is not None and base.id not in {run.id for run in chosen}:
            chosen.insert(0, base)
        store = self.fresh_store()
        compared = []
        for run in chosen:
            record = store.run(run.id)
            metrics = {
                name: one.with_goal(record.goals.get(name, {}).get("goal"))
                for name, one in store.summaries(run.id).items()
            }
            compared.append(Compared(run, record.parameters, metrics))
        return compare_runs(
            compared,
            base,
            lambda: ([one.json() for one in run.artifacts(True).values() if one.kind in AXES] for run in chosen),
        )

    def _listed(self, experiment: str | None, filter_text: str | None) -> Iterator[tuple[str, str]]:
        """Name and id of runs, the oldest first, some at a time."""
        from assay.storage.search import SearchQuery

        token = None
        while True:
            query = SearchQuery(
                None if experiment is None else (experiment,), filter_text or "", "created asc", LISTED_AT_ONCE, token
            )
            page = self.fresh_store().search_runs(query)
            for place in range(len(page)):
                run = page.record(place)
                yield (run.name if experiment is not None else f"{run.experiment_name}/{run.name}"), run.uid
            token = page.next_token
            if token is None:
                return

    def _experiment(self, name: str) -> str:
        from assay.errors import ExperimentNotFoundError
        from assay.formats.names import check_names

        wanted, _ = check_names(name, None)
        known = [one.name for one in self.fresh_store().experiments()]
        if wanted not in known:
            raise ExperimentNotFoundError(f"no experiment {wanted!r}{nearest(wanted, known)} in {self.location}")
        return wanted

    def _runs_of(self, runs: Any) -> list[Run]:
        """The runs that a caller means, each once, in the order in which they were given."""
        from assay.run import Run

        found: dict[str, Run] = {}
        for one in [runs] if isinstance(runs, str | Run) or not isinstance(runs, Iterable) else runs:
            run = self._named(one) if isinstance(one, str) else one
            if not isinstance(run, Run):
                raise InvalidTypeError(f"runs must be Run objects or 'experiment/run', not {type(run).__name__}")
            if run.session.location != self.location:
                raise InvalidInputError(
                    f"run {run.run_name!r} of experiment {run.experiment_name!r} is in {run.session.location}, "
                    f"and this session reads {self.location}"
                )
            found.setdefault(run.id, run)
        return list(found.values())

    def _named(self: Any, name: str) -> Run:
        from assay.formats.names import check_names
        from assay.run import Run

        experiment_name, slash, run_name = name.rpartition("/")
        if not slash:
            raise InvalidInputError(f"a run is named 'experiment/run', not {name!r}")
        session: Session = self
        return Run._of(session, session.fresh_store().find_run(*check_names(experiment_name, run_name)), loaded=True)
