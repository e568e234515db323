"""Admission: every request is let in here, by its route's role, before anything of its body is read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from assay.serving.access.gate import Gate
from assay.serving.access.grant import Grant, Role
from assay.serving.access.request import Request

GRANT = "grant"
"""Where a scope's state holds what the request may do."""
COOKIE = "set_cookie"
"""Where it holds a cookie that the answer is to set."""
CONNECTION = "connection"
"""Where it holds what is known of the connection."""

ROLES: Mapping[str, Role | None] = {
    "anyone": None,
    "viewer": Role.VIEWER,
    "writer": Role.WRITER,
    "admin": Role.ADMIN,
}
"""What a route's `opt` may ask for; `anyone` needs no token."""


class Admission:
    """Lets requests in by what their routes ask for.

    Args:
        gate: Who may do what.
    """

    def __init__(self, gate: Gate) -> None:
        self.gate = gate

    async def guard(self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        """Admit a request to a route; a route that says nothing of roles is no route of ours.

        Raises:
            AccessError: It may not do that.
        """
        scope: Any = connection.scope
        # The framework answers OPTIONS by itself, with the methods that an address has.
        role = handler.opt["role"] if "role" in handler.opt or scope["method"] != "OPTIONS" else "anyone"
        await self.admit(scope, ROLES[role])

    async def admit(self, scope: dict[str, Any], needs: Role | None) -> Grant | None:
        """Admit a request; the answer is None where everybody may ask.

        Raises:
            AccessError: It may not do that.
        """
        state = scope.setdefault("state", {})
        request = facts_of(scope)
        if needs is None:
            self.gate.admit_anyone(request)
            return None
        if self.gate.is_quick(request):
            grant = self.gate.admit(request, needs)
        else:
            grant = await asyncio.to_thread(self.gate.admit, request, needs)
        state[GRANT] = grant
        if request.all("cookie"):
            renewed = self.gate.renew(request)
            if renewed is not None:
                state[COOKIE] = renewed
        return grant


def facts_of(scope: Mapping[str, Any]) -> Request:
    """What a request says of itself, as far as letting it in depends on it."""
    return Request(
        method=scope["method"],
        path=scope["path"],
        headers=scope["headers"],
        client=scope.get("client"),
        server=scope.get("server"),
        is_tls=scope.get("scheme") == "https",
        connection=scope.get("state", {}).get(CONNECTION),
    )
