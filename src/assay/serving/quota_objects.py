"""Objects under a quota: nothing is stored while it is used up, everything else is as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import IO, TYPE_CHECKING

from assay.storage.objects import ObjectInfo, Objects
from assay.storage.uploads import PART_BYTES

if TYPE_CHECKING:
    from assay.serving.quota import Quota
    from assay.storage.shelf import Shelf


class QuotaObjects(Objects):
    """Objects that take no more than a quota allows.

    Args:
        inner: Where they lie.
        quota: What may be taken.
    """

    def __init__(self, inner: Objects, quota: Quota) -> None:
        self.inner = inner
        self._quota = quota

    def put(self, source: IO[bytes], *, durable: bool = False, pin: Callable[[str], None] | None = None) -> ObjectInfo:
        self._check()
        info = self.inner.put(source, durable=durable, pin=pin)
        self._quota.note(info.size_bytes)
        return info

    def put_part(self, sha256: str, number: int, source: IO[bytes], *, part_bytes: int = PART_BYTES) -> int:
        self._check()
        return self.inner.put_part(sha256, number, source, part_bytes=part_bytes)

    def assemble(self, sha256: str, part_count: int, *, part_bytes: int = PART_BYTES) -> int:
        size_bytes = self.inner.assemble(sha256, part_count, part_bytes=part_bytes)
        self._quota.note(size_bytes)
        return size_bytes

    def _check(self) -> None:
        refusal = self._quota.refusal()
        if refusal is not None:
            raise refusal

    def open(self, sha256: str) -> IO[bytes]:
        return self.inner.open(sha256)

    def uri(self, sha256: str) -> str:
        return self.inner.uri(sha256)

    def list(self) -> Iterator[ObjectInfo]:
        return self.inner.list()

    def has(self, sha256: str) -> int | None:
        return self.inner.has(sha256)

    def pin(self, sha256: str) -> None:
        self.inner.pin(sha256)

    def delete(self, sha256: str) -> None:
        self.inner.delete(sha256)

    def shelf(self) -> Shelf:
        return self.inner.shelf()

    def sync(self) -> None:
        self.inner.sync()

    def parts(self, sha256: str, *, part_bytes: int = PART_BYTES) -> dict[int, int]:
        return self.inner.parts(sha256, part_bytes=part_bytes)

    def drop_parts(self, older_than: timedelta) -> int:
        return self.inner.drop_parts(older_than)
