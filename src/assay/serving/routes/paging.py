"""Pages of what a store gives whole: lists that are short as a rule, and bounded on the wire all the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

from litestar.params import QueryParameter

from assay.errors import InvalidInputError

T = TypeVar("T")
PAGE_SIZE = 100
PAGE_SIZE_LIMIT = 1000
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_SIZE_LIMIT, description="The most items that are returned.")]
MANY_LIMIT = 10_000
"""Of what a run may have very many of, each a line: images of every step. The store reads them all for each page."""
ManyLimit = Annotated[int, QueryParameter(ge=1, le=MANY_LIMIT, description="The most items that are returned.")]
Token = Annotated[str | None, QueryParameter(max_length=10_000, description="The `next_token` of the page before.")]


def page(items: Sequence[T], limit: int, token: str | None) -> tuple[Sequence[T], str | None]:
    """A stretch of a list, and the token of what follows; the token counts what came before.

    Raises:
        InvalidInputError: The token is none.
    """
    start = 0
    if token is not None:
        if not (token.isascii() and token.isdecimal() and len(token) < 12):
            raise InvalidInputError(f"token {token[:40]!r} is not one that this list gave")
        start = int(token)
    end = start + limit
    return items[start:end], str(end) if end < len(items) else None
