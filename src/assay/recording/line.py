"""The line from one journal to its store: what is sent next, and what is known of how it went."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from assay.errors import RunNotFoundError
from assay.recording.cutting import Cutter
from assay.recording.journal import Journal
from assay.recording.pause import Pause
from assay.storage.contract import Appended, Opening, RunSpec, Store, WriterSpec

if TYPE_CHECKING:
    from assay.recording.route import Route

LONGEST_PAUSE_S = 5.0
"""The longest wait of a line that has trouble of its own, such as a full disk."""

logger = logging.getLogger("assay")


class Line:
    """The line from one journal to its store.

    Args:
        journal: What is logged.
        store: Where it goes.
        make_durable: Puts on the disk what events may name, such as objects; called before their segment is sent.
        route: The way that it takes.
    """

    def __init__(self, journal: Journal, store: Store, make_durable: Callable[[], None], route: Route) -> None:
        self.journal = journal
        self.store = store
        self.route = route
        self.cutter = Cutter(journal)
        self.pause = Pause(LONGEST_PAUSE_S)
        self.known_to_store = False
        self.gone = False
        self.ending = False
        self.done = False
        """The store has all of it, and has ended the writer."""
        self.objects: list[str] = []
        """The objects that calls have put into the outbox and that no event which was sent has named."""
        self.uploads: set[str] = set()
        """The objects that events have named, as far as they may be on their way still."""
        self.settled_s = self.heard_s = time.monotonic()
        """What was logged before `settled_s` is in the store or on the disk; `heard_s`: it heard of the writer."""
        self.make_durable = make_durable

    @property
    def name(self) -> str:
        """The run's name, for people."""
        return f"{self.journal.run['experiment']}/{self.journal.run['name']}"

    def opening(self) -> Opening:
        """What the store must know of the writer."""
        journal = self.journal
        writer = WriterSpec(journal.writer, journal.entered, journal.process.as_dict(), journal.opened_us)
        spec = None if journal.spec is None else RunSpec(**journal.spec)
        return Opening(journal.run["uid"], writer, spec)

    def went(self, done: Appended) -> None:
        """The store has taken the segment that waits."""
        self.cutter.taken()
        self.known_to_store = True
        self.heard_s = time.monotonic()
        for event, why in done.set_aside:
            logger.warning("assay: %s: %s could not be applied and was set aside: %s", self.name, event.kind, why)

    def give_up(self, error: RunNotFoundError) -> None:
        """The run is gone: what is logged to it is wanted by nobody."""
        self.gone = True
        logger.warning("assay: %s: %s; what is logged to it from now on is dropped", self.name, error)

    def failed(self, error: Exception) -> None:
        """What the line has could not be sent; it is said once and retried."""
        self.pause.failed()
        if self.pause.failures == 1:
            logger.warning(
                "assay: %s: the store does not take data now (%s); it is kept in %s and sent later",
                self.name,
                error,
                self.journal.folder,
            )

    def recovered(self, settled_s: float) -> None:
        """All that was logged before `settled_s` is in the store."""
        self.settled_s = settled_s
        if self.pause.failures:
            logger.warning("assay: %s: the store takes data again", self.name)
        self.pause.ended()

    def hold(self) -> None:
        """Until the store takes it, the journal alone must survive a power cut."""
        now = time.monotonic()
        try:
            self.make_durable()
            self.journal.sync()
        except OSError as error:
            logger.warning("assay: %s: the journal can't be synced: %s", self.name, error)
        self.settled_s = now
