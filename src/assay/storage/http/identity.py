"""What a client shows to be let in: a token; or, to a server of its own user, that it can read a secret there.

A server that refuses what it was shown is shown the next: a token that was kept since (training goes on when somebody
signs in anew), then proofs. What was let in is shown first from then on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from assay.errors import RefusedError

if TYPE_CHECKING:
    from assay.storage.local_secret import LocalSecret

LOCAL_PROOF = "Assay-Local"
"""The header of a proof that the caller can read a secret of the server's user."""

Way = Callable[[int], dict[str, str]]
"""One thing to show, as the headers of a request to a port."""


class Identity:
    """Who a client is.

    Args:
        token: What lets it in, None where none is needed.
        fresh_token: Asked for the token as it is kept by now, when the one that was shown is refused.
        folders: Of a server on the same machine, its store may lie in one of these, and a secret with it.
    """

    def __init__(
        self,
        token: str | None = None,
        *,
        fresh_token: Callable[[], str | None] = lambda: None,
        folders: Sequence[str] = (),
    ) -> None:
        self._token = token
        self._fresh_token = fresh_token
        self._folders = folders
        self._best: Way = _nothing if token is None else _bearer(token)

    def __repr__(self) -> str:
        return "Identity()"  # a token stands in no text

    def ways(self, *, is_local: bool) -> Iterator[Way]:
        """What to show, one after the other until something is let in.

        Args:
            is_local: Whether the server is on this machine.
        """
        yield self._best
        token = self._fresh_token()
        if token is not None and token != self._token:
            self._token = token
            yield _bearer(token)
        if is_local and token is None:
            yield from _proofs(self._folders)

    def let_in(self, way: Way) -> None:
        """Remember what was not refused."""
        self._best = way


def _nothing(_: int) -> dict[str, str]:
    return {}


def _bearer(token: str) -> Way:
    return lambda _: {"Authorization": f"Bearer {token}"}


def _proofs(folders: Sequence[str]) -> Iterator[Way]:
    from assay.storage.local_secret import LocalSecret

    for folder in folders:
        secret = LocalSecret(folder)
        with contextlib.suppress(RefusedError):  # no server of this user has been there
            secret.proof(0)
            yield partial(_proof, secret)


def _proof(secret: LocalSecret, port: int) -> dict[str, str]:
    with contextlib.suppress(RefusedError):  # it is gone by now, and what the server refuses without it is told
        return {LOCAL_PROOF: secret.proof(port)}
    return {}
