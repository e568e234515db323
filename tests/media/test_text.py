"""`encode_text`: any str, exactly, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import InvalidInputError, InvalidTypeError
from assay.media.encoded import Encoded
from assay.media.text import encode_text


def test_encode_text_is_utf8() -> None:
    assert Encoded(b"Gr\xc3\xbc\xc3\x9fe\r\n", "text/plain; charset=utf-8", ".txt") == encode_text("Grüße\r\n")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_encode_text_keeps_every_character(text: str) -> None:
    assert text == encode_text(text).body.decode("utf-8")


def test_encode_text_refuses_half_a_character() -> None:
    with pytest.raises(InvalidInputError, match=r"text holds half a character .* at the end of 'abc\\udcff'"):
        encode_text("abc\udcffdef")


@pytest.mark.parametrize("value", [b"bytes", None, 3, ["a"]])
def test_encode_text_refuses_what_is_no_text(value: object) -> None:
    with pytest.raises(InvalidTypeError, match=f"text must be a str, found {type(value).__name__}"):
        encode_text(value)  # type: ignore[arg-type]
