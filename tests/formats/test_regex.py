"""Regular expressions in filters mean what Python means by them, and what databases may differ in is refused."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assay.formats.automaton import MAX_STATES, Automaton
from assay.formats.regex import RegexError, complement, parse_regex, regex_matcher
from tests.formats.regexes import patterns, texts


def found_by_python(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.ASCII) is not None


@given(patterns, texts)
def test_a_pattern_is_found_where_python_finds_it(pattern: str, text: str) -> None:
    assume(text or r"\B" not in pattern)  # Python 3.14 changed what \B says of an empty text

    assert found_by_python(pattern, text) == regex_matcher(pattern)(text)


@given(st.text(st.sampled_from("ab(|)[]^$*+?{},.-\\dwzA1\n"), max_size=10), texts)
def test_what_is_accepted_means_what_python_means(pattern: str, text: str) -> None:
    try:
        matches = regex_matcher(pattern)
    except RegexError:
        return
    assume(text or r"\B" not in pattern)

    assert found_by_python(pattern, text) == matches(text)


def offset_of_fault(pattern: str) -> int:
    """Where a pattern can't be taken, 0 where it can."""
    try:
        regex_matcher(pattern)
    except RegexError as error:
        return error.offset
    return 0


@given(st.text(max_size=30))
def test_any_text_is_a_pattern_or_its_fault_lies_within(pattern: str) -> None:
    assert 0 <= offset_of_fault(pattern) <= len(pattern)


@pytest.mark.parametrize(
    ("pattern", "offset", "said"),
    [
        ("a(?<=b)", 1, "lookbehind"),
        ("a(?<!b)", 1, "lookbehind"),
        ("a(?=b)", 1, "lookahead"),
        ("a(?!b)", 1, "lookahead"),
        ("(?P<x>a)", 0, "named group"),
        ("(a)(?P=x)", 3, "backreference"),
        (r"(a)\1", 3, "backreference"),
        ("(?i)a", 0, "inline flags"),
        ("(?>a)", 0, "atomic group"),
        ("a*+", 2, "possessive"),
        (r"a\Z", 1, "write $"),
        (r"\Aa", 0, "write ^"),
        (r"\p", 0, "databases differ"),
        ("a**", 2, "can't be repeated again"),
        ("*a", 0, "nothing for * to repeat"),
        ("^*", 1, "an anchor"),
        ("a{,3}", 1, r"\{"),
        ("a{2", 1, r"\{"),
        ("a{256}", 1, "at most 255"),
        ("a{3,2}", 1, "at least its first"),
        ("(a", 0, "not closed"),
        ("a)", 1, "closes nothing"),
        ("[a", 0, "not closed"),
        ("[[:alpha:]]", 1, r"\["),
        ("[a&&b]", 2, "&&"),
        ("[b-a]", 3, "before its first"),
        (r"[a-\d]", 4, "from one character to another"),
        ("a\\", 1, "at the end"),
        ("a]", 1, r"\]"),
        ("((a{99}){99}){99}", 0, "too large"),
        ("(" * 60 + "a" + ")" * 60, 51, "nested"),
    ],
)
def test_what_databases_differ_in_is_refused_and_pointed_at(pattern: str, offset: int, said: str) -> None:
    with pytest.raises(RegexError) as caught:
        regex_matcher(pattern)

    assert offset == caught.value.offset
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|a)*b", "(a|aa)+$b", "a?" * 30 + "a" * 30 + "b", "(.*)(.*)(.*)(.*)(.*)b"]
)
def test_no_pattern_takes_ages(pattern: str) -> None:
    matches = regex_matcher(pattern)
    start_s = time.process_time()

    assert not matches("a" * 5000)
    assert time.process_time() - start_s < 2


def test_a_text_of_many_characters_does_not_grow_the_automaton_without_end() -> None:
    automaton = Automaton(parse_regex("x.x$"))
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 3 * MAX_STATES)))

    assert automaton.search(text + "xyx")
    assert len(automaton._start.next) <= MAX_STATES


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)).map(lambda pair: (pair[0], sum(pair))), max_size=5))
def test_a_complement_holds_all_other_characters(ranges: list[tuple[int, int]]) -> None:
    held = {code for low, high in ranges for code in range(low, high + 1)}

    others = complement(tuple(ranges))

    assert [code not in held for code in range(60)] == [any(a <= code <= b for a, b in others) for code in range(60)]
