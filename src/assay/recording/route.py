"""Routes: the way from the lines of this process to one store. This one leads into a folder, a line at a time."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial

from assay.errors import AssayError, RunNotFoundError
from assay.recording.carrier import Carrier
from assay.recording.journal import Journal
from assay.recording.line import Line
from assay.storage.contract import Store

Watch = Callable[[int, int], None]


class Route(ABC):
    """The way to one store, and the lines that take it.

    Args:
        store: The store.
        carrier: The thread that looks after it.
    """

    def __init__(self, store: Store, carrier: Carrier) -> None:
        self.store = store
        self.carrier = carrier
        self.lines: dict[str, Line] = {}

    @property
    def is_away(self) -> bool:
        """Whether the store is known not to answer."""
        return False

    def found_away(self) -> None:
        """Somebody else has found that the store does not answer."""
        return

    @property
    def is_asking(self) -> bool:
        """Whether the store is being asked and takes its time."""
        return False

    @property
    def may_ask(self) -> bool:
        """Whether the store may be asked now."""
        return True

    @abstractmethod
    def look(self, guarded: Callable[[Callable[[], None]], None]) -> None:
        """Send what there is, of all lines, as far as the store takes it.

        Args:
            guarded: Does what may raise what nobody foresaw.
        """

    @abstractmethod
    def ship(self, line: Line) -> None:
        """Send what one line has.

        Raises:
            AssayError: The store does not take it now.
            OSError: The journal can't note it now.
        """

    @abstractmethod
    def try_ship(self, line: Line) -> None:
        """Send what one line has, as far as the store takes it now."""

    @abstractmethod
    def end(self, line: Line, deadline_s: float) -> None:
        """Send all that is left of a line whose journal is sealed, and end the writer.

        Args:
            line: The line.
            deadline_s: By the monotonic clock.

        Raises:
            AssayError: The store does not take it now.
            OSError: The journal can't note it now, or the deadline is over.
        """

    def kept(self, journal: Journal) -> str:
        """Where what a journal has is kept, for people."""
        return f"what is left is kept in {journal.events_path} and goes into the store when it is next opened"

    def wait_for_uploads(self, line: Line) -> None:
        """Return when the store has the bytes of all artifacts of which it has heard.

        Raises:
            AssayError: It does not take them now.
        """
        return

    def left_of(self, line: Line, deadline_s: float, watch: Watch | None) -> str | None:
        """What the store lacks of the bytes of artifacts when the deadline is over, for people; None for nothing.

        Args:
            line: The line.
            deadline_s: By the monotonic clock.
            watch: Told, again and again, how many objects and bytes are left.
        """
        return None

    def let_go(self, line: Line) -> None:
        """Leave what a line has to recovery, although this process lives on."""
        self.lines.pop(line.journal.writer, None)
        line.hold()
        line.journal.abandon()

    def finish(self, line: Line) -> None:
        """The store has all of a line."""
        self.lines.pop(line.journal.writer, None)
        line.journal.remove()


class FolderRoute(Route):
    """The way into a folder. Its store folds as it takes, so segments go one by one; what fails, fails for one line."""

    def look(self, guarded: Callable[[Callable[[], None]], None]) -> None:
        for line in list(self.lines.values()):
            if line.pause.left_s == 0:
                guarded(partial(self._look_at, line))

    def _look_at(self, line: Line) -> None:
        self.try_ship(line)
        if line.ending and not line.pause.failures:
            self.finish(line)

    def ship(self, line: Line) -> None:
        self._ship(line)

    def end(self, line: Line, deadline_s: float) -> None:
        self._ship(line, deadline_s=deadline_s, ending=True)

    def try_ship(self, line: Line) -> None:
        began_s = time.monotonic()
        try:
            self._ship(line, ending=line.ending)
            line.recovered(began_s)
        except (AssayError, OSError) as error:
            line.failed(error)

    def _ship(self, line: Line, *, deadline_s: float | None = None, ending: bool = False) -> None:
        with line.journal.shipping:
            while not line.gone:
                if deadline_s is not None and time.monotonic() > deadline_s:
                    raise TimeoutError("the store was too slow")
                segment = line.cutter.next_segment(ending=ending)
                if segment is None:
                    self._register(line)
                    return
                line.make_durable()
                if not segment.final:
                    # The note must not be lost to a power cut that the store's copy survives; a last one needs none.
                    line.journal.sync_events()
                try:
                    done = self.store.append(
                        line.journal.writer,
                        segment.index,
                        segment.events,
                        segment.rows,
                        final=segment.final,
                        opening=None if line.known_to_store else line.opening(),
                    )
                except RunNotFoundError as error:
                    line.give_up(error)
                    return
                line.went(done)
                if segment.final:
                    return

    def _register(self, line: Line) -> None:
        """Let the store know of the writer although it has logged nothing as yet."""
        if not line.journal.is_on_disk:  # else a power cut may leave a writer in the store of which no journal tells
            line.journal.sync_events()
        if not line.known_to_store:
            opening = line.opening()
            try:
                self.store.open_writer(opening.run_uid, opening.writer)
                line.known_to_store = True
            except RunNotFoundError as error:
                line.give_up(error)
