"""Objects: the bytes of artifacts, named by their SHA-256, each stored once however often it is logged."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from assay.errors import ChecksumError

COPY_BYTES = 1 << 20
"""How many bytes are read at a time: enough that the loop costs nothing, and little beside a process's own memory."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """A stored object.

    Attributes:
        sha256: Its name: the SHA-256 of its bytes in lower-case hexadecimal.
        size_bytes: How long it is.
    """

    sha256: str
    size_bytes: int


class Objects(ABC):
    """Where the bytes of artifacts lie."""

    @abstractmethod
    def put(self, source: IO[bytes], *, durable: bool = False, pin: Callable[[str], None] | None = None) -> ObjectInfo:
        """Store what is left to read of `source`; with `durable`, return when it is on the disk.

        Args:
            source: The bytes.
            durable: Whether to wait for the disk.
            pin: Called with the object's name before anything relies on its being there, so that it is not collected
                before an artifact names it; see `collection`.

        Raises:
            RefusedError: There is no space, or no permission; nothing was stored.
        """

    @abstractmethod
    def open(self, sha256: str) -> IO[bytes]:
        """The object's bytes, as they are; `read_checked` checks them.

        Raises:
            ObjectMissingError: There is no object of that name.
        """

    @abstractmethod
    def uri(self, sha256: str) -> str:
        """Where the object lies, for people and other programs."""

    @abstractmethod
    def list(self) -> Iterator[ObjectInfo]:
        """All objects, by name."""

    def read_checked(self, sha256: str) -> Iterator[bytes]:
        """The object's bytes in pieces of up to 1 MiB.

        Raises:
            ObjectMissingError: There is no object of that name.
            ChecksumError: The bytes are not those that were stored; raised behind the last piece.
        """
        import hashlib

        digest = hashlib.sha256()
        with self.open(sha256) as file:
            while piece := file.read(COPY_BYTES):
                digest.update(piece)
                yield piece
        if digest.hexdigest() != sha256:
            raise ChecksumError(
                f"object {self.uri(sha256)} is damaged: its bytes have the SHA-256 {digest.hexdigest()}, "
                "which is not its name; `assay doctor` lists what is affected"
            )
