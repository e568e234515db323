"""Proxies in front of a server: whose word is taken for who the client is, and by which name it came.

Anybody can send an `X-Forwarded-For`. It counts only from the addresses that the server's operator named as proxies,
and of it only what the nearest of them wrote.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import replace

from assay.errors import InvalidInputError
from assay.serving.access.request import FORWARDED, HOST, IpAddress, Request, ip_address


class Proxies:
    """The proxies that are trusted.

    Args:
        networks: Their addresses (`10.0.0.5`) or networks (`10.0.0.0/8`); none by default.

    Raises:
        InvalidInputError: One is neither.
    """

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks = [_network(text) for text in networks]

    def trusts(self, address: IpAddress | None) -> bool:
        """Whether a proxy at that address is trusted."""
        return address is not None and any(address in network for network in self._networks)

    def resolve(self, request: Request) -> Request:
        """The request as the client sent it to the outermost trusted proxy; as it is where it came through none.

        Raises:
            InvalidInputError: A trusted proxy names a client by something that is no address.
        """
        if not self._networks or not self.trusts(request.address):
            return request
        client, is_tls, headers = request.client, request.is_tls, list(request.headers)
        for entry in reversed(_entries(request, "x-forwarded-for")):
            address = ip_address(_without_port(entry))
            if address is None:
                raise InvalidInputError("x-forwarded-for names a client by something that is no address")
            client = (str(address), 0)
            if not self.trusts(address):
                break
        for scheme in _entries(request, "x-forwarded-proto")[-1:]:
            is_tls = scheme.lower() == "https"
        for host in _entries(request, "x-forwarded-host")[-1:]:
            headers = [pair for pair in headers if pair[0] != HOST.encode()] + [(HOST.encode(), host.encode("ascii"))]
        return replace(request, client=client, is_tls=is_tls, headers=headers, is_forwarded=True)


def names_a_proxy(request: Request) -> bool:
    """Whether the request itself says that it came through a proxy, trusted or not: then its sender is not near."""
    return request.is_forwarded or any(request.all(name) for name in FORWARDED)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    address = ip_address(text.strip())
    try:
        return ipaddress.ip_network(text.strip() if address is None else address, strict=False)
    except ValueError as error:
        raise InvalidInputError(
            f"a trusted proxy is an address or a network such as 10.0.0.5 or 10.0.0.0/8, not {text!r}"
        ) from error


def _entries(request: Request, name: str) -> list[str]:
    return [entry.strip() for value in request.all(name) for entry in value.split(",") if entry.strip()]


def _without_port(entry: str) -> str:
    """An address of those that proxies write: `1.2.3.4`, `1.2.3.4:567`, `::1`, `[::1]`, `[::1]:567`."""
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry
