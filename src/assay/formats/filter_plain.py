"""The plainest filters and orders, read without the parser: comparisons joined by `and`; fields with a direction.

Importing `lark` and making its tables takes 30 ms, which is most of a process's first search. What is read here has
the same signs as in `filter.lark` and comes out as the same tree; all else, and whatever is wrong, is left to it.
"""

from __future__ import annotations

import re
from typing import Any, Literal

_FIELD = r"""(?P<field>[^\W\d]\w*(?:\.(?:[\w\/@:-]+|"(?:[^"]|"")*"|`(?:[^`]|``)*`))*)"""
_NUMBER = r"(?P<NUMBER>(?i:[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)(?![\w.])))"
_STRING = r"""(?P<STRING>'(?:[^']|'')*'|"(?:[^"]|"")*")"""
_TEST = re.compile(
    rf"\s*{_FIELD}\s*(?P<operator>==|=|!=|<>|<=|<|>=|>)\s*(?:{_NUMBER}|{_STRING})\s*(?P<end>(?i:and)(?![\w.])|\Z)"
)
_KEY = re.compile(rf"\s*{_FIELD}(?:\s+(?:(?P<ASC>(?i:asc))|(?P<DESC>(?i:desc)))(?![\w.]))?\s*(?P<end>,|\Z)")


class PlainToken(str):
    """A piece of the text, as the builder wants it: what it is and where it stood."""

    __slots__ = ("start_pos", "type")

    def __new__(cls, text: str, kind: str, start: int) -> PlainToken:
        """A token of a kind, from a place in the text on."""
        token = super().__new__(cls, text)
        token.type, token.start_pos = kind, start
        return token

    type: str
    start_pos: int


class PlainTree:
    """Pieces that belong together."""

    __slots__ = ("children", "data")

    def __init__(self, data: str, children: list[Any]) -> None:
        self.data = data
        self.children = children


def plain_tree(text: str, what: Literal["filter", "order"]) -> PlainTree | None:
    """The parse tree of a filter or an order, None where it is not plain."""
    if not text.strip():
        return PlainTree(what, [])
    pattern, read = (_TEST, _test) if what == "filter" else (_KEY, _key)
    parts, position, end = [], 0, "more"
    while end:
        match = pattern.match(text, position)
        if match is None:
            return None
        parts.append(read(match))
        position, end = match.end(), match["end"]
    if what == "filter" and len(parts) > 1:
        parts = [PlainTree("both", parts)]
    return PlainTree(what, parts)


def _test(match: re.Match[str]) -> PlainTree:
    kind = "STRING" if match["NUMBER"] is None else "NUMBER"
    value = PlainTree("value", [_token(match, kind, kind)])
    return PlainTree("comparison", [_token(match, "field", "FIELD"), _token(match, "operator", "OPERATOR"), value])


def _key(match: re.Match[str]) -> PlainTree:
    direction = next((_token(match, one, one) for one in ("ASC", "DESC") if match[one] is not None), None)
    return PlainTree("key", [_token(match, "field", "FIELD"), direction])


def _token(match: re.Match[str], group: str, kind: str) -> PlainToken:
    return PlainToken(match[group], kind, match.start(group))
