"""Trees of filters as hypothesis makes them, and the texts that they can be read from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import strategies as st

from assay.formats.filter_field import ATTRIBUTES, shown_field, value_kind
from assay.formats.filter_tree import (
    And,
    Between,
    Comparison,
    Field,
    FieldKind,
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
    OrderKey,
    Statistic,
    Test,
    Value,
)

METRICS = ("loss", "val/loss", "acc.max", "a b", "nobody's")
PARAMETERS = ("lr", "optimizer", "model.depth", 'quo"te', "nobody's")
TAGS = ("team", "a b", 'quo"te')
STATISTICS: tuple[Statistic, ...] = ("last", "min", "max", "mean", "count", "best")
TEXTS = ("", "3", "adam", "Adam", "lion", "true", "nan", "Ärger", "ärger", "it's", "a%b", "run-1", '["a", 1]', "vision")
NUMBERS: tuple[int | float, ...] = (
    *(0, 1, -1, 3, 0.1, 0.5, 1e-3, -0.0, math.inf, -math.inf, math.nan),
    *(2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 1e16, 10**16 + 1, 10**16 - 1, 12345678901234567890),
)
PATTERNS = ("%", "a%", "A%", "%a_%", "_", "ä%", "run-_", r"a\%b", "%m")
REGEXES = ("a", "^a", "^[aA]dam$", "m$", r"\d", "^$", "(a|b)+")
STATUSES = ("InProgress", "Completed", "Failed", "Stopping", "Stopped")
NOW_US = 1_700_000_000_000_000

_IN_ORDER: tuple[Operator, ...] = ("<", "<=", ">", ">=")


def _named(kind: FieldKind, names: Sequence[str]) -> st.SearchStrategy[Field]:
    return st.builds(Field, st.just(kind), st.sampled_from(names))


fields = (
    st.builds(Field, st.just("metric"), st.sampled_from(METRICS), st.sampled_from(STATISTICS))
    | _named("parameter", PARAMETERS)
    | _named("tag", TAGS)
    | _named("attribute", list(ATTRIBUTES))
)
_numbers = st.sampled_from(NUMBERS)
_texts = st.sampled_from(TEXTS)
_moments = st.builds(Moment, st.integers(-8, 8).map(lambda n: NOW_US + n * 500_000)) | st.builds(
    Moment, st.integers(-8, 8).map(lambda n: n * 500_000), st.just(True)
)


def _values(field: Field) -> st.SearchStrategy[Value]:
    by_kind: dict[str, st.SearchStrategy[Value]] = {
        "number": _numbers,
        "any": _numbers | _texts,
        "text": _texts,
        "name": _texts.map(str.lower),
        "status": st.sampled_from(STATUSES),
        "time": _moments,
        "duration": st.sampled_from([0, 0.5, 1, 1.5, 2, math.inf]),
    }
    return by_kind[value_kind(field)]


def _tests(field: Field) -> st.SearchStrategy[Test]:
    kind, one, flag, this = value_kind(field), _values(field), st.booleans(), st.just(field)
    equal = one | st.booleans() if kind == "any" else one
    tests: st.SearchStrategy[Test] = (
        st.builds(Comparison, this, st.just("="), equal, flag)
        | st.builds(In, this, st.lists(equal, min_size=1, max_size=4).map(tuple), flag)
        | st.builds(Null, this, flag)
    )
    if kind != "status":
        tests |= st.builds(Comparison, this, st.sampled_from(_IN_ORDER), one) | st.builds(Between, this, one, one, flag)
    if kind in ("any", "text", "name", "status"):
        tests |= st.builds(Like, this, st.sampled_from(PATTERNS), flag, flag)
        tests |= st.builds(Matches, this, st.sampled_from(REGEXES), flag)
    if kind in ("number", "any"):
        tests |= st.builds(IsNan, this, flag)
    return tests


def _joined(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.builds(And, several) | st.builds(Or, several) | st.builds(Not, inner)


trees: st.SearchStrategy[Filter] = st.recursive(fields.flatmap(_tests), _joined, max_leaves=6)
orders = st.lists(st.builds(OrderKey, fields, st.booleans()), max_size=3)


def spelled(tree: Filter, random: Random) -> str:
    """A text that means the filter, one of many."""
    if isinstance(tree, And | Or):
        word = _cased("and" if isinstance(tree, And) else "or", random)
        return f" {word} ".join(_grouped(part, random) for part in tree.parts)
    if isinstance(tree, Not):
        return f"{_cased('not', random)} {_grouped(tree.part, random)}"
    return _spelled_test(tree, random)


def spelled_order(keys: Sequence[OrderKey], random: Random) -> str:
    """A text that means the order."""
    directions = {True: [" desc", " DESC"], False: ["", " asc"]}
    return ", ".join(spelled_field(key.field, random) + random.choice(directions[key.descending]) for key in keys)


def spelled_field(field: Field, random: Random) -> str:
    """A text that means the field."""
    if field.kind == "attribute":
        return random.choice([field.name, f"attributes.{field.name}", f"run.`{field.name.upper()}`"])
    quote = random.choice('"`')
    prefix = {"metric": "metrics", "parameter": "params", "tag": "tags"}[field.kind]
    name = f"{prefix}.{quote}{field.name.replace(quote, quote * 2)}{quote}"
    return random.choice([shown_field(field), name + (f".{field.statistic}" if field.kind == "metric" else "")])


def _cased(word: str, random: Random) -> str:
    return random.choice([word, word.upper(), word.title()])


def _grouped(tree: Filter, random: Random) -> str:
    text = spelled(tree, random)
    return f"({text})" if isinstance(tree, And | Or) or random.random() < 0.2 else text


def _spelled_test(test: Test, random: Random) -> str:
    field = spelled_field(test.field, random)
    no = _cased("not", random) + " " if test.negated else ""
    if isinstance(test, Comparison):
        signs = ["!=", "<>"] if test.negated else ["=", "=="] if test.operator == "=" else [test.operator]
        return (
            f"{field}{random.choice([' ', ''])}{random.choice(signs)} {_spelled_value(test.field, test.value, random)}"
        )
    if isinstance(test, Between):
        low, high = (_spelled_value(test.field, value, random) for value in (test.low, test.high))
        return f"{field} {no}{_cased('between', random)} {low} {_cased('and', random)} {high}"
    if isinstance(test, In):
        values = ", ".join(_spelled_value(test.field, value, random) for value in test.values)
        return f"{field} {no}{_cased('in', random)} ({values}{random.choice(['', ','])})"
    if isinstance(test, Like):
        return f"{field} {no}{_cased('ilike' if test.ignore_case else 'like', random)} {_quoted(test.pattern, random)}"
    if isinstance(test, Matches):
        return f"{field} {'!~' if test.negated else '~'} {_quoted(test.pattern, random)}"
    return f"{field} {_cased('is', random)} {no}{_cased('null' if isinstance(test, Null) else 'nan', random)}"


def _quoted(text: str, random: Random) -> str:
    quote = random.choice("'\"")
    return quote + text.replace(quote, quote * 2) + quote


def _spelled_value(field: Field, value: Value, random: Random) -> str:
    if isinstance(value, bool):
        return _cased(str(value), random)
    if isinstance(value, str):
        return _quoted(value, random)
    if isinstance(value, Moment):
        return _spelled_moment(value, random)
    return repr(value)


def _spelled_moment(moment: Moment, random: Random) -> str:
    if moment.from_now:
        return f"now() {'-' if moment.us < 0 else '+'} {abs(moment.us) / 10**6}s"
    date = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment.us)).isoformat()
    return random.choice([date, f"'{date}'", date.replace("+00:00", "Z"), date.replace("T", " "), str(moment.us)])
