"""An object in a bucket as a file to read: whatever is asked for is fetched in pieces, and nothing else is."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from assay.errors import InvalidInputError, ObjectMissingError
from assay.storage.bucket import Bucket

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

FIRST_BYTES = 256 << 10
"""What is fetched first, behind a seek too: enough for most artifacts and for a header."""
MOST_BYTES = 4 << 20
"""What is fetched at once when a file is read on; pieces double up to it."""


class BucketFile(io.RawIOBase):
    """The bytes of an object.

    Args:
        bucket: Where it lies.
        locate: Says where in it: the path and the length. It raises ObjectMissingError when that is nowhere.
    """

    def __init__(self, bucket: Bucket, locate: Callable[[], tuple[str, int]]) -> None:
        super().__init__()
        self._bucket, self._locate = bucket, locate
        self._path, self._size_bytes = locate()
        self._position = 0
        self._piece, self._piece_start = b"", 0
        self._ahead_bytes = FIRST_BYTES
        self.name = f"{bucket.url}/{self._path}"

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go to a byte; nothing is fetched."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size_bytes}[whence]
        if start + offset < 0:
            raise InvalidInputError(f"an object has no byte {start + offset}")
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        """Which byte comes next."""
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read some bytes, 0 at the end."""
        view = memoryview(buffer).cast("B")
        offset = self._position - self._piece_start
        if not 0 <= offset < len(self._piece):
            reads_on = bool(self._piece) and offset == len(self._piece)
            self._ahead_bytes = min(self._ahead_bytes * 2, MOST_BYTES) if reads_on else FIRST_BYTES
            length = min(self._size_bytes - self._position, self._ahead_bytes)
            if length <= 0:
                return 0
            self._piece, self._piece_start, offset = self._fetch(self._position, length), self._position, 0
        piece = self._piece[offset : offset + len(view)]
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _fetch(self, start: int, length: int) -> bytes:
        for _ in range(3):
            piece = self._bucket.read(self._path, start, length)
            if piece is not None:
                return piece
            self._path, _ = self._locate()  # a collection has moved it, and may be moving it back
        raise ObjectMissingError(f"object {self.name} went away while it was read")
