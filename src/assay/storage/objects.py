"""Objects: the bytes of artifacts, named by their SHA-256, each stored once however often it is logged.

An object that no artifact names yet, or any more, is taken by a collection. Whoever relies on one before an artifact
names it says so: by a pin in a journal (the `pin` of `put`), or by one that lies with the objects (`Objects.pin`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from assay.errors import ChecksumError, InvalidInputError
from assay.storage.uploads import Uploads

if TYPE_CHECKING:
    from assay.storage.shelf import Shelf

COPY_BYTES = 1 << 20
"""How many bytes are read at a time: enough that the loop costs nothing, and little beside a process's own memory."""
PINNED_DAYS = 1
"""How many days a pin holds, at least: who uploads an object lets an artifact name it within that time."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """A stored object.

    Attributes:
        sha256: Its name: the SHA-256 of its bytes in lower-case hexadecimal.
        size_bytes: How long it is.
    """

    sha256: str
    size_bytes: int


class Objects(Uploads, ABC):
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

    @abstractmethod
    def has(self, sha256: str) -> int | None:
        """How long the object is, None if it is not there.

        The answer may be relied on for `PINNED_DAYS`: the object is pinned before it is looked for.
        """

    @abstractmethod
    def pin(self, sha256: str) -> None:
        """Keep the object, whether it is there as yet or not, from being collected within `PINNED_DAYS`.

        Whoever calls it before they look for the object can rely on what they find.
        """

    @abstractmethod
    def delete(self, sha256: str) -> None:
        """Delete the object, if it is there, whoever names it; a collection is what asks first."""

    @abstractmethod
    def shelf(self) -> Shelf:
        """The shelf that one collection handles these objects by."""

    def sync(self) -> None:
        """Return when every object stored so far will outlive a power cut."""
        return

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


def read_some(source: IO[bytes], size_bytes: int = COPY_BYTES) -> bytes:
    """Read from what a caller passed.

    Raises:
        InvalidInputError: It can't be read.
    """
    try:
        return source.read(size_bytes)
    except OSError as error:
        name = getattr(source, "name", "what was passed")
        raise InvalidInputError(f"{name} can't be read: {error.strerror or error}") from error
