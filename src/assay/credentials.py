"""Credentials: the tokens by which this user is let into servers.

`assay login` keeps them in one file that only the user can read, a token for each server (or workspace of one). The
environment variable `ASSAY_TOKEN` goes before the file: a job on a machine that nobody signs in on has it from there.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from typing import Any

from assay import system
from assay.errors import DamagedError, RefusedError

TOKEN = "ASSAY_TOKEN"
FILE_NAME = "credentials.json"
WORKSPACE_MARK = "/w/"


def path() -> str:
    """The file that holds them."""
    if system.WINDOWS:  # pragma: no cover
        base = os.environ.get("APPDATA") or os.path.expanduser("~")
    elif system.MACOS:  # pragma: no cover
        base = os.path.expanduser("~/Library/Application Support")
    else:
        base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(base, "assay", FILE_NAME)


def token_for(url: str) -> str | None:
    """The token for a server, None where there is none.

    Args:
        url: As `place.location_of` spells it. A workspace's own token goes before the server's.

    Raises:
        RefusedError: Others can read the file, or this user can't.
        DamagedError: It holds something else.
    """
    return source_of(url)[0]


def source_of(url: str) -> tuple[str | None, str]:
    """The token for a server, and where it is from: for people, without the token."""
    given = os.environ.get(TOKEN, "").strip()
    if given:
        return given, f"{TOKEN} holds it"
    kept = _read()
    for name in (url, url.rpartition(WORKSPACE_MARK)[0]):
        if name in kept:
            return kept[name], f"{path()} holds it"
    return None, f"{TOKEN} is not set, and {path()} holds none"


def keep(url: str, token: str) -> None:
    """Keep the token for a server, in place of the one before.

    Raises:
        RefusedError: The file can't be written.
    """
    _write({**_read(), url: token})


def forget(url: str) -> bool:
    """Forget the token for a server; whether there was one."""
    kept = _read()
    if kept.pop(url, None) is None:
        return False
    _write(kept)
    return True


def servers() -> list[str]:
    """The servers that there are tokens for."""
    return sorted(_read())


def _read() -> dict[str, str]:
    file_path = path()
    try:
        with open(file_path, encoding="utf-8") as file:
            facts = os.fstat(file.fileno())
            text = file.read()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        cause = error if isinstance(error, OSError) else None
        raise RefusedError(f"can't read {file_path}: {error}", cause=cause, path=file_path) from error
    if not system.WINDOWS and stat.S_IMODE(facts.st_mode) & 0o077:
        raise RefusedError(
            f"{file_path} holds tokens, and other users can read it (mode {stat.S_IMODE(facts.st_mode):04o}): "
            f"chmod 600 {file_path}",
            path=file_path,
        )
    try:
        return {str(url): str(about["token"]) for url, about in json.loads(text).items()}
    except (ValueError, AttributeError, KeyError, TypeError):
        raise DamagedError(
            f"{file_path} does not hold what `assay login` writes; delete it and sign in again"
        ) from None


def _write(kept: dict[str, str]) -> None:
    import tempfile

    document: dict[str, Any] = {url: {"token": token} for url, token in sorted(kept.items())}
    file_path = path()
    folder = os.path.dirname(file_path)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        fd, made = tempfile.mkstemp(prefix=FILE_NAME, dir=folder)  # mode 0600
        try:
            with os.fdopen(fd, "w", encoding="utf-8") as file:
                json.dump(document, file, indent=2)
                file.write("\n")
            os.replace(made, file_path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(made)
            raise
    except OSError as error:
        raise RefusedError(f"can't write {file_path}: {error.strerror or error}", cause=error) from error
