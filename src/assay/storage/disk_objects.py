"""Objects in a folder: each a read-only file that appears whole, under its name, or not at all."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import IO

from assay import system
from assay.errors import DamagedError, InvalidInputError, ObjectMissingError, RefusedError
from assay.storage.objects import COPY_BYTES, ObjectInfo, Objects

_SHA256 = re.compile(r"[0-9a-f]{64}")
ASIDE_FOLDER = "aside"
"""Where a collection moves objects while it makes sure that nothing names them."""


class DiskObjects(Objects):
    """Objects in a folder: `ab/abcdef…`, each a read-only file."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._is_named = False
        self._whole: set[str] = set()
        self.unsynced: list[str] = []

    def path(self, sha256: str) -> str:
        """The file that holds an object, whether it exists or not."""
        if not _SHA256.fullmatch(sha256):
            raise ObjectMissingError(f"{sha256!r} is not the name of an object")
        return os.path.join(self._folder, sha256[:2], sha256)

    @property
    def folder(self) -> str:
        """Where the objects lie."""
        return self._folder

    def aside(self, sha256: str) -> str:
        """Where a collection keeps an object while it makes sure that nothing names it."""
        return os.path.join(self._folder, ASIDE_FOLDER, sha256)

    def put(self, source: IO[bytes], *, durable: bool = False, pin: Callable[[str], None] | None = None) -> ObjectInfo:
        try:
            return self._put(source, durable=durable, pin=pin)
        except OSError as error:
            raise RefusedError(
                f"could not store the artifact's bytes in {self._folder}: {error.strerror or error}", cause=error
            ) from error

    def _put(self, source: IO[bytes], *, durable: bool, pin: Callable[[str], None] | None) -> ObjectInfo:
        import hashlib

        os.makedirs(self._folder, exist_ok=True)
        temporary = os.path.join(self._folder, f"new-{os.urandom(8).hex()}")
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        fd = os.open(temporary, flags, 0o600)
        try:
            digest, size_bytes = hashlib.sha256(), 0
            with open(fd, "wb", closefd=True, buffering=0) as file:
                if not system.WINDOWS:  # which would move to where it locks
                    system.try_lock(fd)  # while it is held, nobody takes the file for one left over
                while piece := _read(source):
                    digest.update(piece)
                    size_bytes += len(piece)
                    rest = memoryview(piece)
                    system.observe("write", temporary)
                    while rest:
                        rest = rest[file.write(rest) :]
            sha256 = digest.hexdigest()
            path = self.path(sha256)
            if pin is not None:
                pin(sha256)
            if self._is_whole(sha256, size_bytes):
                self._settle(path, durable=durable)  # whoever stored it may not have synced it as yet
                return ObjectInfo(sha256, size_bytes)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if not system.WINDOWS:
                os.chmod(temporary, 0o444)
            os.replace(temporary, path)
            temporary = ""
            self._whole.add(sha256)
            self._settle(path, durable=durable)
            return ObjectInfo(sha256, size_bytes)
        finally:
            if temporary:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)

    def _is_whole(self, sha256: str, size_bytes: int) -> bool:
        """Whether the object is stored already; one that a power cut tore, or that was damaged, is replaced."""
        try:
            if os.stat(self.path(sha256)).st_size != size_bytes:
                return False
            if sha256 not in self._whole:  # its bytes are looked at once a process
                for _ in self.read_checked(sha256):
                    pass
        except (OSError, DamagedError):
            return False
        self._whole.add(sha256)
        return True

    def _settle(self, path: str, *, durable: bool) -> None:
        if durable:
            self._sync_objects([path])
        else:
            self.unsynced.append(path)

    def sync(self) -> None:
        """Return when every object stored so far is on the disk."""
        paths = list(self.unsynced)
        self._sync_objects(paths)
        # Behind the syncing: a thread that finds nothing unsynced here may rely on it.
        for path in paths:
            with contextlib.suppress(ValueError):
                self.unsynced.remove(path)

    def _sync_objects(self, paths: Iterable[str]) -> None:
        folders = set()
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                fd = self._open_fd(path)
                try:
                    system.sync(fd)
                    system.observe("sync", path)
                finally:
                    os.close(fd)
                folders.add(os.path.dirname(path))
        if folders:
            above = [self._folder] if self._is_named else [self._folder, os.path.dirname(self._folder)]
            for folder in (*folders, *above):
                system.sync_folder(folder)
                system.observe("sync_folder", folder)
            self._is_named = True

    def open(self, sha256: str) -> IO[bytes]:
        path = self.path(sha256)
        try:
            return open(self._open_fd(path), "rb")
        except FileNotFoundError as error:
            raise ObjectMissingError(
                f"object {path} is missing from the store; `assay doctor` lists what is affected"
            ) from error

    def _open_fd(self, path: str) -> int:
        """Open an object's file; one that a collection has moved aside, and may be moving back, is found too."""
        flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        for place in (path, self.aside(os.path.basename(path))):
            with contextlib.suppress(FileNotFoundError):
                return os.open(place, flags)
        return os.open(path, flags)

    def uri(self, sha256: str) -> str:
        from pathlib import Path

        return Path(self.path(sha256)).absolute().as_uri()

    def list(self) -> Iterator[ObjectInfo]:
        if not os.path.isdir(self._folder):
            return
        for prefix in sorted(os.listdir(self._folder)):
            inside = os.path.join(self._folder, prefix)
            if len(prefix) == 2 and os.path.isdir(inside):
                for name in sorted(os.listdir(inside)):
                    if _SHA256.fullmatch(name):
                        yield ObjectInfo(name, os.stat(os.path.join(inside, name)).st_size)


def _read(source: IO[bytes]) -> bytes:
    try:
        return source.read(COPY_BYTES)
    except OSError as error:
        name = getattr(source, "name", "what was passed")
        raise InvalidInputError(f"{name} can't be read: {error.strerror or error}") from error
