"""The objects of a server: read by ranges, stored whole or in parts that go on where they were cut."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from assay.errors import NotFoundError, ObjectMissingError, StoreError
from assay.storage.http.connection import Server
from assay.storage.http.pages import every
from assay.storage.objects import ObjectInfo, Objects, read_some
from assay.storage.shelf import Shelf
from assay.storage.uploads import PART_BYTES, SHA256, check_part, check_size

WHOLE_BYTES = 16 << 20
"""An object of up to so many bytes is sent by one request."""
READ_BYTES = 4 << 20
"""How much is asked for at a time."""
OBJECT_TYPE = "application/octet-stream"


def _nothing(size_bytes: int) -> None:
    """Nobody is to be told how far an upload is."""


class HttpObjects(Objects):
    """The objects of a workspace of a server.

    Args:
        server: The server.
        location: The store, for people.
    """

    def __init__(self, server: Server, location: str) -> None:
        self._server = server
        self._location = location

    def put(self, source: IO[bytes], *, durable: bool = False, pin: Callable[[str], None] | None = None) -> ObjectInfo:
        import hashlib

        digest, size_bytes = hashlib.sha256(), 0
        with SpooledTemporaryFile(WHOLE_BYTES) as spool:
            while piece := read_some(source):
                digest.update(piece)
                size_bytes += len(piece)
                spool.write(piece)
            sha256 = digest.hexdigest()
            if pin is not None:
                pin(sha256)
            self.upload(sha256, size_bytes, spool)
        return ObjectInfo(sha256, size_bytes)

    def upload(self, sha256: str, size_bytes: int, source: IO[bytes], sent: Callable[[int], None] = _nothing) -> None:
        """Store an object whose name is known already, but for what the server has of it.

        Args:
            sha256: Its name.
            size_bytes: How long it is.
            source: Its bytes; a file that can be sought in.
            sent: Told of the bytes that are there, as they come to be.

        Raises:
            UnavailableError: The server does not answer; what is there stays there for the next upload.
            ChecksumError: The bytes do not have that name.
            RefusedError: The server has no space for it.
        """
        if self.has(sha256) == size_bytes:
            sent(size_bytes)
            return
        if size_bytes <= WHOLE_BYTES:
            source.seek(0)
            self._put(_path(sha256), source.read())
            sent(size_bytes)
            return
        there = self.parts(sha256)
        count = -(-size_bytes // PART_BYTES)
        for number in range(count):
            part_bytes = min(PART_BYTES, size_bytes - number * PART_BYTES)
            if there.get(number) != part_bytes:
                source.seek(number * PART_BYTES)
                self.put_part(sha256, number, io.BytesIO(source.read(part_bytes)))
            sent(part_bytes)
        self.assemble(sha256, count)

    def _put(self, path: str, body: bytes, **query: int) -> Any:
        return self._server.ask("PUT", path, query=query, body=body, headers={"Content-Type": OBJECT_TYPE})

    def open(self, sha256: str) -> IO[bytes]:
        size_bytes = self.has(sha256)
        if size_bytes is None:
            raise ObjectMissingError(
                f"object {self.uri(sha256)} is not on the server: it was not uploaded yet (the machine that logged it "
                "does so when it reaches the server, or by `assay sync`), or it is gone"
            )
        return io.BufferedReader(_RangedFile(self._server, _path(sha256), size_bytes), READ_BYTES)

    def uri(self, sha256: str) -> str:
        return f"{self._server.url}{_path(sha256)}"

    def has(self, sha256: str) -> int | None:
        try:
            with self._server.open("HEAD", _path(sha256)) as answer:
                return int(answer.headers["Content-Length"])
        except (NotFoundError, ObjectMissingError):
            return None

    def pin(self, sha256: str) -> None:
        self.has(sha256)  # being asked for it, the server pins it

    def put_part(self, sha256: str, number: int, source: IO[bytes], *, part_bytes: int = PART_BYTES) -> int:
        check_part(sha256, number, part_bytes)
        body = read_some(source, part_bytes + 1)
        check_size(sha256, number, part_bytes, len(body))
        self._put(f"{_path(sha256)}/parts/{number}", body, part_bytes=part_bytes)
        return len(body)

    def parts(self, sha256: str, *, part_bytes: int = PART_BYTES) -> dict[int, int]:
        found = every(self._server, f"{_path(sha256)}/parts?part_bytes={part_bytes}")
        return {one["number"]: one["size_bytes"] for one in found}

    def assemble(self, sha256: str, part_count: int, *, part_bytes: int = PART_BYTES) -> int:
        document = {"parts": part_count, "part_bytes": part_bytes}
        size_bytes = None
        while size_bytes is None:  # the server is still at it, and has said so rather than let the connection wait
            size_bytes = self._server.ask("POST", f"{_path(sha256)}/assemble", document=document)["size_bytes"]
        return int(size_bytes)

    def list(self) -> Iterator[ObjectInfo]:
        raise self._not_here("its objects can't be listed from afar")

    def delete(self, sha256: str) -> None:
        raise self._not_here("its objects can't be deleted from afar")

    def shelf(self) -> Shelf:
        raise self._not_here("its objects can't be collected from afar")

    def drop_parts(self, older_than: timedelta) -> int:
        raise self._not_here("its uploads can't be dropped from afar")

    def _not_here(self, what: str) -> StoreError:
        return StoreError(f"{self._location} is a server: {what}; do it where its store lies")


class _RangedFile(io.RawIOBase):
    """An object as a file: what is read is asked for, and no more."""

    def __init__(self, server: Server, path: str, size_bytes: int) -> None:
        super().__init__()
        self._server, self._path, self._size_bytes, self._at = server, path, size_bytes, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size_bytes}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), READ_BYTES, self._size_bytes - self._at)
        if wanted <= 0:
            return 0
        span = {"Range": f"bytes={self._at}-{self._at + wanted - 1}"}
        with self._server.open("GET", self._path, headers=span) as answer:
            data = answer.read(wanted)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _path(sha256: str) -> str:
    if not SHA256.fullmatch(sha256):
        raise ObjectMissingError(f"{sha256!r} is not the name of an object")
    return f"/v1/objects/{sha256}"
