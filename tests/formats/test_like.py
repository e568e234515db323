"""`like` and `ilike`: what fits a pattern."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.formats.like import fold_case, like_matcher
from tests.formats.likes import escaped, fits

letters = st.text(st.sampled_from("aAbBäÄßσςΣ%_\\\n"), max_size=8)


@given(letters, letters)
def test_a_text_fits_as_the_definition_says(pattern: str, text: str) -> None:
    assert fits(pattern, text) == like_matcher(pattern)(text)


@given(letters)
def test_a_text_fits_itself_once_its_signs_are_escaped(text: str) -> None:
    assert like_matcher(escaped(text))(text)


@given(st.text(max_size=8))
def test_a_text_of_any_script_fits_itself_in_any_case(text: str) -> None:
    folded = fold_case(text)

    assert len(text) == len(folded)
    assert folded == fold_case(folded)
    assert like_matcher(escaped(folded), ignore_case=True)(text)
    assert like_matcher(escaped(text), ignore_case=True)(folded)


@pytest.mark.parametrize(("pattern", "text"), [("ÄRGER%", "ärgerlich"), ("σίσυφος", "ΣΊΣΥΦΟΣ"), ("b_SE%", "BASE-1")])
def test_ilike_does_not_mind_case_and_like_does(pattern: str, text: str) -> None:
    assert not like_matcher(pattern)(text)
    assert like_matcher(pattern, ignore_case=True)(text)
