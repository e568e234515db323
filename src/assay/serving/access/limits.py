"""How much one client may ask of a server, so that a program in a loop, or a guesser, leaves room for the others."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable

from assay.errors import InvalidInputError, RateLimitedError
from assay.serving.access.request import IpAddress

REQUESTS_PER_S = 2000.0
"""Of one token from one address, lastingly. Recorders send twice a second: this is a machine of 1,000 processes."""
REQUESTS_AT_ONCE = 10_000
"""So many may come in one go."""
FAILURES_PER_S = 10 / 60
"""Of sign-ins, and of requests with tokens that are none, by one address."""
FAILURES_AT_ONCE = 10
MAX_CLIENTS = 20_000
"""So many are told apart; beyond them newcomers share one allowance."""

MAX_BODY_BYTES = 64 << 20
"""Of a request that carries segments or a part of an artifact; parts have 8 MiB."""
MAX_JSON_BYTES = 1 << 20
"""Of any other request."""
DEFAULT_PAGE = 100
MAX_PAGE = 1000
"""Items of one page of a listing."""

_OTHERS = "others"


class Allowance:
    """A token bucket for each client: so many at once, and so many a second from then on.

    Kept is one number a client: the time at which its bucket is full again. Who has not asked for a while has none.

    Args:
        per_s: What flows in each second.
        at_once: What the bucket holds.
        clock_s: A clock that never goes back.
    """

    def __init__(self, per_s: float, at_once: int, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._interval_s = 1 / per_s
        self._depth_s = at_once / per_s
        self._clock_s = clock_s
        self._full_at_s: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, client: str) -> float:
        """Take one from the client's bucket.

        Returns:
            0 where there was one; else the seconds until there is, and nothing was taken.
        """
        now_s = self._clock_s()
        with self._lock:
            client = self._known(client, now_s)
            full_at_s = max(self._full_at_s.get(client, now_s), now_s) + self._interval_s
            wait_s = full_at_s - now_s - self._depth_s
            if wait_s > 1e-9:
                return wait_s
            self._full_at_s[client] = full_at_s
            return 0.0

    def wait_s(self, client: str) -> float:
        """The seconds until there is one to take, 0 where there is; nothing is taken."""
        now_s = self._clock_s()
        with self._lock:
            full_at_s = self._full_at_s.get(client if client in self._full_at_s else _OTHERS, now_s)
        wait_s = full_at_s + self._interval_s - now_s - self._depth_s
        return wait_s if wait_s > 1e-9 else 0.0

    def _known(self, client: str, now_s: float) -> str:
        if client not in self._full_at_s and len(self._full_at_s) >= MAX_CLIENTS:
            self._full_at_s = {one: full_s for one, full_s in self._full_at_s.items() if full_s > now_s}
            if len(self._full_at_s) >= MAX_CLIENTS:
                return _OTHERS
        return client


class Limits:
    """What each client may ask, and how often it may be wrong.

    Args:
        requests_per_s: Of one token from one address, and of one address without a token; None for as many as come.
        requests_at_once: So many may come in one go.
    """

    def __init__(self, requests_per_s: float | None = REQUESTS_PER_S, requests_at_once: int = REQUESTS_AT_ONCE) -> None:
        self._requests = None if requests_per_s is None else Allowance(requests_per_s, requests_at_once)
        self._failures = Allowance(FAILURES_PER_S, FAILURES_AT_ONCE)

    def count_request(self, address: IpAddress | None, token_id: str = "") -> None:
        """Count a request.

        Raises:
            RateLimitedError: There were too many; this one is not to be answered.
        """
        wait_s = 0.0 if self._requests is None else self._requests.take(f"{token_id} {_client(address)}")
        if wait_s:
            raise RateLimitedError(
                "too many requests from this client; the next is answered in "
                f"{wait_s:.3g} s. Send more in one request, or have the server's limit raised",
                retry_after_s=wait_s,
            )

    def count_failure(self, address: IpAddress | None) -> None:
        """Count a token that was none.

        Raises:
            RateLimitedError: There were too many.
        """
        self._refuse(self._failures.take(_client(address)))

    def check_failures(self, address: IpAddress | None) -> None:
        """Let through an address that has not been wrong too often.

        Raises:
            RateLimitedError: It has.
        """
        self._refuse(self._failures.wait_s(_client(address)))

    def _refuse(self, wait_s: float) -> None:
        if wait_s:
            raise RateLimitedError(
                f"too many sign-ins from this address failed; try again in {wait_s:.0f} s", retry_after_s=wait_s
            )


def page_size(asked: int | None) -> int:
    """How many items a page of a listing has.

    Raises:
        InvalidInputError: So many can't be asked for.
    """
    if asked is None:
        return DEFAULT_PAGE
    if not 1 <= asked <= MAX_PAGE:
        raise InvalidInputError(f"a page has 1 to {MAX_PAGE} items, not {asked}; ask for the next page for more")
    return asked


def _client(address: IpAddress | None) -> str:
    if isinstance(address, ipaddress.IPv6Address):  # one customer has 2**64 of them
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
