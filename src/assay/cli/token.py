"""`assay token`: who may come in to a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from assay.cli.group import command_group
from assay.cli.placing import Database, DatabaseFile, Store, workspaces_meant
from assay.cli.usage import Flag, Json

if TYPE_CHECKING:
    from assay.serving.access.members import Token

HELP = """
Say who may come in to a server: make, list and revoke its tokens.

It works where the server's data lies, while it runs or not. A token lets
into one workspace, as a viewer (reads), a writer (logs and edits too) or an
admin (deletes for good and makes tokens too). From the first token on,
nobody comes in without one.

    assay token create --name ada --role writer
    assay token create --name ci --role viewer --workspace team --expires 90d
    assay token list
    assay token revoke 3f9a0c21d4
"""


def create(
    *,
    name: str,
    role: Literal["viewer", "writer", "admin"],
    workspace: str = "main",
    expires: str | None = None,
    json: Json = False,
    store: Store = None,
    database: Database = None,
    database_file: DatabaseFile = None,
) -> int:
    """Make a token, and show it: this once, since the server keeps its hash only.

    Its user types `assay login URL`, or sets ASSAY_TOKEN.

        assay token create --name ada --role writer
        assay token create --name ci --role viewer --expires 90d

    Args:
        name: Who or what it is for.
        role: What it allows.
        workspace: The workspace that it lets into; `assay workspace create` makes others than main.
        expires: From when on it is refused, from now: 12h, 90d, 52w. Left out, never.
        json: Print a JSON object.
        store: Folder of the store. Left out, `assay where` says which.
        database: The PostgreSQL database, where the catalog lies in one.
        database_file: A file whose first line is the URL of the database.
    """
    import sys
    import time

    from assay.cli.document import print_json
    from assay.cli.duration import length_of

    expires_us = None
    if expires is not None:
        expires_us = time.time_ns() // 1000 + int(length_of(expires, "--expires").total_seconds() * 1_000_000)
    with workspaces_meant(store, database, database_file) as opened:
        made = opened.members.create_token(workspace, role, name, expires_us=expires_us)
    if json:
        print_json({**_fields(made.token), "token": made.secret})
        return 0
    print(made.secret)
    print(
        f"assay: token {made.token.id} of {made.token.name}, {role} in workspace {made.token.workspace}; "
        "it is not shown again",
        file=sys.stderr,
    )
    return 0


def list_(
    *,
    workspace: str | None = None,
    everything: Annotated[Flag, Parameter(name="--all")] = False,
    json: Json = False,
    store: Store = None,
    database: Database = None,
    database_file: DatabaseFile = None,
) -> int:
    """List the tokens that are good.

    They are shown by their ids: the tokens themselves are kept nowhere.

        assay token list
        assay token list --workspace team --all

    Args:
        workspace: Only those of this workspace.
        everything: Those that were revoked or have expired too.
        json: Print a JSON array.
        store: Folder of the store. Left out, `assay where` says which.
        database: The PostgreSQL database, where the catalog lies in one.
        database_file: A file whose first line is the URL of the database.
    """
    import time

    from assay.cli.document import print_json

    now_us = time.time_ns() // 1000
    with workspaces_meant(store, database, database_file) as opened:
        found = opened.members.list_tokens(workspace)
    shown = [one for one in found if everything or _state(one, now_us) == "good"]
    if json:
        print_json([{**_fields(one), "state": _state(one, now_us)} for one in shown])
        return 0
    _print(shown, now_us)
    hidden = len(found) - len(shown)
    if not found:
        print("No token: processes of this user on this machine come in without one, nobody else does.")
    elif hidden:
        print(f"{hidden} more {'was' if hidden == 1 else 'were'} revoked or expired (--all).")
    return 0


def revoke(
    id: str,  # noqa: A002 - the argument's name
    /,
    *,
    store: Store = None,
    database: Database = None,
    database_file: DatabaseFile = None,
) -> int:
    """Refuse a token from now on; servers that run learn of it within seconds.

    Who signed in with it on the page is signed out too.

        assay token revoke 3f9a0c21d4

    Args:
        id: Its id, as `assay token list` shows it.
        store: Folder of the store. Left out, `assay where` says which.
        database: The PostgreSQL database, where the catalog lies in one.
        database_file: A file whose first line is the URL of the database.
    """
    with workspaces_meant(store, database, database_file) as opened:
        opened.members.revoke(id)
        left = opened.members.has_members()
    print(f"Revoked {id}.")
    if not left:
        print("That was the last token: processes of this user on this machine come in without one again.")
    return 0


def _fields(one: Token) -> dict[str, object]:
    return {
        "id": one.id,
        "workspace": one.workspace,
        "role": one.role.label,
        "name": one.name,
        "created_us": one.created_us,
        "expires_us": one.expires_us,
        "last_used_us": one.last_used_us,
        "revoked_us": one.revoked_us,
    }


def _state(one: Token, now_us: int) -> str:
    if one.revoked_us is not None:
        return "revoked"
    return "expired" if one.expires_us is not None and one.expires_us <= now_us else "good"


def _print(tokens: list[Token], now_us: int) -> None:
    if not tokens:
        return
    from rich import box
    from rich.table import Table

    from assay.cli.usage import console
    from assay.cli.wording import moment
    from assay.formats.moments import moment as at

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("id", "name", "role", "workspace", "made", "used", "expires"):
        table.add_column(column)
    for one in tokens:
        state = _state(one, now_us)
        ends = moment(at(one.expires_us)) if one.expires_us is not None else "never"
        table.add_row(
            one.id,
            one.name,
            one.role.label,
            one.workspace,
            moment(at(one.created_us)),
            moment(at(one.last_used_us)) if one.last_used_us is not None else "never",
            state if state == "revoked" else ends,
        )
    console().print(table)


token = command_group("token", HELP, (create, list_, revoke))
