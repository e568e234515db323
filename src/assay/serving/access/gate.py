"""The way in: who a request is from, and whether that one may do what it asks.

A request is let in by the first of these that it has:

1. a token (`Authorization: Bearer assay_…`), as programs send it;
2. where the server has no members: a process of the server's own user, over loopback;
3. a page's cookie.

The last two are given by a browser without asking, so with them the request must have been made for this server's own
name by a page of its own, or by no page. A token is sent on purpose; with one, the same is asked of browsers only.
"""

from __future__ import annotations

from assay.errors import ForbiddenError, NotFoundError, NotSignedInError
from assay.serving.access.grant import LOCAL_ID, Grant, Role
from assay.serving.access.limits import Limits
from assay.serving.access.members import Members
from assay.serving.access.origin import Origins
from assay.serving.access.peer import Peers
from assay.serving.access.proxies import Proxies
from assay.serving.access.request import AUTHORIZATION, FETCH_SITE, ORIGIN, WORKSPACE, Request
from assay.serving.access.sign_in import SignIn
from assay.serving.access.workspace import MAIN, workspace_name

_SCHEME = "bearer "
_HOW = "programs send a token (Authorization: Bearer assay_…; `assay login` keeps one), browsers sign in on the page"


class Gate:
    """Lets requests in.

    Args:
        members: Who has a token.
        origins: The names that the server goes by.
        proxies: Those in front of it; none by default.
        peers: Who needs no token while there are no members; None lets in nobody without one.
        limits: How much each client may ask.
    """

    def __init__(
        self,
        members: Members,
        origins: Origins,
        *,
        proxies: Proxies | None = None,
        peers: Peers | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.members = members
        self._origins = origins
        self._proxies = proxies or Proxies()
        self._peers = peers
        self._limits = limits or Limits()
        self._sign_in = SignIn(members)

    def admit(self, request: Request, needs: Role) -> Grant:
        """Let a request in, for the workspace and role that the answer names.

        Args:
            request: What it says of itself.
            needs: The least role that may do what it asks.

        Raises:
            NotSignedInError: It shows no right to be here: 401.
            ForbiddenError: It does, but not to do this, or another site's page is behind it: 403.
            NotFoundError: It asks for a workspace that, as far as it may know, is not there: 404.
            RateLimitedError: Too many came before it: 429.
            InvalidInputError: Its headers contradict themselves or can't be read: 400.
        """
        request = self._proxies.resolve(request)
        grant = self._in_workspace(request, self._recognise(request))
        if grant.token_id != LOCAL_ID:
            self._limits.count_request(request.address, grant.token_id)
        if grant.role < needs:
            raise ForbiddenError(
                f"the token {grant.token_id} ({grant.name}) has the role {grant.role.label}; this needs a token with "
                f"the role {needs.label}, which an admin of workspace {grant.workspace} makes"
            )
        return grant

    def is_quick(self, request: Request) -> bool:
        """Whether `admit` would go by what is in memory; else call it in a thread, since it asks database or kernel."""
        request = self._proxies.resolve(request)
        token = _token(request)
        if token is not None:
            return self.members.remembers(token)
        if self._peers is not None and self.members.remembers_membership():
            if not self.members.has_members():
                named = request.one(WORKSPACE)
                return named in (None, MAIN) and self._peers.is_quick(request)
            return self._sign_in.is_quick(request)
        return self._peers is None and self._sign_in.is_quick(request)

    def admit_anyone(self, request: Request) -> None:
        """Let a request in to what everybody may see: the page's own files, and whether the server is well.

        Raises:
            ForbiddenError: It was sent to another name than this server's.
            RateLimitedError: Too many came before it from its address.
            InvalidInputError: Its headers contradict themselves or can't be read.
        """
        request = self._proxies.resolve(request)
        self._origins.check_host(request)
        self._limits.count_request(request.address)

    def sign_in(self, request: Request, token: str) -> tuple[Grant, str]:
        """Begin a session of the page.

        Returns:
            What the token allows, and the value of the `Set-Cookie` header of the answer.

        Raises:
            NotSignedInError: The token is malformed, unknown, expired or revoked.
            ForbiddenError: A page of another site sent it.
            RateLimitedError: Too many sign-ins from this address failed.
        """
        request = self._proxies.resolve(request)
        self._origins.check_host(request)
        self._origins.check_origin(request)
        self._limits.check_failures(request.address)
        grant = self._check(request, token)
        return grant, self._sign_in.start(grant.token_id, is_tls=request.is_tls)

    def renew(self, request: Request) -> str | None:
        """The `Set-Cookie` by which the session of a request that was let in lasts on, None where there is no need."""
        request = self._proxies.resolve(request)
        session = None if _token(request) is not None else self._sign_in.find(request)
        return None if session is None else self._sign_in.renewed(session, is_tls=request.is_tls)

    def sign_out(self, request: Request) -> str:
        """End a session of the page.

        Returns:
            The value of the `Set-Cookie` header of the answer.

        Raises:
            ForbiddenError: A page of another site sent it.
        """
        request = self._proxies.resolve(request)
        self._origins.check_host(request)
        self._origins.check_origin(request, needs_origin=True)
        return self._sign_in.end(self._sign_in.find(request), is_tls=request.is_tls)

    def _recognise(self, request: Request) -> Grant:
        token = _token(request)
        if token is not None:
            if request.all(ORIGIN) or request.all(FETCH_SITE):
                self._origins.check_host(request)
                self._origins.check_origin(request)
            if not self.members.remembers(token):
                self._limits.count_request(request.address)
            return self._check(request, token)
        self._origins.check_host(request)
        if self._peers is not None and not self.members.has_members():
            self._origins.check_origin(request)
            if self._peers.is_own(request):
                return Grant(MAIN, Role.ADMIN, LOCAL_ID, "this machine's user")
            self._limits.count_request(request.address)
            raise NotSignedInError(
                "without a token this server answers processes of its own user on its own machine only; "
                "its user makes one with `assay token create`"
            )
        session = self._sign_in.find(request)
        if session is None:
            self._limits.count_request(request.address)
            raise NotSignedInError(f"the request has no token: {_HOW}")
        self._origins.check_origin(request, needs_origin=request.changes_something)
        return self._sign_in.check(session)

    def _check(self, request: Request, token: str) -> Grant:
        try:
            return self.members.check(token)
        except NotSignedInError:
            # A good token still passes while others from its address fail: nobody guesses one of 2**256.
            self._limits.count_failure(request.address)
            raise

    def _in_workspace(self, request: Request, grant: Grant) -> Grant:
        named = request.one(WORKSPACE)
        if named is None:
            return grant
        named = workspace_name(named)
        if named == grant.workspace:
            return grant
        if grant.token_id == LOCAL_ID and self.members.has_workspace(named):
            return Grant(named, grant.role, grant.token_id, grant.name)
        raise NotFoundError(f"no workspace {named!r} here for this token; leave it out for the token's own workspace")


def _token(request: Request) -> str | None:
    text = request.one(AUTHORIZATION)
    if text is None:
        return None
    if text[: len(_SCHEME)].lower() != _SCHEME:
        raise NotSignedInError(f"the Authorization header is not one of a token: {_HOW}")
    return text[len(_SCHEME) :].strip()
