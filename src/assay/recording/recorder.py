"""The recorder: background threads that carry segments from journals to their stores.

They wait for nobody who logs, and nobody who logs waits for them. What a store does not take now is taken later: the
journal has it. Where a store lets the recorder wait, a thread of its own, the keeper, puts the journal on the disk
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
from typing import TYPE_CHECKING, Any

from assay.errors import AssayError, RefusedError, RunNotFoundError, StoreError
from assay.recording.carrier import Carrier
from assay.recording.journal import Journal
from assay.recording.line import Line
from assay.recording.route import FolderRoute, Route, Watch
from assay.storage.contract import Opening, Store

if TYPE_CHECKING:
    from assay.recording.outbox import Outbox

NEWS_AFTER_S = 0.2
"""How soon the store learns of a writer that it does not know; one that has left by then needs no word of its own."""
KEEP_AFTER_S = 0.6
"""The keeper syncs a journal whose store has not had everything for so long: with the sync itself within a second."""
CLOSE_TIMEOUT_S = 10.0
"""How long ending a writer may take."""
AWAY_TIMEOUT_S = 2.0
"""The same where the server is known not to answer."""

logger = logging.getLogger("assay")


class Recorder:
    """The threads, and what they carry."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}
        self._routes: list[Route] = []
        self._carrier = Carrier(self._look)
        self._end = threading.Event()
        self._keeper: threading.Thread | None = None
        self._pid = os.getpid()
        self._stopping = False
        self.held_back = 0
        self._unknown_parents: list[tuple[Store, Opening]] = []
        self.when_stopped: list[Callable[[], None]] = []

    def attach(
        self,
        journal: Journal,
        store: Store,
        make_durable: Callable[[], None],
        *,
        known_to_store: bool = False,
        outbox: Outbox | None = None,
        is_away: bool = False,
    ) -> Line:
        """Carry a journal's segments from here on.

        Args:
            journal: What is logged.
            store: Where it goes.
            make_durable: Puts on the disk what events may name, such as objects; called before their segment is sent.
            known_to_store: Whether the store has let the writer in.
            outbox: Where what is logged waits for a server; None where the store is a folder.
            is_away: Whether the caller has found that the server does not answer.
        """
        route = self._way_to(store, outbox)
        line = Line(journal, store, make_durable, route)
        line.known_to_store = known_to_store
        journal.on_opened_in_child = lambda child: _attach_in_child(child, store, make_durable, outbox)
        if is_away:
            route.found_away()
        route.lines[journal.writer] = self._lines[journal.writer] = line
        self._start(route.carrier)
        if not known_to_store:
            route.carrier.hurry(NEWS_AFTER_S)
        return line

    def _way_to(self, store: Store, outbox: Outbox | None) -> Route:
        for route in self._routes:
            if route.store is store:
                return route
        made: Route
        if outbox is None:
            made = FolderRoute(store, self._carrier)
        else:
            from assay.recording.server_route import ServerRoute

            made = ServerRoute(store, Carrier(self._look), outbox, self.writers)
        self._routes.append(made)
        return made

    def _start(self, carrier: Carrier) -> None:
        if self._stopping:
            return
        carrier.start()
        if self._keeper is None:
            self._keeper = threading.Thread(target=self._keep, name="assay-keeper", daemon=True)
            self._keeper.start()

    def _look(self, carrier: Carrier) -> None:
        _import_ahead()
        for route in list(self._routes):
            if route.carrier is carrier:
                route.look(self._guarded)
        for writer, line in list(self._lines.items()):
            if writer not in line.route.lines:
                self._lines.pop(writer, None)

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
                line.route.carrier.errands.do(partial(line.route.ship, line))
            except OSError as error:
                if isinstance(error, AssayError):
                    raise
                text = f"{line.name} can't be sent from {line.journal.folder}: {error.strerror or error}"
                raise RefusedError(text, cause=error) from error
            line.route.wait_for_uploads(line)

    def refresh(self, run_uid: str | None, store: Store | None = None, *, timeout_s: float = float("inf")) -> None:
        """Let the store have what this process logged, as far as it takes it now: for a read that comes next."""
        deadline_s = time.monotonic() + timeout_s
        for line in self._lines_of(run_uid, store):
            with contextlib.suppress(StoreError):  # of a read in a finalizer, that ran within the recorder
                line.route.carrier.errands.do(
                    partial(line.route.try_ship, line), timeout_s=max(0.0, deadline_s - time.monotonic())
                )

    def close(self, run_uid: str, watch: Watch | None = None) -> list[str]:
        """Let the store have what this process logged to a run, as far as it takes it within `CLOSE_TIMEOUT_S`.

        Returns:
            What of the bytes of artifacts is not there, for people.
        """
        deadline_s = time.monotonic() + CLOSE_TIMEOUT_S
        self.refresh(run_uid, timeout_s=CLOSE_TIMEOUT_S)
        left = [line.route.left_of(line, deadline_s, watch) for line in self._lines_of(run_uid, None)]
        return [text for text in left if text is not None]

    def _lines_of(self, run_uid: str | None, store: Store | None) -> list[Line]:
        return [
            line
            for line in list(self._lines.values())
            if store in (None, line.store) and run_uid in (None, line.journal.run["uid"])
        ]

    def writers(self) -> set[str]:
        """The writers that live in this process."""
        return set(self._lines)

    def end(
        self,
        line: Line,
        leave: Mapping[str, Any] | None,
        *,
        timeout_s: float = CLOSE_TIMEOUT_S,
        watch: Watch | None = None,
    ) -> str | None:
        """End a writer: send what is left and delete its journal.

        Args:
            line: The writer's line.
            leave: How it ends; None where it does not say.
            timeout_s: How long this may take; less where the server is known not to answer.
            watch: Told, again and again, of the objects and bytes that are still to be uploaded.

        Returns:
            None when all of it is in the store, else what is kept where, for people.
        """
        journal = line.journal
        line = self._lines.get(
            journal.writer, line
        )  # in a forked child, the journal's line is another than its caller's
        deadline_s = time.monotonic() + timeout_s
        if journal.refused:
            journal.log_event("refused", {"calls": journal.refused}, last=True)
        if leave is not None:
            journal.log_event("leave", leave, last=True)
        journal.seal()
        route = line.route
        if route.is_away:
            timeout_s = min(timeout_s, AWAY_TIMEOUT_S)
        errands = line.route.carrier.errands
        if not route.may_ask:
            # Where its thread is not to be had, it lets go of the journal by itself.
            if route.is_asking or not errands.do(partial(self._let_go, line), timeout_s=timeout_s):
                line.ending = True
            return f"{line.name}: {route.kept(journal)}"
        problems: list[str] = []
        if not errands.do(lambda: self._try_end(line, deadline_s, problems), timeout_s=timeout_s):
            line.ending = True
            route.found_away()
            return f"{line.name}: the store has not answered for {timeout_s:.0f} s; {route.kept(journal)}"
        return problems[0] if problems else route.left_of(line, deadline_s, watch)

    def _try_end(self, line: Line, deadline_s: float, problems: list[str]) -> None:
        try:
            line.route.end(line, deadline_s)
        except (AssayError, OSError) as error:
            if line.ending:  # nobody waits any more
                return
            text = f"the store did not take everything ({error})"
            problems.append(f"{line.name}: {text}; {line.route.kept(line.journal)}")
            self._let_go(line)
        else:
            line.route.finish(line)
            self._lines.pop(line.journal.writer, None)

    def _let_go(self, line: Line) -> None:
        if line.journal.writer in line.route.lines:
            line.route.let_go(line)
            self._lines.pop(line.journal.writer, None)

    def stop(self) -> None:
        """End every writer that is still open, as the interpreter ends."""
        self._stopping = True
        if self._pid == os.getpid():
            self._end.set()
            self._carrier.end()
            self._carrier.join(CLOSE_TIMEOUT_S)
            if self._keeper is not None:
                self._keeper.join(CLOSE_TIMEOUT_S)
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
            self._end_servers()
            for act in self.when_stopped:
                act()

    def _end_servers(self) -> None:
        for route in self._routes:
            if route.carrier is not self._carrier:
                route.carrier.end()
                route.carrier.join(0.0 if route.is_away else AWAY_TIMEOUT_S)

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


def _attach_in_child(journal: Journal, store: Store, make_durable: Callable[[], None], outbox: Outbox | None) -> None:
    """Take up a journal that a forked child opened by its first call, and end it when the child ends by itself."""
    import sys

    line = recorder.attach(journal, store, make_durable, outbox=outbox)
    multiprocessing_util = sys.modules.get("multiprocessing.util")
    if multiprocessing_util is not None:  # its children end by os._exit, which runs no atexit handler
        multiprocessing_util.Finalize(None, recorder.end, args=(line, None), exitpriority=10)
