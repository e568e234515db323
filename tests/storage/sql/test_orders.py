"""Runs come in the order that was asked for, page after page, and an index is walked no further than needed."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.formats.filter import parse_filter, parse_order
from assay.formats.filter_tree import And, Comparison, Field, Filter, Not, OrderKey
from assay.storage.sql import schema
from assay.storage.sql.dialect import Sql
from assay.storage.sql.filters import prepare_connection
from assay.storage.sql.orders import Pick, RunSearch, pick_runs
from assay.storage.sql.sqlite_connection import SqliteConnection
from tests.formats.filter_trees import METRICS, NOW_US, NUMBERS, orders, trees
from tests.storage.sql.filter_reference import holds, in_order
from tests.storage.sql.searched import PlainRun, Searched

COUNT = 5000
_metric = st.sampled_from(METRICS).map(lambda name: Field("metric", name))
_compared = st.builds(Comparison, _metric, st.sampled_from(["=", "<", ">="]), st.sampled_from(NUMBERS), st.booleans())
walked_orders = st.builds(
    lambda field, descending, others: [OrderKey(field, descending), *others], _metric, st.booleans(), orders
)
"""Orders that begin with the last value of a metric, which has an index."""
narrowed_trees = trees | st.builds(lambda one, tree: And((one, tree)), _compared, trees) | st.builds(Not, _compared)


def numbers(picks: Sequence[Pick]) -> list[int]:
    return [pick.run_id for pick in picks]


def expected_numbers(runs: list[PlainRun], tree: Filter, keys: Sequence[OrderKey]) -> list[int]:
    return in_order(runs, [number for number, run in enumerate(runs, 1) if holds(tree, run)], keys)


@given(tree=trees, keys=orders)
def test_runs_come_in_the_order_of_the_reference(searched: Searched, tree: Filter, keys: list[OrderKey]) -> None:
    assert expected_numbers(searched.runs, tree, keys) == numbers(
        pick_runs(searched.connection, tree, keys, now_us=NOW_US)
    )


@settings(max_examples=200)
@given(tree=narrowed_trees, keys=walked_orders, limit=st.integers(1, 70))
def test_the_best_by_a_metric_are_those_of_the_reference(
    searched: Searched, tree: Filter, keys: list[OrderKey], limit: int
) -> None:
    picks = pick_runs(searched.connection, tree, keys, now_us=NOW_US, limit=limit)

    assert expected_numbers(searched.runs, tree, keys)[:limit] == numbers(picks)


@settings(max_examples=150)
@given(tree=narrowed_trees, keys=walked_orders | orders, limit=st.integers(1, 30))
def test_pages_together_are_the_whole(searched: Searched, tree: Filter, keys: list[OrderKey], limit: int) -> None:
    pages: list[list[Pick]] = []
    while not pages or len(pages[-1]) == limit:
        after = pages[-1][-1].place if pages else None
        pages.append(pick_runs(searched.connection, tree, keys, now_us=NOW_US, limit=limit, after=after))

    assert expected_numbers(searched.runs, tree, keys) == numbers(list(itertools.chain(*pages)))


@given(tree=trees, keys=walked_orders, limit=st.integers(1, 60))
def test_only_runs_of_an_experiment(searched: Searched, tree: Filter, keys: list[OrderKey], limit: int) -> None:
    name, experiment_id = searched.connection.execute("SELECT name, id FROM experiments").fetchone()
    within = And((tree, Comparison(Field("attribute", "experiment_name"), "=", name)))

    picks = pick_runs(searched.connection, tree, keys, now_us=NOW_US, experiment_id=experiment_id, limit=limit)

    assert expected_numbers(searched.runs, within, keys)[:limit] == numbers(picks)


def test_only_runs_of_which_a_condition_holds(searched: Searched) -> None:
    picks = pick_runs(
        searched.connection,
        And(),
        parse_order("metrics.loss"),
        now_us=NOW_US,
        condition="runs.id < 3 OR runs.id = 7",
        limit=9,
    )

    assert [1, 2, 7] == sorted(numbers(picks))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteConnection]:
    """Many runs in 50 experiments, each with a loss: a run's number modulo 1,000, in thousandths."""
    path: Path = tmp_path_factory.mktemp("large") / "catalog.db"
    connection = sqlite3.connect(path, isolation_level=None, factory=SqliteConnection)
    connection.executescript(schema.TABLES)
    prepare_connection(connection)
    connection.execute("BEGIN")
    connection.execute("INSERT INTO names VALUES (1, 'loss'), (2, 'lr')")
    connection.executemany(
        "INSERT INTO experiments (id, uid, name, display_name, created_us, changed_us) VALUES (?, ?, ?, '', 0, 0)",
        [(number, str(number), str(number)) for number in range(50)],
    )
    connection.executemany(
        "INSERT INTO runs (id, uid, experiment_id, name, display_name, created_us) VALUES (?, ?, ?, ?, '', ?)",
        [(number, str(number), number % 50, str(number), number) for number in range(1, COUNT + 1)],
    )
    connection.executemany(
        "INSERT INTO series (run_id, name_id, count, nonfinite_count, last, first_step, last_step, last_timestamp_us, "
        "first_timestamp_us) VALUES (?, 1, 1, 0, ?, 0, 0, 0, 0)",
        [(number, number % 1000 / 1000) for number in range(1, COUNT + 1)],
    )
    connection.executemany(
        "INSERT INTO parameters VALUES (2, ?, ?, NULL, 0, 1)", [(number, number % 7) for number in range(1, COUNT + 1)]
    )
    connection.execute("COMMIT")
    yield connection
    connection.close()


