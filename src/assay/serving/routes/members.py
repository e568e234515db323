"""Who is asking, signing in on the page, and the tokens of a workspace."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from assay.serving.access.gate import Gate
from assay.serving.access.grant import Grant
from assay.serving.access.members import Token as KnownToken
from assay.serving.admission import facts_of
from assay.serving.routes.fields import TimeUs
from assay.serving.routes.paging import PAGE_SIZE, Limit, Token, page

TokenId = Annotated[str, PathParameter(pattern="^[0-9a-f]{1,40}$", description="A token's short id, as listed.")]
RoleName = Literal["viewer", "writer", "admin"]


class Me(msgspec.Struct):
    """Who asks: the workspace, what may be done there, and what the token is called."""

    workspace: str
    role: RoleName
    token_id: str
    name: str


class SignIn(msgspec.Struct):
    """A token that is exchanged for a cookie."""

    token: Annotated[str, msgspec.Meta(max_length=1000)]


class TokenDocument(msgspec.Struct):
    """What is known of a token; the token itself is not."""

    id: str
    role: RoleName
    name: str
    created_us: int
    expires_us: int | None
    last_used_us: int | None
    revoked_us: int | None


class TokenList(msgspec.Struct):
    """The tokens of a workspace, the oldest first."""

    items: list[TokenDocument]
    next_token: str | None = None


class WantedToken(msgspec.Struct):
    """A token to be made: what it is for, what it allows, from when on it is refused (null: never)."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    role: RoleName
    expires_us: TimeUs | None = None


class MadeToken(msgspec.Struct):
    """A token that was just made; nobody can read `secret` again."""

    token: TokenDocument
    secret: str


@get("/v1/me", sync_to_thread=False, opt={"role": "viewer"})
def read_me(grant: NamedDependency[Grant]) -> Me:
    """What the request may do here."""
    return _me(grant)


@post("/v1/sign-in", sync_to_thread=True, status_code=200, opt={"role": "anyone"})
def sign_in(request: Request[Any, Any, Any], gate: NamedDependency[Gate], data: JSONBody[SignIn]) -> Response[Me]:
    """Exchange a token for a cookie, which no script can read; for the page."""
    grant, cookie = gate.sign_in(facts_of(request.scope), data.token)
    return Response(_me(grant), headers={"set-cookie": cookie})


@post("/v1/sign-out", sync_to_thread=True, status_code=204, opt={"role": "anyone"})
def sign_out(request: Request[Any, Any, Any], gate: NamedDependency[Gate]) -> Response[None]:
    """End the session that the request's cookie names."""
    return Response(None, status_code=204, headers={"set-cookie": gate.sign_out(facts_of(request.scope))})


@get("/v1/tokens", sync_to_thread=True, opt={"role": "admin"})
def list_tokens(
    gate: NamedDependency[Gate], grant: NamedDependency[Grant], limit: Limit = PAGE_SIZE, token: Token = None
) -> TokenList:
    """The tokens of the workspace, the oldest first; revoked and expired ones too."""
    some, following = page(gate.members.list_tokens(grant.workspace), limit, token)
    return TokenList([_document(one) for one in some], following)


@post("/v1/tokens", sync_to_thread=True, status_code=201, opt={"role": "admin"})
def make_token(gate: NamedDependency[Gate], grant: NamedDependency[Grant], data: JSONBody[WantedToken]) -> MadeToken:
    """Make a token of the workspace; its secret is in this answer and nowhere else."""
    made = gate.members.create_token(grant.workspace, data.role, data.name, expires_us=data.expires_us)
    return MadeToken(_document(made.token), made.secret)


@delete("/v1/tokens/{token_id:str}", sync_to_thread=True, opt={"role": "admin"})
def revoke_token(gate: NamedDependency[Gate], grant: NamedDependency[Grant], token_id: TokenId) -> None:
    """Refuse a token from now on; other servers do so some seconds later."""
    gate.members.revoke(token_id, grant.workspace)


def _me(grant: Grant) -> Me:
    return Me(grant.workspace, grant.role.label, grant.token_id, grant.name)  # type: ignore[arg-type]


def _document(token: KnownToken) -> TokenDocument:
    return TokenDocument(
        token.id,
        token.role.label,  # type: ignore[arg-type]
        token.name,
        token.created_us,
        token.expires_us,
        token.last_used_us,
        token.revoked_us,
    )


HANDLERS = (read_me, sign_in, sign_out, list_tokens, make_token, revoke_token)
