"""What a request says of itself, as far as letting it in depends on it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from assay.errors import InvalidInputError

IpAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_HEADER_BYTES = 8192
"""Of one header that is looked at here; the longest that is meant, a page's cookies, has a few hundred."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Those that change nothing."""

AUTHORIZATION = "authorization"
COOKIE = "cookie"
HOST = "host"
ORIGIN = "origin"
FETCH_SITE = "sec-fetch-site"
WORKSPACE = "assay-workspace"
LOCAL_PROOF = "assay-local"
FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")

_LOOKED_AT = frozenset(
    name.encode() for name in (AUTHORIZATION, COOKIE, HOST, ORIGIN, FETCH_SITE, WORKSPACE, LOCAL_PROOF, *FORWARDED)
)


class Connection:
    """One TCP connection, as long as it lives: what was found out about its other end is good for all its requests."""

    __slots__ = ("uid",)

    def __init__(self) -> None:
        self.uid: int | None = None
        """Of the process at the other end, once it was asked for and found."""


@dataclass(frozen=True, slots=True)
class Request:
    """The facts of a request.

    Attributes:
        method: In capitals.
        path: Without the query.
        headers: Names in lower case and values, as they came: the `headers` of an ASGI scope.
        client: Address and port of the other end of the connection, None where it has none (a Unix socket).
        server: Address and port of this end.
        is_tls: Whether the client speaks TLS.
        connection: The connection that it came by; None has the other end looked at anew for each request.
        is_forwarded: Whether it came through a proxy that is trusted; then `client` is who the proxy names.
    """

    method: str
    path: str
    headers: Iterable[tuple[bytes, bytes]] = field(repr=False)
    client: tuple[str, int] | None
    server: tuple[str, int] | None
    is_tls: bool = False
    connection: Connection | None = field(default=None, repr=False)
    is_forwarded: bool = False
    _found: dict[str, list[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, list[str]] = {}
        for name, value in self.headers:
            if name in _LOOKED_AT:
                found.setdefault(name.decode(), []).append(_text(name, value))
        object.__setattr__(self, "_found", found)

    def all(self, name: str) -> list[str]:
        """The values of a header, in order."""
        return self._found.get(name, [])

    def one(self, name: str) -> str | None:
        """The value of a header that may stand once, None where it does not stand.

        Raises:
            InvalidInputError: It stands twice: two readers of the request could take two different ones.
        """
        values = self._found.get(name)
        if values is None:
            return None
        if len(values) > 1:
            raise InvalidInputError(f"the header {name} stands {len(values)} times in the request; send it once")
        return values[0]

    @property
    def changes_something(self) -> bool:
        """Whether its method is one that may change something."""
        return self.method not in SAFE_METHODS

    @property
    def address(self) -> IpAddress | None:
        """The client's address, None where it has none."""
        return None if self.client is None else ip_address(self.client[0])


def ip_address(text: str) -> IpAddress | None:
    """An address, None where the text is none; an IPv4 address that is written as an IPv6 one becomes IPv4."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])  # behind it stands a network interface
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return address if mapped is None else mapped


def _text(name: bytes, value: bytes) -> str:
    # No value is shown: it may be a secret.
    if len(value) > MAX_HEADER_BYTES:
        raise InvalidInputError(f"the header {name.decode()} has {len(value)} bytes, more than {MAX_HEADER_BYTES}")
    if not value.isascii() or any(byte < 32 or byte == 127 for byte in value):
        raise InvalidInputError(f"the header {name.decode()} holds characters that it can't: only printable ASCII may")
    return value.decode("ascii").strip()
