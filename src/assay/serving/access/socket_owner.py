"""Which user owns a TCP socket of this machine, as Linux tells it.

A socket is asked for by its two ends: by netlink in 50 µs, however many sockets there are, or where that is closed
(some containers) in `/proc/net/tcp` and `/proc/net/tcp6`, which take 10 ms where there are 2,000.

Source: https://man7.org/linux/man-pages/man7/sock_diag.7.html, https://docs.kernel.org/networking/proc_net_tcp.html
"""

from __future__ import annotations

import ipaddress
import socket
import struct
import sys

from assay.serving.access.request import IpAddress, ip_address

Address = tuple[str, int]

TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
"""Of IPv4 sockets, and of IPv6 ones."""
USER_MAP = "/proc/self/uid_map"
"""Which users of the machine have numbers in this process's namespace."""
LOOKS = 3
"""A table that changes while it is read can lack a line; so many looks are taken before a socket is not there."""
TIMEOUT_S = 1.0
"""How long the kernel may take to answer; it does so at once."""

_ESTABLISHED = 1
_MAPPED = bytes(10) + b"\xff\xff"

# <linux/netlink.h>, <linux/sock_diag.h> and <linux/inet_diag.h>: a header, then a question or an answer. Ports and
# addresses are in the order of networks, all else in the machine's own.
_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NLM_F_REQUEST = 1
_ANY_COOKIE = 0xFFFFFFFF
_HEADER = struct.Struct("=IHHII")
_QUESTION = struct.Struct("=BBxxI")
_PORTS = struct.Struct(">HH")
_REST = struct.Struct("=III")
_ANSWER = struct.Struct("=BBBB48xIIIII")


def socket_owner(local: Address, remote: Address) -> int | None:
    """The user who owns the socket with these ends, None where it is not there, or the kernel does not tell.

    Only a socket that is open counts: once a process has closed it, the kernel gives what is left of it to root.

    Args:
        local: The address and port that it is bound to.
        remote: Those that it is connected to.
    """
    here, there = ip_address(local[0]), ip_address(remote[0])
    if here is None or there is None or here.version != there.version:
        return None
    uid = by_netlink((here, local[1]), (there, remote[1]))
    if uid is None:
        uid = by_tables((here, local[1]), (there, remote[1]))
    return None if uid is None or uid in _unmapped_users() else uid


def by_netlink(local: tuple[IpAddress, int], remote: tuple[IpAddress, int]) -> int | None:
    """The owner as netlink tells it."""
    question = (
        _QUESTION.pack(
            socket.AF_INET if local[0].version == 4 else socket.AF_INET6, socket.IPPROTO_TCP, 1 << _ESTABLISHED
        )
        + _PORTS.pack(local[1], remote[1])
        + local[0].packed.ljust(16, b"\0")
        + remote[0].packed.ljust(16, b"\0")
        + _REST.pack(0, _ANY_COOKIE, _ANY_COOKIE)
    )
    header = _HEADER.pack(_HEADER.size + len(question), _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 1, 0)
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as kernel:
            kernel.settimeout(TIMEOUT_S)
            kernel.send(header + question)
            answer = kernel.recv(4096)
    except (OSError, AttributeError):
        return None
    if len(answer) < _HEADER.size + _ANSWER.size or _HEADER.unpack_from(answer)[1] != _SOCK_DIAG_BY_FAMILY:
        return None
    _, state, _, _, _, _, _, uid, inode = _ANSWER.unpack_from(answer, _HEADER.size)
    return int(uid) if state == _ESTABLISHED and inode else None


def by_tables(local: tuple[IpAddress, int], remote: tuple[IpAddress, int]) -> int | None:
    """The owner as the tables tell it."""
    spelled = zip(TABLES, _spelled(*local), _spelled(*remote), strict=True)
    lines = [(path, f" {here} {there} {_ESTABLISHED:02X} ") for path, here, there in spelled if here and there]
    for _ in range(LOOKS):
        for path, start in lines:
            rest = _behind(path, start)
            # Queues, timer and retransmits come first; a socket without an inode is nobody's any more.
            if len(rest) > 5 and rest[5] != "0":
                return int(rest[3])
    return None


def _behind(path: str, start: str) -> list[str]:
    """What a table says in the line that holds a text, behind it; nothing where no line does."""
    try:
        with open(path, encoding="ascii") as file:
            found = file.read().partition(start)[2]
    except OSError:
        return []
    return found.partition("\n")[0].split()


def _spelled(address: IpAddress, port: int) -> tuple[str, str]:
    """An end as the table of IPv4 has it, and as that of IPv6 does; empty where a table can't have it."""
    if isinstance(address, ipaddress.IPv6Address):
        return "", f"{_words(address.packed)}:{port:04X}"
    return f"{_words(address.packed)}:{port:04X}", f"{_words(_MAPPED + address.packed)}:{port:04X}"


def _words(packed: bytes) -> str:
    """Words of 32 bits as a table writes them: in the machine's own order."""
    return "".join(f"{int.from_bytes(packed[at : at + 4], sys.byteorder):08X}" for at in range(0, len(packed), 4))


def _unmapped_users() -> frozenset[int]:
    """The number that stands for all users that a user namespace has no number for; none where it has all."""
    try:
        with open(USER_MAP, encoding="ascii") as file:
            if file.read().split() == ["0", "0", "4294967295"]:
                return frozenset()
        with open("/proc/sys/kernel/overflowuid", encoding="ascii") as file:
            return frozenset({int(file.read())})
    except (OSError, ValueError):
        return frozenset({65534})
