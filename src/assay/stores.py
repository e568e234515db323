"""The stores that this process has open, each opened once."""

from __future__ import annotations

import os
import threading
from functools import partial
from typing import TYPE_CHECKING

from assay import place
from assay.errors import RefusedError
from assay.recording.recorder import recorder
from assay.storage.contract import Store
from assay.storage.sql.store import CATALOG_FILE, SqlStore

if TYPE_CHECKING:
    from assay.storage.http.store import HttpStore

_stores: dict[str, Store] = {}
_opening = threading.RLock()


def open_store(location: str) -> Store:
    """The store at a location, opened; of a server nothing is asked.

    Raises:
        RefusedError: The folder can't be made or read.
        DamagedError: The store's catalog is damaged; the message names the file.
        StoreVersionError: A newer Assay wrote the store.
    """
    with _opening:
        store = _stores.get(location)
        if store is not None and not store.is_there:  # deleted, or replaced by another
            _stores.pop(location).close()
            store = None
        if store is None:
            store = _stores[location] = _open_server(location) if place.is_server(location) else open_folder(location)
    return store


def exists(location: str) -> bool:
    """Whether there is a store; a server is taken to be one until it is asked."""
    return place.is_server(location) or os.path.exists(os.path.join(location, CATALOG_FILE))


def _open_server(url: str) -> HttpStore:
    from assay import credentials
    from assay.recording.outbox import OBJECTS_FOLDER
    from assay.storage.http.identity import Identity
    from assay.storage.http.store import HttpStore

    near = place.nearest_folder()
    folders = [place.data_folder()] if near is None else [near, place.data_folder()]
    token = credentials.token_for(url)
    identity = Identity(token, fresh_token=partial(credentials.token_for, url), folders=folders)
    return HttpStore(url, identity=identity, snapshots=os.path.join(place.outbox_of(url), OBJECTS_FOLDER))


def open_folder(folder: str) -> SqlStore:
    """The store in a folder, which is made where it does not exist.

    Raises:
        RefusedError: It can't be made, or there is no store in it and it can't be written.
    """
    there = os.path.exists(os.path.join(folder, CATALOG_FILE))
    if not there:
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            raise RefusedError(
                f"can't make the store folder {folder}: {error.strerror or error}", cause=error
            ) from error
    writable = os.access(folder, os.W_OK) and (not there or os.access(os.path.join(folder, CATALOG_FILE), os.W_OK))
    if not there and not writable:
        raise RefusedError(f"the folder {folder} holds no store and can't be written; name another by ASSAY_STORE")
    return SqlStore(folder, writable=writable)


def close_stores() -> None:
    """Let go of the files and connections of all of them; who asks one again opens them again."""
    for store in _stores.values():
        store.close()


recorder.when_stopped.append(close_stores)


def _forget_in_child() -> None:
    global _opening
    _opening = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
