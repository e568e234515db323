"""Giving back space: what the trash holds, objects that nothing names, leftovers of dead processes, and empty pages.

The trash is emptied whole unless an age is given: putting something there was the first of two deliberate acts, and
this is the second. What somebody still logs to stays, trashed or not. How objects are collected while others store
them stands in `assay.storage.collection`.
"""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from assay.errors import InvalidInputError, InvalidTypeError, RefusedError
from assay.recording.pins import Pins, read_pins
from assay.storage import collection
from assay.storage.collection import References
from assay.storage.sql.usage import Doomed, doomed_things

if TYPE_CHECKING:
    from assay.session import Session
    from assay.storage.sql.store import SqlStore

UPLOADED_WITHIN = timedelta(days=7)
"""How long the parts of an upload wait for the rest: longer than a machine is away over a weekend."""


@dataclass(frozen=True, slots=True)
class Freed:
    """One thing in the trash, and what goes with it.

    Attributes:
        kind: `experiment`, `run` or `artifact`.
        name: Its full name.
        row_bytes: About so many bytes of the catalog: its points, parameters and texts.
        object_bytes: So many bytes of objects that nothing else names.
    """

    kind: str
    name: str
    row_bytes: int
    object_bytes: int


@dataclass(slots=True)
class Collection:
    """What a collection frees, or freed.

    Attributes:
        dry_run: Whether it only looked.
        freed: What was in the trash, the greatest first.
        shared_bytes: Objects that several of these name together, and nothing else.
        unnamed: How many objects nothing named before.
        unnamed_bytes: Their bytes.
        leftovers: How many files were left over from processes that died while they stored an object.
        leftover_bytes: Their bytes.
        page_bytes: Empty pages that the catalog had before.
        kept: What could not go, and why.
        before_bytes: What the store's folder took before.
        after_bytes: What it takes now; of a dry run about what it would take.
    """

    dry_run: bool
    freed: list[Freed] = field(default_factory=list)
    shared_bytes: int = 0
    unnamed: int = 0
    unnamed_bytes: int = 0
    leftovers: int = 0
    leftover_bytes: int = 0
    page_bytes: int = 0
    kept: list[str] = field(default_factory=list)
    before_bytes: int = 0
    after_bytes: int = 0


def collect(session: Session, *, older_than: timedelta = timedelta(0), dry_run: bool = False) -> Collection:
    """Empty the trash and give back the space of all that nothing needs; see `Session.gc`."""
    if not isinstance(older_than, timedelta):
        raise InvalidTypeError(f"older_than is a timedelta, not {type(older_than).__name__}")
    if older_than < timedelta(0):
        raise InvalidInputError(f"older_than must not be negative ({older_than})")
    store = session.folder_store("assay gc")
    if not store.writable and not dry_run:
        raise RefusedError(f"the store {session.location} is read-only: nothing can be freed", path=session.location)
    collector = _Collector(session, store, Collection(dry_run), older_than)
    if dry_run:
        collector.look()
    else:
        with collection.collecting(store.objects):
            collector.run()
    return collector.report


