"""Names of workspaces."""

from __future__ import annotations

import re

from assay.errors import InvalidNameError, InvalidTypeError

MAIN = "main"
"""The workspace that is always there."""
WORKSPACE_LENGTH = 57
"""PostgreSQL's schemas have names of 63 bytes at most, and a workspace's is `assay_` and its name."""

_NAME = re.compile(r"[a-z0-9](?:[-_.]*[a-z0-9])*")


def workspace_name(name: object) -> str:
    """A workspace's name in lower case; the rule is that of experiments and runs.

    Raises:
        InvalidNameError: It is too long, empty or not of the allowed form.
    """
    if not isinstance(name, str):
        raise InvalidTypeError(f"a workspace's name must be a str, not {type(name).__name__}")
    if len(name) > WORKSPACE_LENGTH:
        raise InvalidNameError(
            f"a workspace's name has at most {WORKSPACE_LENGTH} characters; this one has {len(name)}"
        )
    if not name.isascii() or not is_workspace_name(name.lower()):
        raise InvalidNameError(
            f"the workspace's name {name!r} is not allowed: it starts and ends with a letter or digit (a-z, A-Z, 0-9) "
            "and may have '-', '_' and '.' inside"
        )
    return name.lower()


def is_workspace_name(name: str) -> bool:
    """Whether a text is a workspace's name as `workspace_name` gives it."""
    return len(name) <= WORKSPACE_LENGTH and _NAME.fullmatch(name) is not None
