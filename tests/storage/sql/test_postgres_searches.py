"""Filters and orders mean on PostgreSQL what they mean in the reference, and so on SQLite."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assay.formats.filter import parse_filter
from assay.formats.filter_tree import And, Comparison, Field, Filter, Not, OrderKey
from assay.storage.sql.orders import Pick, pick_runs
from tests.formats.filter_trees import NOW_US, orders, trees
from tests.storage.sql.filter_reference import holds
from tests.storage.sql.searched import Searched
from tests.storage.sql.test_filters import picked
from tests.storage.sql.test_orders import expected_numbers, narrowed_trees, numbers, walked_orders


@settings(max_examples=100)
@given(tree=trees)
@example(tree=Comparison(Field("metric", "loss"), "=", 2**53 + 1))
def test_postgres_picks_what_the_reference_picks(searched_postgres: Searched, tree: Filter) -> None:
    expected = [number for number, run in enumerate(searched_postgres.runs, 1) if holds(tree, run)]
    others = [number for number in range(1, len(searched_postgres.runs) + 1) if number not in expected]

    assert expected == picked(searched_postgres.connection, tree)
    assert others == picked(searched_postgres.connection, Not(tree))


@settings(max_examples=60)
@given(tree=narrowed_trees, keys=walked_orders | orders, limit=st.integers(1, 30))
def test_pages_of_postgres_together_are_those_of_the_reference(
    searched_postgres: Searched, tree: Filter, keys: list[OrderKey], limit: int
) -> None:
    pages: list[list[Pick]] = []
    while not pages or len(pages[-1]) == limit:
        after = pages[-1][-1].place if pages else None
        pages.append(pick_runs(searched_postgres.connection, tree, keys, now_us=NOW_US, limit=limit, after=after))

    assert expected_numbers(searched_postgres.runs, tree, keys) == numbers(list(itertools.chain(*pages)))


@settings(max_examples=30)
@given(tree=trees, keys=walked_orders, limit=st.integers(1, 60))
def test_only_runs_of_an_experiment_on_postgres(
    searched_postgres: Searched, tree: Filter, keys: list[OrderKey], limit: int
) -> None:
    connection = searched_postgres.connection
    name, experiment_id = connection.execute("SELECT name, id FROM experiments ORDER BY id").fetchone()
    within = And((tree, Comparison(Field("attribute", "experiment_name"), "=", name)))

    picks = pick_runs(connection, tree, keys, now_us=NOW_US, experiment_id=experiment_id, limit=limit)

    assert expected_numbers(searched_postgres.runs, within, keys)[:limit] == numbers(picks)


@pytest.mark.parametrize(
    "text", ["name like 'a%'", "name like 'a_'", "tags.team ilike '%A%'", "params.lr ~ '[0-9]'", "not name ~ '^a'"]
)
def test_patterns_mean_the_same_on_both(searched: Searched, searched_postgres: Searched, text: str) -> None:
    tree = parse_filter(text)

    assert picked(searched.connection, tree) == picked(searched_postgres.connection, tree)


def test_postgres_takes_a_filter_of_as_many_parts_as_a_text_holds(searched_postgres: Searched) -> None:
    tree = parse_filter(" or ".join(["tags.team='b'"] * 500))

    assert [] == picked(searched_postgres.connection, tree)
