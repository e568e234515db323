"""Filters as SQL conditions. Names, values and patterns are bound, never written into the text of a statement.

A condition is about one row of `runs`. Every part of it is true or false, never NULL, so that `NOT` turns it around.
Figures of metrics are looked up in `series`, where a NULL in `last` and `first` is NaN (each series has these two) and
a NULL elsewhere says that there is none; parameters in `parameters`:

    value                     number            text
    a number                  it                NULL, or its digits where a float does not hold them
    true, false               1, 0              'true', 'false'
    NaN                       0                 'nan'
    a text, a list, a dict    NULL              it, as JSON where it is no text
    None                      NULL              NULL
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from assay.formats.filter_field import value_kind
from assay.formats.filter_tree import (
    And,
    Between,
    Comparison,
    Field,
    Filter,
    In,
    IsNan,
    Like,
    Matches,
    Moment,
    Not,
    Null,
    Operator,
    Or,
    Test,
    Value,
)
from assay.formats.like import like_matcher
from assay.storage.sql.dialect import Sql

MAY_BE_NAN = ("last", "first")
"""Figures that every series has; NULL in their columns stands for NaN."""
EXACT_BELOW = 2**53
"""Integers from here on are told apart by their digits: a float does not hold each of them."""
_NO_NUMBERS = "('true', 'false', 'nan')"


def compile_filter(
    tree: Filter, *, now_us: int, run_id: str = "runs.id", compiler: Callable[..., FilterCompiler] | None = None
) -> Sql:
    """The condition that holds for the runs that a filter picks.

    Args:
        tree: The filter.
        now_us: What `now()` means, microseconds since 1970.
        run_id: The column that holds the run's number, where another table of the statement has it too: conditions
            on metrics and parameters then need no row of `runs`.
        compiler: What the connection's dialect gave; None where SQLite's needs no connection.

    Returns:
        A condition for a statement with `runs` among its tables.
    """
    compiled = (compiler or FilterCompiler)(now_us=now_us, run_id=run_id)
    return Sql(compiled.condition(tree), tuple(compiled.values))


def prepare_connection(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that compiled filters use and SQLite lacks."""
    for name, count, function in (
        ("assay_like", 2, _like),
        ("assay_ilike", 2, _ilike),
        ("assay_matches", 2, _matches),
        ("assay_compare", 3, _compare),
    ):
        connection.create_function(name, count, function, deterministic=True)


