"""Collecting objects that nothing names any more, while others store, name and read them.

Nobody who stores an object takes a lock for it. Instead a writer notes the object's name, a pin, before it relies on
the object being there; and a collection moves a candidate aside before it reads all pins and the catalog (once more).
Either the pin is read, and the object is put back; or the pin came later than the move, and then so did the writer's
look, which found no object and stored its own. Who reads an object finds it aside as well. So a collection may be
killed anywhere; the next one begins by putting back what lies aside.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator

from assay import system
from assay.errors import DamagedError, ObjectMissingError, StoreError
from assay.storage.disk_objects import ASIDE_FOLDER, DiskObjects
from assay.storage.sql.database import Connection

LOCK_FILE = "collection.lock"
DIRECTORY = "directory"
"""The kind of an artifact whose object lists the objects of its files."""
PATIENCE_S = 10.0
"""How long who wants to collect, or to keep, waits for the other."""
LEFTOVER_S = 3600
"""What a put has not touched for so long, and does not hold, is left over from one that died."""


@contextlib.contextmanager
def collecting(objects: DiskObjects) -> Iterator[None]:
    """Be the only one that collects, with nobody `keeping`.

    Raises:
        StoreError: Somebody else collects, or brings in objects that nothing names as yet.
    """
    with _locked(objects, shared=False):
        yield


@contextlib.contextmanager
def keeping(objects: DiskObjects) -> Iterator[None]:
    """Let nothing be collected: for who stores objects without pins and names them later, such as an import.

    Raises:
        StoreError: Somebody collects.
    """
    with _locked(objects, shared=True):
        yield


@contextlib.contextmanager
def _locked(objects: DiskObjects, *, shared: bool) -> Iterator[None]:
    os.makedirs(objects.folder, exist_ok=True)
    path = os.path.join(objects.folder, LOCK_FILE)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    try:
        deadline_s = time.monotonic() + PATIENCE_S
        while not system.try_lock(fd, shared=shared):
            if time.monotonic() > deadline_s:
                raise StoreError(
                    f"{objects.folder} is being collected, or brought into, by another process; try again when it ends"
                )
            time.sleep(0.02)
        yield
    finally:
        system.unlock(fd)
        os.close(fd)


def put_back_all(objects: DiskObjects) -> None:
    """Put back what a collection that was killed left aside."""
    put_back(objects, _aside(objects))


def set_aside(objects: DiskObjects, names: Iterable[str]) -> list[str]:
    """Move objects aside; those that were there."""
    folder = os.path.join(objects.folder, ASIDE_FOLDER)
    os.makedirs(folder, exist_ok=True)
    moved = []
    for sha256 in names:
        with contextlib.suppress(FileNotFoundError):
            system.observe("aside", objects.path(sha256))
            os.rename(objects.path(sha256), objects.aside(sha256))
            moved.append(sha256)
    return moved


def put_back(objects: DiskObjects, names: Iterable[str]) -> None:
    """Move objects back that lie aside; synced, as who relies on them may have missed them when it was to sync them."""
    folders = set()
    for sha256 in names:
        path, aside = objects.path(sha256), objects.aside(sha256)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        system.observe("back", path)
        os.replace(aside, path)
        fd = os.open(path, os.O_RDONLY)
        try:
            system.sync(fd)
        finally:
            os.close(fd)
        folders.add(os.path.dirname(path))
    for folder in folders:
        system.sync_folder(folder)


def drop(objects: DiskObjects, names: Iterable[str]) -> int:
    """Delete objects that lie aside; how many bytes they had."""
    size_bytes = 0
    for sha256 in names:
        path = objects.aside(sha256)
        size_bytes += os.stat(path).st_size
        system.observe("drop", path)
        os.unlink(path)
    return size_bytes


def _aside(objects: DiskObjects) -> list[str]:
    with contextlib.suppress(FileNotFoundError):
        return sorted(os.listdir(os.path.join(objects.folder, ASIDE_FOLDER)))
    return []


def leftovers(objects: DiskObjects) -> list[tuple[str, int]]:
    """The files, with their sizes, of processes that died while they stored an object."""
    found = []
    with contextlib.suppress(FileNotFoundError):
        for name in sorted(os.listdir(objects.folder)):
            path = os.path.join(objects.folder, name)
            if name.startswith("new-"):
                with contextlib.suppress(OSError):
                    facts = os.stat(path)
                    if facts.st_mtime < time.time() - LEFTOVER_S and not _is_held(path):
                        found.append((path, facts.st_size))
    return found


def _is_held(path: str) -> bool:
    fd = os.open(path, os.O_RDONLY)
    try:
        return not system.try_lock(fd)
    finally:
        system.unlock(fd)
        os.close(fd)


class References:
    """Which objects the catalog names, directly or in the listing of a directory.

    Args:
        objects: Where listings are read from.
    """

    def __init__(self, objects: DiskObjects) -> None:
        self._objects = objects
        self._listings: dict[str, tuple[str, ...]] = {}
        self.unreadable: set[str] = set()
        """Listings that are damaged: what they name is not known."""

    def read(self, connection: Connection) -> dict[str, set[tuple[int, int]]]:
        """The users of each object that an artifact names, in the trash or not, as (run number, artifact number)."""
        users: dict[str, set[tuple[int, int]]] = defaultdict(set)
        found = connection.execute("SELECT sha256, kind, run_id, id FROM artifacts WHERE sha256 IS NOT NULL")
        for sha256, kind, run_id, artifact_id in found:
            for one in (sha256, *(self.listed(sha256) if kind == DIRECTORY else ())):
                users[one].add((run_id, artifact_id))
        return users

    def named(self, connection: Connection) -> set[str]:
        """The objects that an artifact names, in the trash or not."""
        named = set()
        found = connection.execute(
            "SELECT DISTINCT sha256, kind = ? FROM artifacts WHERE sha256 IS NOT NULL", (DIRECTORY,)
        )
        for sha256, is_directory in found:
            named.add(sha256)
            if is_directory:
                named.update(self.listed(sha256))
        return named

    def listed(self, sha256: str) -> tuple[str, ...]:
        """The objects that the listing of a directory names."""
        known = self._listings.get(sha256)
        if known is None:
            known = ()
            try:
                listing = json.loads(b"".join(self._objects.read_checked(sha256)))
                known = tuple(entry["sha256"] for entry in listing["files"])
            except ObjectMissingError:  # then nobody can read the directory, nor its files by it
                return ()
            except (DamagedError, OSError, ValueError, KeyError, TypeError):
                self.unreadable.add(sha256)
            self._listings[sha256] = known
        return known
