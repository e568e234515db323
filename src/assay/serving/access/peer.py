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

from assay.serving.access.proxies import names_a_proxy
from assay.serving.access.request import LOCAL_PROOF, Request, ip_address
from assay.storage.local_secret import LocalSecret

TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
"""Source: https://docs.kernel.org/networking/proc_net_tcp.html"""
ROOT = 0
LOOKS = 3
"""A table that changes while it is read can lack a line; so many looks are taken before a connection is not there."""

_ESTABLISHED = "01"
_MAPPED = bytes(10) + b"\xff\xff"
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
    ends = [_spelled(client), _spelled(server)]
    for _ in range(LOOKS):
        for path, (local, remote) in zip(TABLES, zip(*ends, strict=True), strict=True):
            rest = _behind(path, f" {local} {remote} {_ESTABLISHED} ")
            # Queues, timer and retransmits come first; a socket without an inode is nobody's any more.
            if len(rest) > 5 and rest[5] != "0":
                uid = int(rest[3])
                return None if uid in _unmapped_users() else uid
    return None


def _behind(path: str, start: str) -> list[str]:
    """What a table says in the line that holds a text, behind it; nothing where no line does."""
    try:
        with open(path, encoding="ascii") as file:
            found = file.read().partition(start)[2]
    except OSError:
        return []
    return found.partition("\n")[0].split()


def _spelled(address: Address) -> tuple[str, str]:
    """An address and port as the table of IPv4 has them, and as that of IPv6 does; "-" where it can't have them.

    A table writes words of 32 bits in the machine's own order.
    """
    found, port = ip_address(address[0]), f":{address[1]:04X}"
    if found is None:
        return "-", "-"
    if isinstance(found, ipaddress.IPv6Address):
        return "-", _words(found.packed) + port
    return _words(found.packed) + port, _words(_MAPPED + found.packed) + port


def _words(packed: bytes) -> str:
    return "".join(f"{int.from_bytes(packed[at : at + 4], sys.byteorder):08X}" for at in range(0, len(packed), 4))


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
