"""Colours of runs, as they are given and as they are kept."""

from __future__ import annotations

from typing import Any

import pytest

from assay.errors import InvalidInputError, InvalidTypeError
from assay.formats.colour import PALETTE, colour_of, colour_text


@pytest.mark.parametrize(
    ("given", "kept"), [("#D55E00", "#d55e00"), ("#abcdef", "#abcdef"), ("Blue", PALETTE["blue"]), ("grey", "#4d4d4d")]
)
def test_a_colour_is_kept_in_one_form(given: str, kept: str) -> None:
    assert kept == colour_text(given)


@pytest.mark.parametrize("colour", ["", "#fff", "d55e00", "#d55e0g", "#d55e0000", "#d55e00\n", "teal", "url(x)"])
def test_other_texts_are_refused(colour: str) -> None:
    with pytest.raises(InvalidInputError, match="vermillion"):
        colour_text(colour)


@pytest.mark.parametrize("colour", [0xD55E00, b"#d55e00", (1, 2, 3)])
def test_what_is_no_text_is_refused(colour: Any) -> None:
    with pytest.raises(InvalidTypeError, match="colour"):
        colour_text(colour)


def test_a_tag_that_holds_no_colour_is_none() -> None:
    assert [None, None, "#aabbcc"] == [
        colour_of(tags) for tags in ({}, {"assay.color": "red"}, {"assay.color": "#AABBCC"})
    ]
