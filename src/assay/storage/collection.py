"""Collecting objects that nothing names any more, while others store, name and read them.

Nobody who stores an object takes a lock for it. Instead a writer notes the object's name, a pin, before it relies on
the object being there; and a collection moves a candidate aside before it reads all pins and the catalog (once more).
Either the pin is read, and the object is put back; or the pin came later than the move, and then so did the writer's
look, which found no object and stored its own. Who reads an object finds it aside as well. So a collection may be
killed anywhere; the next one begins by putting back what lies aside.

How objects are moved is their shelf's business: in a folder by renaming, in a bucket by copying, where what is younger
than a day is left alone too. A server's writers have journals that it does not see. They pin by asking it for an
object, or by storing one, and have a day to name it (`Objects.has`).
"""

from __future__ import annotations

import json
from collections import defaultdict
from contextlib import AbstractContextManager

from assay.errors import DamagedError, ObjectMissingError
from assay.storage.objects import Objects
from assay.storage.sql.database import Connection

DIRECTORY = "directory"
"""The kind of an artifact whose object lists the objects of its files."""
PATIENCE_S = 10.0
"""How long who wants to collect, or to keep, waits for the other."""


def collecting(objects: Objects) -> AbstractContextManager[None]:
    """Be the only one that collects, with nobody `keeping`.

    Raises:
        StoreError: Somebody else collects, or brings in objects that nothing names as yet.
    """
    return objects.shelf().lock(shared=False, patience_s=PATIENCE_S)


def keeping(objects: Objects) -> AbstractContextManager[None]:
    """Let nothing be collected: for who stores objects without pins and names them later, such as an import.

    Raises:
        StoreError: Somebody collects.
    """
    return objects.shelf().lock(shared=True, patience_s=PATIENCE_S)


class References:
    """Which objects the catalog names, directly or in the listing of a directory.

    Args:
        objects: Where listings are read from.
    """

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._listings: dict[str, tuple[str, ...]] = {}
        self.unreadable: set[str] = set()
        """Listings that are damaged: what they name is not known."""

    def read(self, connection: Connection) -> dict[str, set[tuple[int, int]]]:
        """The users of each object that an artifact names, in the trash or not, as (run number, artifact number)."""
        users: dict[str, set[tuple[int, int]]] = defaultdict(set)
        found = connection.execute("SELECT sha256, kind, run_id, id FROM artifacts WHERE sha256 IS NOT NULL")
        for sha256, kind, run_id, artifact_id in found:
            for one in (sha256, *(self.listed(sha256) if kind == DIRECTORY else ())):
                users[one].add((run_id, artifact_id))
        return users

    def named(self, connection: Connection) -> set[str]:
        """The objects that an artifact names, in the trash or not."""
        named = set()
        found = connection.execute(
            "SELECT DISTINCT sha256, kind = ? FROM artifacts WHERE sha256 IS NOT NULL", (DIRECTORY,)
        )
        for sha256, is_directory in found:
            named.add(sha256)
            if is_directory:
                named.update(self.listed(sha256))
        return named

    def listed(self, sha256: str) -> tuple[str, ...]:
        """The objects that the listing of a directory names."""
        known = self._listings.get(sha256)
        if known is None:
            known = ()
            try:
                listing = json.loads(b"".join(self._objects.read_checked(sha256)))
                known = tuple(entry["sha256"] for entry in listing["files"])
            except ObjectMissingError:  # then nobody can read the directory, nor its files by it
                return ()
            except (DamagedError, OSError, ValueError, KeyError, TypeError):
                self.unreadable.add(sha256)
            self._listings[sha256] = known
        return known
