"""A collection of objects in a bucket: moving is copying and deleting, and each collection has a place of its own.

There is no lock that a server which died would let go of. It needs none: a collection deletes an object only behind
having copied it to its own place, and copies it back unless nothing named it *after* it was deleted. So two collections
at once each mend what they broke. Objects younger than a day are left alone: who stored them has yet to name them.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from assay.storage.bucket import in_parallel
from assay.storage.objects import PINNED_DAYS, ObjectInfo
from assay.storage.shelf import ASIDE_FOLDER, DAY_S, PINS_FOLDER, Shelf, holds

if TYPE_CHECKING:
    from assay.storage.bucket_objects import BucketObjects

YOUNG_S = PINNED_DAYS * DAY_S
"""What was stored so lately is not collected."""
MOVED_WITHIN_S = 600
"""In what time an object is copied and deleted, or not deleted."""
ABANDONED_S = 3600
"""A collection that has moved nothing for so long was killed: one that was held up deletes nothing any more by then."""


class BucketShelf(Shelf):
    """The shelf of a bucket, for one collection."""

    def __init__(self, objects: BucketObjects) -> None:
        self._objects, self._bucket = objects, objects.bucket
        self._name = os.urandom(8).hex()

    @contextlib.contextmanager
    def lock(self, *, shared: bool, patience_s: float) -> Iterator[None]:  # noqa: ARG002
        yield

    def collectable(self) -> Iterator[ObjectInfo]:
        before_s = self._bucket.now_s() - YOUNG_S
        for sha256, size_bytes, modified_s in self._objects.dated():
            if modified_s < before_s:
                yield ObjectInfo(sha256, size_bytes)

    def pinned(self) -> set[str]:
        pinned: set[str] = set()
        for day in self._bucket.folders(PINS_FOLDER):
            if holds(day, self._bucket.now_s(), days=PINNED_DAYS):
                found = self._bucket.below(f"{PINS_FOLDER}/{day}")
                pinned.update(path.rpartition("/")[2] for path, _ in found)
        return pinned

    def drop_old_pins(self) -> None:
        for day in self._bucket.folders(PINS_FOLDER):
            if not holds(day, self._bucket.now_s(), days=PINNED_DAYS + 1):
                self._bucket.delete([path for path, _ in self._bucket.below(f"{PINS_FOLDER}/{day}")])

    def set_aside(self, names: Iterable[str]) -> list[str]:
        return in_parallel(self._set_aside, names)

    def _set_aside(self, sha256: str) -> bool:
        began_s = time.monotonic()
        path = self._objects.path(sha256)
        found = self._bucket.facts(path)
        if found is None or self._bucket.now_s() - found.modified_s < YOUNG_S:
            return False
        if not self._bucket.copy(path, self._aside(sha256), found.size_bytes):
            return False
        if time.monotonic() - began_s > MOVED_WITHIN_S:  # by now another collection may have tidied the copy away
            return False
        self._bucket.delete([path])
        return True

    def put_back(self, names: Iterable[str]) -> None:
        in_parallel(lambda sha256: self._put_back(self._aside(sha256)), names)

    def _put_back(self, aside: str) -> bool:
        found = self._bucket.facts(aside)
        if found is None:  # another collection took this one for dead, and has put it back
            return False
        self._bucket.copy(aside, self._objects.path(aside.rpartition("/")[2]), found.size_bytes)
        self._bucket.delete([aside])
        return True

    def put_back_all(self) -> None:
        before_s = self._bucket.now_s() - ABANDONED_S
        for collection in self._bucket.folders(ASIDE_FOLDER):
            found = list(self._bucket.below(f"{ASIDE_FOLDER}/{collection}"))
            if all(facts.modified_s < before_s for _, facts in found):
                in_parallel(self._put_back, [path for path, _ in found])

    def drop(self, names: Iterable[str]) -> int:
        gone = [self._aside(sha256) for sha256 in names]
        sizes = {path: facts.size_bytes for path, facts in self._bucket.below(f"{ASIDE_FOLDER}/{self._name}")}
        self._bucket.delete(gone)
        return sum(sizes.get(path, 0) for path in gone)

    def leftovers(self) -> list[tuple[str, int]]:
        return []  # an object appears whole or not at all

    def _aside(self, sha256: str) -> str:
        return f"{ASIDE_FOLDER}/{self._name}/{sha256}"
