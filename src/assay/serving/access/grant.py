"""What somebody may do: a role in one workspace."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from assay.errors import InvalidInputError

LOCAL_ID = "local"
"""The token id of a grant that needed no token: a process of the server's own user, on the same machine."""


class Role(IntEnum):
    """What a token is good for; each role may do all that those before it may."""

    VIEWER = 1
    """Reads."""
    WRITER = 2
    """Logs and edits."""
    ADMIN = 3
    """Deletes for good, and says who may come in."""

    @property
    def label(self) -> str:
        """The role's name, as people type it and tables hold it."""
        return self.name.lower()


def role_of(label: str) -> Role:
    """The role of that name.

    Raises:
        InvalidInputError: There is none.
    """
    for role in Role:
        if role.label == label:
            return role
    raise InvalidInputError(f"a role is one of {', '.join(role.label for role in Role)}, not {label!r}")


@dataclass(frozen=True, slots=True)
class Grant:
    """Who was let in, and what for.

    Attributes:
        workspace: The only workspace that it is good for.
        role: What it allows there.
        token_id: The short public id of the token, `local` where none was needed.
        name: What the token was named when it was made.
    """

    workspace: str
    role: Role
    token_id: str
    name: str
