"""Runs in groups by their parameters, and the figures of each group step by step."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from assay.errors import InvalidInputError, nearest
from assay.formats.columns import Columns
from assay.formats.html_table import table_html
from assay.querying.aligned import Aligned, align
from assay.querying.tidy import need
from assay.storage.pieces import once_a_step

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assay.querying.histories import NamedRun

FIGURES = ("mean", "std", "min", "max", "n")
Parameters = Mapping[str, Any]
RunGroup = tuple[dict[str, Any], "list[NamedRun]"]
"""The parameters by which runs were put together, and the runs."""


class Group:
    """One metric of a group of runs, step by step.

    Attributes:
        name: The metric.
        parameters: What the runs have in common and sets them apart from other groups.
        runs: The runs that have the metric.
        steps: int64, shape (n,): each step that one of them has, ascending.
        mean: float64, shape (n,): of the values that are not NaN; NaN where there are none.
        std: float64, shape (n,): their standard deviation.
        min: float64, shape (n,): the least of them.
        max: float64, shape (n,): the greatest of them.
        n: int64, shape (n,): how many runs have a value there that is not NaN.
    """

    __slots__ = ("max", "mean", "min", "n", "name", "parameters", "runs", "std", "steps")

    def __init__(self, name: str, parameters: dict[str, Any], runs: Sequence[NamedRun], aligned: Aligned) -> None:
        self.name = name
        self.parameters = parameters
        self.runs: tuple[Any, ...] = tuple(runs)
        self.steps: NDArray[np.int64] = aligned.steps
        self.mean: NDArray[np.float64] = aligned.mean
        self.std: NDArray[np.float64] = aligned.std
        self.min: NDArray[np.float64] = aligned.min
        self.max: NDArray[np.float64] = aligned.max
        self.n: NDArray[np.int64] = aligned.n

    def __len__(self) -> int:
        return len(self.steps)

    def __repr__(self) -> str:
        by = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
        return f"<Group {self.name!r}{' of ' + by if by else ''}: {len(self.runs)} runs, {len(self):,} steps>"


class Groups(Sequence[Group]):
    """Groups of runs, one for each metric and each set of parameters, in the order of their first runs."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = tuple(groups)

    @overload
    def __getitem__(self, index: int) -> Group: ...

    @overload
    def __getitem__(self, index: slice) -> Groups: ...

    def __getitem__(self, index: int | slice) -> Group | Groups:
        return Groups(self._groups[index]) if isinstance(index, slice) else self._groups[index]

    def __iter__(self) -> Iterator[Group]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)

    def __repr__(self) -> str:
        return f"<Groups: {len(self)}>"

    def to_pandas(self) -> Any:
        """A pandas DataFrame, a row a step of a group: metric, params.<name>…, step, mean, std, min, max, n."""
        return need("pandas").DataFrame(self._columns())

    def to_polars(self) -> Any:
        """A polars DataFrame, a row a step of a group: metric, params.<name>…, step, mean, std, min, max, n."""
        return need("polars").DataFrame(self._columns(), strict=False)

    def to_arrow(self) -> Any:
        """A pyarrow Table, a row a step of a group: metric, params.<name>…, step, mean, std, min, max, n."""
        return need("pyarrow").table(self._columns())

    def _columns(self) -> dict[str, Any]:
        import numpy as np

        columns: dict[str, Any] = {"metric": [one.name for one in self for _ in range(len(one))]}
        for name in dict.fromkeys(name for one in self for name in one.parameters):
            values = _one_type([one.parameters.get(name) for one in self])
            columns[f"params.{name}"] = [
                value for one, value in zip(self, values, strict=True) for _ in range(len(one))
            ]
        for name in ("steps", *FIGURES):
            kind = np.int64 if name in ("steps", "n") else np.float64
            parts = [getattr(one, name) for one in self]
            columns["step" if name == "steps" else name] = np.concatenate(parts) if parts else np.empty(0, kind)
        return columns

    def _repr_html_(self) -> str:
        names = list(dict.fromkeys(name for one in self for name in one.parameters))
        rows = [
            (
                one.name,
                *(one.parameters.get(name, "") for name in names),
                len(one.runs),
                len(one),
                float(one.mean[-1]) if len(one) else "",
                float(one.std[-1]) if len(one) else "",
            )
            for one in self
        ]
        return table_html(["metric", *names, "runs", "steps", "last mean", "last std"], rows)


def run_groups(
    runs: Sequence[NamedRun],
    parameters_of: Callable[[], Mapping[str, Parameters]],
    by: Sequence[str] | None,
    over: Sequence[str] | None,
) -> list[RunGroup]:
    """The runs in groups of equal parameters.

    Args:
        runs: The runs.
        parameters_of: Gives the parameters of each run by its id.
        by: The parameters that must be equal.
        over: The parameters that may differ.

    Raises:
        InvalidInputError: Both are given, or none of the runs has a parameter of that name.
    """
    if by is not None and over is not None:
        raise InvalidInputError(
            "grouped takes by= (parameters to group by) or over= (parameters to average over), not both"
        )
    if not by and over is None:
        return [({}, list(runs))] if runs else []
    parameters = parameters_of()
    known = list(dict.fromkeys(name for run in runs for name in parameters[run.id]))
    for name in (*(by or ()), *(over or ())):
        if name not in known and runs:
            raise InvalidInputError(f"none of these runs has a parameter {name!r}{nearest(name, known)}")
    names = list(by) if by else [name for name in known if name not in (over or ())]
    groups: dict[tuple[Any, ...], list[NamedRun]] = {}
    for run in runs:
        groups.setdefault(tuple(parameter_key(parameters[run.id], name) for name in names), []).append(run)
    if over is not None:  # what all have in common tells no group from another
        keys = list(groups)
        names = [name for at, name in enumerate(names) if len({key[at] for key in keys}) > 1]
    return [({name: parameters[members[0].id].get(name) for name in names}, members) for members in groups.values()]


def group_runs(
    split: Sequence[RunGroup],
    names: Sequence[str],
    found: Mapping[tuple[str, str], Columns],
    *,
    keep: str,
    ddof: int,
    max_points: int | None,
) -> Groups:
    """The figures of each metric over each group of runs; groups that lack a metric are left out.

    Args:
        split: Parameters and runs of each group.
        names: The metrics.
        found: Points by run and metric.
        keep: Of several points of a run at one step the `first` or the `last`.
        ddof: What is taken off n where the standard deviation divides by it.
        max_points: At most so many steps of each.
    """
    groups = []
    for name in names:
        for parameters, members in split:
            having = [run for run in members if len(found.get((run.id, name), ()))]
            if not having:
                continue
            aligned = align([once_a_step(found[run.id, name], keep) for run in having], ddof=ddof)
            groups.append(
                Group(name, parameters, having, aligned if max_points is None else aligned.thinned(max_points))
            )
    return Groups(groups)


def parameter_key(parameters: Parameters, name: str) -> tuple[str, Any]:
    """A parameter's value as what equal values have in common: 1 is 1.0, but neither True nor '1'."""
    if name not in parameters:
        return ("none", None)
    value = parameters[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ("other", json.dumps(value))
    return ("number", "nan" if isinstance(value, float) and math.isnan(value) else value)


def _one_type(values: list[Any]) -> list[Any]:
    """Values as a column can hold them: as they are if all are numbers or all of one type, else as texts."""
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} or (len(kinds) == 1 and kinds <= {bool, str}):
        return values
    return [None if value is None else value if isinstance(value, str) else json.dumps(value) for value in values]
