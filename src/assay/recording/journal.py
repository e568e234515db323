"""A writer's journal: the local files that make an accepted call outlive its process.

Rows of metrics go through memory-mapped `.rows` files (`metrics`, `blocks`, `calls`), everything else through an
`.events` file, appended by single writes. The kernel keeps both when the process is killed. No lock is taken anywhere
on a call's way: log calls come from threads, signal handlers and finalizers. `cutting` reads what was logged.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from assay import system
from assay.errors import ContextError, InvalidInputError
from assay.formats.event import VERSION, Event, encode_event, file_header
from assay.formats.names import new_uid
from assay.recording.blocks import Block
from assay.recording.metrics import OUTSIDE, MetricRows

if TYPE_CHECKING:
    from assay.recording.budget import Budget


def _nobody(journal: Journal) -> None:
    """Nobody is to be told of a journal opened in a forked child."""


class Journal:
    """What one writer logs.

    Args:
        folder: Where the files lie; made where it does not exist.
        run: What recovery must know of the run: `uid`, `experiment` and `name`.
        entered: Whether the writer stands for a `with` block.
        last_steps: The last step of each series that the run has already.
        durable_calls: Whether each call returns only when it is on the disk.
        on_refused: Told of each call that the system refused, with the reason; it returns or raises.
        spec: What the run is made from, where its store could not be asked for it: fields of a `RunSpec`.
        budget: What the journal and its like may take of the disk.

    Raises:
        OSError: There is no space for it, or the folder can't be written.
    """

    def __init__(
        self,
        folder: str,
        run: Mapping[str, str],
        *,
        entered: bool,
        last_steps: Mapping[str, int],
        durable_calls: bool,
        on_refused: Callable[[OSError], None],
        spec: Mapping[str, Any] | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.folder = folder
        self.run = dict(run)
        self.spec = None if spec is None else dict(spec)
        self._budget = budget
        self.durable_calls = durable_calls
        self._on_refused = on_refused
        self.on_opened_in_child: Callable[[Journal], None] = _nobody
        self.rows = MetricRows(last_steps, self.note, self.check_open, self.refuse, budget)
        self.log_metric: Callable[..., None] = self.rows.log_metric
        self.log_metrics: Callable[..., None] = self.rows.log_metrics
        if durable_calls:
            self.log_metric, self.log_metrics = _synced_calls(self)
        self.pid = -1
        self.refused = 0
        self._opening, self._opener = threading.Lock(), 0
        self._open(entered=entered)

    def _open(self, *, entered: bool) -> None:
        self.writer = new_uid()
        self.entered = entered
        self.process = system.this_process()
        self.opened_us = time.time_ns() // 1000
        self.closed = False
        self._cut_bytes = 0
        self.pending: deque[Event] = deque()
        self.shipping, self.syncing = threading.RLock(), threading.RLock()
        self._next_event: Callable[[], int] = itertools.count().__next__
        os.makedirs(self.folder, exist_ok=True)
        self.events_path = os.path.join(self.folder, f"{self.writer}.events")
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND
        flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        # Locked and headed under another name first: recovery never sees a living writer's file without both.
        unready = self.events_path if system.WINDOWS else f"{self.events_path}.new"  # Windows renames no open file
        self._events = open(os.open(unready, flags, 0o600), "wb", buffering=0)  # noqa: SIM115 - kept open
        try:
            system.try_lock(self._events.fileno())
            opening = {
                "version": VERSION,
                "writer": self.writer,
                "run": self.run,
                "entered": entered,
                "opened_us": self.opened_us,
                "process": self.process.as_dict(),
            }
            if self.spec is not None:
                opening["spec"] = self.spec
            self._append(file_header() + encode_event(Event(time.time_ns(), "open", opening)))
            self.rows.open(self.folder, self.writer)
            if unready != self.events_path:
                os.rename(unready, self.events_path)
        except BaseException:
            self._events.close()
            for path in (unready, self.events_path):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(path)
            raise
        self._synced_parts = -1
        self.pid = os.getpid()  # last: in a forked child, threads take the journal for their own from here on

    def log_event(self, kind: str, body: Mapping[str, Any], *, last: bool = False) -> bool:
        """Keep an event; it is the recorder's from here on.

        Args:
            kind: What is said.
            body: Its fields.
            last: It tells how the writer ends: where a full disk has no room for it, it is sent all the same.

        Returns:
            Whether it was kept; False is a call that the system refused.

        Raises:
            ContextError: The journal is closed.
            InvalidInputError: A text in it is none that UTF-8 can hold.
        """
        try:
            self.check_open()
        except OSError as error:
            self.refuse(error)
            return False
        event = Event(time.time_ns(), kind, {**body, "n": self._next_event()})
        try:
            frame = encode_event(event)
        except ValueError as error:
            raise InvalidInputError(f"{kind} can't be kept: {error}") from error
        try:
            if self._budget is not None and not last:
                self._budget.take(len(frame))
            self._append(frame)
            if self.durable_calls:
                self.sync()
        except (OSError, ValueError) as error:
            if isinstance(error, ValueError):  # the file was closed by another thread
                raise ContextError(OUTSIDE) from error
            if not last:
                self.refuse(error)
                return False
        self.pending.append(event)
        if self.closed:  # closed meanwhile by another thread: either its last segment has the event, or nobody has
            with contextlib.suppress(ValueError):
                self.pending.remove(event)
                raise ContextError(OUTSIDE)
        return True

    def note(self, kind: str, body: Mapping[str, Any]) -> None:
        """Keep an event that concerns the journal alone, such as what a segment consists of.

        Raises:
            OSError: There is no space for it.
        """
        self._append(encode_event(Event(time.time_ns(), kind, dict(body))))

    def check_space(self, size_bytes: int) -> None:
        """Count what is about to be put beside the journal.

        Raises:
            OSError: There is no space left for it.
        """
        if self._budget is not None:
            self._budget.take(size_bytes)

    def pin(self, sha256: str) -> None:
        """Keep an object from being collected until the store has the artifact that it is for; see `pins`.

        Raises:
            ContextError: The journal is closed.
            OSError: There is no space for it.
        """
        self.check_open()
        try:
            self.note("pin", {"sha256": sha256})
        except ValueError as error:  # the file was closed by another thread
            raise ContextError(OUTSIDE) from error

    def _append(self, data: bytes) -> None:
        system.observe("write", self.events_path)
        if self._cut_bytes:
            data = encode_event(Event(time.time_ns(), "cut", {"size_bytes": self._cut_bytes})) + data
        written = self._events.write(data)
        if written != len(data):  # what is there now is no whole frame: every reader skips it, and is told of it
            self._cut_bytes += written or 0
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.events_path)
        self._cut_bytes = 0

    def check_open(self) -> None:
        """Make sure that calls are taken; in a forked child, as a writer of its own.

        Raises:
            ContextError: The journal is closed.
            OSError: There is no space for the child's files.
        """
        if self.pid != os.getpid() and not self.closed:
            self._open_in_child()
        if self.closed:
            raise ContextError(OUTSIDE)

    def _open_in_child(self) -> None:
        if self._opener == threading.get_ident():  # a signal handler, or a finalizer, in the middle of what follows
            raise BlockingIOError(errno.EAGAIN, "the journal of this process is just being made")
        with self._opening:
            if self.pid != os.getpid():
                self._opener = threading.get_ident()
                try:
                    self._open(entered=False)
                    self.on_opened_in_child(self)
                finally:
                    self._opener = 0

    def refuse(self, error: OSError) -> None:
        """Count a call that the system refused."""
        self.refused += 1
        self._on_refused(error)

    @property
    def is_on_disk(self) -> bool:
        """Whether a power cut leaves at least what says whose journal this is."""
        return self._synced_parts >= 0

    def sync_events(self) -> None:
        """Return when the events are on the disk, and the names of all files."""
        system.sync(self._events.fileno())
        system.observe("sync", self.events_path)
        made = self.rows.parts_made
        if made != self._synced_parts:
            above = [os.path.dirname(self.folder)] if self._synced_parts < 0 else []
            for folder in (self.folder, *above):
                system.sync_folder(folder)
                system.observe("sync_folder", folder)
            self._synced_parts = made

    def sync(self) -> None:
        """Return when everything logged is on the disk, rows under checksums that show what a power cut tore.

        Raises:
            OSError: The disk can't take it.
        """
        with self.syncing:
            if self._events.closed:
                return
            before = [(block, block.synced) for block in list(self.rows.blocks)]
            try:
                self._sync_rows([block for block, _ in before])
                self.sync_events()
            except OSError:
                for block, synced in before:
                    block.synced = synced
                raise

    def _sync_rows(self, blocks: list[Block]) -> None:
        pieces, parts = [], {}
        for block in blocks:
            for piece in block.unsynced():
                pieces.append([piece.part, piece.layout, piece.at, piece.rows, zlib.crc32(block.body(piece))])
                parts[block.part.number] = block.part
        for part in parts.values():
            system.sync(part.fd)
            system.observe("sync", part.path)
        if pieces:
            self.note("synced", {"pieces": pieces})

    def seal(self) -> None:
        """Take no more calls."""
        self.closed = True
        self.rows.seal()

    def remove(self) -> None:
        """Delete the files: all of it is in the store."""
        with self.syncing:
            for part in self.rows.parts:
                part.close()
                part.remove()
            if system.WINDOWS:  # pragma: no cover - it deletes no open file
                self._events.close()
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.events_path)
            self._events.close()

    def abandon(self) -> None:
        """Close the files and leave them for recovery to find, although this process lives on."""
        with self.syncing:
            with contextlib.suppress(OSError, ValueError):
                self.note("abandoned", {})
            for part in self.rows.parts:
                part.close()
            self._events.close()

    def let_go(self) -> None:
        """In a forked child: drop the parent's lock and files; the next call opens a journal of the child's own."""
        self.rows.hide()
        self.refused = 0
        self._opening, self._opener = threading.Lock(), 0
        self._events.close()
        for part in self.rows.parts:
            os.close(part.fd)


def _synced_calls(journal: Journal) -> tuple[Callable[..., None], Callable[..., None]]:
    """`log_metric` and `log_metrics` that return when the disk has what they were given."""

    def log_metric(name: str, value: float, timestamp: Any = None, step: int | None = None) -> None:
        try:
            journal.rows.keep_metric(name, value, timestamp, step)
            journal.sync()
        except OSError as error:
            journal.refuse(error)

    def log_metrics(values: Mapping[str, float], step: int | None = None, timestamp: Any = None) -> None:
        try:
            journal.rows.keep_metrics(values, step, timestamp)
            journal.sync()
        except OSError as error:
            journal.refuse(error)

    return log_metric, log_metrics