class _Collector:
    def __init__(self, session: Session, store: SqlStore, report: Collection, older_than: timedelta) -> None:
        self._session, self._store, self.report = session, store, report
        self._before_us = time.time_ns() // 1000 - int(older_than.total_seconds() * 1_000_000)
        self._references = References(store.objects)
        self._shelf = store.objects.shelf()

    def look(self) -> None:
        """Find out what would be freed."""
        report, store = self.report, self._store
        report.before_bytes = folder_bytes(self._session.location)
        pins = self._pins()
        with store.reading() as connection:
            users = self._references.read(connection)
            doomed = doomed_things(connection, self._before_us, pins.runs)
        report.page_bytes = store.database.free_bytes
        report.kept += [f"run {name} is in the trash, and somebody still logs to it" for name in doomed.spared]
        sizes = {info.sha256: info.size_bytes for info in self._shelf.collectable()}
        own = self._share_out(doomed, users, {name for name in sizes if name not in pins.sha256s}, sizes)
        unnamed = sizes.keys() - users.keys() - pins.sha256s
        if self._is_unsure(pins):
            own, unnamed, report.shared_bytes = {}, set(), 0
        report.freed = sorted(
            (Freed(one.kind, one.name, one.row_bytes, own.get(key, 0)) for key, one in doomed.things.items()),
            key=lambda one: -(one.row_bytes + one.object_bytes),
        )
        report.unnamed, report.unnamed_bytes = len(unnamed), sum(sizes[name] for name in unnamed)
        left = self._shelf.leftovers()
        report.leftovers, report.leftover_bytes = len(left), sum(size_bytes for _, size_bytes in left)
        freed = sum(one.row_bytes + one.object_bytes for one in report.freed)
        freed += report.shared_bytes + report.unnamed_bytes + report.leftover_bytes + report.page_bytes
        report.after_bytes = max(0, report.before_bytes - freed)

    def run(self) -> None:
        """Free it."""
        store = self._store
        self._shelf.put_back_all()
        self.look()
        store.trash.finish(arriving=True)
        store.trash.empty_runs(self._before_us, self._pins().runs)
        self._collect_objects()
        for path, _ in self._shelf.leftovers():
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        store.objects.drop_parts(UPLOADED_WITHIN)
        self._shelf.drop_old_pins()
        store.compact()
        self.report.after_bytes = folder_bytes(self._session.location)

    def _collect_objects(self) -> None:
        shelf = self._shelf
        needed = self._needed()
        if needed is None:
            return
        aside = shelf.set_aside([info.sha256 for info in shelf.collectable() if info.sha256 not in needed])
        try:
            needed = self._needed()
        except BaseException:
            shelf.put_back(aside)
            raise
        back = aside if needed is None else [sha256 for sha256 in aside if sha256 in needed]
        shelf.put_back(back)
        gone = set(aside) - set(back)
        shelf.drop(sorted(gone))

    def _needed(self) -> set[str] | None:
        """The objects that somebody needs now; None where that can't be known."""
        pins = self._pins()  # first: what a journal pinned that is gone by now stands in the catalog
        with self._store.reading() as connection:
            named = self._references.named(connection)
        return None if self._is_unsure(pins) else named | pins.sha256s

    def _pins(self) -> Pins:
        pins = read_pins(self._session.journals, self._references.listed)
        pins.sha256s |= self._shelf.pinned()
        return pins

    def _is_unsure(self, pins: Pins) -> bool:
        """Whether it is not known which objects are needed; says why."""
        for what in (
            *(f"no object was collected: the journal {path}" for path in pins.unreadable),
            *(
                f"no object was collected: the listing {self._store.objects.uri(sha256)} is damaged (see assay doctor)"
                for sha256 in sorted(self._references.unreadable)
            ),
        ):
            if what not in self.report.kept:
                self.report.kept.append(what)
        return bool(pins.unreadable or self._references.unreadable)

    def _share_out(
        self, doomed: Doomed, users: dict[str, set[tuple[int, int]]], free: set[str], sizes: dict[str, int]
    ) -> dict[tuple[str, int], int]:
        """The bytes of objects that only one doomed thing names, by thing; those that several name go to the report."""
        own: dict[tuple[str, int], int] = {}
        for sha256, who in users.items():
            if sha256 not in free:
                continue
            things = {doomed.thing_of(run_id, artifact_id) for run_id, artifact_id in who}
            if None in things:
                continue
            if len(things) == 1:
                (thing,) = things
                assert thing is not None
                own[thing] = own.get(thing, 0) + sizes[sha256]
            else:
                self.report.shared_bytes += sizes[sha256]
        return own


def folder_bytes(folder: str) -> int:
    """What the files below a folder take."""
    total = 0
    for above, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(above, name)).st_size
    return total
