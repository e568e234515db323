"""Members of a server: its workspaces, and the tokens that let programs and people into them.

A token is shown once, when it is made; the tables keep its SHA-256, and a short id by which it is listed and revoked.
What a check reads is remembered for a few seconds, so most checks touch no database, and a token that was revoked
through one server is refused by every other one a few seconds later.
"""

from __future__ import annotations

import hmac
import os
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from assay.errors import InvalidInputError, InvalidNameError, NotFoundError, NotSignedInError, nearest
from assay.serving.access.grant import Grant, Role, role_of
from assay.serving.access.remembered import CACHE_S, Remembered
from assay.serving.access.tables import Connection, Database, prepare
from assay.serving.access.token import is_token, new_token, token_hash
from assay.serving.access.workspace import is_workspace_name, workspace_name

SAVE_USES_S = 60
"""How often at most it is written down that a token was used."""
NAME_LENGTH = 120
"""Of a token's name, in characters."""
LAST_US = 2**63 - 1

_ID = re.compile(r"[0-9a-f]{10}")

_COLUMNS = "id, sha256, workspace, role, name, created_us, expires_us, last_used_us, revoked_us"


def now_us() -> int:
    """The wall clock, in microseconds since 1970."""
    return time.time_ns() // 1000


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; the token itself is not.

    Attributes:
        id: A short public name for it, to list and revoke it by.
        workspace: The only one that it lets into.
        role: What it allows there.
        name: What it is for, in the words of who made it.
        created_us: When it was made.
        expires_us: From when on it is refused, None for never.
        last_used_us: When it was last used, to the minute; None for never.
        revoked_us: When it was revoked; None where it was not.
    """

    id: str
    workspace: str
    role: Role
    name: str
    created_us: int
    expires_us: int | None
    last_used_us: int | None
    revoked_us: int | None


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made; nobody can read its secret again.

    Attributes:
        token: What will be known of it.
        secret: The token's text, to be handed to its user.
    """

    token: Token
    secret: str = field(repr=False)


