"""What a token looks like, and what merely looks like one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.serving.access.token import TOKEN_LENGTH, is_token, new_token, token_hash


def test_new_tokens_are_55_letters_and_digits_behind_a_prefix() -> None:
    tokens = {new_token() for _ in range(200)}

    assert 200 == len(tokens)
    assert all(re.fullmatch(r"assay_[0-9A-Za-z]{49}", token) and is_token(token) for token in tokens)


@given(st.integers(0, TOKEN_LENGTH - 1), st.sampled_from("0aZ9_-. é٣\0\n"))
def test_a_token_with_another_character_is_none(place: int, character: str) -> None:
    token = new_token()
    altered = token[:place] + character + token[place + 1 :]

    assert (altered == token) == is_token(altered)


@pytest.mark.parametrize(
    "damage",
    [
        lambda token: token[:-1],
        lambda token: token + "0",
        lambda token: token + "\n",
        lambda token: token + "\0",
        lambda token: " " + token,
        lambda token: token.upper(),
        lambda token: token.removeprefix("assay_"),
        lambda token: token.swapcase(),
        lambda token: token * 200_000,
    ],
)
def test_what_is_cut_off_or_grown_is_no_token(damage: Callable[[str], str]) -> None:
    assert not is_token(damage(new_token()))


@pytest.mark.parametrize("digit", "0٣é\0")
def test_digits_alone_are_no_token(digit: str) -> None:
    assert not is_token("assay_" + digit * 49)


@given(st.text(max_size=80))
def test_no_other_text_is_a_token(text: str) -> None:
    assert not is_token(text)


def test_the_hash_is_sha256_of_the_whole_token() -> None:
    assert "b9c104c7d49c7594b9d10e77e86db3bb4a0759f1c7d35132b38f755ec74f5d95" == token_hash("assay_1")
