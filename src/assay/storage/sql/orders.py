"""Which runs a filter picks, in which order: statements that stop as soon as they have enough.

A key of an order is two columns, or three: a rank (0 for runs that have a value, more for those that have none, always
ascending) and the value. So runs without a value come last in either direction, and a page can begin behind any run.

An order by the last value of a metric is found by walking the index over it, not by sorting: first the runs that have a
number there, then, only if these are too few, those with NaN and those without the metric.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from assay.formats.filter_field import value_kind
from assay.formats.filter_tree import And, Between, Comparison, Field, Filter, In, Not, Null, Or, OrderKey
from assay.storage.sql.database import Connection
from assay.storage.sql.dialect import Sql
from assay.storage.sql.filters import MAY_BE_NAN, FilterCompiler

NEWEST_FIRST = OrderKey(Field("attribute", "creation_time"), descending=True)
"""The order where none was asked for."""
WALKED = ("last",)
"""The figures of metrics that `series` has an index for, on (name_id, figure)."""
_NEVER_NULL = ("creation_time", "run_name", "run_id", "display_name", "experiment_name")
_NUMBER, _NAN, _NONE = 0, 1, 2
"""The ranks of a metric's figure."""
_ZERO = "CAST(0 AS DOUBLE PRECISION)"
"""0.0 alone is a decimal number to PostgreSQL."""


class Pick(NamedTuple):
    """A run that was picked.

    Attributes:
        run_id: Its number.
        place: Where it stands in the order: the columns of the keys, then its number. The next page begins behind it.
    """

    run_id: int
    place: tuple[Any, ...]


def pick_runs(
    connection: Connection,
    tree: Filter,
    keys: Sequence[OrderKey] = (),
    *,
    now_us: int,
    experiment_id: int | None = None,
    condition: str = "TRUE",
    limit: int | None = None,
    after: Sequence[Any] | None = None,
) -> list[Pick]:
    """The runs that a filter picks, in order.

    Args:
        connection: Within a transaction.
        tree: The filter.
        keys: The order; the newest first where there are none.
        now_us: What `now()` means, microseconds since 1970.
        experiment_id: Only runs of this experiment.
        condition: Only runs of which this holds; about a row of `runs`, without values.
        limit: At most so many; None for all.
        after: The place of the run behind which to begin; of the same keys.
    """
    compiler = connection.dialect.compiler(connection)
    search = RunSearch(tree, tuple(keys) or (NEWEST_FIRST,), now_us, experiment_id, condition, compiler)
    picked: list[Pick] = []
    for statement in search.statements(limit, after, walk=_is_walk_quicker(connection, experiment_id, limit)):
        if limit is not None and len(picked) >= limit:
            break
        picked += [Pick(row[-1], row) for row in connection.execute(statement.text, statement.values)]
    return picked[:limit]


def _is_walk_quicker(connection: Connection, experiment_id: int | None, limit: int | None) -> bool:
    """Whether walking an index over the runs of all experiments is quicker than sorting those of this one."""
    if limit is None or experiment_id is None:
        return limit is not None
    runs = connection.execute("SELECT max(id) FROM runs").fetchone()[0] or 0
    # Of an experiment with one run in n the walk meets n runs for each that it finds.
    enough = math.isqrt(limit * runs) + 1
    count = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM runs WHERE experiment_id = ? LIMIT ?) AS counted", (experiment_id, enough)
    ).fetchone()[0]
    return bool(count >= enough)


@dataclass(slots=True)
class Order:
    """Keys as SQL: what must be joined to `runs`, and the columns that order the rows."""

    joins: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    descending: list[bool] = field(default_factory=list)

    def add(self, column: str, *, descending: bool = False) -> None:
        """Order by a column, after those before it."""
        self.columns.append(column)
        self.descending.append(descending)


def compile_order(keys: Sequence[OrderKey], joins: FilterCompiler, columns: FilterCompiler) -> Order:
    """Keys as joins and columns.

    Args:
        keys: The keys, the first one first.
        joins: Takes what is bound in the joins.
        columns: Takes what is bound in the columns.
    """
    order = Order()
    for number, key in enumerate(keys):
        _add_key(order, f"key{number}", key, joins, columns)
    return order


