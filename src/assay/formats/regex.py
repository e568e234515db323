r"""Regular expressions, as far as Python's `re` and databases mean the same by them.

    pattern     = sequence { "|" sequence }
    sequence    = { anchor | atom [ quantifier [ "?" ] ] }
    anchor      = "^" | "$" | "\b" | "\B"
    atom        = character | "." | class | "(" pattern ")" | "(?:" pattern ")"
    quantifier  = "*" | "+" | "?" | "{m}" | "{m,}" | "{m,n}"
    class       = "[" [ "^" ] { character | character "-" character | escape } "]"
    escape      = "\" ( d D w W s S n t r f v | any character that is no letter and no digit )

It is found anywhere in a text unless anchored. What is accepted means what it means in Python with `re.ASCII`: `\d`,
`\w`, `\s` and `\b` know ASCII alone, since what else is a letter depends on a database's locale; `.` is all but a
line's end; `$` also holds before a line's end that ends the text. All else is refused: lookaround, backreferences,
named groups, inline flags, `\A` and `\Z`, possessive quantifiers.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from assay.errors import InvalidInputError

MAX_REPEAT = 255
"""The greatest number in braces, as in PostgreSQL."""
MAX_NESTING = 50
_LAST = 0x10FFFF

Ranges: TypeAlias = tuple[tuple[int, int], ...]


class RegexError(InvalidInputError):
    """A regular expression can't be taken; `offset` says from which of its characters on."""

    def __init__(self, problem: str, offset: int) -> None:
        super().__init__(problem)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Characters:
    """One character with its code point in one of the ranges: both ends included, ascending, none touching another."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place between characters: `^`, `$`, `b` at a word's border, `B` elsewhere."""

    kind: Literal["^", "$", "b", "B"]


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after another."""

    parts: tuple[Regex, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Any of the parts."""

    parts: tuple[Regex, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part `least` to `most` times, without end where `most` is None."""

    part: Regex
    least: int
    most: int | None


Regex: TypeAlias = Characters | Anchor | Sequence | Choice | Repeat

DIGITS: Ranges = ((0x30, 0x39),)
WORDS: Ranges = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
SPACES: Ranges = ((0x09, 0x0D), (0x20, 0x20))
_CLASSES = {"d": DIGITS, "w": WORDS, "s": SPACES}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
_REFUSED_ESCAPES = {"A": "write ^", "Z": "write $", "z": "write $"}
_REFUSED_GROUPS = {
    "(?=": "lookahead",
    "(?!": "lookahead",
    "(?<=": "lookbehind",
    "(?<!": "lookbehind",
    "(?P=": "a backreference",
    "(?P<": "a named group (write a plain one)",
    "(?>": "an atomic group",
    "(?#": "a comment",
    "(?(": "a condition",
}


def parse_regex(pattern: str) -> Regex:
    """The tree of a regular expression.

    Raises:
        RegexError: It is none, or one that Python and a database may understand differently.
    """
    reader = _Reader(pattern)
    found = reader.choice(0)
    if reader.at < len(pattern):
        raise RegexError("this ) closes nothing; for the character write \\)", reader.at)
    return found


def complement(ranges: Ranges) -> Ranges:
    """All code points that lie in none of the ranges."""
    found, start = [], 0
    for low, high in sorted(ranges):
        if low > start:
            found.append((start, low - 1))
        start = max(start, high + 1)
    if start <= _LAST:
        found.append((start, _LAST))
    return tuple(found)


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def _next(self, count: int = 1) -> str:
        return self.pattern[self.at : self.at + count]

    def _take(self) -> str:
        character = self._next()
        self.at += 1
        return character

    def choice(self, depth: int) -> Regex:
        if depth > MAX_NESTING:
            raise RegexError(f"groups are nested more than {MAX_NESTING} deep", self.at)
        parts = [self._sequence(depth)]
        while self._next() == "|":
            self.at += 1
            parts.append(self._sequence(depth))
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _sequence(self, depth: int) -> Regex:
        parts: list[Regex] = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._quantified(self._atom(depth)))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _atom(self, depth: int) -> Regex:
        start, character = self.at, self._take()
        if character == "(":
            return self._group(depth, start)
        if character == "[":
            return self._class(start)
        if character == "\\":
            return self._escape(start)
        if character in "^$":
            return Anchor("^" if character == "^" else "$")
        if character == ".":
            return Characters(complement(((10, 10),)))
        if character in "*+?":
            raise RegexError(
                f"there is nothing for {character} to repeat; for the character write \\{character}", start
            )
        if character in "{}]":
            raise RegexError(f"for the character {character} write \\{character}", start)
        return Characters(((ord(character), ord(character)),))

    def _group(self, depth: int, start: int) -> Regex:
        if self._next() == "?":
            for refused, what in _REFUSED_GROUPS.items():
                if self.pattern.startswith(refused, start):
                    raise RegexError(f"{what} is refused: databases differ in it", start)
            if self._next(2) != "?:":
                raise RegexError("inline flags are refused: databases differ in them; a group is (…) or (?:…)", start)
            self.at += 2
        found = self.choice(depth + 1)
        if self._take() != ")":
            raise RegexError("this ( is not closed; for the character write \\(", start)
        # Anchors may not be repeated; a group that holds one may.
        return Sequence((found,)) if isinstance(found, Anchor) else found

    def _quantified(self, atom: Regex) -> Regex:
        start = self.at
        bounds = self._quantifier()
        if bounds is None:
            return atom
        if isinstance(atom, Anchor):
            raise RegexError("an anchor can't be repeated", start)
        if self._next() == "?":  # which way a text is found makes no difference to whether it is
            self.at += 1
        if self._next() == "+":
            raise RegexError("a possessive quantifier is refused: databases don't know it", self.at)
        if self._next() in ("*", "?", "{"):
            raise RegexError("what is repeated can't be repeated again; put it in a group", self.at)
        return Repeat(atom, *bounds)

    def _quantifier(self) -> tuple[int, int | None] | None:
        character, start = self._next(), self.at
        simple: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        if character in simple:
            self.at += 1
            return simple[character]
        if character != "{":
            return None
        end = self.pattern.find("}", start)
        low, comma, high = self.pattern[start + 1 : max(end, start + 1)].partition(",")
        if end < 0 or not _is_number(low) or not (high == "" or _is_number(high)):
            raise RegexError("{ starts a repetition {m}, {m,} or {m,n}; for the character write \\{", start)
        self.at = end + 1
        least = int(low)
        most = (int(high) if high else None) if comma else least
        if max(least, most or 0) > MAX_REPEAT:
            raise RegexError(f"a repetition has at most {MAX_REPEAT}", start)
        if most is not None and most < least:
            raise RegexError("a repetition's second number is at least its first", start)
        return least, most

    def _escape(self, start: int) -> Regex:
        if self._next() in ("b", "B"):
            return Anchor("b" if self._take() == "b" else "B")
        return Characters(self._escaped(start))

    def _escaped(self, start: int) -> Ranges:
        character = self._take()
        if character == "":
            raise RegexError("a backslash at the end stands for nothing; for the character write \\\\", start)
        if character.lower() in _CLASSES:
            ranges = _CLASSES[character.lower()]
            return ranges if character.islower() else complement(ranges)
        if character in _CONTROLS:
            return ((ord(_CONTROLS[character]),) * 2,)
        if character in string.digits:
            raise RegexError("backreferences and octal numbers are refused: databases differ in them", start)
        if character.isalnum() or character == "_":
            hint = _REFUSED_ESCAPES.get(character, "databases differ in it")
            raise RegexError(f"\\{character} is refused: {hint}", start)
        return ((ord(character), ord(character)),)

    def _class(self, start: int) -> Regex:
        negated = self._next() == "^"
        self.at += negated
        ranges: list[tuple[int, int]] = []
        first = True
        while first or self._next() != "]":
            if self._next() == "":
                raise RegexError("this [ is not closed; for the character write \\[", start)
            first = False
            low = self._member()
            if self._next() == "-" and self._next(2) not in ("-]", "-"):
                self.at += 1
                ranges.append(self._range(low, self._member()))
            else:
                ranges += low
        self.at += 1
        others = complement(tuple(ranges))
        return Characters(others if negated else complement(others))

    def _member(self) -> Ranges:
        start, character = self.at, self._take()
        if character == "\\":
            return self._escaped(start)
        if character == "[":
            raise RegexError("for the character [ in a class write \\[", start)
        if character in "&~|-" and self._next() == character:
            raise RegexError(f"{character}{character} in a class is refused: Python may give it a meaning", start)
        return ((ord(character), ord(character)),)

    def _range(self, low: Ranges, high: Ranges) -> tuple[int, int]:
        if len(low) > 1 or len(high) > 1 or low[0][0] != low[0][1] or high[0][0] != high[0][1]:
            raise RegexError("a range goes from one character to another", self.at - 1)
        if low[0][0] > high[0][0]:
            raise RegexError("a range's second character does not come before its first", self.at - 1)
        return low[0][0], high[0][0]


def _is_number(text: str) -> bool:
    return 1 <= len(text) <= 9 and text.isascii() and text.isdigit()


def regex_matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a text holds what a regular expression describes, as a function of the text.

    Raises:
        RegexError: It is none, or too large.
    """
    from assay.formats.automaton import Automaton

    return Automaton(parse_regex(pattern)).search
