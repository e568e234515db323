"""The place of a store: a folder or a server, and which one is meant where none was named."""

from __future__ import annotations

import json
import logging
import os
from typing import Any

from assay import current, system
from assay.errors import InvalidInputError, InvalidTypeError, MissingExtraError, RefusedError

FOLDER_NAME = ".assay"
JOURNALS_FOLDER = "journals"
OUTBOX_FOLDER = "outbox"
SERVER_FILE = "server.json"
"""Beside the journals for a server: which one it is, so that what waits there can be sent by whoever finds it."""
SERVER_SCHEMES = ("http://", "https://")

logger = logging.getLogger("assay")


def where() -> tuple[str, str]:
    """The place that a session without a store uses, and why that one.

    Returns:
        An absolute path or a server's URL, and one of the reasons as a sentence.
    """
    named = current.given(current.STORE)
    if named:
        return (named if "://" in named else os.path.abspath(os.path.expanduser(named))), "ASSAY_STORE names it"
    near = nearest_folder()
    if near:
        return near, f"it is the nearest {FOLDER_NAME} folder above the working folder"
    return data_folder(), f"it is this user's data folder: no ASSAY_STORE, no {FOLDER_NAME} above the working folder"


def nearest_folder() -> str | None:
    """The nearest `.assay` folder of this user's above the working folder, not beyond his home or another disk."""
    home = os.path.realpath(os.path.expanduser("~"))
    try:
        folder = os.path.realpath(os.getcwd())
        device = os.stat(folder).st_dev
    except OSError:
        return None
    while True:
        here = os.path.join(folder, FOLDER_NAME)
        try:
            facts = os.stat(here)
        except OSError:
            facts = None
        if facts is not None and os.path.isdir(here) and (system.WINDOWS or facts.st_uid == os.getuid()):
            return here
        parent = os.path.dirname(folder)
        if folder == home or parent == folder or os.stat(parent).st_dev != device:
            return None
        folder = parent


def data_folder() -> str:
    """Where this user's programs keep their data."""
    if system.WINDOWS:  # pragma: no cover
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~")
    elif system.MACOS:  # pragma: no cover
        base = os.path.expanduser("~/Library/Application Support")
    else:
        base = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return os.path.join(base, "assay")


def location_of(store: Any) -> str:
    """The place that a caller means: a folder's real path, or a server's URL in one spelling.

    Args:
        store: A folder, a URL, an AWS session (which `ASSAY_STORE` goes before), or None.

    Raises:
        InvalidInputError: It is empty, or no URL of a server.
        MissingExtraError: It is a place that this version has no store for.
    """
    named = current.given(current.STORE)
    if store is None:
        store = where()[0]
    elif _is_aws(store):
        if not named:
            raise MissingExtraError(
                "an AWS session was passed, and this version has no store on Amazon SageMaker; to log to a folder "
                "instead, set ASSAY_STORE=FOLDER, or leave sagemaker_session out"
            )
        logger.info("assay: ASSAY_STORE=%s is set and goes before the AWS session that was passed", named)
        store = where()[0]
    if not isinstance(store, (str, os.PathLike)):
        raise InvalidTypeError(f"store must be a folder, a server's URL or a Session, not {type(store).__name__}")
    path = os.fsdecode(os.fspath(store))
    if path.lower().startswith(SERVER_SCHEMES):
        return _one_spelling(path)
    if "://" in path:
        raise MissingExtraError(
            f"store {path!r}: this version has stores in folders and on servers (http://, https://); Amazon SageMaker "
            "is yet to come"
        )
    if not path:
        raise InvalidInputError("store must not be empty; leave it out for the default, which `assay where` names")
    return os.path.realpath(os.path.expanduser(path))


def is_server(location: str) -> bool:
    """Whether a location, as `location_of` gives it, is a server's."""
    return location.startswith(SERVER_SCHEMES)


def journals_of(location: str) -> str:
    """Where the journals lie of those who write to a store: in its folder, or in the outbox for a server."""
    return os.path.join(outbox_of(location) if is_server(location) else location, JOURNALS_FOLDER)


def outbox_of(url: str) -> str:
    """The folder of this user that holds what is yet to be sent to a server."""
    import hashlib

    return os.path.join(data_folder(), OUTBOX_FOLDER, hashlib.sha256(url.encode()).hexdigest()[:16])


def mark_outbox(url: str) -> str:
    """Make the outbox for a server, with the file that says which server it is for.

    Returns:
        Its folder.

    Raises:
        RefusedError: It can't be made.
    """
    folder = outbox_of(url)
    path = os.path.join(folder, SERVER_FILE)
    try:
        if not os.path.exists(path):
            import tempfile

            os.makedirs(folder, mode=0o700, exist_ok=True)  # what is logged is nobody else's business
            fd, made = tempfile.mkstemp(prefix=SERVER_FILE, dir=folder)
            with os.fdopen(fd, "w", encoding="utf-8") as file:
                json.dump({"url": url}, file)
            os.replace(made, path)
    except OSError as error:
        text = f"can't make {folder}, where what is logged waits for {url}: {error.strerror or error}"
        raise RefusedError(text, cause=error) from error
    return folder


def _one_spelling(url: str) -> str:
    """The same server is the same place however its URL is typed."""
    from urllib.parse import urlsplit

    from assay.storage.http.connection import split_url

    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError as error:
        raise InvalidInputError(f"{url!r} is no server's URL: {error}") from error
    if parts.query or parts.fragment:
        raise InvalidInputError(f"{url!r} is a page's address; a store is named by what stands before ? and #")
    split_url(url)  # refuses what has no host, or a password in it
    if port == {"http": 80, "https": 443}[parts.scheme]:
        port = None
    host = f"[{host}]" if ":" in host else host
    place = host if port is None else f"{host}:{port}"
    return f"{parts.scheme}://{place}{parts.path.rstrip('/')}"


def _is_aws(store: Any) -> bool:
    return type(store).__module__.partition(".")[0] in ("boto3", "botocore", "sagemaker", "sagemaker_core")
