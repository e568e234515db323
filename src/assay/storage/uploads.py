"""Uploads that go on where they were cut: an object arrives in parts, each stored by itself, and is then put together.

A part is named by the object that it belongs to, by the size that its uploader cuts at, and by its number. So any
server takes any part, the same part twice changes nothing, and two uploaders of the same bytes help one another. What
the parts make is stored only if it has the SHA-256 that it was announced with.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import timedelta
from typing import IO

from assay.errors import ChecksumError, InvalidInputError, InvalidNameError, ObjectMissingError

UPLOADS_FOLDER = "uploads"
"""Where parts lie, beside the objects: `uploads/<sha256>/<part bytes>/<number>`."""
PART_BYTES = 8 << 20
"""How long a part is, unless its uploader cuts at another size: so much of a slow line's work is lost with a cut."""
MOST_PART_BYTES = 64 << 20
"""How long a part may be: it is held in memory while it is stored."""
MOST_PARTS = 100_000
"""How many parts an object may have: at 8 MiB, 800 GiB."""
SHA256 = re.compile(r"[0-9a-f]{64}")
"""What names an object."""


class Uploads(ABC):
    """Objects that are being uploaded."""

    @abstractmethod
    def put_part(self, sha256: str, number: int, source: IO[bytes], *, part_bytes: int = PART_BYTES) -> int:
        """Store one part of an object; it replaces the part that was there under that number.

        Args:
            sha256: The name that the whole object is to have.
            number: Which part, from 0: it begins at byte `number * part_bytes`.
            source: Its bytes, to the end.
            part_bytes: How long each part but the last is.

        Returns:
            How long this part is.

        Raises:
            InvalidNameError: `sha256` is no SHA-256.
            InvalidInputError: The number or the size is not one that a part may have.
            RefusedError: There is no space, or no permission; nothing was stored.
        """

    @abstractmethod
    def parts(self, sha256: str, *, part_bytes: int = PART_BYTES) -> dict[int, int]:
        """The parts that are there, as number to length in bytes, in order."""

    @abstractmethod
    def drop_parts(self, older_than: timedelta) -> int:
        """Delete the parts of uploads that nobody has added to for so long.

        Returns:
            How many bytes they had.
        """

    @abstractmethod
    def assemble(self, sha256: str, part_count: int, *, part_bytes: int = PART_BYTES) -> int:
        """Make an object of its parts, and delete these.

        Where the object is there already, as when another uploader was faster, that is success too.

        Returns:
            How long the object is.

        Raises:
            InvalidInputError: Parts are missing, or were cut short; the others stay.
            ChecksumError: The parts do not make an object of that name; they were deleted.
        """


class KeptUploads(Uploads):
    """Uploads whose parts lie here, beside the objects: what puts them together is the same wherever that is."""

    @abstractmethod
    def has(self, sha256: str) -> int | None:
        """How long the object is, None if it is not there; see `Objects.has`."""

    def assemble(self, sha256: str, part_count: int, *, part_bytes: int = PART_BYTES) -> int:
        """Make an object of its parts, and delete these; see `Uploads.assemble`."""
        check_part(sha256, 0, part_bytes)
        if not 0 <= part_count <= MOST_PARTS:
            raise InvalidInputError(f"an object has 0 to {MOST_PARTS} parts, not {part_count}")
        there = self.parts(sha256, part_bytes=part_bytes)
        last = part_count - 1
        wanting = [n for n in range(part_count) if n not in there or (n < last and there[n] != part_bytes)]
        try:
            if wanting:
                some = ", ".join(map(str, wanting[:10])) + (", …" if len(wanting) > 10 else "")
                raise InvalidInputError(
                    f"the upload of {sha256} lacks {len(wanting)} of its {part_count} parts of {part_bytes} bytes: "
                    f"number {some}, counted from 0; send these, then ask again"
                )
            size_bytes = self._join(sha256, {n: there[n] for n in range(part_count)}, part_bytes)
        except (InvalidInputError, ObjectMissingError):
            found = self.has(sha256)  # whoever was faster has deleted the parts
            if found is None:
                raise
            size_bytes = found
        except ChecksumError:
            self._drop_upload(sha256, part_bytes)
            raise
        self._drop_upload(sha256, part_bytes)
        return size_bytes

    @abstractmethod
    def _join(self, sha256: str, sizes: dict[int, int], part_bytes: int) -> int:
        """Store what these parts make, if that is its name; how long it is.

        Raises:
            ObjectMissingError: A part is gone.
            ChecksumError: What they make has another name; nothing was stored.
        """

    @abstractmethod
    def _read_part(self, sha256: str, number: int, part_bytes: int, size_bytes: int) -> bytes:
        """A part, whole.

        Raises:
            ObjectMissingError: It is gone.
        """

    @abstractmethod
    def _drop_upload(self, sha256: str, part_bytes: int) -> None:
        """Delete the parts of one object, as far as they are there."""

    def _pieces(self, sha256: str, sizes: dict[int, int], part_bytes: int) -> Iterator[bytes]:
        for number, size_bytes in sizes.items():
            yield self._read_part(sha256, number, part_bytes, size_bytes)


def check_part(sha256: str, number: int, part_bytes: int) -> None:
    """Raise unless such a part may be.

    Raises:
        InvalidNameError: `sha256` is no SHA-256.
        InvalidInputError: The number or the size is not one that a part may have.
    """
    if not SHA256.fullmatch(sha256):
        raise InvalidNameError(f"{sha256[:80]!r} is not a SHA-256 in lower-case hexadecimal, which names an object")
    if not 0 <= number < MOST_PARTS:
        raise InvalidInputError(f"parts are numbered from 0 to {MOST_PARTS - 1}; there is no part {number}")
    if not 1 <= part_bytes <= MOST_PART_BYTES:
        raise InvalidInputError(f"a part has up to {MOST_PART_BYTES} bytes; parts of {part_bytes} can't be taken")


def check_size(sha256: str, number: int, part_bytes: int, size_bytes: int) -> None:
    """Raise InvalidInputError if a part is longer than it may be."""
    if size_bytes > part_bytes:
        raise InvalidInputError(f"part {number} of the upload of {sha256} is longer than {part_bytes} bytes")


def checked(found: str, expected: str) -> None:
    """Raise ChecksumError unless what parts make has the name that it was announced with."""
    if found != expected:
        raise ChecksumError(
            f"the upload of {expected} was refused and dropped: its bytes have the SHA-256 {found}; send them again"
        )
