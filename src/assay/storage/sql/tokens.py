"""Tokens that lead from one page of a listing to the next: signed, and good for the same question only."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from assay.errors import InvalidInputError
from assay.storage.contract import RunQuery
from assay.storage.sql.database import Connection


def secret_of(connection: Connection) -> bytes:
    """What the tokens of a store are signed with."""
    row = connection.execute("SELECT value FROM facts WHERE name = 'secret'").fetchone()
    return bytes.fromhex(row[0])


def _question(query: RunQuery) -> list[Any]:
    return [query.experiment_name, query.created_after_us, query.created_before_us, query.sort_by, query.descending]


def _signature(secret: bytes, query: RunQuery, after: list[Any]) -> str:
    text = json.dumps([_question(query), after]).encode()
    return hmac.new(secret, text, hashlib.sha256).hexdigest()[:32]


def make_token(secret: bytes, query: RunQuery, after: list[Any]) -> str:
    """The token that leads on from a place in a listing."""
    text = json.dumps([after, _signature(secret, query, after)])
    return base64.urlsafe_b64encode(text.encode()).decode()


def read_token(token: str, secret: bytes, query: RunQuery) -> list[Any]:
    """The place in a listing that a token leads on from.

    Raises:
        InvalidInputError: It is not one that this listing gave.
    """
    try:
        after, signature = json.loads(base64.urlsafe_b64decode(token.encode("ascii", "strict")))
        given = hmac.compare_digest(str(signature), _signature(secret, query, after))
        if given and token == make_token(secret, query, after):  # base64 has several spellings of the same
            return list(after)
    except (binascii.Error, UnicodeError, ValueError, TypeError, AttributeError):
        pass
    raise InvalidInputError(
        f"next_token {token!r} is not one that this listing gave; pass the next_token of the page before, with the "
        "same experiment, times and sorting"
    )
