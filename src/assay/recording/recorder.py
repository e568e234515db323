"""The recorder: a background thread that carries segments from journals to their stores.

It waits for nobody who logs, and nobody who logs waits for it. What a store does not take now is taken later: the
journal has it. Where the store lets the recorder wait, a second thread, the keeper, puts the journal on the disk
meanwhile, so that a power cut loses no more than with a store that answers. The one guard that keeps training alive
stands here, and it counts what it held back.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any

from assay.errors import AssayError, RefusedError, RunNotFoundError, StoreError
from assay.recording.errands import Errands
from assay.recording.journal import Journal
from assay.recording.outbox import Outbox, Segment
from assay.storage.contract import Opening, Store, WriterSpec

INTERVAL_S = 0.5
"""How often the recorder looks: another process is at most a second behind, with a store that takes a while."""
NEWS_AFTER_S = 0.2
"""How soon the store learns of a writer that it does not know; one that has left by then needs no word of its own."""
KEEP_AFTER_S = 0.6
"""The keeper syncs a journal whose store has not had everything for so long: with the sync itself within a second."""
LONGEST_PAUSE_S = 5.0
"""The longest wait between two attempts at a store that does not answer."""
CLOSE_TIMEOUT_S = 10.0
"""How long ending a writer may take."""

logger = logging.getLogger("assay")


class Line:
    """The line from one journal to its store.

    Args:
        journal: What is logged.
        store: Where it goes.
        make_durable: Puts on the disk what events may name, such as objects; called before their segment is sent.
    """

    def __init__(self, journal: Journal, store: Store, make_durable: Callable[[], None]) -> None:
        self.journal = journal
        self.store = store
        self.outbox = Outbox(journal)
        self.known_to_store = False
        self.failures = 0
        self.last_error: Exception | None = None
        self.gone = False
        self.ending = False
        self.settled_s = time.monotonic()
        """What was logged before is in the store or on the disk."""
        self._make_durable = make_durable
        self._is_on_disk = False
        self._next_try_s = 0.0

    @property
    def name(self) -> str:
        """The run's name, for people."""
        return f"{self.journal.run['experiment']}/{self.journal.run['name']}"

    def ship(self, *, deadline_s: float | None = None, ending: bool = False) -> None:
        """Send what there is; with `ending`, all of it to the last segment.

        Raises:
            AssayError: The store does not take it now.
            OSError: The journal can't note it now.
            TimeoutError: `deadline_s` (by the monotonic clock) is over.
        """
        with self.journal.shipping:
            while not self.gone:
                if deadline_s is not None and time.monotonic() > deadline_s:
                    raise TimeoutError("the store was too slow")
                segment = self.outbox.next_segment(ending=ending)
                if segment is None:
                    self._register()
                    return
                self._send(segment)
                self.outbox.taken()
                if segment.final:
                    return

    def _send(self, segment: Segment) -> None:
        journal = self.journal
        self._make_durable()
        if not segment.final:
            # The note must not be lost to a power cut that the store's copy survives; a last segment needs no note.
            journal.sync_events()
            self._is_on_disk = True
        try:
            done = self.store.append(
                journal.writer,
                segment.index,
                segment.events,
                segment.rows,
                final=segment.final,
                opening=None if self.known_to_store else self.opening(),
            )
            self.known_to_store = True
        except RunNotFoundError as error:
            self._give_up(error)
            return
        for event, why in done.set_aside:
            logger.warning("assay: %s: %s could not be applied and was set aside: %s", self.name, event.kind, why)

    def opening(self) -> Opening:
        """What the store must know of the writer."""
        journal = self.journal
        writer = WriterSpec(journal.writer, journal.entered, journal.process.as_dict(), journal.opened_us)
        return Opening(journal.run["uid"], writer)

    def _register(self) -> None:
        """Let the store know of the writer although it has logged nothing as yet."""
        if not self._is_on_disk:  # else a power cut may leave a writer in the store of which no journal tells
            self.journal.sync_events()
            self._is_on_disk = True
        if not self.known_to_store:
            opening = self.opening()
            try:
                self.store.open_writer(opening.run_uid, opening.writer)
                self.known_to_store = True
            except RunNotFoundError as error:
                self._give_up(error)

    def _give_up(self, error: RunNotFoundError) -> None:
        self.gone = True
        logger.warning("assay: %s: %s; what is logged to it from now on is dropped", self.name, error)

    def try_ship(self, *, at_once: bool = False, ending: bool = False) -> None:
        """Send what there is unless a failure was too short ago; failures are counted, said once and retried."""
        now = time.monotonic()
        if now < self._next_try_s and not at_once:
            return
        try:
            self.ship(ending=ending)
            self.settled_s = now
            if self.failures:
                logger.warning("assay: %s: the store takes data again", self.name)
            self.failures, self.last_error = 0, None
        except (AssayError, OSError) as error:
            self.failures += 1
            self.last_error = error
            self._next_try_s = now + min(LONGEST_PAUSE_S, INTERVAL_S * 2**self.failures)
            if self.failures == 1:
                logger.warning(
                    "assay: %s: the store does not take data now (%s); it is kept in %s and sent later",
                    self.name,
                    error,
                    self.journal.folder,
                )

    def hold(self) -> None:
        """Until the store takes it, the journal alone must survive a power cut."""
        now = time.monotonic()
        try:
            self._make_durable()
            self.journal.sync()
        except OSError as error:
            logger.warning("assay: %s: the journal can't be synced: %s", self.name, error)
        self.settled_s = now


