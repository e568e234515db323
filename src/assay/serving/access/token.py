"""What a token looks like: `assay_`, 32 random bytes, and a checksum, in 55 letters and digits.

The prefix lets secret scanners find tokens that were published by mistake, the checksum tells a typo or a cut-off copy
from a token without asking a database, and letters and digits alone are marked as a whole by a double click.
Servers keep the SHA-256 only. A slow hash, as passwords need one, would add nothing: nobody can try 2**256 tokens.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import zlib

PREFIX = "assay_"
SECRET_BYTES = 32

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SECRET_LENGTH = 43
"""Digits to the base of 62 that 32 bytes need."""
_CHECKSUM_LENGTH = 6
"""Those that a CRC-32 needs."""
TOKEN_LENGTH = len(PREFIX) + _SECRET_LENGTH + _CHECKSUM_LENGTH

_FORM = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{_SECRET_LENGTH + _CHECKSUM_LENGTH}}}")


def new_token() -> str:
    """A token that nobody has ever seen."""
    body = PREFIX + _written(int.from_bytes(secrets.token_bytes(SECRET_BYTES), "big"), _SECRET_LENGTH)
    return body + _checksum(body)


def is_token(text: str) -> bool:
    """Whether a text has the form of a token and its checksum; whatever its length, the answer takes microseconds."""
    if len(text) != TOKEN_LENGTH or not _FORM.fullmatch(text):
        return False
    # The checksum is no secret: anybody can compute it, so how long the comparison takes tells nothing.
    return text.endswith(_checksum(text[:-_CHECKSUM_LENGTH]))


def token_hash(token: str) -> str:
    """The SHA-256 of a token, in hexadecimal: all that a server keeps of it."""
    return hashlib.sha256(token.encode("ascii")).hexdigest()


def _checksum(body: str) -> str:
    return _written(zlib.crc32(body.encode("ascii")), _CHECKSUM_LENGTH)


def _written(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
