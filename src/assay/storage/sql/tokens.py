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


def question_of(query: RunQuery) -> list[Any]:
    """What of a query its pages have in common."""
    return [query.experiment_name, query.created_after_us, query.created_before_us, query.sort_by, query.descending]


def _signature(secret: bytes, question: list[Any], place: list[Any]) -> str:
    text = json.dumps([question, place]).encode()
    return hmac.new(secret, text, hashlib.sha256).hexdigest()[:32]


def make_token(secret: bytes, question: list[Any], place: list[Any]) -> str:
    """The token that leads on from a place in what a question is answered with; both are what JSON can say."""
    text = json.dumps([place, _signature(secret, question, place)])
    return base64.urlsafe_b64encode(text.encode()).decode()


def read_token(token: str, secret: bytes, question: list[Any]) -> list[Any]:
    """The place that a token leads on from.

    Raises:
        InvalidInputError: It is not one that this question was answered with.
    """
    try:
        place, signature = json.loads(base64.urlsafe_b64decode(token.encode("ascii", "strict")))
        given = hmac.compare_digest(str(signature), _signature(secret, question, place))
        if given and token == make_token(secret, question, place):  # base64 has several spellings of the same
            return list(place)
    except (binascii.Error, UnicodeError, ValueError, TypeError, AttributeError, RecursionError):
        pass
    raise InvalidInputError(
        f"next_token {token!r} is not one that this question was answered with; pass the next_token of the page "
        "before, with all else as it was there"
    )
