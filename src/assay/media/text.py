"""Text as UTF-8."""

from __future__ import annotations

from assay.errors import InvalidInputError, InvalidTypeError
from assay.media.encoded import Encoded

_SHOWN = 20
"""How many characters before one that can't be encoded a message shows."""


def encode_text(text: str) -> Encoded:
    """Encodes a text, whose line ends and spaces stay as they are.

    Raises:
        InvalidTypeError: It is no str; nothing is turned into text unasked.
        InvalidInputError: It holds half a character (a lone surrogate), which UTF-8 can't hold.
    """
    if not isinstance(text, str):
        raise InvalidTypeError(f"text must be a str, found {type(text).__name__}; pass str(value) or value.decode()")
    return Encoded(utf8(text, "text"), "text/plain; charset=utf-8", ".txt")


def utf8(text: str, thing: str) -> bytes:
    """The text in UTF-8.

    Args:
        text: What to encode.
        thing: What it is, for the message.

    Raises:
        InvalidInputError: It holds half a character.
    """
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        found = text[max(0, error.start - _SHOWN) : error.start + 1]
        raise InvalidInputError(
            f"{thing} holds half a character (a lone surrogate) that UTF-8 can't hold, at the end of {found!r}; decode "
            "bytes with errors='replace', or log them as a file"
        ) from error
