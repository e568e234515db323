"""What filters and orders mean, in plain Python over plain runs: the reference that SQL is held against."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Any

from assay.formats.filter_tree import (
    And,
    Between,
    Comparison,
    Field,
    Filter,
    In,
    IsNan,
    Like,
    Moment,
    Not,
    Null,
    Or,
    OrderKey,
    Test,
)
from tests.formats.filter_trees import NOW_US
from tests.formats.likes import fits
from tests.storage.sql.searched import PlainRun


def holds(tree: Filter, run: PlainRun) -> bool:
    """Whether a filter picks a run."""
    if isinstance(tree, And):
        return all(holds(part, run) for part in tree.parts)
    if isinstance(tree, Or):
        return any(holds(part, run) for part in tree.parts)
    if isinstance(tree, Not):
        return not holds(tree.part, run)
    value = value_of(tree.field, run)
    if isinstance(tree, Null):
        return (value is None) != tree.negated
    return value is not None and _says(tree, value) != tree.negated


def value_of(field: Field, run: PlainRun) -> Any:
    """What a run has of a field, None where it lacks it."""
    if field.kind == "metric":
        return _figure(field, run)
    if field.kind == "tag":
        return run.tags.get(field.name)
    if field.kind == "parameter":
        value = run.parameters.get(field.name)
        return json.dumps(value) if isinstance(value, list | dict) else value
    start, end = run.attributes["start_time"], run.attributes["end_time"]
    if field.name == "duration":
        return None if start is None or end is None else (end - start) / 10**6
    return None if field.name == "description" and not run.attributes["description"] else run.attributes[field.name]


def _figure(field: Field, run: PlainRun) -> float | None:
    values = run.metrics.get(field.name)
    if values is None:
        return None
    finite = [value for value in values if math.isfinite(value)]
    goal = run.goals.get(field.name)
    figures = {
        "last": values[-1],
        "first": values[0],
        "count": len(values),
        "min": min(finite, default=None),
        "max": max(finite, default=None),
        "mean": sum(finite) / len(finite) if finite else None,
    }
    return figures.get(goal or "") if field.statistic == "best" else figures[field.statistic]


def _says(test: Test, value: Any) -> bool:
    if isinstance(test, IsNan):
        return bool(value != value)
    if isinstance(test, Comparison):
        return _compares(test.field, value, test.operator, test.value)
    if isinstance(test, Between):
        return _compares(test.field, value, ">=", test.low) and _compares(test.field, value, "<=", test.high)
    if isinstance(test, In):
        return any(_compares(test.field, value, "=", one) for one in test.values)
    assert not isinstance(test, Null)
    if not isinstance(value, str):
        return False
    if isinstance(test, Like):
        return fits(test.pattern.lower(), value.lower()) if test.ignore_case else fits(test.pattern, value)
    return re.search(test.pattern, value, re.ASCII) is not None


def _compares(field: Field, value: Any, operator: str, other: Any) -> bool:
    if isinstance(other, Moment):
        other = other.us + NOW_US if other.from_now else other.us
    if field.kind == "metric":
        other = _as_float(other)  # as a metric is
    if _type(value) is not _type(other):
        return False
    outcomes = {"=": value == other, "<": value < other, "<=": value <= other, ">": value > other, ">=": value >= other}
    return bool(outcomes[operator])


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, 1 if value > 0 else -1)


def _type(value: Any) -> type:
    return float if type(value) is int else type(value)


def in_order(runs: Sequence[PlainRun], numbers: Sequence[int], keys: Sequence[OrderKey]) -> list[int]:
    """Numbers of runs, from 1, in order."""
    keys = keys or [OrderKey(Field("attribute", "creation_time"), descending=True)]
    ordered = sorted(numbers, reverse=keys[-1].descending)
    for key in reversed(keys):
        there = [number for number in ordered if _rank(value_of(key.field, runs[number - 1])) == 0]
        texts = [number for number in ordered if _rank(value_of(key.field, runs[number - 1])) == 1]
        for group in (there, texts):
            # Sorting by several keys, the last one first, rests on equal ones keeping their places.
            group.sort(key=lambda number: _sortable(value_of(key.field, runs[number - 1])), reverse=key.descending)
        nans = [number for number in ordered if _rank(value_of(key.field, runs[number - 1])) == 2]
        none = [number for number in ordered if _rank(value_of(key.field, runs[number - 1])) == 3]
        ordered = there + texts + nans + none
    return ordered


def _sortable(value: Any) -> Any:
    return value if isinstance(value, str) else _as_float(value)


def _rank(value: Any) -> int:
    if value is None:
        return 3
    if isinstance(value, str):
        return 1
    return 2 if value != value else 0
