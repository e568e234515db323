"""Recovery: what dead writers left in their journals goes into the store.

Whoever opens a store looks for journals that nobody holds. A journal's events file is locked by its living writer;
since a lock outlives its owner while a forked child lives, the process is asked for too. What is found is cut into
segments by the writer's own rules, noted in the journal before it is sent, so recovery may itself be killed anywhere.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from assay import system
from assay.errors import (
    AccessError,
    DamagedError,
    RefusedError,
    RunDeletedError,
    RunNotFoundError,
    StoreError,
    UnavailableError,
)
from assay.formats.event import Event, encode_event
from assay.formats.rows import WORD_BYTES, Piece
from assay.formats.segment import Rows
from assay.recording.already import Already
from assay.recording.cutting import SEGMENT_BYTES, SEGMENT_EVENTS, described
from assay.recording.journal_files import events_files, files_of, is_unlocked, unready_files, writer_of
from assay.recording.remains import JournalError, NewerJournalError, Remains, owner_of
from assay.recording.resending import noted_segments, rows_of
from assay.storage.contract import Opening, RunSpec, Store, WriterSpec
from assay.storage.http.snapshots import SnapshotObjects

LOCK_FILE = "recovery.lock"
DAMAGED_FOLDER = "damaged"
WAIT_S = 10.0
"""How long one who wants to recover waits for another who does."""

UNREADY_S = 60.0
"""An empty file that is older than this belongs to nobody who is still making a journal of it."""

Sent = Callable[[int], None]


@dataclass(slots=True)
class Recovered:
    """What recovery did with a journal.

    Attributes:
        path: The events file.
        run: `experiment/run`.
        rows: How many rows went into the store.
        events: How many events did.
        note: What there is to say, such as that the run was deleted or bytes were damaged; empty where nothing is.
    """

    path: str
    run: str
    rows: int = 0
    events: int = 0
    note: str = ""


def recover(
    store: Store,
    folder: str,
    *,
    living: set[str] | None = None,
    force: bool = False,
    quick: bool = False,
    sent: Sent | None = None,
    refused: list[Recovered] | None = None,
) -> list[Recovered]:
    """Put what dead writers left in `folder` into the store.

    Args:
        store: Where it goes.
        folder: Where journals lie.
        living: Writers of this process, which are left alone.
        force: Also take journals of other machines on a network file system, whose writers can't be asked for.
        quick: Take a locked journal for a living writer's, and do not ask whether only a child of it holds the lock.
        sent: Told of each segment that was sent, with its size in bytes.
        refused: Where a store that answers does not take a journal, that is added here, and the next one is turned to;
            without it, that is raised.

    Returns:
        What was done, a journal each; journals that must wait are not among them.

    Raises:
        AssayError: The store does not take it now; what is left stays in the journals.
    """
    living = living or set()
    _delete_unready(folder)
    paths = [path for path in events_files(folder) if writer_of(path) not in living]
    force = force or (bool(paths) and not system.is_network(folder))
    # Most of what lies here is alive; that is seen without keeping others from seeing it too.
    paths = [path for path in paths if (not quick or is_unlocked(path)) and _is_free(path, force=force)]
    if not paths:
        return []
    done = []
    with _alone(folder) as alone:
        if not alone:
            return []
        for path in paths:
            with _held(path, force=force) as held:
                if held:
                    try:
                        done.append(_recover_one(store, path, sent or _nobody))
                    except FileNotFoundError:
                        continue
                    except (AccessError, StoreError) as error:
                        if refused is None or isinstance(error, UnavailableError):
                            raise
                        refused.append(Recovered(path, "?", note=str(error)))
    return done


def left_journals(folder: str, living: set[str]) -> list[str]:
    """The journals that dead writers left, and that wait to be recovered.

    Args:
        folder: Where journals lie.
        living: Writers of this process.
    """
    force = not system.is_network(folder)
    return [path for path in events_files(folder) if writer_of(path) not in living and _is_free(path, force=force)]


def _nobody(size_bytes: int) -> None:
    """Nobody is to be told of what is sent."""


def left_behind(folder: str, living: set[str], known: dict[str, system.Process]) -> bool:
    """Whether a writer that is neither here nor alive left a journal; a quick look, to be made at every read.

    Args:
        folder: Where journals lie.
        living: Writers of this process.
        known: Whose journals were met before; added to.
    """
    for path in events_files(folder):
        if writer_of(path) in living:
            continue
        process = known.get(path)
        if process is None:
            try:
                process = known[path] = owner_of(path)
            except (JournalError, OSError):
                continue
        if system.is_dead(process):
            return True
    return False


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[bool]:
    """Whether this process is the only one that recovers in a folder; waits for another one to be done."""
    try:
        fd = os.open(os.path.join(folder, LOCK_FILE), os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    except OSError:  # a folder that can't be written is read as it is
        yield False
        return
    try:
        deadline = time.monotonic() + WAIT_S
        while not (got := system.try_lock(fd)) and time.monotonic() < deadline:
            time.sleep(0.002)
        yield got
    finally:
        system.unlock(fd)  # closing alone would leave it to a child that was forked meanwhile
        os.close(fd)


def _delete_unready(folder: str) -> None:
    """Delete journals whose writers died before they had made them: no call was in them."""
    for path in unready_files(folder):
        with contextlib.suppress(OSError):
            fd = os.open(path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
            try:
                # It is locked before anything is written; an empty one may be about to be.
                locked, facts = system.try_lock(fd), os.stat(path)
                is_old = facts.st_size > 0 or time.time() - facts.st_mtime > UNREADY_S
                if locked and is_old and os.path.samestat(os.fstat(fd), facts):
                    for one in files_of(path):
                        os.unlink(one)
            finally:
                system.unlock(fd)
                os.close(fd)


def _is_free(path: str, *, force: bool) -> bool:
    with _held(path, force=force) as held:
        return held


@contextlib.contextmanager
def _held(path: str, *, force: bool) -> Iterator[bool]:
    """Whether a journal's writer is dead and the journal is still there, its lock held where it can be had."""
    try:
        fd = os.open(path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        yield False
        return
    try:
        locked = system.try_lock(fd)
        try:
            dead, abandoned = system.is_dead(owner_of(path)), False
            if dead is False and locked:  # its process lives, but has let go of it
                abandoned = Remains(path).abandoned
        except (JournalError, OSError, KeyError, TypeError):
            dead, abandoned = None, False
        # Where the process can't be asked for, a free lock tells, if all who reach the file share one kernel's locks.
        ours = bool(dead) or (locked and (abandoned or (dead is None and force)))
        try:
            there = os.path.samestat(os.fstat(fd), os.stat(path))
        except OSError:
            there = False
        if system.WINDOWS:  # pragma: no cover - it deletes no open file, and `_alone` keeps others off
            os.close(fd)
            fd = -1
        yield ours and there
    finally:
        if fd >= 0:
            system.unlock(fd)
            os.close(fd)


def _recover_one(store: Store, path: str, sent: Sent) -> Recovered:
    try:
        remains = Remains(path)
    except NewerJournalError as error:
        return Recovered(path, "?", note=str(error))
    except JournalError as error:
        _set_aside(path)
        return Recovered(path, "?", note=f"set aside in {DAMAGED_FOLDER}/: {error}")
    done = Recovered(path, remains.run)
    try:
        had_all = not _Sender(store, remains, done, sent).send_rest()
    except RunDeletedError as error:  # who deleted it meant all of it
        _delete(path)
        done.note = str(error)
        return done
    except RunNotFoundError:
        _set_aside(path)
        done.note = f"its run is not in the store; set aside in {DAMAGED_FOLDER}/"
        return done
    if remains.is_damaged and not had_all:
        done.note = f"{remains.what_is_damaged()}; the journal was set aside in {DAMAGED_FOLDER}/"
        _set_aside(path)
        return done
    _delete(path)
    return done


class _Sender:
    """Sends what a journal has left, segment by segment."""

    def __init__(self, store: Store, remains: Remains, done: Recovered, sent: Sent) -> None:
        self._store, self._remains, self._done, self._sent = store, remains, done, sent
        given = remains.opening
        self._spec = WriterSpec(given["writer"], bool(given["entered"]), given["process"], given["opened_us"])
        spec = given.get("spec")
        # It may never have reached the store, if it lived for less than the recorder's interval; nor may its run.
        self._opening = Opening(given["run"]["uid"], self._spec, None if spec is None else RunSpec(**spec))

    def send_rest(self) -> bool:
        """Send the noted segments that the store has not taken, as a rule none, and all that no note names.

        Returns:
            False where the writer had ended: then the store has all of it, and whoever saw to that died at once.
        """
        remains, index = self._remains, self._store.next_segment(self._spec.uid)
        if index is None:
            return False
        taken = [segment for segment in remains.segments if segment["index"] < index]
        notes_are_lost = len(taken) < index
        lost = 0
        for noted in noted_segments(remains, index, 1 + max((one["index"] for one in remains.segments), default=-1)):
            self._append(index, self._readable(noted.events), noted.rows, final=False)
            lost += noted.lost
            index += 1
        if lost and not remains.is_restarted:
            self._done.note = f"{lost} rows and events that the store had taken before are in the journal no more"
        events, pieces = remains.unshipped_events(), remains.unshipped_pieces()
        if notes_are_lost:
            events, pieces = self._missing(events, pieces)
        self._send(index, self._readable(events), pieces)
        return True

    def _readable(self, events: list[Event]) -> list[Event]:
        """The events without artifacts whose bytes a power cut kept from the disk, in the second before it."""
        if not self._remains.is_restarted:
            return events
        return [event for event in events if event.kind != "artifact" or self._has_bytes(event.body.get("sha256"))]

    def _has_bytes(self, sha256: str | None) -> bool:
        objects = self._store.objects
        if sha256 is None or (isinstance(objects, SnapshotObjects) and objects.is_sent(sha256)):
            return True
        try:
            for _ in objects.read_checked(sha256):
                pass
        except DamagedError:
            return False
        return True

    def _missing(self, events: Sequence[Event], pieces: Sequence[Piece]) -> tuple[list[Event], list[Piece]]:
        """What of these the store does not have, found by looking."""
        remains = self._remains
        already = Already(self._store, remains.opening["run"]["uid"])
        found = [
            one
            for piece in pieces
            for one in already.missing_rows(remains.layouts[piece.layout], piece, remains.body(piece))
        ]
        return list(already.missing_events(events, remains.events)), found

    def _send(self, index: int, events: list[Event], pieces: list[Piece]) -> None:
        remains = self._remains
        leave = remains.leave() or _death(remains)
        with open(remains.path, "ab", buffering=0) as file:
            file.truncate(remains.whole_bytes)  # a call that a kill cut short never returned
            final = False
            while not final:
                some, size_bytes = 0, 0
                while some < len(pieces) and size_bytes < SEGMENT_BYTES:
                    size_bytes += pieces[some].rows * remains.layouts[pieces[some].layout].words * WORD_BYTES
                    some += 1
                now, events = events[:SEGMENT_EVENTS], events[SEGMENT_EVENTS:]
                sent, pieces = pieces[:some], pieces[some:]
                final = not pieces and not events
                if final:
                    now = [*now, leave]
                else:
                    self._note(file, described(index, [event for event in now if "n" in event.body], sent))
                self._append(index, now, rows_of(remains, sent), final=final)
                index += 1

    def _note(self, file: IO[bytes], segment: dict[str, object]) -> None:
        """Note what is sent next; a last segment needs no note, as the store ends the writer with it."""
        system.observe("write", self._remains.path)
        note = encode_event(Event(time.time_ns(), "segment", segment))
        if file.write(note) != len(note):
            raise RefusedError(f"no space left to note in {self._remains.path} what is sent; nothing was lost")
        system.sync(file.fileno())
        system.observe("sync", self._remains.path)

    def _append(self, index: int, events: Sequence[Event], rows: Sequence[Rows], *, final: bool) -> None:
        done = self._store.append(self._spec.uid, index, events, rows, final=final, opening=self._opening)
        if done.accepted:
            self._done.rows += sum(part.count for part in rows)
            self._done.events += len(events)
        self._sent(sum(len(part.body) for part in rows))


def _death(remains: Remains) -> Event:
    process = remains.process
    if not remains.opening["entered"]:
        return Event(time.time_ns(), "leave", {"status": "Ended"})
    why = f"the process {process.pid} on {process.host} ended without leaving the run's with block"
    return Event(time.time_ns(), "leave", {"status": "Stopped", "message": why})


def _delete(path: str) -> None:
    for one in files_of(path):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(one)


def _set_aside(path: str) -> None:
    aside = os.path.join(os.path.dirname(path), DAMAGED_FOLDER)
    os.makedirs(aside, exist_ok=True)
    for one in files_of(path):
        os.replace(one, os.path.join(aside, os.path.basename(one)))
