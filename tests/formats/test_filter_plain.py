"""What is read without the parser comes out as the parser has it."""

from __future__ import annotations

import subprocess
import sys
from random import Random
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.formats import filter as language
from assay.formats.filter_builder import FilterBuilder
from assay.formats.filter_error import FilterError
from assay.formats.filter_plain import plain_tree
from assay.formats.filter_tree import And, Filter, OrderKey
from tests.formats.filter_trees import orders, spelled, spelled_order, trees
from tests.formats.test_filter_fuzz import FRAGMENTS

PLAIN = [
    "metrics.loss < 0.1",
    "metrics.loss<-.5",
    " metrics.val/loss >= 1e-3\n and params.lr = 'adam'",
    'metrics.`acc.max`.min != +inf AND tags."say ""hi""" == \'it\'\'s\'and status = "finished"',
    "created > '2024-05-01' and duration < 90 and run_name <> 'x'",
    "metrics.a-b < 3 and params.x = nan",
    "",
    " \n",
]
NOT_PLAIN = [
    "metrics.loss < 0.1 or metrics.loss > 1",
    "(metrics.loss < 0.1)",
    "created > 2024-05-01",
    "duration < 5m",
    "params.a = true",
    "not params.a = 1",
    "params.a in (1, 2)",
    "metrics.loss < 0.1 and",
    "and metrics.loss < 0.1",
    "metrics.loss < 0.1 andmetrics.loss < 1",
    "metrics.loss < 0.1 and.x < 1",
    "metrics.loss < 1.2.3",
    "metrics.loss < 'a",
    "metrics.loss < 1 -- all",
]


def by_grammar(text: str, what: Any) -> Any:
    tree = language._read(text, what)
    builder = FilterBuilder(text, what)
    return builder.filter(tree) if what == "filter" else builder.order(tree)


def plainly(text: str, what: Any) -> Any:
    """The same without the grammar, None where that is not possible."""
    tree = cast("Any", plain_tree(text, what))
    if tree is None:
        return None
    try:
        builder = FilterBuilder(text, what)
        return builder.filter(tree) if what == "filter" else builder.order(tree)
    except FilterError:
        return None


def check(text: str, what: Any) -> bool:
    """Whether it is plain; then it means what the grammar says."""
    tree = plainly(text, what)
    if tree is None:
        return False
    assert repr(by_grammar(text, what)) == repr(tree)  # repr: NaN equals nothing
    return True


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_filter_means_what_the_grammar_says(text: str) -> None:
    assert check(text, "filter")


@pytest.mark.parametrize("text", NOT_PLAIN)
def test_what_is_not_plain_is_left_to_the_grammar(text: str) -> None:
    assert plain_tree(text, "filter") is None


@given(trees, st.randoms(use_true_random=False))
def test_any_filter_is_read_alike(tree: Filter, random: Random) -> None:
    check(spelled(tree, random), "filter")


COMPARISONS = st.tuples(
    st.sampled_from(
        ["metrics.loss", "metrics.`a b`.max", 'params."x""y"', "tags.team", "status", "created", "and", "nan"]
    ),
    st.sampled_from(["=", "==", "!=", "<>", "<", "<=", ">", ">=", "~"]),
    st.sampled_from(["3", "-0.5", "1e-3", "inf", "NAN", "'adam'", '"it""s"', "'Failed'", "7d", "2024-05-01", "true"]),
).map(" ".join)


@given(st.lists(COMPARISONS, min_size=1, max_size=3), st.sampled_from([" and ", "\nAND\t", " And ", "and", " or "]))
def test_comparisons_are_read_alike(parts: list[str], word: str) -> None:
    check(word.join(parts), "filter")


@given(orders, st.randoms(use_true_random=False))
def test_any_order_is_read_alike_and_is_plain(keys: list[OrderKey], random: Random) -> None:
    assert check(spelled_order(keys, random), "order")


@given(st.lists(st.sampled_from(FRAGMENTS).filter(lambda one: one != "\ud800"), max_size=8).map("".join))
def test_any_text_that_is_taken_is_read_alike(text: str) -> None:
    check(text, "filter")
    check(text, "order")


def test_a_fault_in_a_plain_filter_is_told_as_the_grammar_tells_it() -> None:
    for text in ("metrics.loss < 'low'", "foo < 1", "and < 1", "status < 'Failed'"):
        with pytest.raises(FilterError) as told:
            language.parse_filter(text)
        with pytest.raises(FilterError) as expected:
            by_grammar(text, "filter")
        assert str(expected.value) == str(told.value)


def test_a_plain_filter_loads_no_parser() -> None:
    script = (
        "import sys; from assay.formats.filter import parse_filter, parse_order;"
        "parse_filter('metrics.loss < 0.1 and params.lr = 1'); parse_order('metrics.loss asc'); parse_filter('');"
        "print('lark' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert "False" == done.stdout.strip()
    assert And() == language.parse_filter("")
