"""Syncing: sending what processes that ended have left in this user's outboxes, and saying what waits there.

It is recovery, by somebody who asked for it and waits: the same journals are read by the same code as when a store is
next opened, and then the bytes of artifacts are uploaded that nobody who lives uploads.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field

from assay import place, stores
from assay.errors import AssayError, UnavailableError
from assay.recording.journal_files import events_files, files_of
from assay.recording.outbox import JOURNALS_FOLDER, OBJECTS_FOLDER
from assay.recording.recorder import recorder
from assay.recording.recovery import Recovered, left_journals, recover
from assay.recording.remains import JournalError, Remains
from assay.recording.uploads import Uploader, waiting_objects
from assay.storage.disk_objects import DiskObjects
from assay.storage.http.snapshots import SnapshotObjects

ATTEMPTS = 5
"""So often in a row an upload may fail before the server is taken to be away."""


def _nobody(count: int, size_bytes: int) -> None:
    """Nobody is to be told."""


Watch = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in one outbox.

    Attributes:
        url: The server it is for.
        folder: Where it lies.
        runs: `experiment/run` of each journal that a dead writer left, `?` where it can't be told.
        living: How many writers are alive and send for themselves.
        journal_bytes: How much of the disk the journals take that dead writers left.
        objects: How many artifacts' bytes no living writer uploads.
        object_bytes: How many these are.
    """

    url: str
    folder: str
    runs: tuple[str, ...]
    living: int
    journal_bytes: int
    objects: int
    object_bytes: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to send."""
        return not self.runs and not self.objects


@dataclass(slots=True)
class Synced:
    """What came of sending an outbox.

    Attributes:
        recovered: What was sent, a journal each.
        objects: How many artifacts' bytes were uploaded.
        problems: Why something is left, for people; empty where nothing is.
        left: What is left.
    """

    recovered: list[Recovered]
    objects: int
    left: Waiting
    problems: list[str] = field(default_factory=list)


def outboxes() -> list[str]:
    """The servers for which this user has an outbox, by URL."""
    above = os.path.join(place.data_folder(), place.OUTBOX_FOLDER)
    found = []
    for name in sorted(os.listdir(above)) if os.path.isdir(above) else ():
        try:
            with open(os.path.join(above, name, place.SERVER_FILE), encoding="utf-8") as file:
                found.append(str(json.load(file)["url"]))
        except (OSError, ValueError, KeyError, TypeError):  # of an outbox that is just being made
            continue
    return sorted(found)


def waiting(url: str) -> Waiting:
    """What waits in the outbox for a server."""
    folder = place.outbox_of(url)
    journals = os.path.join(folder, JOURNALS_FOLDER)
    left = left_journals(journals, recorder.writers())
    local = DiskObjects(os.path.join(folder, OBJECTS_FOLDER))
    sizes = [_size(local.path(one)) for one in _left_objects(local, journals, left)]
    return Waiting(
        url=url,
        folder=folder,
        runs=tuple(_run_of(path) for path in left),
        living=len(events_files(journals)) - len(left),
        journal_bytes=sum(_size(one) for path in left for one in files_of(path)),
        objects=len(sizes),
        object_bytes=sum(sizes),
    )


def sync(url: str, *, segments: Watch = _nobody, uploads: Watch = _nobody) -> Synced:
    """Send what dead writers left for a server.

    Args:
        url: The server.
        segments: Told of each segment that was sent: how many by then, and of how many bytes.
        uploads: Told, again and again, how many objects are still to be uploaded, and how many bytes.
    """
    journals = place.journals_of(url)
    done: list[Recovered] = []
    refused: list[Recovered] = []
    problems: list[str] = []
    count = size_bytes = objects = 0

    def sent(segment_bytes: int) -> None:
        nonlocal count, size_bytes
        count, size_bytes = count + 1, size_bytes + segment_bytes
        segments(count, size_bytes)

    try:
        store = stores.open_store(url)
        done = recover(store, journals, living=recorder.writers(), sent=sent, refused=refused)
        problems += [f"{one.path}: {one.note}" for one in refused]
        if isinstance(store.objects, SnapshotObjects):
            objects = _upload(store.objects, journals, url, uploads)
    except (AssayError, OSError) as error:
        problems.append(str(error))
    return Synced(done, objects, waiting(url), problems)


def _upload(objects: SnapshotObjects, journals: str, url: str, watch: Watch) -> int:
    names = set(waiting_objects(objects.local, journals))
    uploader = Uploader(objects.local, objects.remote, url)
    uploader.add(names)
    left = names
    while left and uploader.pause.failures < ATTEMPTS:
        left = uploader.wait(left, float("inf"), watch)
        if isinstance(uploader.last_error, UnavailableError):
            break
    if left and uploader.last_error is not None:
        raise uploader.last_error
    return len(names)


def _left_objects(local: DiskObjects, journals: str, left: list[str]) -> list[str]:
    """The objects that no living writer uploads: those that dead ones have yet to name are among them."""
    named = set()
    for path in left:
        try:
            remains = Remains(path)
        except (JournalError, OSError):
            continue
        named |= {event.body.get("sha256") for event in remains.events.values() if event.kind == "artifact"}
    free = waiting_objects(local, journals)
    return [*free, *(one.sha256 for one in local.list() if one.sha256 in named and one.sha256 not in set(free))]


def _run_of(path: str) -> str:
    try:
        return Remains(path).run
    except (JournalError, OSError, KeyError):
        return "?"


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return 0
