"""Filters as SQL pick the runs that the reference picks, on a real store."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import example, given, settings

from assay.formats.event import Event
from assay.formats.filter import parse_filter
from assay.formats.filter_tree import Comparison, Field, Filter, Not
from assay.storage.sql.database import Connection
from assay.storage.sql.filters import compile_filter
from assay.storage.sql.store import SqlStore
from tests.formats.filter_trees import NOW_US, trees
from tests.storage.sql.filter_reference import holds
from tests.storage.sql.searched import Searched
from tests.storage.writing import Writer, new_run, parameters, rows


def picked(connection: Connection, tree: Filter, *, now_us: int = NOW_US) -> list[int]:
    condition = compile_filter(tree, now_us=now_us, compiler=connection.dialect.compiler(connection))
    return [
        row[0]
        for row in connection.execute(f"SELECT id FROM runs WHERE {condition.text} ORDER BY id", condition.values)
    ]


@settings(max_examples=300)
@given(tree=trees)
@example(tree=Comparison(Field("metric", "loss"), "=", 2**53 + 1))
def test_sql_picks_what_the_reference_picks(searched: Searched, tree: Filter) -> None:
    expected = [number for number, run in enumerate(searched.runs, 1) if holds(tree, run)]

    assert expected == picked(searched.connection, tree)


@given(tree=trees)
def test_not_picks_all_others(searched: Searched, tree: Filter) -> None:
    both = picked(searched.connection, tree) + picked(searched.connection, Not(tree))

    assert list(range(1, len(searched.runs) + 1)) == sorted(both)


def names_of(store: SqlStore, text: str) -> list[str]:
    """The names of the runs that a filter picks."""
    with store.reading() as connection:
        condition = compile_filter(parse_filter(text), now_us=NOW_US, compiler=connection.dialect.compiler(connection))
        found = connection.execute(f"SELECT name FROM runs WHERE {condition.text} ORDER BY name", condition.values)
        return [name for (name,) in found]


def with_parameter(store: SqlStore, **values: Any) -> None:
    """A run for each, named like the argument, with that value of the parameter x."""
    for name, value in values.items():
        Writer(store, new_run(store, run_name=name)).leave(parameters({"x": value}))


def with_metric(store: SqlStore, **values: list[float]) -> None:
    """A run for each, named like the argument, with those values of the metric x."""
    for name, several in values.items():
        Writer(store, new_run(store, run_name=name)).leave(rows("x", several))


def test_a_run_that_lacks_the_name_makes_a_comparison_false_and_its_not_true(store: SqlStore) -> None:
    with_parameter(store, small=1, large=5, none=None)
    new_run(store, run_name="bare")

    assert ["small"] == names_of(store, "params.x < 3")
    assert ["bare", "large", "none"] == names_of(store, "not params.x < 3")
    assert ["large"] == names_of(store, "params.x != 1")
    assert ["large"] == names_of(store, "params.x not in (1, 2)")
    assert ["bare", "large", "none"] == names_of(store, "not params.x in (1, 2)")
    assert ["bare", "none"] == names_of(store, "params.x is null")
    assert [] == names_of(store, "params.nobody = 1 or metrics.nobody != 1")


def test_numbers_compare_as_numbers_and_texts_as_texts(store: SqlStore) -> None:
    with_parameter(store, nine=9, ten=10.0, text="10", word="adam", flag=True, one=1)

    assert ["nine", "one"] == names_of(store, "params.x < 10")
    assert ["ten"] == names_of(store, "params.x = 10")
    assert ["text"] == names_of(store, "params.x = '10'")
    assert ["text", "word"] == names_of(store, "params.x >= '1'")
    assert ["one"] == names_of(store, "params.x = 1")
    assert ["flag"] == names_of(store, "params.x = true")
    assert ["nine", "one", "ten", "text", "word"] == names_of(store, "params.x != true")
    assert [] == names_of(store, "params.x = 'true'")


def test_nan_is_not_null_and_equals_nothing(store: SqlStore) -> None:
    with_metric(store, good=[0.5], bad=[0.5, math.nan], worst=[math.nan])

    assert ["bad", "worst"] == names_of(store, "metrics.x is nan")
    assert ["good"] == names_of(store, "metrics.x is not nan")
    assert ["bad", "good", "worst"] == names_of(store, "metrics.x is not null")
    assert ["good"] == names_of(store, "metrics.x < 1 or metrics.x >= 1")
    assert ["bad", "worst"] == names_of(store, "metrics.x != 0.5")
    assert [] == names_of(store, "metrics.x = nan")
    assert ["worst"] == names_of(store, "metrics.x.min is null")
    assert ["bad", "good"] == names_of(store, "metrics.x.min = 0.5")


@pytest.mark.parametrize("number", [2**53, 2**53 + 1, 2**53 + 2, -(2**53) - 1, 2**64 - 1, 10**17 + 1])
def test_whole_numbers_are_told_apart_beyond_what_a_float_holds(store: SqlStore, number: int) -> None:
    with_parameter(store, less=number - 1, same=number, more=number + 1)

    assert ["same"] == names_of(store, f"params.x = {number}")
    assert ["less", "more"] == names_of(store, f"params.x != {number}")
    assert ["less"] == names_of(store, f"params.x < {number}")
    assert ["more", "same"] == names_of(store, f"params.x >= {number}")
    assert ["less", "more"] == names_of(store, f"params.x in ({number - 1}, {number + 1})")
    assert ["less", "same"] == names_of(store, f"params.x between {number - 1} and {number}")


def test_a_parameter_that_is_nan(store: SqlStore) -> None:
    with_parameter(store, number=math.nan, text="nan", zero=0)

    assert ["number"] == names_of(store, "params.x is nan")
    assert ["text"] == names_of(store, "params.x = 'nan'")
    assert ["zero"] == names_of(store, "params.x <= 0")


def test_a_parameter_beyond_all_floats(store: SqlStore) -> None:
    with_parameter(store, huge=10**400, infinite=math.inf)

    assert ["huge"] == names_of(store, "params.x = 1" + "0" * 400)
    assert ["huge"] == names_of(store, "params.x < inf and params.x > 1e308")


def test_the_first_value_of_a_metric(store: SqlStore) -> None:
    with_metric(store, falling=[3, 2, 1], rising=[1, 2, 3], broken=[math.nan, 1])

    assert ["falling"] == names_of(store, "metrics.x.first > 2")
    assert ["broken"] == names_of(store, "metrics.x.first is nan")


def test_best_is_what_the_run_calls_good(store: SqlStore) -> None:
    for name, goal in (("loss", "min"), ("accuracy", "max")):
        event = Event(1, "goal", {"name": "x", "goal": goal, "step_metric": None})
        Writer(store, new_run(store, run_name=name)).leave(rows("x", [2.0, 1.0, 3.0, 2.0]), event)
    with_metric(store, neither=[1.0])

    assert ["loss"] == names_of(store, "metrics.x.best = 1")
    assert ["accuracy"] == names_of(store, "metrics.x.best = 3")
    assert ["neither"] == names_of(store, "metrics.x.best is null")


def test_names_with_signs_in_them_are_only_names(store: SqlStore) -> None:
    odd = "x') OR 1=1 -- \"`%?"
    Writer(store, new_run(store, run_name="odd", tags={odd: odd})).leave(parameters({odd: odd}), rows(odd, [1.0]))
    new_run(store, run_name="plain")
    quoted, text = '"' + odd.replace('"', '""') + '"', "'" + odd.replace("'", "''") + "'"

    assert ["odd"] == names_of(store, f"metrics.{quoted} = 1 and params.{quoted} = {text} and tags.{quoted} = {text}")


MARK = "zqxj"
EVERYTHING = " or ".join(
    [
        *(f"metrics.{MARK}.{statistic} < 1.23" for statistic in ("last", "first", "min", "count", "best")),
        *(f"{kind}.{MARK} {test}" for kind in ("params", "tags") for test in (f"= '{MARK}'", f"not in ('{MARK}')")),
        *(f"{kind}.{MARK} {test}" for kind in ("params", "tags") for test in (f"ilike '{MARK}'", f"~ '{MARK}'")),
        *(f"name {test}" for test in (f"< '{MARK}'", f"between '{MARK}' and '{MARK}'", f"like '{MARK}'")),
        f"params.{MARK} in (1.23, 123456789012345678901, true)",
        "created > now() - 123s and duration < 123s and started = 1.23",
    ]
)


def test_no_part_of_a_filter_is_in_the_text_of_a_statement() -> None:
    compiled = compile_filter(parse_filter(EVERYTHING), now_us=NOW_US)

    assert MARK not in compiled.text
    assert "123" not in compiled.text
    assert compiled.text.count("?") == len(compiled.values)


def test_a_filter_of_as_many_parts_as_a_text_holds(searched: Searched) -> None:
    text = " or ".join(["tags.team='b'"] * 500)

    assert [] == picked(searched.connection, parse_filter(text))
    assert len(searched.runs) == len(picked(searched.connection, parse_filter(f"not ({text})")))


def test_now_is_the_moment_that_is_given(store: SqlStore) -> None:
    new_run(store, run_name="run", created_us=NOW_US)
    tree = parse_filter("created > now() - 1m")

    with store.reading() as connection:
        assert [1] == picked(connection, tree, now_us=NOW_US + 59_999_999)
        assert [] == picked(connection, tree, now_us=NOW_US + 60_000_000)
