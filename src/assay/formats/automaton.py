"""Finding regular expressions in time that grows with the text's length alone.

Python's `re` goes back and tries again: 30 characters can keep it busy for hours, and it holds the interpreter's lock
all the while. Filters come from anywhere, so theirs are matched by an automaton whose states are sets of places in the
expression, made when a text first leads there.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache

from assay.formats.regex import WORDS, Anchor, Characters, Choice, Ranges, Regex, RegexError, Repeat, Sequence

MAX_PLACES = 1000
"""An expression has at most so many places, those of a part that is repeated counted each time."""
MAX_STATES = 2000
"""So many states are remembered; then they are made anew, so that no text takes memory without end."""

_START, _END, _BEFORE_LAST_LINE_END, _WORD_BEFORE, _WORD_AFTER = 1, 2, 4, 8, 16


class _State:
    """A set of places, and where the characters seen so far lead from there."""

    __slots__ = ("next", "places")

    def __init__(self, places: frozenset[int]) -> None:
        self.places = places
        self.next: dict[str | tuple[int, str], _State | None] = {}


class Automaton:
    """An expression, ready to be looked for.

    Args:
        regex: The expression's tree.

    Raises:
        RegexError: It has too many places.
    """

    def __init__(self, regex: Regex) -> None:
        self._steps: list[tuple[Ranges, int] | None] = []  # by place: which characters lead on, and where to
        self._jumps: list[list[tuple[str, int]]] = []  # by place: where an anchor, or nothing, leads to
        self._accepted = self._place()
        self._first = self._add(regex, self._accepted)
        self._has_words = any(kind in ("b", "B") for jumps in self._jumps for kind, _ in jumps)
        self._forget()

    def search(self, text: str) -> bool:
        """Whether the expression describes any part of the text."""
        state, last = self._start, len(text) - 1
        ends_line = text.endswith("\n")
        for at, character in enumerate(text):
            around = 0
            if at == 0:
                around |= _START
            if at == last and ends_line:
                around |= _BEFORE_LAST_LINE_END
            if self._has_words:
                around |= _words(text[at - 1 : at], character)
            key = (around, character) if around else character
            try:
                following = state.next[key]
            except KeyError:
                following = state.next[key] = self._follow(state, around, character)
            if following is None:
                return True
            state = following
        around = _END | (0 if text else _START)
        if self._has_words:
            around |= _words(text[-1:], "")
        return self._accepted in self._closure(state.places, around)

    def _forget(self) -> None:
        self._states: dict[frozenset[int], _State] = {}
        self._start = self._state(frozenset((self._first,)))

    def _state(self, places: frozenset[int]) -> _State:
        found = self._states.get(places)
        if found is None:
            found = self._states[places] = _State(places)
        return found

    def _follow(self, state: _State, around: int, character: str) -> _State | None:
        """The state behind a character, None where the expression was found before it."""
        places = self._closure(state.places, around)
        if self._accepted in places:
            return None
        if len(self._states) >= MAX_STATES or len(state.next) >= MAX_STATES:
            state.next.clear()
            self._forget()
        code = ord(character)
        reached = {self._first}  # it may begin anywhere
        for place in places:
            step = self._steps[place]
            if step is not None and _holds(step[0], code):
                reached.add(step[1])
        return self._state(frozenset(reached))

    def _closure(self, places: frozenset[int], around: int) -> set[int]:
        """The places that can be reached without a character."""
        reached, waiting = set(places), list(places)
        while waiting:
            for kind, target in self._jumps[waiting.pop()]:
                if target not in reached and _anchored(kind, around):
                    reached.add(target)
                    waiting.append(target)
        return reached

    def _place(self) -> int:
        if len(self._steps) >= MAX_PLACES:
            raise RegexError("the regular expression is too large, with what is repeated counted each time", 0)
        self._steps.append(None)
        self._jumps.append([])
        return len(self._steps) - 1

    def _add(self, regex: Regex, end: int) -> int:
        """Add places for a part that leads to `end`, and return the first of them."""
        if isinstance(regex, Sequence):
            for part in reversed(regex.parts):
                end = self._add(part, end)
            return end
        if isinstance(regex, Repeat):
            return self._add_repeat(regex, end)
        place = self._place()
        if isinstance(regex, Characters):
            self._steps[place] = regex.ranges, end
        elif isinstance(regex, Anchor):
            self._jumps[place].append((regex.kind, end))
        elif isinstance(regex, Choice):
            self._jumps[place] += [("", self._add(part, end)) for part in regex.parts]
        return place

    def _add_repeat(self, regex: Repeat, end: int) -> int:
        if regex.most is None:
            again = self._place()
            self._jumps[again] += [("", self._add(regex.part, again)), ("", end)]
            first = again
        else:
            first = end
            for _ in range(regex.most - regex.least):
                place = self._place()
                self._jumps[place] += [("", self._add(regex.part, first)), ("", end)]
                first = place
        for _ in range(regex.least):
            first = self._add(regex.part, first)
        return first


def _anchored(kind: str, around: int) -> bool:
    if kind == "":
        return True
    if kind == "^":
        return bool(around & _START)
    if kind == "$":
        return bool(around & (_END | _BEFORE_LAST_LINE_END))
    return bool(around & _WORD_BEFORE) != bool(around & _WORD_AFTER) if kind == "b" else _inside(around)


def _inside(around: int) -> bool:
    return bool(around & _WORD_BEFORE) == bool(around & _WORD_AFTER)


def _words(before: str, after: str) -> int:
    return (_WORD_BEFORE if _is_word(before) else 0) | (_WORD_AFTER if _is_word(after) else 0)


@cache
def _is_word(character: str) -> bool:
    return character != "" and _holds(WORDS, ord(character))


def _holds(ranges: Ranges, code: int) -> bool:
    at = bisect_right(ranges, (code, 0x110000)) - 1
    return at >= 0 and ranges[at][0] <= code <= ranges[at][1]
