"""Whether a request comes from a process of the server's own user, on the same machine.

Who runs a server for himself needs no token: the kernel says which user owns the other end of a loopback connection.
Linux tells it in `/proc/net/tcp` and `/proc/net/tcp6`. Where the system does not (macOS, Windows, a container that
shares loopback with another user namespace), a client proves instead that it can read a secret file that only that
user can (`assay.storage.local_secret`).
"""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Iterator

from assay.serving.access.proxies import names_a_proxy
from assay.serving.access.request import LOCAL_PROOF, IpAddress, Request, ip_address
from assay.storage.local_secret import LocalSecret

TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
"""Source: https://docs.kernel.org/networking/proc_net_tcp.html"""
ROOT = 0

_ESTABLISHED = "01"
Address = tuple[str, int]


class Peers:
    """The processes that the server takes for its own user's.

    Args:
        secret: What they may prove themselves by; None lets them do so by their user alone.
        uses_kernel: False asks the kernel nothing, as on systems where it does not tell.
    """

    def __init__(self, secret: LocalSecret | None = None, *, uses_kernel: bool = sys.platform == "linux") -> None:
        self._secret = secret
        self._uses_kernel = uses_kernel

    def is_own(self, request: Request) -> bool:
        """Whether the request comes over loopback, through no proxy, from a process of the server's user or of root."""
        if request.client is None or request.server is None or names_a_proxy(request):
            return False
        if not (_is_loopback(request.client[0]) and _is_loopback(request.server[0])):
            return False
        proof = request.one(LOCAL_PROOF)
        if proof is not None:
            return self._secret is not None and self._secret.accepts(proof, request.server[1])
        if not self._uses_kernel:
            return False
        uid = None if request.connection is None else request.connection.uid
        if uid is None:
            uid = peer_uid(request.client, request.server)
            if request.connection is not None:
                request.connection.uid = uid
        return uid is not None and uid in (os.geteuid(), ROOT)

    def is_quick(self, request: Request) -> bool:
        """Whether `is_own` needs no look at the kernel's tables: this connection is known, or they are not asked."""
        return request.one(LOCAL_PROOF) is not None or (
            request.connection is not None and request.connection.uid is not None
        )


def peer_uid(client: Address, server: Address) -> int | None:
    """The user who owns the client's end of a loopback connection, None where the kernel does not tell.

    Only a connection that is open on the client's side counts: once a process has closed its end, the kernel gives
    what is left of it to root.
    """
    wanted = (_end(client), _end(server))
    if None in wanted:
        return None
    for fields in _connections():
        if fields[3] != _ESTABLISHED or fields[9] == "0":
            continue
        if (_read_end(fields[1]), _read_end(fields[2])) == wanted:
            uid = int(fields[7])
            return None if uid in _unmapped_users() else uid
    return None


def _connections() -> Iterator[list[str]]:
    for path in TABLES:
        try:
            with open(path, encoding="ascii") as file:
                next(file)
                for line in file:
                    fields = line.split()
                    if len(fields) > 9:
                        yield fields
        except (OSError, StopIteration):
            continue


def _read_end(text: str) -> tuple[IpAddress | None, int]:
    """An address as the tables have it: words of 32 bits as the machine writes them, then the port."""
    address, _, port = text.partition(":")
    words = [int(address[at : at + 8], 16).to_bytes(4, sys.byteorder) for at in range(0, len(address), 8)]
    return ip_address(str(ipaddress.ip_address(b"".join(words)))), int(port, 16)


def _end(address: Address) -> tuple[IpAddress, int] | None:
    found = ip_address(address[0])
    return None if found is None else (found, address[1])


def _is_loopback(text: str) -> bool:
    address = ip_address(text)
    return address is not None and address.is_loopback


def _unmapped_users() -> frozenset[int]:
    """The number that stands for all users that a user namespace has no number for; none where it has all."""
    try:
        with open("/proc/self/uid_map", encoding="ascii") as file:
            if file.read().split() == ["0", "0", "4294967295"]:
                return frozenset()
        with open("/proc/sys/kernel/overflowuid", encoding="ascii") as file:
            return frozenset({int(file.read())})
    except (OSError, ValueError):
        return frozenset({65534})
