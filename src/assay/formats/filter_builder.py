"""From what the grammar read to the tree of a filter: names resolved, values fitted, patterns checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias, cast

from assay.formats.filter_error import FilterError
from assay.formats.filter_expected import OPERATORS
from assay.formats.filter_field import FieldError, read_field, shown_field, value_kind
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
    OrderKey,
    Value,
)
from assay.formats.filter_value import (
    Date,
    Typed,
    ValueFault,
    fitted,
    read_number,
    read_span,
    shifted,
    unquote,
)

if TYPE_CHECKING:
    from lark import Token, Tree

Part: TypeAlias = Any
"""A token, a tree, or None for an optional token that is not there; `lark` types none of it."""
MAX_NESTING = 50
"""Parentheses and `not` stand at most so deep in one another: who walks a tree has a stack of some depth."""
MAX_ORDER_KEYS = 10


class FilterBuilder:
    """Builds the tree of one text.

    Args:
        text: The text, for errors.
        what: What it is.
    """

    def __init__(self, text: str, what: Literal["filter", "order"]) -> None:
        self._text = text
        self._what = what

    def filter(self, tree: Tree[Token]) -> Filter:
        """The filter that a parse tree shows."""
        parts: list[Part] = list(tree.children)
        return self._filter(parts[0], 0) if parts else And()

    def order(self, tree: Tree[Token]) -> list[OrderKey]:
        """The order that a parse tree shows."""
        keys: list[OrderKey] = []
        parts: list[Part] = [part for part in tree.children if part]
        for part in parts:
            token, direction = part.children
            if len(keys) == MAX_ORDER_KEYS:
                self._fail(f"at most {MAX_ORDER_KEYS} fields can order runs", token)
            keys.append(OrderKey(self._field(token), bool(direction) and direction.type == "DESC"))
        return keys

    def _fail(self, problem: str, part: Part, offset: int = 0) -> NoReturn:
        raise FilterError(problem, self._text, _start(part) + offset + 1, what=self._what)

    def _filter(self, part: Part, depth: int) -> Filter:
        kind, parts = part.data, part.children
        if kind in ("both", "either"):
            built = tuple(self._filter(one, depth) for one in parts)
            return And(built) if kind == "both" else Or(built)
        if kind in ("group", "negation"):
            if depth >= MAX_NESTING:
                self._fail(f"parentheses and not are nested more than {MAX_NESTING} deep", parts[0])
            inner = self._filter(parts[1], depth + 1)
            return inner if kind == "group" else Not(inner)
        return self._test(kind, parts)

    def _test(self, kind: str, parts: Sequence[Part]) -> Filter:
        field = self._field(parts[0])
        if kind == "comparison":
            return self._comparison(field, parts[1], parts[2])
        if kind == "between":
            self._check(field, "between", parts[2])
            low, high = (self._orderable(field, "between", one) for one in parts[3:])
            return Between(field, low, high, parts[1] is not None)
        if kind == "membership":
            values = tuple(self._value(field, one) for one in parts[3:])
            return In(field, values, parts[1] is not None)
        if kind == "like":
            self._check(field, "like", parts[2])
            ignore_case = parts[2].type == "ILIKE"
            return Like(field, self._pattern(parts[3]), ignore_case, parts[1] is not None)
        if kind == "match":
            self._check(field, "~", parts[1])
            return Matches(field, self._regex(parts[2]), parts[1].type == "UNMATCHES")
        if kind == "nan":
            self._check(field, "is nan", parts[3])
            return IsNan(field, parts[2] is not None)
        return Null(field, parts[2] is not None)

    def _field(self, token: Part) -> Field:
        try:
            return read_field(str(token))
        except FieldError as error:
            self._fail(str(error), token, error.offset)

    def _check(self, field: Field, operator: str, token: Part) -> None:
        known = OPERATORS[value_kind(field)]
        if operator not in known.split(", "):
            self._fail(f"{shown_field(field)} is compared by {known}; found {token}", token)

    def _comparison(self, field: Field, token: Part, value: Part) -> Filter:
        operator = {"==": "=", "<>": "!="}.get(str(token), str(token))
        self._check(field, operator, token)
        if operator in ("=", "!="):
            return Comparison(field, "=", self._value(field, value), operator == "!=")
        return Comparison(field, cast("Operator", operator), self._orderable(field, operator, value))

    def _orderable(self, field: Field, operator: str, part: Part) -> Value:
        value = self._value(field, part)
        if isinstance(value, bool):
            self._fail(f"true and false are in no order; they are compared by =, !=, in; found {operator}", part)
        return value

    def _value(self, field: Field, part: Part) -> Value:
        try:
            return fitted(field, self._typed(part))
        except ValueFault as error:
            self._fail(str(error), part)

    def _typed(self, part: Part) -> Typed:
        first, *more = part.children
        if first.type == "NOW":
            moment = Moment(0, from_now=True)
            for sign, span in zip(more[::2], more[1::2], strict=True):
                moment = shifted(moment, str(sign), read_span(str(span)))
            return moment
        if first.type == "STRING":
            return unquote(str(first))
        if first.type == "DATE":
            return Date(first)
        if first.type == "SPAN":
            return read_span(str(first))
        if first.type == "NUMBER":
            return read_number(str(first))
        return bool(first.type == "TRUE")

    def _pattern(self, part: Part) -> str:
        token = part.children[0]
        if token.type != "STRING":
            self._fail(f"a pattern is a text in quotes; found {token}", part)
        return unquote(str(token))

    def _regex(self, part: Part) -> str:
        from assay.formats.regex import RegexError, regex_matcher  # 4 ms that few filters need

        pattern = self._pattern(part)
        try:
            regex_matcher(pattern)
        except RegexError as error:
            quote = self._text[_start(part)]
            doubled = pattern[: error.offset].count(quote)
            self._fail(str(error), part, 1 + error.offset + doubled)
        return pattern


def _start(part: Part) -> int:
    """Where in the text a token or the first token of a tree stands."""
    while part is not None and hasattr(part, "data"):
        part = part.children[0]
    return 0 if part is None else int(part.start_pos)
