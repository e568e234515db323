"""Objects in a bucket: `ab/abcdef…` below a prefix, stored by several servers at once that know nothing of each other.

A store of this kind has no rename, no lock and no partial write: an object appears whole, and storing it twice is
harmless. What is older than a day may be collected any time, so whoever finds such an object instead of storing it pins
it first and looks again.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Any

from assay.errors import ObjectMissingError, RefusedError
from assay.storage.bucket import Bucket
from assay.storage.objects import COPY_BYTES, PINNED_DAYS, ObjectInfo, Objects, read_some
from assay.storage.shelf import ASIDE_FOLDER, DAY_S, PINS_FOLDER, day_of
from assay.storage.uploads import PART_BYTES, SHA256, UPLOADS_FOLDER, KeptUploads, check_part, check_size, checked

if TYPE_CHECKING:
    from assay.storage.bucket_shelf import BucketShelf

SPOOLED_BYTES = 4 << 20
"""What is held in memory while its SHA-256 is found; what is longer goes to a temporary file meanwhile."""
YOUNG_S = PINNED_DAYS * DAY_S / 2
"""An object younger than this is safe for long enough without a pin."""


class BucketObjects(KeptUploads, Objects):
    """Objects in an object store.

    Args:
        url: `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix` or `file:///folder`.
        options: What is not to come from the environment, by obstore's names, such as `endpoint`.

    Raises:
        InvalidInputError: It is no such place, or there is no such option.
        MissingExtraError: obstore is not installed.
    """

    def __init__(self, url: str, **options: Any) -> None:
        self.bucket = Bucket(url, **options)

    def check(self) -> None:
        """Ask the store for something, so that a wrong address or credential shows before it is needed.

        Raises:
            StoreError: It does not answer, or there is no such bucket.
            RefusedError: The credentials do not do.
        """
        self.bucket.now_s()
        self.bucket.folders()

    @staticmethod
    def path(sha256: str) -> str:
        """Where an object lies below the prefix, whether it is there or not."""
        if not SHA256.fullmatch(sha256):
            raise ObjectMissingError(f"{sha256!r} is not the name of an object")
        return f"{sha256[:2]}/{sha256}"

    def shelf(self) -> BucketShelf:
        from assay.storage.bucket_shelf import BucketShelf

        return BucketShelf(self)

    def put(
        self,
        source: IO[bytes],
        *,
        durable: bool = False,  # noqa: ARG002  # what a bucket has taken outlives a power cut
        pin: Callable[[str], None] | None = None,
    ) -> ObjectInfo:
        digest, size_bytes = hashlib.sha256(), 0
        with tempfile.SpooledTemporaryFile(max_size=SPOOLED_BYTES) as spool:
            for piece in iter(lambda: read_some(source), b""):
                digest.update(piece)
                size_bytes += len(piece)
                _spool(spool, piece)
            sha256 = digest.hexdigest()
            if pin is not None:
                pin(sha256)
            if self.has(sha256) != size_bytes:
                spool.seek(0)
                if size_bytes <= SPOOLED_BYTES:
                    self.bucket.put(self.path(sha256), spool.read())
                else:
                    pieces = iter(lambda: spool.read(COPY_BYTES), b"")
                    self.bucket.put_pieces(self.path(sha256), pieces, size_bytes)
        return ObjectInfo(sha256, size_bytes)

    def open(self, sha256: str) -> IO[bytes]:
        from assay.storage.bucket_file import BucketFile

        self.path(sha256)  # which refuses what names no object
        return io.BufferedReader(BucketFile(self.bucket, lambda: self._locate(sha256)), 1 << 17)

    def _locate(self, sha256: str) -> tuple[str, int]:
        """Where an object lies, and how long it is; what a collection looks at, and may be moving back, is found."""
        path = self.path(sha256)
        for _ in range(3):  # it may move behind one's back
            found = self.bucket.facts(path)
            if found is not None:
                return path, found.size_bytes
            for collection in self.bucket.folders(ASIDE_FOLDER):
                aside = f"{ASIDE_FOLDER}/{collection}/{sha256}"
                found = self.bucket.facts(aside)
                if found is not None:
                    return aside, found.size_bytes
        raise ObjectMissingError(
            f"object {self.uri(sha256)} is missing from the store; `assay doctor` lists what is affected"
        )

    def uri(self, sha256: str) -> str:
        return f"{self.bucket.url}/{self.path(sha256)}"

    def list(self) -> Iterator[ObjectInfo]:
        for sha256, size_bytes, _ in self.dated():
            yield ObjectInfo(sha256, size_bytes)

    def dated(self) -> Iterator[tuple[str, int, float]]:
        """All objects by name, with their lengths and when they were stored, by the store's clock."""
        for folder in self.bucket.folders():
            if len(folder) == 2:
                for path, facts in sorted(self.bucket.below(folder)):
                    sha256 = path.rpartition("/")[2]
                    if SHA256.fullmatch(sha256) and path == self.path(sha256):
                        yield sha256, facts.size_bytes, facts.modified_s

    def has(self, sha256: str) -> int | None:
        path = self.path(sha256)
        found = self.bucket.facts(path)
        if found is not None and self.bucket.now_s() - found.modified_s > YOUNG_S:
            self.pin(sha256)
            found = self.bucket.facts(path)
        return None if found is None else found.size_bytes

    def pin(self, sha256: str) -> None:
        self.path(sha256)  # which refuses what names no object
        self.bucket.put(f"{PINS_FOLDER}/{day_of(self.bucket.now_s())}/{sha256}", b"")

    def delete(self, sha256: str) -> None:
        self.bucket.delete([self.path(sha256)])

    def put_part(self, sha256: str, number: int, source: IO[bytes], *, part_bytes: int = PART_BYTES) -> int:
        check_part(sha256, number, part_bytes)
        part = bytearray()
        while len(part) <= part_bytes and (piece := read_some(source, min(COPY_BYTES, part_bytes + 1 - len(part)))):
            part += piece
        check_size(sha256, number, part_bytes, len(part))
        self.bucket.put(f"{_upload(sha256, part_bytes)}/{number}", bytes(part))
        return len(part)

    def parts(self, sha256: str, *, part_bytes: int = PART_BYTES) -> dict[int, int]:
        check_part(sha256, 0, part_bytes)
        found = self.bucket.below(_upload(sha256, part_bytes))
        return dict(sorted((int(path.rpartition("/")[2]), facts.size_bytes) for path, facts in found))

    def drop_parts(self, older_than: timedelta) -> int:
        before_s = self.bucket.now_s() - older_than.total_seconds()
        dropped = 0
        for sha256 in self.bucket.folders(UPLOADS_FOLDER):
            found = list(self.bucket.below(f"{UPLOADS_FOLDER}/{sha256}"))
            if all(facts.modified_s < before_s for _, facts in found):
                self.bucket.delete(path for path, _ in found)
                dropped += sum(facts.size_bytes for _, facts in found)
        return dropped

    def _join(self, sha256: str, sizes: dict[int, int], part_bytes: int) -> int:
        size_bytes = sum(sizes.values())
        if self.has(sha256) == size_bytes:
            return size_bytes
        if len(sizes) <= 1:
            data = b"".join(self._pieces(sha256, sizes, part_bytes))
            checked(hashlib.sha256(data).hexdigest(), sha256)
            self.bucket.put(self.path(sha256), data)
        else:
            self.bucket.put_pieces(self.path(sha256), self._checked_pieces(sha256, sizes, part_bytes), size_bytes)
        return size_bytes

    def _checked_pieces(self, sha256: str, sizes: dict[int, int], part_bytes: int) -> Iterator[bytes]:
        """The parts, one after the other; raises at the end, before the object appears, if they are not the object."""
        digest = hashlib.sha256()
        for piece in self._pieces(sha256, sizes, part_bytes):
            digest.update(piece)
            yield piece
        checked(digest.hexdigest(), sha256)

    def _read_part(self, sha256: str, number: int, part_bytes: int, size_bytes: int) -> bytes:
        path = f"{_upload(sha256, part_bytes)}/{number}"
        part = self.bucket.read(path, 0, size_bytes)
        if part is None:
            raise ObjectMissingError(
                f"part {self.bucket.url}/{path} is gone; ask for the parts that are there, and send the rest"
            )
        return part

    def _drop_upload(self, sha256: str, part_bytes: int) -> None:
        self.bucket.delete([path for path, _ in self.bucket.below(_upload(sha256, part_bytes))])


def _upload(sha256: str, part_bytes: int) -> str:
    return f"{UPLOADS_FOLDER}/{sha256}/{part_bytes}"


def _spool(spool: IO[bytes], piece: bytes) -> None:
    try:
        spool.write(piece)
    except OSError as error:
        raise RefusedError(
            f"could not hold what is to be stored in {tempfile.gettempdir()}: {error.strerror or error}; "
            "free some space there, or set TMPDIR to where there is some",
            cause=error,
        ) from error
