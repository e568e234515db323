"""Objects in a folder: each a read-only file that appears whole, under its name, or not at all."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import IO, TYPE_CHECKING

from assay import system
from assay.errors import DamagedError, ObjectMissingError, RefusedError
from assay.storage.objects import ObjectInfo, Objects, read_some
from assay.storage.shelf import ASIDE_FOLDER, PINS_FOLDER, day_of
from assay.storage.uploads import PART_BYTES, SHA256, UPLOADS_FOLDER, KeptUploads, check_part, check_size, checked

if TYPE_CHECKING:
    from assay.storage.disk_shelf import DiskShelf


class DiskObjects(KeptUploads, Objects):
    """Objects in a folder: `ab/abcdef…`, each a read-only file."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._is_named = False
        self._whole: set[str] = set()
        self.unsynced: list[str] = []

    def path(self, sha256: str) -> str:
        """The file that holds an object, whether it exists or not."""
        if not SHA256.fullmatch(sha256):
            raise ObjectMissingError(f"{sha256!r} is not the name of an object")
        return os.path.join(self._folder, sha256[:2], sha256)

    @property
    def folder(self) -> str:
        """Where the objects lie."""
        return self._folder

    def shelf(self) -> DiskShelf:
        from assay.storage.disk_shelf import DiskShelf

        return DiskShelf(self)

    def aside(self, sha256: str) -> str:
        """Where a collection keeps an object while it makes sure that nothing names it."""
        return os.path.join(self._folder, ASIDE_FOLDER, sha256)

    def put(self, source: IO[bytes], *, durable: bool = False, pin: Callable[[str], None] | None = None) -> ObjectInfo:
        with self._refusing("the artifact's bytes"):
            return self._put(iter(lambda: read_some(source), b""), durable=durable, pin=pin)

    @contextlib.contextmanager
    def _refusing(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RefusedError(
                f"could not store {what} in {self._folder}: {error.strerror or error}", cause=error
            ) from error

    def _put(self, pieces: Iterable[bytes], *, durable: bool, pin: Callable[[str], None] | None) -> ObjectInfo:
        with self._new_file() as temporary:
            sha256, size_bytes = _write(temporary, pieces)
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
            self._whole.add(sha256)
            self._settle(path, durable=durable)
            return ObjectInfo(sha256, size_bytes)

    @contextlib.contextmanager
    def _new_file(self) -> Iterator[str]:
        """The path of a file to be written and moved to its place; it is deleted if it was not."""
        os.makedirs(self._folder, exist_ok=True)
        temporary = os.path.join(self._folder, f"new-{os.urandom(8).hex()}")
        try:
            yield temporary
        finally:
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
                    if SHA256.fullmatch(name):
                        yield ObjectInfo(name, os.stat(os.path.join(inside, name)).st_size)

    def has(self, sha256: str) -> int | None:
        path = self.path(sha256)
        self.pin(sha256)
        try:
            return os.stat(path).st_size
        except FileNotFoundError:
            return None

    def pin(self, sha256: str) -> None:
        self.path(sha256)  # which refuses what names no object
        folder = os.path.join(self._folder, PINS_FOLDER, day_of(time.time()))
        with self._refusing("a pin"):
            os.makedirs(folder, exist_ok=True)
            os.close(os.open(os.path.join(folder, sha256), os.O_WRONLY | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)))

    def delete(self, sha256: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path(sha256))
        self._whole.discard(sha256)

    def _upload(self, sha256: str, part_bytes: int) -> str:
        return os.path.join(self._folder, UPLOADS_FOLDER, sha256, str(part_bytes))

    def put_part(self, sha256: str, number: int, source: IO[bytes], *, part_bytes: int = PART_BYTES) -> int:
        check_part(sha256, number, part_bytes)
        folder = self._upload(sha256, part_bytes)
        with self._refusing(f"part {number} of the upload of {sha256}"), self._new_file() as temporary:
            _, size_bytes = _write(temporary, _up_to(part_bytes + 1, source))
            check_size(sha256, number, part_bytes, size_bytes)
            for _ in range(100):
                try:
                    os.makedirs(folder, exist_ok=True)
                    os.replace(temporary, os.path.join(folder, str(number)))
                except (FileNotFoundError, FileExistsError) as error:  # somebody drops this upload, folder and all
                    lost = error
                else:
                    return size_bytes
            raise lost

    def parts(self, sha256: str, *, part_bytes: int = PART_BYTES) -> dict[int, int]:
        check_part(sha256, 0, part_bytes)
        found = {}
        with contextlib.suppress(FileNotFoundError), os.scandir(self._upload(sha256, part_bytes)) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    found[int(entry.name)] = entry.stat().st_size
        return dict(sorted(found.items()))

    def drop_parts(self, older_than: timedelta) -> int:
        before_s = time.time() - older_than.total_seconds()
        dropped = 0
        above = os.path.join(self._folder, UPLOADS_FOLDER)
        for sha256 in sorted(os.listdir(above)) if os.path.isdir(above) else ():
            upload = os.path.join(above, sha256)
            size_bytes, touched_s = 0, 0.0
            for folder, _, names in os.walk(upload):
                with contextlib.suppress(FileNotFoundError):
                    touched_s = max(touched_s, os.stat(folder).st_mtime)
                    for name in names:
                        facts = os.stat(os.path.join(folder, name))
                        size_bytes, touched_s = size_bytes + facts.st_size, max(touched_s, facts.st_mtime)
            if touched_s < before_s:
                _remove(upload)
                dropped += size_bytes
        return dropped

    def _join(self, sha256: str, sizes: dict[int, int], part_bytes: int) -> int:
        def expect(found: str) -> None:
            checked(found, sha256)
            self.pin(found)

        with self._refusing("an uploaded object"):
            return self._put(self._pieces(sha256, sizes, part_bytes), durable=True, pin=expect).size_bytes

    def _read_part(self, sha256: str, number: int, part_bytes: int, size_bytes: int) -> bytes:
        path = os.path.join(self._upload(sha256, part_bytes), str(number))
        try:
            with open(path, "rb") as file:
                return file.read(size_bytes)
        except FileNotFoundError as error:
            raise ObjectMissingError(
                f"part {path} is gone; ask for the parts that are there, and send the rest"
            ) from error

    def _drop_upload(self, sha256: str, part_bytes: int) -> None:
        folder = self._upload(sha256, part_bytes)
        _remove(folder)
        with contextlib.suppress(OSError):
            os.rmdir(os.path.dirname(folder))


def _write(temporary: str, pieces: Iterable[bytes]) -> tuple[str, int]:
    """Write a new file; the SHA-256 of what it holds, and how long it is."""
    import hashlib

    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    digest, size_bytes = hashlib.sha256(), 0
    with open(os.open(temporary, flags, 0o600), "wb", buffering=0) as file:
        if not system.WINDOWS:  # which would move to where it locks
            system.try_lock(file.fileno())  # while it is held, nobody takes the file for one left over
        for piece in pieces:
            digest.update(piece)
            size_bytes += len(piece)
            rest = memoryview(piece)
            system.observe("write", temporary)
            while rest:
                rest = rest[file.write(rest) :]
    return digest.hexdigest(), size_bytes


def _up_to(size_bytes: int, source: IO[bytes]) -> Iterator[bytes]:
    while size_bytes > 0 and (piece := read_some(source, min(size_bytes, 1 << 20))):
        size_bytes -= len(piece)
        yield piece


def _remove(folder: str) -> None:
    import shutil  # it loads every compression there is

    shutil.rmtree(folder, ignore_errors=True)
