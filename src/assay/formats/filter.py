"""Reading filters and orders: one language for Python, the command line, HTTP and the page.

The grammar is `filter.lark`, the meaning stands in `filter_tree.py`. Text becomes a tree or a `FilterError`, whatever
it is, in a time that grows with its length; nothing of it is ever executed.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal, cast

from assay.errors import InvalidTypeError
from assay.formats.filter_builder import FilterBuilder
from assay.formats.filter_error import FilterError
from assay.formats.filter_plain import plain_tree
from assay.formats.filter_tree import Filter, OrderKey

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

MAX_LENGTH = 10_000
"""A filter has at most so many characters."""
_HINTS = {
    **dict.fromkeys("'\"`", "this quote is not closed; a quote inside quotes is typed twice"),
    **dict.fromkeys("‘’‚“”„«»", "a quote is ' or \""),
    "&": "write and",
    "|": "write or",
    "!": "write not",
}


def parse_filter(text: str) -> Filter:
    """The tree of a filter; blank text means all runs.

    Raises:
        FilterError: It can't be read; the message points at the place and says what fits there.
    """
    _check(text, "filter")
    builder = FilterBuilder(text, "filter")
    if (plain := plain_tree(text, "filter")) is not None:
        with suppress(FilterError):  # the grammar has the last word on what is wrong
            return builder.filter(cast("Tree[Token]", plain))
    return builder.filter(_read(text, "filter"))


def parse_order(text: str) -> list[OrderKey]:
    """The keys of an order such as `metrics.loss asc, params.lr desc, created`; none for blank text.

    Raises:
        FilterError: It can't be read; the message points at the place and says what fits there.
    """
    _check(text, "order")
    builder = FilterBuilder(text, "order")
    if (plain := plain_tree(text, "order")) is not None:
        with suppress(FilterError):
            return builder.order(cast("Tree[Token]", plain))
    return builder.order(_read(text, "order"))


@cache
def _parser() -> Lark:
    from lark import Lark  # 35 ms, and 20 more to make its tables

    grammar = resources.files("assay.formats").joinpath("filter.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", start=["filter", "order"], maybe_placeholders=True)


def _check(text: str, what: Literal["filter", "order"]) -> None:
    if not isinstance(text, str):
        raise InvalidTypeError(f"a {what} is a str, not {type(text).__name__}")
    if len(text) > MAX_LENGTH:
        raise FilterError(f"it has {len(text)} characters, more than {MAX_LENGTH}", text, MAX_LENGTH + 1, what=what)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FilterError("half a character, which UTF-8 can't hold", text, error.start + 1, what=what) from error


def _read(text: str, what: Literal["filter", "order"]) -> Tree[Token]:
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    from assay.formats.filter_expected import expected_after

    parser = _parser().parse_interactive(text, start=what)
    good: list[Token] = []
    try:
        for token in parser.iter_parse():
            good.append(token)
        tree: Tree[Token] = parser.feed_eof(good[-1] if good else None)  # type: ignore[no-untyped-call]
    except UnexpectedCharacters as error:
        at = cast(int, error.pos_in_stream)
        found = text[at]
    except UnexpectedToken as error:
        at, found = error.token.start_pos or 0, str(error.token)
        if error.token.type == "$END":
            at, found = len(text), ""
        elif good and good[-1] is error.token:
            good.pop()
    else:
        return tree
    # By now the parser has reduced what it had, in view of a token that does not fit: what fits is asked of another.
    fresh = _parser().parse_interactive("", start=what)
    for token in good:
        fresh.feed_token(token)
    problem, column = expected_after(good, fresh.accepts(), at + 1)  # type: ignore[no-untyped-call]
    hint = _HINTS.get(found, "") if column == at + 1 else ""
    shown = f"; found {found[:40]!r}" if found else "; here it ends"
    raise FilterError(hint or problem + (shown if column == at + 1 else ""), text, column, what=what)