def _add_key(order: Order, table: str, key: OrderKey, joins: FilterCompiler, columns: FilterCompiler) -> None:
    asked, descending = key.field, key.descending
    if asked.kind in ("metric", "parameter"):
        source = "series" if asked.kind == "metric" else "parameters"
        order.joins.append(
            f"LEFT JOIN {source} AS {table} ON {table}.run_id = runs.id AND {table}.name_id = {joins.name_id}"
        )
        joins.bind(asked.name)
    if asked.kind == "metric":
        is_nan = f"WHEN {columns.figure(asked, table)} IS NULL THEN "
        nan = _NAN if asked.statistic in MAY_BE_NAN else _NONE
        order.add(f"CASE WHEN {table}.run_id IS NULL THEN {_NONE} {is_nan}{nan} ELSE {_NUMBER} END")
        order.add(f"coalesce({columns.figure(asked, table)}, 0.0)", descending=descending)
    elif asked.kind == "parameter":
        # Numbers, texts, NaN, none: as a table of runs sorts a column.
        order.add(
            f"CASE WHEN {table}.number IS NULL THEN CASE WHEN {table}.text IS NULL THEN 3 ELSE 1 END "
            f"WHEN {table}.text = 'nan' THEN 2 ELSE 0 END"
        )
        order.add(f"coalesce({table}.number, 0.0)", descending=descending)
        order.add(
            f"CASE WHEN {table}.number IS NULL THEN coalesce({table}.text, '') ELSE '' END", descending=descending
        )
    elif asked.kind == "attribute" and asked.name in _NEVER_NULL:
        order.add(columns.attributes[asked.name], descending=descending)
    else:
        order.add(f"CASE WHEN {_value(asked, columns)} IS NULL THEN 1 ELSE 0 END")
        none = "0" if value_kind(asked) in ("time", "duration") else "''"
        order.add(f"coalesce({_value(asked, columns)}, {none})", descending=descending)


def _value(asked: Field, columns: FilterCompiler) -> str:
    if asked.kind == "attribute":
        return columns.attributes[asked.name]
    return f"(SELECT tag.value FROM {columns.tag_rows()} WHERE tag.key = {columns.bind(asked.name)})"


