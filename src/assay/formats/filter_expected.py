"""What fits at a place of a filter, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assay.formats.filter_field import FIELDS, FieldError, ValueKind, read_field, value_kind
from assay.formats.filter_tree import Field
from assay.formats.filter_value import fitting

if TYPE_CHECKING:
    from lark import Token

_COMPARED = "=, !=, <, <=, >, >=, between, in, is null"
OPERATORS: dict[ValueKind, str] = {
    "number": f"{_COMPARED}, is nan",
    "any": f"{_COMPARED}, is nan, like, ilike, ~, !~",
    "text": f"{_COMPARED}, like, ilike, ~, !~",
    "name": f"{_COMPARED}, like, ilike, ~, !~",
    "status": "=, !=, in, is null, like, ilike, ~, !~",
    "time": _COMPARED,
    "duration": _COMPARED,
}
"""How a field can be compared, by what it holds; with `not` before the words."""

_WORDS = {
    "FIELD": f"a field ({FIELDS})",
    "NOT": "'not'",
    "OPEN": "'('",
    "BETWEEN": "'between'",
    "IN": "'in'",
    "LIKE": "'like'",
    "ILIKE": "'ilike'",
    "NULL": "'null'",
    "NAN": "'nan'",
    "_AND": "'and'",
    "_OR": "'or'",
    "COMMA": "a comma",
    "RPAR": "')'",
    "SIGN": "'+' or '-' and a length of time",
    "ASC": "'asc'",
    "DESC": "'desc'",
    "$END": "the end",
}


def expected_after(tokens: Sequence[Token], accepted: set[str], column: int) -> tuple[str, int]:
    """What is wrong behind some tokens, and in which column.

    Args:
        tokens: What was read.
        accepted: The kinds of tokens that fit behind them.
        column: Where something else stands.

    Returns:
        What fits there; or, where the field before it is none, that, and the field's column.
    """
    field, field_column = None, 0
    for token in reversed(tokens):
        if token.type == "FIELD":
            field_column = (token.start_pos or 0) + 1
            try:
                field = read_field(str(token))
            except FieldError as error:
                return str(error), field_column + error.offset
            break
    phrases = []
    if "OPERATOR" in accepted:
        phrases.append(_operators(field))
        accepted = accepted - {"BETWEEN", "IN", "LIKE", "ILIKE", "NOT"}
    if field is not None and "like" not in OPERATORS[value_kind(field)]:
        accepted = accepted - {"LIKE", "ILIKE"}
    if "STRING" in accepted:
        phrases.append("a text in quotes" if field is None else _value(field, tokens[-1]))
    phrases += [words for kind, words in _WORDS.items() if kind in accepted]
    if accepted == {"SPAN"}:
        phrases.append("a length of time such as 7d")
    *most, last = phrases
    return f"expected {', '.join(most)}{' or ' if most else ''}{last}", column


def _operators(field: Field | None) -> str:
    return "a comparison" if field is None else f"a comparison ({OPERATORS[value_kind(field)]})"


def _value(field: Field, before: Token) -> str:
    return "a text in quotes" if before.type in ("LIKE", "ILIKE", "MATCHES", "UNMATCHES") else fitting(field)
