"""Filters and orders are read as they are meant; what can't be read is pointed at."""

from __future__ import annotations

import math
import subprocess
import sys
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import InvalidInputError, InvalidTypeError
from assay.formats.filter import MAX_LENGTH, parse_filter, parse_order
from assay.formats.filter_builder import MAX_NESTING, MAX_ORDER_KEYS
from assay.formats.filter_error import FilterError
from assay.formats.filter_field import ATTRIBUTES
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
    Or,
    OrderKey,
    Value,
)
from tests.formats.filter_trees import orders, spelled, spelled_order, trees

LOSS = Field("metric", "loss")
LR = Field("parameter", "lr")
DAY_US = 86_400_000_000


def attribute(name: str) -> Field:
    return Field("attribute", name)


@given(trees, st.randoms(use_true_random=False))
def test_a_tree_is_read_from_every_text_that_means_it(tree: Filter, random: Random) -> None:
    text = spelled(tree, random)

    assert repr(tree) == repr(parse_filter(text))  # by their text: NaN equals nothing


@given(orders, st.randoms(use_true_random=False))
def test_an_order_is_read_from_every_text_that_means_it(keys: list[OrderKey], random: Random) -> None:
    assert keys == parse_order(spelled_order(keys, random))


def test_a_whole_filter() -> None:
    text = (
        "metrics.loss < 0.1 and params.optimizer in ('adam','lion') and tags.team = \"vision\" "
        "and not (status = 'Failed' or created > now() - 7d) and run_name like 'base%'"
    )
    expected = And(
        (
            Comparison(LOSS, "<", 0.1),
            In(Field("parameter", "optimizer"), ("adam", "lion")),
            Comparison(Field("tag", "team"), "=", "vision"),
            Not(
                Or(
                    (
                        Comparison(attribute("status"), "=", "Failed"),
                        Comparison(attribute("creation_time"), ">", Moment(-7 * DAY_US, from_now=True)),
                    )
                )
            ),
            Like(attribute("run_name"), "base%"),
        )
    )

    assert expected == parse_filter(text)


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_a_blank_filter_means_all_runs(text: str) -> None:
    assert And() == parse_filter(text)
    assert [] == parse_order(text)


def test_and_goes_before_or_and_not_before_both() -> None:
    a, b, c = (Comparison(Field("metric", name), ">", 0) for name in "abc")

    assert Or((a, And((Not(b), c)))) == parse_filter("metrics.a > 0 or not metrics.b > 0 and metrics.c > 0")
    assert And((Or((a, Not(b))), c)) == parse_filter("(metrics.a > 0 or not metrics.b > 0) and metrics.c > 0")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("metrics.loss", LOSS),
        ("METRIC.loss", LOSS),
        ("metrics.loss.last", LOSS),
        ("metrics.acc.MAX", Field("metric", "acc", "max")),
        ("metrics.acc.first", Field("metric", "acc", "first")),
        ('metrics."acc.max"', Field("metric", "acc.max")),
        ("metrics.`acc.max`.min", Field("metric", "acc.max", "min")),
        ("metrics.train.loss", Field("metric", "train.loss")),
        ("metrics.val/loss-2.count", Field("metric", "val/loss-2", "count")),
        ("metrics.last", Field("metric", "last")),
        ("metrics.recall@5", Field("metric", "recall@5")),
        ("metrics.größe", Field("metric", "größe")),
        ('metrics."say ""hi"""', Field("metric", 'say "hi"')),
        ("params.model.depth", Field("parameter", "model.depth")),
        ("parameters.lr", LR),
        ("params.lr.max", Field("parameter", "lr.max")),
        ("tags.mlflow.runName", Field("tag", "mlflow.runName")),
        ("tag.`a b`", Field("tag", "a b")),
        ("name", attribute("run_name")),
        ("run.name", attribute("run_name")),
        ("attributes.`Run Name`", attribute("run_name")),
        ("attributes.start_time", attribute("start_time")),
        ("attribute.run_id", attribute("run_id")),
        ("Created", attribute("creation_time")),
        ("message", attribute("status_message")),
        ("experiment", attribute("experiment_name")),
        *((name, attribute(name)) for name in ATTRIBUTES),
    ],
)
def test_fields_in_all_their_spellings(text: str, field: Field) -> None:
    assert Null(field) == parse_filter(f"{text} is null")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-3", -3),
        ("+.5", 0.5),
        ("3.", 3.0),
        ("1e-3", 1e-3),
        ("1E+20", 1e20),
        ("-inf", -math.inf),
        ("Infinity", math.inf),
        ("9007199254740993", 9007199254740993),
        ("'it''s'", "it's"),
        ('"it\'s"', "it's"),
        ('"say ""hi"""', 'say "hi"'),
        ("''", ""),
        ("'-- ; drop table runs'", "-- ; drop table runs"),
        ("TRUE", True),
        ("false", False),
    ],
)
def test_values_of_parameters(text: str, value: Value) -> None:
    found = parse_filter(f"params.lr = {text}")

    assert Comparison(LR, "=", value) == found
    assert isinstance(found, Comparison)
    assert type(value) is type(found.value)


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("2024-05-01", 1714521600_000000),
        ("'2024-05-01'", 1714521600_000000),
        ("2024-05-01T12:30", 1714566600_000000),
        ("2024-05-01 12:30:01.5", 1714566601_500000),
        ("2024-05-01T12:30:00Z", 1714566600_000000),
        ("'2024-05-01T12:30:00+02:00'", 1714559400_000000),
        ("1714521600", 1714521600_000000),
        ("1714521600.25", 1714521600_250000),
        ("1714521600250", 1714521600_250000),  # milliseconds, as MLflow has them
        ("1714521600250000", 1714521600_250000),
    ],
)
def test_times(text: str, us: int) -> None:
    assert Comparison(attribute("start_time"), ">=", Moment(us)) == parse_filter(f"started >= {text}")