@dataclass(frozen=True, slots=True)
class RunSearch:
    """A filter and an order as statements; each gives rows of the keys' columns and the run's number."""

    tree: Filter
    keys: tuple[OrderKey, ...]
    now_us: int
    experiment_id: int | None = None
    condition: str = "TRUE"
    compiler: Callable[..., FilterCompiler] = FilterCompiler

    def statements(self, limit: int | None, after: Sequence[Any] | None = None, *, walk: bool) -> Iterator[Sql]:
        """What to run, one after another, until there are enough rows.

        Args:
            limit: At most so many rows of each.
            after: The place behind which to begin.
            walk: Whether an index may be walked over the runs of all experiments.
        """
        first = self.keys[0].field
        if not walk or first.kind != "metric" or first.statistic not in WALKED:
            yield self._scan(limit, after)
            return
        conjuncts = list(_conjuncts(self.tree))
        direct = [part for part in conjuncts if _compares(part, first)]
        others = And(tuple(part for part in conjuncts if part not in direct))
        start = _NUMBER if after is None else after[0]
        if start <= _NUMBER:
            yield self._walk(direct, others, limit, after, is_nan=False)
        if direct:  # neither NaN nor nothing compares with anything
            return
        if start <= _NAN:
            yield self._walk([], others, limit, after, is_nan=True)
        if not any(_needs(part, first) for part in conjuncts):
            yield self._scan(limit, after, without=first)

    def _scan(self, limit: int | None, after: Sequence[Any] | None, *, without: Field | None = None) -> Sql:
        """All runs, sorted; of those that lack a metric only, where one is given."""
        columns, joins, where = self._compilers("runs.id")
        order = compile_order(self.keys, joins, columns)
        order.add("runs.id", descending=self.keys[-1].descending)
        conditions = [self._scope(where), where.condition(self.tree)]
        if without is not None:
            conditions.append(where.condition(Null(Field("metric", without.name))))
        text = f"SELECT {_named(order)} FROM runs {' '.join(order.joins)} WHERE {' AND '.join(conditions)}"
        values = [*columns.values, *joins.values, *where.values]
        return _page(text, values, order, limit, after)

    def _walk(
        self, direct: Sequence[Filter], others: Filter, limit: int | None, after: Sequence[Any] | None, *, is_nan: bool
    ) -> Sql:
        """Runs that have the first key's metric, in the order of the index over it."""
        first, *rest = self.keys
        columns, joins, where = self._compilers("walked.run_id")
        order = Order()
        figure = f"walked.{first.field.statistic}"
        order.add(str(_NAN if is_nan else _NUMBER))
        order.add(_ZERO if is_nan else figure, descending=first.descending)
        later = compile_order(rest, joins, columns)
        for column, descending in zip(later.columns, later.descending, strict=True):
            order.add(column, descending=descending)
        order.add("walked.run_id", descending=self.keys[-1].descending)
        conditions = [f"walked.name_id = {where.name_id}", f"{figure} IS {'' if is_nan else 'NOT '}NULL"]
        where.bind(first.field.name)
        conditions += [where.holds_number(lambda: figure, part) for part in direct]  # type: ignore[arg-type]
        if after is not None and after[0] == _NUMBER and not is_nan:
            conditions.append(f"{figure} {'<=' if first.descending else '>='} {where.bind(after[1])}")
        conditions += ["runs.id = walked.run_id", where.condition(others), self._scope(where)]
        text = (
            f"SELECT {_named(order)} FROM series AS walked CROSS JOIN runs {' '.join(later.joins)} "
            f"WHERE {' AND '.join(conditions)}"
        )
        values = [*columns.values, *joins.values, *where.values]
        if after is not None and after[0] < (_NAN if is_nan else _NUMBER):
            after = None
        return _page(text, values, order, limit, after)

    def _compilers(self, run_id: str) -> tuple[FilterCompiler, FilterCompiler, FilterCompiler]:
        """One each for the columns, the joins and the conditions, in the order in which they stand in a statement."""
        columns, joins, where = (self.compiler(now_us=self.now_us, run_id=run_id) for _ in range(3))
        return columns, joins, where

    def _scope(self, where: FilterCompiler) -> str:
        if self.experiment_id is None:
            return f"({self.condition})"
        return f"runs.experiment_id = {where.bind(self.experiment_id)} AND ({self.condition})"


def _named(order: Order) -> str:
    return ", ".join(f"{column} AS place{number}" for number, column in enumerate(order.columns))


def _page(text: str, values: list[Any], order: Order, limit: int | None, after: Sequence[Any] | None) -> Sql:
    """Rows in order, those behind a place only, and no more than so many."""
    keys = ", ".join(
        f"place{number}{' DESC' if descending else ''}"
        for number, descending in enumerate(order.descending)
        if order.columns[number] != _ZERO and not order.columns[number].isdigit()  # constants order nothing
    )
    text = f"SELECT * FROM ({text}) AS found"
    if after is not None:
        text += f" WHERE {_behind(order, after, 0, values)}"
    text += f" ORDER BY {keys}"
    if limit is not None:
        text += " LIMIT ?"
        values.append(limit)
    return Sql(text, tuple(values))


def _behind(order: Order, after: Sequence[Any], number: int, values: list[Any]) -> str:
    values.append(after[number])
    beyond = f"place{number} {'<' if order.descending[number] else '>'} ?"
    if number == len(order.columns) - 1:
        return beyond
    values.append(after[number])
    return f"({beyond} OR (place{number} = ? AND {_behind(order, after, number + 1, values)}))"


def _conjuncts(tree: Filter) -> Iterator[Filter]:
    if isinstance(tree, And):
        for part in tree.parts:
            yield from _conjuncts(part)
    else:
        yield tree


def _compares(part: Filter, asked: Field) -> bool:
    """Whether it holds only for runs whose figure is a number that it compares."""
    return isinstance(part, Comparison | Between | In) and part.field == asked and not part.negated


def _needs(part: Filter, asked: Field) -> bool:
    """Whether it holds only for runs that have the metric."""
    if isinstance(part, And | Or | Not) or (isinstance(part, Null) and not part.negated):
        return False
    return part.field.kind == "metric" and part.field.name == asked.name
