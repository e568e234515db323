"""A collection of objects in a folder: moving is renaming, and who collects holds a lock file."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from assay import system
from assay.errors import StoreError
from assay.storage.objects import PINNED_DAYS, ObjectInfo
from assay.storage.shelf import ASIDE_FOLDER, PINS_FOLDER, Shelf, holds

if TYPE_CHECKING:
    from assay.storage.disk_objects import DiskObjects

LOCK_FILE = "collection.lock"
LEFTOVER_S = 3600
"""What a put has not touched for so long, and does not hold, is left over from one that died."""


class DiskShelf(Shelf):
    """The shelf of a folder."""

    def __init__(self, objects: DiskObjects) -> None:
        self._objects = objects
        self._folder = objects.folder
        self._aside = os.path.join(objects.folder, ASIDE_FOLDER)
        self._pins = os.path.join(objects.folder, PINS_FOLDER)

    @contextlib.contextmanager
    def lock(self, *, shared: bool, patience_s: float) -> Iterator[None]:
        os.makedirs(self._folder, exist_ok=True)
        path = os.path.join(self._folder, LOCK_FILE)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
        try:
            deadline_s = time.monotonic() + patience_s
            while not system.try_lock(fd, shared=shared):
                if time.monotonic() > deadline_s:
                    raise StoreError(
                        f"{self._folder} is being collected, or brought into, by another process; "
                        "try again when it ends"
                    )
                time.sleep(0.02)
            yield
        finally:
            system.unlock(fd)
            os.close(fd)

    def collectable(self) -> Iterator[ObjectInfo]:
        return self._objects.list()

    def pinned(self) -> set[str]:
        pinned: set[str] = set()
        for day in _names(self._pins):
            if holds(day, time.time(), days=PINNED_DAYS):
                pinned.update(_names(os.path.join(self._pins, day)))
        return pinned

    def drop_old_pins(self) -> None:
        for day in _names(self._pins):
            if not holds(day, time.time(), days=PINNED_DAYS + 1):
                shutil.rmtree(os.path.join(self._pins, day), ignore_errors=True)

    def set_aside(self, names: Iterable[str]) -> list[str]:
        os.makedirs(self._aside, exist_ok=True)
        moved = []
        for sha256 in names:
            with contextlib.suppress(FileNotFoundError):
                system.observe("aside", self._objects.path(sha256))
                os.rename(self._objects.path(sha256), self._objects.aside(sha256))
                moved.append(sha256)
        return moved

    def put_back(self, names: Iterable[str]) -> None:
        folders = set()
        for sha256 in names:
            path, aside = self._objects.path(sha256), self._objects.aside(sha256)
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

    def put_back_all(self) -> None:
        self.put_back(_names(self._aside))

    def drop(self, names: Iterable[str]) -> int:
        size_bytes = 0
        for sha256 in names:
            path = self._objects.aside(sha256)
            size_bytes += os.stat(path).st_size
            system.observe("drop", path)
            os.unlink(path)
        return size_bytes

    def leftovers(self) -> list[tuple[str, int]]:
        found = []
        for name in _names(self._folder):
            path = os.path.join(self._folder, name)
            if name.startswith("new-"):
                with contextlib.suppress(OSError):
                    facts = os.stat(path)
                    if facts.st_mtime < time.time() - LEFTOVER_S and not _is_held(path):
                        found.append((path, facts.st_size))
        return found


def _names(folder: str) -> list[str]:
    with contextlib.suppress(FileNotFoundError):
        return sorted(os.listdir(folder))
    return []


def _is_held(path: str) -> bool:
    fd = os.open(path, os.O_RDONLY)
    try:
        return not system.try_lock(fd)
    finally:
        system.unlock(fd)
        os.close(fd)