def first_statement(text: str, order: str, *, limit: int = 100) -> Sql:
    return next(RunSearch(parse_filter(text), tuple(parse_order(order)), NOW_US).statements(limit, walk=True))


def plan(connection: SqliteConnection, statement: Sql) -> str:
    rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.text}", statement.values)
    return "\n".join(row[3] for row in rows)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("metrics.loss < 0.5", "metrics.loss"),
        ("metrics.loss < 0.5", "metrics.loss desc"),
        ("metrics.loss between 0.1 and 0.5 and params.lr = 3 and not status = 'Failed'", "metrics.loss"),
        ("", "metrics.loss desc"),
    ],
)
def test_the_index_over_a_metric_is_walked_and_nothing_sorted(large: SqliteConnection, text: str, order: str) -> None:
    found = plan(large, first_statement(text, order))

    assert "SEARCH walked USING COVERING INDEX series_by_last (name_id=? AND last" in found
    assert "SCAN" not in found
    assert "TEMP B-TREE" not in found


def test_later_keys_sort_only_what_is_equal_in_the_first(large: SqliteConnection) -> None:
    found = plan(large, first_statement("metrics.loss < 0.5", "metrics.loss, params.lr desc"))

    assert "SEARCH walked USING COVERING INDEX series_by_last" in found
    assert "USE TEMP B-TREE FOR RIGHT PART OF ORDER BY" in found


def steps_of(connection: SqliteConnection, statement: Sql) -> int:
    """How many tens of instructions of its virtual machine SQLite takes for a statement."""
    count = 0

    def count_one() -> None:
        nonlocal count
        count += 1

    connection.set_progress_handler(count_one, 10)
    connection.execute(statement.text, statement.values).fetchall()
    connection.set_progress_handler(None, 10)
    return count


@pytest.mark.parametrize("order", ["metrics.loss", "metrics.loss desc"])
def test_the_walk_ends_with_the_last_run_that_is_wanted(large: SqliteConnection, order: str) -> None:
    few, all_runs = (steps_of(large, first_statement("metrics.loss < 2", order, limit=n)) for n in (10, COUNT))

    assert few * 100 < all_runs


def test_a_page_begins_in_the_index_behind_the_page_before(large: SqliteConnection) -> None:
    tree, keys = parse_filter("metrics.loss < 2"), tuple(parse_order("metrics.loss"))
    deep = pick_runs(large, tree, keys, now_us=NOW_US, limit=COUNT - 100)[-1]
    statement = next(RunSearch(tree, keys, NOW_US).statements(10, deep.place, walk=True))

    assert COUNT - 100 > 20 * steps_of(large, statement)
    assert "SEARCH walked USING COVERING INDEX series_by_last (name_id=? AND last>?" in plan(large, statement)


def test_of_a_small_experiment_the_runs_are_sorted_instead(large: SqliteConnection) -> None:
    statements: list[str] = []
    large.set_trace_callback(statements.append)
    picks = pick_runs(large, And(), parse_order("metrics.loss"), now_us=NOW_US, experiment_id=3, limit=5)
    large.set_trace_callback(None)

    assert [3, 1003, 2003, 3003, 4003] == numbers(picks)
    assert not any("walked" in statement for statement in statements)


def test_the_newest_come_first_where_no_order_is_given(large: SqliteConnection) -> None:
    assert [COUNT, COUNT - 1] == numbers(pick_runs(large, And(), now_us=NOW_US, limit=2))
    assert [COUNT, COUNT - 50] == numbers(pick_runs(large, And(), now_us=NOW_US, experiment_id=0, limit=2))
