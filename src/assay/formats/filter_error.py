"""The error of a filter that can't be read: it shows the text, points at the place, and says what fits there."""

from __future__ import annotations

import unicodedata

from assay.errors import InvalidInputError

_SHOWN = 100
"""So many characters of the text stand in the message, around the place that is meant."""


class FilterError(InvalidInputError):
    """A filter or an order can't be read.

    Args:
        problem: What is wrong, and what fits there.
        text: The text that was given.
        column: Where in it, counted in characters from 1; one more than its length for its end.
        what: What the text was meant to be: `filter` or `order`.
    """

    def __init__(self, problem: str, text: str, column: int, *, what: str = "filter") -> None:
        super().__init__(f"can't read the {what} at column {column}: {problem}\n{_pointed_at(text, column)}")
        self.problem = problem
        self.text = text
        self.column = column

    @classmethod
    def told(cls, message: str, problem: str, text: str, column: int) -> FilterError:
        """The error as another process made it."""
        error = cls.__new__(cls, message)
        error.problem, error.text, error.column = problem, text, column
        return error


def _pointed_at(text: str, column: int) -> str:
    start = max(0, min(column - 1 - _SHOWN // 2, len(text) - _SHOWN))
    before, after = _plain(text[start : column - 1]), _plain(text[column - 1 : start + _SHOWN])
    left, right = "…" if start else "", "…" if start + _SHOWN < len(text) else ""
    indent = " " * sum(map(_width, left + before))
    return f"  {left}{before}{after}{right}\n  {indent}^"


def _plain(text: str) -> str:
    """On one line, without what a terminal would take for a command."""
    return "".join(" " if character.isspace() else character if character.isprintable() else "?" for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
