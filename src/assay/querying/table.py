"""Runs as columns, each of one kind, before a library of tables has them.

A table of 100,000 runs is made a column at a time: the JSON texts of their parameters are read many at once, and the
last values of metrics are sorted into columns by numpy. There is no object a run.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from assay.storage.search import FoundRuns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Kind = Literal["text", "int", "float", "bool", "time", "mixed"]
"""What a column holds: `time` microseconds since 1970; `mixed` lists, dicts, values of several types, or nothing."""
READ_AT_ONCE = 4096
"""So many JSON texts become dicts at a time: as many as are quick, and no more memory than that."""
MANY = 500
"""From so many JSON texts on it pays to import msgspec, which reads them three times as fast."""
EXACT_UP_TO = 2**53
"""Integers up to here are floats without a loss."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: As users know it, such as `params.lr`.
        kind: What it holds.
        values: int64 of `int` and `time`, float64, bool; a list of `text` and `mixed`, None where a run has none.
        missing: Of arrays: which runs have none; None where all have one.
    """

    name: str
    kind: Kind
    values: Any
    missing: NDArray[np.bool_] | None = None

    def plain(self) -> list[Any]:
        """The values as Python has them, None where there is none."""
        if isinstance(self.values, list):
            return self.values
        values = self.values.tolist()
        if self.missing is not None:
            for place in self.missing.nonzero()[0].tolist():
                values[place] = None
        return list(values)


def columns_of(found: FoundRuns) -> list[Column]:
    """What is known of each run, then its parameters in the order of logging, metrics by name, and tags."""
    return [
        Column("experiment_name", "text", found.experiment_names()),
        Column("run_name", "text", found.column("name")),
        Column("status", "text", found.column("status")),
        _times("start_time", found.column("start_us")),
        _times("end_time", found.column("end_us")),
        *_json_columns("params.", found.column("parameters")),
        *_metric_columns(found),
        *_json_columns("tags.", found.column("tags")),
    ]


def _times(name: str, values: Sequence[int | None]) -> Column:
    import numpy as np

    if None not in values:
        return Column(name, "time", np.array(values, np.int64))
    missing = np.fromiter((value is None for value in values), bool, len(values))
    numbers = np.fromiter((0 if value is None else value for value in values), np.int64, len(values))
    return Column(name, "time", numbers, missing)


def _json_columns(prefix: str, texts: Sequence[str]) -> list[Column]:
    """A column for each name that any of the objects has."""
    if texts.count("{}") == len(texts):
        return []
    columns: dict[str, list[Any]] = {}
    for first in range(0, len(texts), READ_AT_ONCE):
        objects = _objects(texts[first : first + READ_AT_ONCE])
        # Most runs have the same names in the same order: their values are turned from rows into columns in one go.
        alike: dict[tuple[str, ...], list[int]] = {}
        for place, one in enumerate(objects):
            alike.setdefault(tuple(one), []).append(place)
        alike.pop((), None)
        for names, places in alike.items():
            values = zip(*(objects[place].values() for place in places), strict=True)
            for name, column in zip(names, values, strict=True):
                whole = columns.get(name)
                if whole is None:
                    whole = columns[name] = [None] * len(texts)
                if places[-1] - places[0] + 1 == len(places):
                    whole[first + places[0] : first + places[-1] + 1] = column
                else:
                    for place, value in zip(places, column, strict=True):
                        whole[first + place] = value
    return [typed_column(prefix + name, values) for name, values in columns.items()]


def _objects(texts: Sequence[str]) -> list[dict[str, Any]]:
    text = f"[{','.join(texts)}]"
    if len(texts) >= MANY:
        import msgspec

        try:
            return list(msgspec.json.decode(text))
        except msgspec.DecodeError:  # it knows no NaN
            pass
    return list(json.loads(text))


def typed_column(name: str, values: list[Any]) -> Column:
    """A column of the kind that all of its values are of, whatever some runs lack."""
    import numpy as np

    kinds = set(map(type, values))
    some_missing = type(None) in kinds
    kinds.discard(type(None))
    if kinds == {str}:
        return Column(name, "text", values)
    missing = np.fromiter((value is None for value in values), bool, len(values)) if some_missing else None
    if kinds == {float} or (kinds == {int, float} and _exact_as_floats(values)):
        if missing is None:
            return Column(name, "float", np.array(array("d", values)))  # three times as fast as from a list
        return Column(name, "float", np.array(values, np.float64), missing)  # numpy takes None for NaN
    if kinds == {int} or kinds == {bool}:
        filled = [0 if value is None else value for value in values] if some_missing else values
        try:
            if kinds == {bool}:
                return Column(name, "bool", np.array(filled, np.bool_), missing)
            return Column(name, "int", np.array(filled, np.int64), missing)
        except OverflowError:
            pass  # beyond 64 bits they stay as they are
    return Column(name, "mixed", values)


def _exact_as_floats(values: Sequence[Any]) -> bool:
    return all(abs(value) <= EXACT_UP_TO for value in values if type(value) is int)


def _metric_columns(found: FoundRuns) -> list[Column]:
    """The last value of each metric: one pass over all of them, cut where the metric changes."""
    import numpy as np

    if not found.last_values.values:
        return []
    places, numbers = (np.frombuffer(one, np.int64) for one in (found.last_values.places, found.last_values.numbers))
    values = np.frombuffer(found.last_values.values, np.float64)
    order = np.argsort(numbers, kind="stable")
    places, numbers, values = places[order], numbers[order], values[order]
    cuts = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(numbers)]
    columns = {}
    for first, end in pairwise(cuts):
        whole, missing = np.full(len(found), np.nan), None
        whole[places[first:end]] = values[first:end]
        if end - first < len(found):
            missing = np.ones(len(found), np.bool_)
            missing[places[first:end]] = False
        columns[found.metric_names[int(numbers[first])]] = (whole, missing)
    return [Column(f"metrics.{name}", "float", *columns[name]) for name in sorted(columns)]