class FilterCompiler:
    """Compiles the parts of one statement, in the order in which they stand in it.

    What SQLite has and PostgreSQL spells otherwise is in `tag_rows`, `like`, `matches`, `compared_exactly` and
    `goal`; all else is the SQL of both.

    Args:
        now_us: What `now()` means, microseconds since 1970.
        run_id: The column that holds the run's number.

    Attributes:
        values: What is bound to the question marks so far.
    """

    name_id = "(SELECT names.id FROM names WHERE names.name = ?)"
    """The number of a name; none, and so equal to nothing, where the name is unknown."""
    attributes: ClassVar[dict[str, str]] = {
        "run_name": "runs.name",
        "experiment_name": "(SELECT experiments.name FROM experiments WHERE experiments.id = runs.experiment_id)",
        "display_name": "runs.display_name",
        "run_id": "runs.uid",
        "status": "runs.status",
        "status_message": "runs.status_message",
        "description": "nullif(runs.description, '')",
        "creation_time": "runs.created_us",
        "start_time": "runs.start_us",
        "end_time": "runs.end_us",
        "duration": "(runs.end_us - runs.start_us)",
    }

    def __init__(self, *, now_us: int, run_id: str = "runs.id") -> None:
        self.now_us = now_us
        self.run_id = run_id
        self.values: list[Any] = []

    def bind(self, value: Any) -> str:
        """A question mark that stands for a value."""
        self.values.append(value)
        return "?"

    def condition(self, tree: Filter) -> str:
        """The condition of a filter."""
        if isinstance(tree, Not):
            return f"NOT {self.condition(tree.part)}"
        if isinstance(tree, And):
            return self._joined(tree.parts, "AND") if tree.parts else "TRUE"
        if isinstance(tree, Or):
            return self._joined(tree.parts, "OR") if tree.parts else "FALSE"
        return self._test(tree)

    def _joined(self, parts: Sequence[Filter], word: str) -> str:
        # Halved again and again: SQLite takes a chain as a tree of that depth, and refuses more than 1,000.
        if len(parts) == 1:
            return self.condition(parts[0])
        middle = len(parts) // 2
        return f"({self._joined(parts[:middle], word)} {word} {self._joined(parts[middle:], word)})"

    def _test(self, test: Test) -> str:
        field = test.field
        if field.kind == "metric":
            start = (
                f"EXISTS (SELECT 1 FROM series WHERE series.run_id = {self.run_id} AND series.name_id = {self.name_id}"
            )
            self.bind(field.name)
            return self._looked_up(start, test, self._holds_figure)
        if field.kind == "parameter":
            start = (
                f"EXISTS (SELECT 1 FROM parameters WHERE parameters.run_id = {self.run_id} "
                f"AND parameters.name_id = {self.name_id}"
            )
            self.bind(field.name)
            return self._looked_up(start, test, self._holds_parameter)
        if field.kind == "tag":
            start = f"EXISTS (SELECT 1 FROM {self.tag_rows()} WHERE tag.key = {self.bind(field.name)}"
            return self._looked_up(start, test, lambda one: self._holds_text("tag.value", one))
        return self._attribute(test)

    def _looked_up(self, start: str, test: Test, holds: Callable[[Test], str]) -> str:
        """Whether there is a row that has the field and holds what is asked; `is null` asks for none that has it."""
        if isinstance(test, Null):
            return f"{'' if test.negated else 'NOT '}{start} AND {self.has(test.field)})"
        if not test.negated:
            return f"{start} AND {holds(test)})"
        return f"{start} AND {self.has(test.field)} AND ({holds(test)}) IS NOT TRUE)"

    def has(self, field: Field) -> str:
        """Whether a row of the field's table has a value for it."""
        if field.kind == "metric":
            return "TRUE" if field.statistic in MAY_BE_NAN else f"{self.figure(field)} IS NOT NULL"
        if field.kind == "parameter":
            return "(parameters.number IS NOT NULL OR parameters.text IS NOT NULL)"
        return "TRUE" if field.kind == "tag" else f"{self.attributes[field.name]} IS NOT NULL"

    def _attribute(self, test: Test) -> str:
        column = self.attributes[test.field.name]
        if isinstance(test, Null):
            return f"({column} IS {'NOT ' if test.negated else ''}NULL)"
        holds = (
            self._holds_text(column, test)
            if value_kind(test.field) in ("text", "name", "status")
            else self.holds_number(lambda: column, test)
        )
        return f"({column} IS NOT NULL AND ({holds}) IS {'NOT ' if test.negated else ''}TRUE)"

    def figure(self, field: Field, table: str = "series") -> str:
        """The column of a metric's figure."""
        if field.statistic != "best":
            return f"{table}.{field.statistic}"
        return f"CASE {self.goal(field.name)} WHEN 'min' THEN {table}.min WHEN 'max' THEN {table}.max END"

    def _holds_figure(self, test: Test) -> str:
        if isinstance(test, IsNan):
            return f"series.{test.field.statistic} IS NULL" if test.field.statistic in MAY_BE_NAN else "FALSE"
        return self.holds_number(lambda: self.figure(test.field), test)

    def holds_number(self, column: Callable[[], str], test: Test) -> str:
        """Whether a column of numbers holds what a test asks; NULL may stand for false where it is NULL."""
        if isinstance(test, Comparison):
            return self._compared(column, test.operator, test.value, test.field)
        if isinstance(test, Between):
            low = self._compared(column, ">=", test.low, test.field)
            return f"{low} AND {self._compared(column, '<=', test.high, test.field)}"
        assert isinstance(test, In)
        numbers = [self._number(one, test.field) for one in test.values]
        return self._one_of(column, [one for one in numbers if one == one])

    def _compared(self, column: Callable[[], str], operator: Operator, value: Value, field: Field) -> str:
        number = self._number(value, field)
        return f"{column()} {operator} {self.bind(number)}" if number == number else "FALSE"

    def _one_of(self, column: Callable[[], str], values: Sequence[Any]) -> str:
        if not values:
            return "FALSE"
        return f"{column()} IN ({', '.join(self.bind(value) for value in values)})"

    def _number(self, value: Value, field: Field) -> int | float:
        if isinstance(value, Moment):
            return value.at(self.now_us)
        assert not isinstance(value, str)
        return as_float(value) * 10**6 if field.name == "duration" and field.kind == "attribute" else as_float(value)

    def _holds_text(self, column: str, test: Test) -> str:
        if isinstance(test, Comparison):
            return f"{column} {test.operator} {self.bind(test.value)}"
        if isinstance(test, Between):
            return f"{column} >= {self.bind(test.low)} AND {column} <= {self.bind(test.high)}"
        if isinstance(test, In):
            return self._one_of(lambda: column, test.values)
        if isinstance(test, Like):
            return self.like(column, test.pattern, ignore_case=test.ignore_case)
        assert isinstance(test, Matches)
        return self.matches(column, test.pattern)

    def _holds_parameter(self, test: Test) -> str:
        if isinstance(test, IsNan):
            return "parameters.number IS NOT NULL AND parameters.text = 'nan'"
        if isinstance(test, Comparison):
            return self._parameter_is(test.operator, test.value)
        if isinstance(test, Between):
            low = self._parameter_is(">=", test.low)
            return f"{low} AND {self._parameter_is('<=', test.high)}"
        if isinstance(test, In):
            return self._parameter_in(test.values)
        return f"parameters.number IS NULL AND {self._holds_text('parameters.text', test)}"

    def _parameter_is(self, operator: Operator, value: Value) -> str:
        if isinstance(value, str):
            return f"parameters.number IS NULL AND parameters.text {operator} {self.bind(value)}"
        if isinstance(value, bool):
            word = "true" if value else "false"
            return f"parameters.number IS NOT NULL AND parameters.text {operator} {self.bind(word)}"
        assert not isinstance(value, Moment)
        if value != value:
            return "FALSE"
        plain = f"(parameters.text IS NULL OR parameters.text NOT IN {_NO_NUMBERS})"
        if abs(value) < EXACT_BELOW:
            return f"parameters.number {operator} {self.bind(as_float(value))} AND {plain}"
        # Equal as floats: the digits decide.
        number = as_float(value)
        equal = f"parameters.number = {self.bind(number)} AND {self.compared_exactly(value)} {operator} 0"
        if operator == "=":
            return f"{equal} AND {plain}"
        return f"({equal} OR parameters.number {operator[0]} {self.bind(number)}) AND {plain}"

    def _parameter_in(self, values: Sequence[Value]) -> str:
        texts = [value for value in values if isinstance(value, str)]
        words = ["true" if value else "false" for value in values if isinstance(value, bool)]
        numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
        small = [as_float(value) for value in numbers if abs(value) < EXACT_BELOW]
        choices = []
        if texts:
            choices.append(f"parameters.number IS NULL AND {self._one_of(lambda: 'parameters.text', texts)}")
        if words:
            choices.append(f"parameters.number IS NOT NULL AND {self._one_of(lambda: 'parameters.text', words)}")
        if small:
            among = self._one_of(lambda: "parameters.number", small)
            choices.append(f"(parameters.text IS NULL OR parameters.text NOT IN {_NO_NUMBERS}) AND {among}")
        choices += [self._parameter_is("=", value) for value in numbers if abs(value) >= EXACT_BELOW]
        return f"({' OR '.join(choices)})" if choices else "FALSE"

    def tag_rows(self) -> str:
        """A run's tags as rows of `tag`, with `key` and `value`."""
        return "json_each(runs.tags) AS tag"

    def goal(self, name: str) -> str:
        """What `define_metric` said is good of a metric: 'min', 'max' or NULL."""
        goals = "json_each(runs.goals) AS goal"
        return f"(SELECT json_extract(goal.value, '$.goal') FROM {goals} WHERE goal.key = {self.bind(name)})"

    def like(self, column: str, pattern: str, *, ignore_case: bool) -> str:
        """Whether a text fits a pattern."""
        return f"{'assay_ilike' if ignore_case else 'assay_like'}({column}, {self.bind(pattern)})"

    def matches(self, column: str, pattern: str) -> str:
        """Whether a regular expression is found in a text."""
        return f"assay_matches({column}, {self.bind(pattern)})"

    def compared_exactly(self, value: float) -> str:
        """Less than, equal to or greater than 0, as a parameter is less than, equal to or greater than a value."""
        return f"assay_compare(parameters.number, parameters.text, {self.bind(repr(value))})"


def as_float(value: float) -> float:
    """The nearest float, infinite where there is none."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _like(text: str | None, pattern: str) -> bool | None:
    return None if text is None else like_matcher(pattern)(text)


def _ilike(text: str | None, pattern: str) -> bool | None:
    return None if text is None else like_matcher(pattern, ignore_case=True)(text)


@lru_cache(maxsize=64)
def _matcher(pattern: str) -> Callable[[str], bool]:
    from assay.formats.regex import regex_matcher  # 4 ms that few filters need

    return regex_matcher(pattern)


def _matches(text: str | None, pattern: str) -> bool | None:
    return None if text is None else _matcher(pattern)(text)


def _compare(number: float, text: str | None, value: str) -> int:
    is_plain = text is None or text in ("true", "false")
    kept, asked = number if is_plain else _read(str(text)), _read(value)
    return (kept > asked) - (kept < asked)


def _read(text: str) -> int | float:
    is_whole = text.lstrip("-").isdigit() and len(text) <= 4300  # Python reads no longer ones
    return int(text) if is_whole else float(text)