class Recorder:
    """The thread, and what it carries."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}
        self._errands = Errands()
        self._end = threading.Event()
        self._threads: list[threading.Thread] = []
        self._pid = os.getpid()
        self._stopping = False
        self.held_back = 0
        self._next_look_s = 0.0
        self._unknown_parents: list[tuple[Store, Opening]] = []
        self.when_stopped: list[Callable[[], None]] = []

    def attach(
        self, journal: Journal, store: Store, make_durable: Callable[[], None], *, known_to_store: bool = False
    ) -> Line:
        """Carry a journal's segments from here on."""
        line = Line(journal, store, make_durable)
        line.known_to_store = known_to_store
        self._lines[journal.writer] = line
        journal.on_opened_in_child = lambda child: _attach_in_child(child, store, make_durable)
        self._start()
        if not known_to_store:
            self._next_look_s = min(self._next_look_s, time.monotonic() + NEWS_AFTER_S)
            self._errands.wake()
        return line

    def _start(self) -> None:
        if not self._threads and not self._stopping:
            self._next_look_s = time.monotonic() + INTERVAL_S
            keeper = threading.Thread(target=self._keep, name="assay-keeper", daemon=True)
            self._threads = [self._errands.begin(self._carry, "assay-recorder"), keeper]
            keeper.start()

    def _carry(self) -> None:
        while not self._end.is_set():
            self._errands.take(self._next_look_s - time.monotonic())
            now = time.monotonic()
            if now < self._next_look_s or self._end.is_set():
                continue
            _import_ahead()
            for line in list(self._lines.values()):
                self._guarded(partial(self._finish, line) if line.ending else line.try_ship)
            self._next_look_s = max(time.monotonic() + 0.05, now + INTERVAL_S)

    def _keep(self) -> None:
        pause_s = KEEP_AFTER_S
        while not self._end.wait(pause_s):
            for line in list(self._lines.values()):
                if time.monotonic() - line.settled_s >= KEEP_AFTER_S:
                    self._guarded(line.hold)
            oldest_s = min((line.settled_s for line in list(self._lines.values())), default=time.monotonic())
            pause_s = max(0.05, oldest_s + KEEP_AFTER_S - time.monotonic())

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception:  # the one guard: nothing here may end the training
            self.held_back += 1
            if self.held_back == 1:
                logger.exception("assay: an error in the recorder was held back; data stays in the journal")

    def flush(self, run_uid: str | None = None, store: Store | None = None) -> None:
        """Return when everything logged by this process (to one run, to one store) is durable in the store.

        Raises:
            AssayError: The store does not take it now, or the journal has no space to note what it sends.
        """
        for line in self._lines_of(run_uid, store):
            try:
                self._errands.do(line.ship)
            except OSError as error:
                if isinstance(error, AssayError):
                    raise
                text = f"{line.name} can't be sent from {line.journal.folder}: {error.strerror or error}"
                raise RefusedError(text, cause=error) from error

    def refresh(self, run_uid: str | None, store: Store | None = None) -> None:
        """Let the store have what this process logged, as far as it takes it now: for a read that comes next."""
        for line in self._lines_of(run_uid, store):
            with contextlib.suppress(StoreError):  # of a read in a finalizer, that ran within the recorder
                self._errands.do(partial(line.try_ship, at_once=True))

    def _lines_of(self, run_uid: str | None, store: Store | None) -> list[Line]:
        return [
            line
            for line in list(self._lines.values())
            if store in (None, line.store) and run_uid in (None, line.journal.run["uid"])
        ]

    def writers(self) -> set[str]:
        """The writers that live in this process."""
        return set(self._lines)

    def end(self, line: Line, leave: Mapping[str, Any] | None, *, timeout_s: float = CLOSE_TIMEOUT_S) -> str | None:
        """End a writer: send what is left and delete its journal.

        Returns:
            None when all of it is in the store, else what is kept where, for people.
        """
        journal = line.journal
        deadline_s = time.monotonic() + timeout_s
        if journal.refused:
            journal.log_event("refused", {"calls": journal.refused}, last=True)
        if leave is not None:
            journal.log_event("leave", leave, last=True)
        journal.seal()
        problems: list[str] = []
        if not self._errands.do(lambda: self._try_end(line, deadline_s, problems), timeout_s=timeout_s):
            line.ending = True
            return (
                f"{line.name}: the store has not answered for {timeout_s:.0f} s; what is left is kept in "
                f"{journal.events_path} and sent when it does, by this process or whoever next opens the store"
            )
        return problems[0] if problems else None

    def _try_end(self, line: Line, deadline_s: float, problems: list[str]) -> None:
        journal = line.journal
        try:
            line.ship(deadline_s=deadline_s, ending=True)
        except (AssayError, OSError) as error:
            if line.ending:  # nobody waits any more
                return
            problems.append(
                f"{line.name}: the store did not take everything ({error}); what is left is kept in "
                f"{journal.events_path} and goes into the store when it is next opened"
            )
            self._lines.pop(journal.writer, None)
            line.hold()
            journal.abandon()
        else:
            self._lines.pop(journal.writer, None)
            journal.remove()

    def _finish(self, line: Line) -> None:
        """End a writer for which `end` could not wait."""
        line.try_ship(ending=True)
        if line.failures == 0:
            self._lines.pop(line.journal.writer, None)
            line.journal.remove()

    def stop(self) -> None:
        """End every writer that is still open, as the interpreter ends."""
        self._stopping = True
        threads, self._threads = self._threads, []
        if self._pid == os.getpid():
            self._end.set()
            self._errands.wake()
            for thread in threads:
                thread.join(CLOSE_TIMEOUT_S)
        for line in list(self._lines.values()):
            if line.journal.pid != os.getpid() or line.journal.closed:
                continue
            leave = None
            if line.journal.entered:
                leave = {"status": "Stopped", "message": "the process ended without leaving the run's with block"}
            problem = self.end(line, leave)
            if problem:
                logger.warning("assay: %s", problem)
        if self._pid == os.getpid():
            for act in self.when_stopped:
                act()

    def forked(self) -> None:
        """In a forked child: let go of what is the parent's."""
        unknown = [(line.store, line.opening()) for line in self._lines.values() if not line.known_to_store]
        for line in self._lines.values():
            line.journal.let_go()
        self.__init__()  # type: ignore[misc]
        self._unknown_parents = unknown

    def introduce_parents(self, store: Store) -> None:
        """Let the store know of writers of the parent process of which it may not have heard as yet.

        A child that enters its parent's run and leaves it at once would else be the last one known to leave it.
        """
        for parent_store, opening in self._unknown_parents:
            if parent_store is store:
                with contextlib.suppress(RunNotFoundError):
                    store.open_writer(opening.run_uid, opening.writer)
        self._unknown_parents = [one for one in self._unknown_parents if one[0] is not store]


recorder = Recorder()
"""The process's one recorder."""

atexit.register(recorder.stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=recorder.forked)


def _import_ahead() -> None:
    """Import what log calls import when first made: a signal handler can't wait for an import that it interrupted.

    In the recorder's thread, and not before its first look: a run that is over by then does not pay for it.
    """
    for module in ("hashlib", "mimetypes"):
        import_module(module)


def _attach_in_child(journal: Journal, store: Store, make_durable: Callable[[], None]) -> None:
    """Take up a journal that a forked child opened by its first call, and end it when the child ends by itself."""
    import sys

    line = recorder.attach(journal, store, make_durable)
    multiprocessing_util = sys.modules.get("multiprocessing.util")
    if multiprocessing_util is not None:  # its children end by os._exit, which runs no atexit handler
        multiprocessing_util.Finalize(None, recorder.end, args=(line, None), exitpriority=10)
