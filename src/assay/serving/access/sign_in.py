"""Signing in to the page by token: a cookie that stands for the token without holding it.

The cookie names a session, its token's id and when it ends, and is signed with a secret that lies in the tables of
access. So no script and no file of the browser ever holds the token; revoking it ends its sessions, signing out ends
one, and a new secret ends all.

Source: https://developer.mozilla.org/docs/Web/HTTP/Headers/Set-Cookie (`__Host-`, `SameSite`)
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from assay.errors import NotSignedInError
from assay.formats.names import new_uid
from assay.serving.access import tables
from assay.serving.access.grant import Grant
from assay.serving.access.members import Members
from assay.serving.access.remembered import Remembered
from assay.serving.access.request import COOKIE, Request

LASTS_S = 30 * 86400
"""So long a session lasts behind its last renewal."""
RENEWED_AFTER_S = 86400
"""A session that is in use is renewed once a day."""

_FORM = re.compile(r"1\.([0-9a-f]{10})\.([0-9a-f]{20})\.([0-9]{10,11})\.([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Session:
    """What a cookie says, once its signature was checked.

    Attributes:
        id: Of this sign-in; renewals keep it.
        token_id: The token that was signed in with.
        ends_s: When it ends if it is not renewed, in seconds since 1970.
    """

    id: str
    token_id: str
    ends_s: int


class SignIn:
    """The sessions of the page.

    Args:
        members: Whose tokens it stands for.
    """

    def __init__(self, members: Members) -> None:
        self._members = members
        self._secrets: Remembered[bytes] = Remembered(members.cache_s)
        self._living: Remembered[bool] = Remembered(members.cache_s)

    def start(self, token_id: str, *, is_tls: bool) -> str:
        """A new session for a token that was just checked.

        Returns:
            The value of the `Set-Cookie` header that the answer gets.
        """
        return self._cookie(Session(new_uid(), token_id, self._now_s() + LASTS_S), is_tls=is_tls)

    def find(self, request: Request) -> Session | None:
        """The session that a request's cookie names, None where it has no good one."""
        name = self._name(is_tls=request.is_tls) + "="
        pairs = [pair.strip() for value in request.all(COOKIE) for pair in value.split(";")]
        values = [pair[len(name) :] for pair in pairs if pair.startswith(name)]
        # Of two with one name the second was put there by somebody else: a page on another port of this host.
        found = _FORM.fullmatch(values[0]) if len(values) == 1 else None
        if found is None:
            return None
        body, _, signature = values[0].rpartition(".")
        if not hmac.compare_digest(self._signature(body), signature):
            return None
        session = Session(found[2], found[1], int(found[3]))
        return session if self._now_s() < session.ends_s else None

    def check(self, session: Session) -> Grant:
        """What the session's token allows.

        Raises:
            NotSignedInError: The session was ended, or its token has expired or was revoked.
        """
        if self._living.get(session.id) is None:
            epoch = self._living.epoch
            with self._members.database.read() as connection:
                ended = connection.execute("SELECT 1 FROM ended_sessions WHERE id = ?", (session.id,)).fetchone()
            if ended is not None:
                raise NotSignedInError("this sign-in was ended; sign in again")
            self._living.put(session.id, True, epoch=epoch)
        return self._members.check_id(session.token_id)

    def is_quick(self, request: Request) -> bool:
        """Whether a request's cookie can be checked without asking the database."""
        if self._secrets.get("") is None:
            return False
        session = self.find(request)
        return session is None or (
            self._living.get(session.id) is not None and self._members.remembers(session.token_id)
        )

    def renewed(self, session: Session, *, is_tls: bool) -> str | None:
        """The `Set-Cookie` that makes a session last on; None where it was renewed within a day."""
        ends_s = self._now_s() + LASTS_S
        if ends_s - session.ends_s < RENEWED_AFTER_S:
            return None
        return self._cookie(Session(session.id, session.token_id, ends_s), is_tls=is_tls)

    def end(self, session: Session | None, *, is_tls: bool) -> str:
        """Sign out: the session is refused from now on, here at once, by other servers a few seconds later.

        Returns:
            The value of the `Set-Cookie` header that takes the cookie away.
        """
        if session is not None:
            now_us = self._members.clock_us()
            with self._members.database.write() as connection:
                connection.execute("DELETE FROM ended_sessions WHERE until_us < ?", (now_us,))
                # No renewal that was given out before now lasts longer.
                connection.execute(
                    "INSERT INTO ended_sessions (id, until_us) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
                    (session.id, now_us + LASTS_S * 1_000_000),
                )
            self._living.forget()
        return self._set("", 0, is_tls=is_tls)

    def end_all(self) -> None:
        """Sign everybody out, by a new secret."""
        with self._members.database.write() as connection:
            connection.execute(
                "UPDATE access_facts SET value = ? WHERE name = 'secret'", (secrets.token_hex(tables.SECRET_BYTES),)
            )
        self._secrets.forget()

    def _now_s(self) -> int:
        return self._members.clock_us() // 1_000_000

    def _secret(self) -> bytes:
        secret = self._secrets.get("")
        if secret is None:
            epoch = self._secrets.epoch
            with self._members.database.read() as connection:
                row = connection.execute("SELECT value FROM access_facts WHERE name = 'secret'").fetchone()
            secret = self._secrets.put("", bytes.fromhex(row[0]), epoch=epoch)
        return secret

    def _signature(self, text: str) -> str:
        return hmac.new(self._secret(), f"assay session\n{text}".encode("ascii"), hashlib.sha256).hexdigest()

    def _name(self, *, is_tls: bool) -> str:
        # Cookies do not tell ports apart: two servers on one machine each need a name of their own. `__Host-` has the
        # browser take the cookie from no other host and over TLS alone.
        return ("__Host-assay-" if is_tls else "assay-") + self._signature("name")[:8]

    def _cookie(self, session: Session, *, is_tls: bool) -> str:
        body = f"1.{session.token_id}.{session.id}.{session.ends_s}"
        return self._set(f"{body}.{self._signature(body)}", session.ends_s - self._now_s(), is_tls=is_tls)

    def _set(self, value: str, lasts_s: int, *, is_tls: bool) -> str:
        secure = "; Secure" if is_tls else ""
        return f"{self._name(is_tls=is_tls)}={value}; Path=/; Max-Age={lasts_s}; HttpOnly; SameSite=Strict{secure}"