@pytest.mark.parametrize(
    ("text", "us"),
    [("now()", 0), ("NOW ( )", 0), ("now() - 1.5h", -5400_000000), ("now()-1w+2d - 3m + 4s", -432_176_000000)],
)
def test_times_from_now(text: str, us: int) -> None:
    assert Comparison(attribute("end_time"), "<", Moment(us, from_now=True)) == parse_filter(f"ended < {text}")


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90.0), ("5m", 300.0), ("1.5H", 5400.0), ("2d", 172800.0)]
)
def test_durations(text: str, seconds: float) -> None:
    assert Comparison(attribute("duration"), ">", seconds) == parse_filter(f"duration > {text}")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Failed", "Failed"),
        ("failed", "Failed"),
        ("RUNNING", "InProgress"),
        ("FINISHED", "Completed"),
        ("KILLED", "Stopped"),
    ],
)
def test_statuses_in_any_case_and_in_mlflows_words(text: str, status: str) -> None:
    assert Comparison(attribute("status"), "=", status, negated=True) == parse_filter(f"attributes.status != '{text}'")


def test_names_of_runs_and_experiments_are_compared_in_lower_case() -> None:
    assert In(attribute("run_name"), ("base-1", "b")) == parse_filter("name in ('Base-1', 'b')")
    assert Comparison(attribute("experiment_name"), "=", "digits") == parse_filter("experiment = 'Digits'")
    assert Like(attribute("run_name"), "Base%") == parse_filter("name like 'Base%'")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("metrics.loss is not null", Null(LOSS, negated=True)),
        ("metrics.loss is NaN", IsNan(LOSS)),
        ("params.lr IS NOT nan", IsNan(LR, negated=True)),
        ("metrics.loss not between -inf and 1", Between(LOSS, -math.inf, 1, negated=True)),
        ("params.lr not in (1, 'a', true)", In(LR, (1, "a", True), negated=True)),
        ("params.lr not ilike 'a%'", Like(LR, "a%", ignore_case=True, negated=True)),
        ("params.lr ~ '^a'", Matches(LR, "^a")),
        ("params.lr !~ '^a'", Matches(LR, "^a", negated=True)),
        ("params.lr<>1", Comparison(LR, "=", 1, negated=True)),
    ],
)
def test_operators(text: str, expected: Filter) -> None:
    assert expected == parse_filter(text)


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("metrics.loss <", 15, "expected a number; here it ends"),
        ("metrics.loss < abc", 16, "expected a number; found 'abc'"),
        ("metrics.loss = 'abc", 16, "this quote is not closed"),
        ("metrics.loss = 'a'", 16, "metrics.loss is compared with a number; found a text"),
        ("metrics.loss < true", 16, "found a bool"),
        ("metrics.loss like 'a'", 14, "metrics.loss is compared by =, !=,"),
        ("metrics.loss ~ 'a'", 14, "metrics.loss is compared by =, !=,"),
        ("metrics.loss < 1 an x", 18, "expected 'and', 'or' or the end; found 'an'"),
        ("metrics.loss < 1 && x", 18, "write and"),
        ("metrics.loss not 3", 18, "expected 'between' or 'in'; found '3'"),
        ("metrics.loss is 3", 17, "expected 'not', 'null' or 'nan'; found '3'"),
        ("metrics", 1, "metrics.NAME"),
        ("metrics.", 1, "metrics.NAME"),
        ('metrics."" = 1', 9, "a name is not empty"),
        ('metrics."a".foo = 1', 12, "'.foo' is no figure of a metric; they are last, first,"),
        ('params."a".foo = 1', 8, "quote the whole name"),
        ("loss < 1", 1, "there is no field 'loss'"),
        ("mtrics.loss < 1", 1, "(nearest: 'metrics'"),
        ("status = 'done'", 10, "a status is one of 'InProgress'"),
        ("status > 'Failed'", 8, "status is compared by =, !=, in,"),
        ("tags.x = 3", 10, "found a number; a text is typed in quotes: '3'"),
        ("name is nan", 9, "run_name is compared by"),
        ("params.a < true", 12, "true and false are in no order"),
        ("params.a = now()", 12, "found a time"),
        ("params.a = 2024-05-01", 12, "put it in quotes: '2024-05-01'"),
        ("params.a = 5m", 12, "found a length of time"),
        ("created > 'yesterday'", 11, "found 'yesterday'"),
        ("created > '2024-13-01'", 11, "found '2024-13-01'"),
        ("created > 5d", 11, "did you mean now() - …?"),
        ("created > now() - 7", 19, "expected a length of time such as 7d"),
        ("created > nan", 11, "creation_time is compared with a time"),
        ("created > now() - 99999999w", 11, "290,000 years"),
        ("duration > '5m'", 12, "duration is compared with a length of time"),
        ("name like 3", 11, "a pattern is a text in quotes"),
        ("name ~ 'a(?<=b)'", 10, "lookbehind"),
        ("name ~ 'it''s ('", 15, "this ( is not closed"),
        ("params.a in ()", 14, "expected a number, a text in quotes, true or false; found ')'"),
        ("params.a in (1", 15, "expected a comma or ')'; here it ends"),
        ("(name = 'a'", 12, "expected 'and', 'or' or ')'; here it ends"),
        ("name = 'a')", 11, "expected 'and', 'or' or the end; found ')'"),
        ("name = ‘a’", 8, "a quote is ' or \""),
        ("name = 'a' ; drop table runs", 12, "expected 'and', 'or' or the end; found ';'"),
        ("params.a = " + "9" * 1001, 12, "at most 1000 characters"),
        ("name = '\ud800'", 9, "half a character"),
        ("not " * (MAX_NESTING + 1) + "name = 'a'", 4 * MAX_NESTING + 1, f"more than {MAX_NESTING} deep"),
        (" " * (MAX_LENGTH + 1), MAX_LENGTH + 1, f"more than {MAX_LENGTH}"),
    ],
)
def test_an_error_points_at_the_column_and_says_what_fits_there(text: str, column: int, said: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)

    assert column == caught.value.column
    assert said in str(caught.value)
    assert isinstance(caught.value, InvalidInputError)


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("metrics.loss foo", 14, "expected a comma, 'asc', 'desc' or the end; found 'foo'"),
        ("metrics.loss,", 14, "expected a field"),
        ("loss desc", 1, "there is no field 'loss'"),
        ("name, " * MAX_ORDER_KEYS + "name", 6 * MAX_ORDER_KEYS + 1, f"at most {MAX_ORDER_KEYS} fields"),
    ],
)
def test_an_order_that_cannot_be_read_is_pointed_at(text: str, column: int, said: str) -> None:
    with pytest.raises(FilterError, match="can't read the order") as caught:
        parse_order(text)

    assert column == caught.value.column
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("metrics.loss <", "  metrics.loss <\n                ^"),
        ("a\tb", "  a b\n  ^"),
        ("name = '日本' x", "  name = '日本' x\n                ^"),
        ("name = '\x1b' x", "  name = '?' x\n             ^"),
    ],
)
def test_the_message_shows_the_text_and_points_at_the_place(text: str, shown: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)

    assert shown == str(caught.value).partition("\n")[2]


def test_of_a_long_text_the_message_shows_what_is_around_the_place() -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter("name = 'a' and " * 200 + "foo = 3" + " and name = 'a'" * 200)

    text, pointer = str(caught.value).splitlines()[1:]
    assert text.startswith("  …")
    assert text.endswith("…")
    assert len(text) < 120
    assert "foo = 3" == text[pointer.index("^") :][:7]


@pytest.mark.parametrize("text", [None, 3, b"name = 'a'", ["name"]])
def test_only_a_text_is_a_filter(text: object) -> None:
    with pytest.raises(InvalidTypeError):
        parse_filter(text)  # type: ignore[arg-type]


def test_parentheses_up_to_the_limit() -> None:
    text = "(" * MAX_NESTING + "name = 'a'" + ")" * MAX_NESTING

    assert parse_filter("name = 'a'") == parse_filter(text)


def test_lark_is_loaded_when_a_filter_is_read() -> None:
    code = "import sys, assay.formats.filter; print('lark' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert "False\n" == done.stdout
