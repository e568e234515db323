"""Whether a request comes from a process of the server's own user, on the same machine.

Who runs a server for himself needs no token: the kernel says which user owns the other end of a loopback connection.
Linux tells it (`assay.serving.access.socket_owner`). Where the system does not (macOS, Windows, a container that
shares loopback with another user namespace), a client proves instead that it can read a secret file that only that
user can (`assay.storage.local_secret`).
"""

from __future__ import annotations

import os
import sys

from assay.serving.access.proxies import names_a_proxy
from assay.serving.access.request import LOCAL_PROOF, Request, ip_address
from assay.serving.access.socket_owner import socket_owner
from assay.storage.local_secret import LocalSecret

ROOT = 0


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
            uid = socket_owner(request.client, request.server)
            if request.connection is not None:
                request.connection.uid = uid
        return uid is not None and uid in (os.geteuid(), ROOT)

    def is_quick(self, request: Request) -> bool:
        """Whether `is_own` needs no look at the kernel's tables: this connection is known, or they are not asked."""
        return request.one(LOCAL_PROOF) is not None or (
            request.connection is not None and request.connection.uid is not None
        )


def _is_loopback(text: str) -> bool:
    address = ip_address(text)
    return address is not None and address.is_loopback
