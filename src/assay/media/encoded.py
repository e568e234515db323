"""What every encoder gives: bytes, what they are, and how a file of them would end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Encoded:
    """Bytes that can be stored as an artifact and read without knowing what they were made from.

    Attributes:
        body: The bytes.
        media_type: Their media type, such as `image/png`.
        suffix: The ending of a file that holds them, with its dot, such as `.png`.
    """

    body: bytes
    media_type: str
    suffix: str
