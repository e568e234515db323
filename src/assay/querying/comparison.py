"""Runs side by side: in which parameters they differ, what came of it, and how far that is from a baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from assay.errors import DamagedError, InvalidInputError
from assay.formats.evaluation import PRECISION_RECALL_CURVE, ROC_CURVE
from assay.formats.html_table import number, table_html
from assay.formats.summary import Summary
from assay.querying.curve_drawing import curves_svg
from assay.querying.grouping import parameter_key
from assay.querying.histories import NamedRun, labels_of
from assay.querying.tidy import need

AXES: Mapping[str, tuple[str, str, str]] = {
    ROC_CURVE: ("falsePositiveRate", "truePositiveRate", "areaUnderCurve"),
    PRECISION_RECALL_CURVE: ("recall", "precision", "averagePrecisionScore"),
}
"""The types of documents that are laid over each other: what is drawn across, what up, and the figure beside it."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison needs of a run.

    Attributes:
        run: The run.
        parameters: Its parameters.
        metrics: The summaries of its metrics, with the best value where the run says what is best.
    """

    run: NamedRun
    parameters: Mapping[str, Any]
    metrics: Mapping[str, Summary]


@dataclass(frozen=True, slots=True)
class Overlay:
    """Curves of one title of several runs.

    Attributes:
        type: `ROCCurve` or `PrecisionRecallCurve`.
        title: The title under which the runs logged them.
        documents: The document of each run that has one, by the run's name in the comparison.
    """

    type: str
    title: str
    documents: Mapping[str, Mapping[str, Any]]

    @property
    def figures(self) -> dict[str, float | None]:
        """The area under each ROC curve, or the average precision."""
        return {run: document[AXES[self.type][2]] for run, document in self.documents.items()}

    @property
    def lines(self) -> dict[str, tuple[Sequence[float], Sequence[float]]]:
        """The vertices of each curve: across and up."""
        across, up, _ = AXES[self.type]
        return {run: (document[across], document[up]) for run, document in self.documents.items()}

    def to_pandas(self) -> Any:
        """A pandas DataFrame, a row a vertex: run, and the two axes."""
        across, up, _ = AXES[self.type]
        rows = [(run, x, y) for run, (xs, ys) in self.lines.items() for x, y in zip(xs, ys, strict=True)]
        return need("pandas").DataFrame(rows, columns=["run", across, up])

    def _repr_html_(self) -> str:
        legend = {run: f"{run} {number(figure)}" for run, figure in self.figures.items()}
        return curves_svg(self.title, {legend[run]: line for run, line in self.lines.items()})


class Comparison:
    """Runs side by side.

    A run is named by its name here, by `experiment/run` where they are of several experiments.

    Attributes:
        runs: The runs by name, in the order in which they were given; the baseline first if it was none of them.
        baseline: The name of the run that the others are held against.
        parameters: The parameters in which they differ: for each the value of every run that has it.
        same_parameters: The parameters that all have, with one value.
        metrics: For each metric the summary of every run that has it.
        differences: For each metric of the baseline how much greater the value of each other run is; the value is the
            best one where `define_metric` said what is best, else the last.
    """

    def __init__(
        self, compared: Sequence[Compared], baseline: NamedRun, documents: Callable[[], Iterable[Iterable[Any]]]
    ) -> None:
        labels = labels_of([one.run for one in compared])
        self.runs: dict[str, Any] = {label: one.run for label, one in zip(labels, compared, strict=True)}
        self.baseline = next(label for label, run in self.runs.items() if run.id == baseline.id)
        self.parameters: dict[str, dict[str, Any]] = {}
        self.same_parameters: dict[str, Any] = {}
        for name in dict.fromkeys(name for one in compared for name in one.parameters):
            keys = {parameter_key(one.parameters, name) for one in compared}
            values = {
                at: one.parameters[name] for at, one in zip(labels, compared, strict=True) if name in one.parameters
            }
            if len(keys) > 1:
                self.parameters[name] = values
            else:
                self.same_parameters[name] = values[labels[0]]
        self.metrics: dict[str, dict[str, Summary]] = {
            name: {at: one.metrics[name] for at, one in zip(labels, compared, strict=True) if name in one.metrics}
            for name in sorted({name for one in compared for name in one.metrics})
        }
        self.differences: dict[str, dict[str, float]] = {
            name: _differences(found, self.baseline) for name, found in self.metrics.items() if self.baseline in found
        }
        self._documents = documents
        self._overlays: list[Overlay] | None = None

    @property
    def curves(self) -> list[Overlay]:
        """The ROC curves and the precision-recall curves of the runs, one overlay for each title.

        Raises:
            DamagedError: The document of one is damaged; the message names the file.
        """
        if self._overlays is None:
            found: dict[tuple[str, str], dict[str, Any]] = {}
            for label, documents in zip(self.runs, self._documents(), strict=True):
                for document in documents:
                    found.setdefault((document["type"], document["title"]), {})[label] = document
            order = list(AXES)
            self._overlays = [
                Overlay(kind, title, of_runs)
                for (kind, title), of_runs in sorted(found.items(), key=lambda item: order.index(item[0][0]))
            ]
        return self._overlays

    def __repr__(self) -> str:
        return (
            f"<Comparison of {len(self.runs)} runs with {self.baseline!r}: {len(self.parameters)} parameters differ, "
            f"{len(self.metrics)} metrics>"
        )

    def to_pandas(self) -> Any:
        """A pandas DataFrame, a row a run: run, params.NAME (those that differ), metrics.NAME, difference.NAME."""
        columns: dict[str, list[Any]] = {"run": list(self.runs)}
        for name, values in self.parameters.items():
            columns[f"params.{name}"] = [values.get(run) for run in self.runs]
        for name, found in self.metrics.items():
            columns[f"metrics.{name}"] = [shown_value(found[run]) if run in found else None for run in self.runs]
        for name, apart in self.differences.items():
            columns[f"difference.{name}"] = [apart.get(run) for run in self.runs]
        return need("pandas").DataFrame(columns)

    def _repr_html_(self) -> str:
        rows: list[list[Any]] = []
        for name, values in self.parameters.items():
            rows.append([name, *(values.get(run, "") for run in self.runs)])
        for name, found in self.metrics.items():
            apart = self.differences.get(name, {})
            cells = []
            for run in self.runs:
                cell = number(shown_value(found[run])) if run in found else ""
                cells.append(cell + (f" ({apart[run]:+.3g})" if run in apart and run != self.baseline else ""))
            rows.append([name, *cells])
        head = ["", *(f"{run} (baseline)" if run == self.baseline else run for run in self.runs)]
        same = f"<p>{len(self.same_parameters)} parameters are the same</p>" if self.same_parameters else ""
        try:
            drawn = "".join(one._repr_html_() for one in self.curves)
        except DamagedError as error:
            drawn = f"<p>{escape(str(error))}</p>"
        return table_html(head, rows) + same + drawn


def compare_runs(
    compared: Sequence[Compared], baseline: NamedRun | None, documents: Callable[[], Iterable[Iterable[Any]]]
) -> Comparison:
    """Runs side by side, each once.

    Args:
        compared: The runs, the baseline among them.
        baseline: Which the others are held against; None takes the first.
        documents: Gives, for each run, the documents of its curves.

    Raises:
        InvalidInputError: There is no run.
    """
    if not compared:
        raise InvalidInputError("there are no runs to compare")
    return Comparison(compared, compared[0].run if baseline is None else baseline, documents)


def shown_value(summary: Summary) -> float:
    """What stands for a series: its best value where the run says what is best, else its last."""
    return summary.last if summary.best is None else summary.best


def _differences(found: Mapping[str, Summary], baseline: str) -> dict[str, float]:
    base = found[baseline]

    def value_of(one: Summary) -> float:
        # What is best of one must not be held against what was last of the other.
        return shown_value(one) if (one.best is None) == (base.best is None) else one.last

    return {
        run: value_of(one) - (shown_value(base) if (one.best is None) == (base.best is None) else base.last)
        for run, one in found.items()
    }
