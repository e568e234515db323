r"""Patterns of `like`: `%` stands for any text, `_` for one character, everything else for itself.

`\%`, `\_` and `\\` stand for the character after the backslash. A pattern is about the whole text, in which a line's
end is a character like any other. Matching takes no backtracking: the parts between `%` are looked for from left to
right, and the first place that fits a part is as good as any later one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

_TOKEN = re.compile(r"\\([%_\\])|([%_])|([^\\%_]+|\\)", re.DOTALL)


def split_pattern(pattern: str) -> list[list[str | None]]:
    """The parts of a pattern between its `%`; each is a list of texts, and None for a character of any kind."""
    parts: list[list[str | None]] = [[]]
    for escaped, special, plain in _TOKEN.findall(pattern):
        if special == "%":
            parts.append([])
        else:
            parts[-1].append(None if special else escaped or plain)
    return parts


@lru_cache(maxsize=256)
def like_matcher(pattern: str, ignore_case: bool = False) -> Callable[[str], bool]:
    """Whether a text fits a pattern, as a function of the text."""
    if ignore_case:
        matches = like_matcher(fold_case(pattern))
        return lambda text: matches(fold_case(text))
    first, *others = (
        re.compile("".join("." if one is None else re.escape(one) for one in part), re.DOTALL)
        for part in split_pattern(pattern)
    )
    if not others:
        return lambda text: first.fullmatch(text) is not None
    *middle, last = others
    last_length = sum(1 if one is None else len(one) for one in split_pattern(pattern)[-1])

    def matches_parts(text: str) -> bool:
        found = first.match(text)
        for part in middle:
            if found is None:
                return False
            found = part.search(text, found.end())
        return found is not None and last.fullmatch(text, max(found.end(), len(text) - last_length)) is not None

    return matches_parts


def fold_case(text: str) -> str:
    """The text with letters that differ by case alone made the same, each a single character as before."""
    return text.lower() if text.isascii() else "".join(map(_folded, text))


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    for folded in (character.casefold(), character.lower()):
        if len(folded) == 1:
            return folded
    return character