class Members:
    """Workspaces and tokens of one server, or of several over the same database.

    Args:
        database: Where the tables of access lie; they are made where they are not there.
        cache_s: How long an answer is good for; 0 asks the database each time.
        clock_us: The wall clock that tokens expire by.
    """

    def __init__(self, database: Database, *, cache_s: float = CACHE_S, clock_us: Callable[[], int] = now_us) -> None:
        self.database = database
        self.cache_s = cache_s
        self.clock_us = clock_us
        self._tokens: Remembered[Token] = Remembered(cache_s)
        self._known_workspaces: Remembered[bool] = Remembered(cache_s)
        self._membership: Remembered[bool] = Remembered(cache_s)
        self._uses: dict[str, int] = {}
        self._saved_us: dict[str, int] = {}
        self._saving = threading.Lock()
        prepare(database)

    def create_workspace(self, name: str) -> str:
        """Make a workspace, where it is not there already.

        Returns:
            Its name, in lower case.

        Raises:
            InvalidNameError: The name is not of the allowed form.
        """
        name = workspace_name(name)
        with self.database.write() as connection:
            connection.execute(
                "INSERT INTO workspaces (name, created_us) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                (name, self.clock_us()),
            )
        self._known_workspaces.forget()
        return name

    def list_workspaces(self) -> list[str]:
        """The names of all workspaces, in order."""
        with self.database.read() as connection:
            return sorted(row[0] for row in connection.execute("SELECT name FROM workspaces").fetchall())

    def has_workspace(self, name: str) -> bool:
        """Whether there is a workspace of that name, in lower case."""
        if not is_workspace_name(name):
            return False
        known = self._known_workspaces.get(name)
        if known is None:
            epoch = self._known_workspaces.epoch
            with self.database.read() as connection:
                known = _has_workspace(connection, name)
            self._known_workspaces.put(name, known, epoch=epoch)
        return known

    def has_members(self) -> bool:
        """Whether any token is there that was not revoked: then nobody comes in without one."""
        known = self._membership.get("")
        if known is None:
            epoch = self._membership.epoch
            with self.database.read() as connection:
                row = connection.execute("SELECT 1 FROM tokens WHERE revoked_us IS NULL LIMIT 1").fetchone()
            # An expired token counts: that time passes must not open a server that was closed.
            known = self._membership.put("", row is not None, epoch=epoch)
        return known

    def remembers_membership(self) -> bool:
        """Whether `has_members` can be said without asking the database."""
        return self._membership.get("") is not None

    def create_token(self, workspace: str, role: str, name: str, *, expires_us: int | None = None) -> NewToken:
        """Make a token; this is the only time that its secret can be read.

        Args:
            workspace: The workspace that it lets into.
            role: `viewer` (reads), `writer` (logs and edits too) or `admin` (deletes and makes tokens too).
            name: What it is for: 1 to 120 printable characters.
            expires_us: From when on it is refused, in microseconds since 1970; None for never.

        Raises:
            InvalidInputError: The role or the name can't be taken, or the time of expiry has passed.
            NotFoundError: There is no such workspace.
        """
        now = self.clock_us()
        secret = new_token()
        made = Token(
            os.urandom(5).hex(),
            workspace_name(workspace),
            role_of(role),
            _token_name(name),
            now,
            expires_us,
            None,
            None,
        )
        if expires_us is not None and not now < expires_us <= LAST_US:
            raise InvalidInputError(f"token {name!r} would expire before it is made; name a time to come, or none")
        with self.database.write() as connection:
            if not _has_workspace(connection, made.workspace):
                known = [row[0] for row in connection.execute("SELECT name FROM workspaces").fetchall()]
                raise NotFoundError(
                    f"no workspace {made.workspace!r}{nearest(made.workspace, known)}; make it before its first token"
                )
            connection.execute(
                "INSERT INTO tokens (id, sha256, workspace, role, name, created_us, expires_us) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (made.id, token_hash(secret), made.workspace, made.role.label, made.name, now, expires_us),
            )
        self._membership.forget()
        return NewToken(made, secret)

    def list_tokens(self, workspace: str | None = None) -> list[Token]:
        """The tokens of a workspace, or of all, the oldest first; revoked and expired ones too."""
        with self.database.read() as connection:
            found = connection.execute(f"SELECT {_COLUMNS} FROM tokens ORDER BY created_us, id").fetchall()
        return [token for token in map(_token, found) if workspace in (None, token.workspace)]

    def revoke(self, token_id: str, workspace: str | None = None) -> None:
        """Refuse a token from now on: here at once, on other servers a few seconds later. Twice does no harm.

        Args:
            token_id: Its short id, as listed.
            workspace: Only a token of this one, for an admin has no say in others.

        Raises:
            NotFoundError: There is no such token (there).
        """
        with self.database.write() as connection:
            asked = "SELECT workspace, revoked_us FROM tokens WHERE id = ?"
            row = connection.execute(asked, (token_id,)).fetchone() if _ID.fullmatch(token_id) else None
            if row is None or workspace not in (None, row[0]):
                where = "" if workspace is None else f" in workspace {workspace!r}"
                raise NotFoundError(f"no token with the id {token_id[:40]!r}{where}; list the tokens for their ids")
            if row[1] is None:
                connection.execute("UPDATE tokens SET revoked_us = ? WHERE id = ?", (self.clock_us(), token_id))
        self._tokens.forget()
        self._membership.forget()

    def check(self, token: str) -> Grant:
        """What a token allows.

        Raises:
            NotSignedInError: It is malformed, unknown, expired or revoked.
        """
        if not is_token(token):
            raise NotSignedInError(
                "that is no token: one begins with assay_, has 55 letters and digits, and ends in a checksum; "
                "was it copied whole?"
            )
        # How long a look-up by a hash takes tells nothing of the token: nobody can lead a hash towards another.
        hashed = token_hash(token)
        found = self._tokens.get(hashed)
        if found is None:
            epoch = self._tokens.epoch
            with self.database.read() as connection:
                row = connection.execute(f"SELECT {_COLUMNS} FROM tokens WHERE sha256 = ?", (hashed,)).fetchone()
            if row is None or not hmac.compare_digest(row[1], hashed):
                raise NotSignedInError("the token is not one of this server's; ask an admin of it for one")
            found = self._tokens.put(hashed, _token(row), epoch=epoch)
        return self._grant(found)

    def check_id(self, token_id: str) -> Grant:
        """What the token with that id allows; for who has shown the token before.

        Raises:
            NotSignedInError: It is unknown, expired or revoked.
        """
        found = self._tokens.get(token_id)
        if found is None:
            epoch = self._tokens.epoch
            with self.database.read() as connection:
                asked = f"SELECT {_COLUMNS} FROM tokens WHERE id = ?"
                row = connection.execute(asked, (token_id,)).fetchone() if _ID.fullmatch(token_id) else None
            if row is None:
                raise NotSignedInError("the token of this sign-in is not one of this server's any more; sign in again")
            found = self._tokens.put(token_id, _token(row), epoch=epoch)
        return self._grant(found)

    def remembers(self, token: str) -> bool:
        """Whether a token, or a token's id, can be checked without asking the database."""
        return self._tokens.get(token_hash(token) if is_token(token) else token) is not None

    def _grant(self, token: Token) -> Grant:
        now = self.clock_us()
        if token.revoked_us is not None:
            raise NotSignedInError(f"the token {token.id} ({token.name}) was revoked {_date(token.revoked_us)}")
        if token.expires_us is not None and token.expires_us <= now:
            raise NotSignedInError(
                f"the token {token.id} ({token.name}) expired {_date(token.expires_us)}; ask an admin for another"
            )
        self._uses[token.id] = now
        return Grant(token.workspace, token.role, token.id, token.name)

    def save_uses(self, *, everything: bool = False) -> None:
        """Write down which tokens were used since; a server calls this now and then, no request waits for it.

        Args:
            everything: Also of tokens of which it was written less than a minute ago, as before a server stops.
        """
        with self._saving:
            now = self.clock_us()
            due = {
                token_id: used_us
                for token_id, used_us in list(self._uses.items())
                if used_us > self._saved_us.get(token_id, 0)
                and (everything or now - self._saved_us.get(token_id, 0) >= SAVE_USES_S * 1_000_000)
            }
            if not due:
                return
            with self.database.write() as connection:
                for token_id, used_us in sorted(due.items()):
                    connection.execute(
                        "UPDATE tokens SET last_used_us = ? WHERE id = ? AND coalesce(last_used_us, 0) < ?",
                        (used_us, token_id, used_us),
                    )
            self._saved_us.update(due)


def _token(row: Any) -> Token:
    id_, _, workspace, role, name, created_us, expires_us, last_used_us, revoked_us = row
    return Token(id_, workspace, role_of(role), name, created_us, expires_us, last_used_us, revoked_us)


def _has_workspace(connection: Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM workspaces WHERE name = ?", (name,)).fetchone() is not None


def _token_name(name: object) -> str:
    if not isinstance(name, str) or not 1 <= len(name) <= NAME_LENGTH or not name.isprintable():
        raise InvalidNameError(f"a token's name has 1 to {NAME_LENGTH} printable characters; name what it is for")
    return name


def _date(timestamp_us: int) -> str:
    return f"on {datetime.fromtimestamp(timestamp_us // 1_000_000, UTC):%Y-%m-%d at %H:%M} UTC"
