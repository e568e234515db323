"""Whatever text comes as a filter: a tree or a `FilterError`, and soon."""

from __future__ import annotations

import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.formats.filter import MAX_LENGTH, parse_filter, parse_order
from assay.formats.filter_error import FilterError
from assay.formats.filter_tree import Filter
from tests.formats.filter_trees import spelled, trees

FRAGMENTS = (
    *("metrics.", "metrics.loss", "params.`a b`", 'tags."x"', "status", "created", "duration", "name", ".max", "foo"),
    *(" and ", " or ", " not ", " in ", " between ", " like ", " ilike ", " is ", " null", " nan", " true", "now()"),
    *("(", ")", ",", "=", "!=", "<", ">=", "~", "!~", "-", "+", "3", "1e-3", "-inf", "7d", "2024-05-01", "99999999999"),
    *(
        "'",
        '"',
        "`",
        "'a'",
        "'Failed'",
        "'('",
        "'%_'",
        "--",
        ";",
        "/*",
        "\x00",
        "\ud800",
        "\n",
        "é",
        "🦊",
        " asc",
        " desc",
    ),
)


def columns_of_faults(text: str) -> list[int]:
    """Where a text is no filter and no order; any other error is the test's failure."""
    columns = []
    for parse in (parse_filter, parse_order):
        try:
            parse(text)
        except FilterError as error:
            columns.append(error.column)
    return columns


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    assert all(1 <= column <= len(text) + 1 for column in columns_of_faults(text))


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=15).map("".join))
def test_any_order_of_what_filters_are_made_of(text: str) -> None:
    assert all(1 <= column <= len(text) + 1 for column in columns_of_faults(text))


@given(trees, st.randoms(use_true_random=False), st.data())
def test_a_filter_with_a_stretch_replaced(tree: Filter, random: Random, data: st.DataObject) -> None:
    text = spelled(tree, random)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 5)))
    changed = text[:start] + data.draw(st.sampled_from(("", *FRAGMENTS)) | st.text(max_size=3)) + text[end:]

    assert all(1 <= column <= len(changed) + 1 for column in columns_of_faults(changed))


@pytest.mark.parametrize(
    "text",
    [
        "(" * MAX_LENGTH,
        "(" * 4000 + "name = ''" + ")" * 4000,
        "not " * (MAX_LENGTH // 4),
        "name = " + "'" * (MAX_LENGTH - 8),
        'metrics."' + '""' * 4990,
        " or ".join(["name = ''"] * 760),
        "params.a in (" + "1, " * 3300 + ")",
        "metrics." + "a." * 4990,
        "name ~ '" + "(" * 9000 + "'",
        "name ~ '" + "(a{255}){255}" * 700 + "'",
        "name ~ '" + "a*" * 4000 + "'",
        "name ~ '" + "[" * 9000 + "'",
        "name like '" + "%_" * 4900 + "'",
        "created > now()" + " - 9w" * 1600,
        "created > now() - " + "9" * 9000 + "w",
        "params.a = 1e" + "9" * 900,
        "x" * MAX_LENGTH,
    ],
)
def test_a_text_that_is_made_to_take_long_does_not(text: str) -> None:
    assert len(text) <= MAX_LENGTH
    parse_filter("")  # the tables are made once
    start_s = time.process_time()

    columns_of_faults(text)

    assert time.process_time() - start_s < 2
