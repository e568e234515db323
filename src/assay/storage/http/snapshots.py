"""Snapshots: objects on their way to a server, read from this disk until they are there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import IO

from assay.errors import ObjectMissingError
from assay.storage.disk_objects import DiskObjects
from assay.storage.objects import ObjectInfo, Objects
from assay.storage.shelf import Shelf
from assay.storage.uploads import PART_BYTES


class SnapshotObjects(Objects):
    """What a client of a server puts lies in a folder of its own, from where it is uploaded; all else is the server's.

    Args:
        local: The folder.
        remote: The server's objects.
    """

    def __init__(self, local: DiskObjects, remote: Objects) -> None:
        self.local = local
        self.remote = remote

    def put(self, source: IO[bytes], *, durable: bool = False, pin: Callable[[str], None] | None = None) -> ObjectInfo:
        return self.local.put(source, durable=durable, pin=pin)

    def open(self, sha256: str) -> IO[bytes]:
        try:
            return self.local.open(sha256)
        except ObjectMissingError:
            return self.remote.open(sha256)

    def is_sent(self, sha256: str) -> bool:
        """Whether the server has the object, and it waits here no more."""
        return not os.path.exists(self.local.path(sha256)) and self.remote.has(sha256) is not None

    def uri(self, sha256: str) -> str:
        return self.remote.uri(sha256)

    def list(self) -> Iterator[ObjectInfo]:
        return self.remote.list()

    def has(self, sha256: str) -> int | None:
        return self.remote.has(sha256)

    def pin(self, sha256: str) -> None:
        self.remote.pin(sha256)

    def delete(self, sha256: str) -> None:
        self.remote.delete(sha256)

    def shelf(self) -> Shelf:
        return self.remote.shelf()

    def sync(self) -> None:
        self.local.sync()

    def put_part(self, sha256: str, number: int, source: IO[bytes], *, part_bytes: int = PART_BYTES) -> int:
        return self.remote.put_part(sha256, number, source, part_bytes=part_bytes)

    def parts(self, sha256: str, *, part_bytes: int = PART_BYTES) -> dict[int, int]:
        return self.remote.parts(sha256, part_bytes=part_bytes)

    def drop_parts(self, older_than: timedelta) -> int:
        return self.remote.drop_parts(older_than)

    def assemble(self, sha256: str, part_count: int, *, part_bytes: int = PART_BYTES) -> int:
        return self.remote.assemble(sha256, part_count, part_bytes=part_bytes)
