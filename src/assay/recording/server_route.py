"""The way to a server: what all runs of a process have goes in one request, and what it does not take waits here.

A server that does not answer is asked again by one attempt at a time, after pauses that grow; until it answers, ending
a run costs no wait. Whatever can't be sent lies in the outbox, and goes by the same way as what dead writers left.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from assay.errors import (
    AssayError,
    InvalidInputError,
    RunDeletedError,
    RunNotFoundError,
    SequenceError,
    UnavailableError,
)
from assay.formats.segment import encode_segment
from assay.recording.carrier import Carrier
from assay.recording.cutting import Segment
from assay.recording.journal import Journal
from assay.recording.line import Line
from assay.recording.outbox import Outbox
from assay.recording.pause import Pause
from assay.recording.recovery import recover
from assay.recording.remains import Remains
from assay.recording.resending import noted_segments
from assay.recording.route import Route, Watch
from assay.recording.uploads import Uploader, files_in, waiting_objects
from assay.storage.contract import Appended, Store
from assay.storage.http.snapshots import SnapshotObjects
from assay.storage.parcel import Parcel

REQUEST_BYTES = 4 << 20
"""Rows that one request carries: little enough that nobody waits behind it, and of a slow line little is sent twice."""
REQUEST_PARCELS = 2000
HEARTBEAT_S = 10.0
"""A writer that had nothing to send for so long is named to the server, which else can't tell it from a dead one."""
SILENT_S = 2.0
"""A server that takes longer than this over a request is one that nobody who ends a run waits for."""

logger = logging.getLogger("assay")

Sent = list[tuple[Line, Segment]]


class ServerRoute(Route):
    """The way to a server.

    Args:
        store: The store behind it.
        carrier: The thread that looks after it.
        outbox: Where what is logged waits for it.
        living: The writers of this process.
    """

    def __init__(self, store: Store, carrier: Carrier, outbox: Outbox, living: Callable[[], set[str]]) -> None:
        super().__init__(store, carrier)
        self.outbox = outbox
        self.pause = Pause()
        self.uploader: Uploader | None = None
        if isinstance(store.objects, SnapshotObjects):
            self.uploader = Uploader(store.objects.local, store.objects.remote, store.location)
        self._living = living
        self._left = True
        """Whether the outbox may hold what no living writer sends."""
        self._asked_s: float | None = None
        self._bringing_in: threading.Thread | None = None
        self._left_pause = Pause()
        self._shipping = threading.RLock()

    @property
    def is_asking(self) -> bool:
        asked_s = self._asked_s
        return asked_s is not None and time.monotonic() - asked_s > SILENT_S

    @property
    def is_away(self) -> bool:
        return self.pause.failures > 0

    def found_away(self) -> None:
        if not self.pause.failures:  # whoever found it has said so
            self.pause.failures = 1

    @property
    def may_ask(self) -> bool:
        # One that takes its time may be at the other end of a slow line, until it has failed once.
        return self.pause.left_s == 0 and not (self.is_away and self.is_asking)

    def look(self, guarded: Callable[[Callable[[], None]], None]) -> None:
        if self.pause.left_s == 0:
            guarded(self._look)

    def _look(self) -> None:
        try:
            self._ship([line for line in list(self.lines.values()) if line.pause.left_s == 0])
            self._heartbeat()
        except AssayError as error:
            self.failed(error)
        for line in list(self.lines.values()):
            if line.ending and (line.done or line.gone):
                self.finish(line)
            elif line.ending and (self.pause.failures or line.pause.failures):
                self.let_go(line)
        if self._left and self.pause.left_s == 0 and self._left_pause.left_s == 0:
            self._start_bringing_in()

    def ship(self, line: Line) -> None:
        try:
            self._ship([line], strictly=True)
        except AssayError as error:
            if not line.pause.failures:
                self.failed(error)
            raise

    def try_ship(self, line: Line) -> None:
        if not self.may_ask:
            return
        try:
            self._ship([line])
        except AssayError as error:
            self.failed(error)

    def end(self, line: Line, deadline_s: float) -> None:
        try:
            self._ship([line], strictly=True, deadline_s=deadline_s, ending=True)
        except AssayError as error:
            if not line.pause.failures:
                self.failed(error)
            raise

    def kept(self, journal: Journal) -> str:
        return (
            f"what is left is kept in {journal.folder} and sent when {self.store.location} takes it: by this process "
            "while it lives, by whoever next opens the store, or by `assay sync`"
        )

    def let_go(self, line: Line) -> None:
        super().let_go(line)
        self._left = True

    def wait_for_uploads(self, line: Line) -> None:
        if self.uploader is not None and line.uploads:
            self.uploader.hurry()
            if self.uploader.wait(line.uploads, float("inf")) and self.uploader.last_error is not None:
                raise self.uploader.last_error

    def left_of(self, line: Line, deadline_s: float, watch: Watch | None) -> str | None:
        uploader = self.uploader
        if uploader is None or not line.uploads:
            return None
        longest_s = SILENT_S if uploader.pause.failures else float("inf")
        left = uploader.wait(line.uploads, min(deadline_s - time.monotonic(), longest_s), watch)
        if not left:
            return None
        what = "1 artifact is" if len(left) == 1 else f"{len(left)} artifacts are"
        return (
            f"{line.name}: {what} still to be uploaded ({uploader.bytes_of(left) / 1e6:,.1f} MB), and kept in "
            f"{uploader.local.folder} until then: by this process while it lives, by whoever next opens the store, or "
            "by `assay sync`"
        )

    def failed(self, error: Exception) -> None:
        """The server does not take data now; it is said once and retried."""
        self.pause.failed()
        if self.pause.failures == 1:
            logger.warning(
                "assay: %s does not take data now (%s); it is kept in %s and sent later",
                self.store.location,
                error,
                self.outbox.folder,
            )

    def _answered(self) -> None:
        if self.pause.failures:
            logger.warning("assay: %s takes data again", self.store.location)
            if self.uploader is not None:
                self.uploader.hurry()
        self.pause.ended()

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        self._asked_s = time.monotonic()
        try:
            yield
        finally:
            self._asked_s = None
        self._answered()

    # Segments

    def _ship(
        self,
        lines: Iterable[Line],
        *,
        strictly: bool = False,
        deadline_s: float | None = None,
        ending: bool = False,
    ) -> None:
        """Send what lines have, in as few requests as that takes; `strictly`, what fails for one line is raised."""
        began_s = time.monotonic()
        waiting = deque(lines)
        with self._shipping:
            while waiting:
                if deadline_s is not None and time.monotonic() > deadline_s:
                    raise TimeoutError("the store was too slow")
                some = self._next_of(waiting, began_s, strictly=strictly, ending=ending)
                if some:
                    self._send(some, strictly=strictly)
                waiting.extend(line for line, segment in some if segment.more and not line.done and not line.gone)
                for line, segment in some:
                    if line.gone:
                        line.cutter.drop()
                    elif line.cutter.waiting is None and not segment.more:
                        line.recovered(began_s)

    def _next_of(self, waiting: deque[Line], began_s: float, *, strictly: bool, ending: bool) -> Sent:
        """The segments of the next request, noted in their journals."""
        some: Sent = []
        size_bytes = 0
        while waiting and size_bytes < REQUEST_BYTES and len(some) < REQUEST_PARCELS:
            line = waiting.popleft()
            if line.gone:
                line.cutter.drop()
                continue
            try:
                is_old, is_last = line.cutter.waiting is not None, ending or line.ending
                segment = line.cutter.next_segment(ending=is_last, even_empty=not line.known_to_store)
                if segment is None:
                    line.recovered(began_s)
                    continue
                segment.more = segment.more or is_old or (is_last and not segment.final)
                line.make_durable()
                if not segment.final:
                    line.journal.sync_events()
            except OSError as error:
                line.failed(error)
                if strictly:
                    raise
                continue
            some.append((line, segment))
            size_bytes += sum(len(part.body) for part in segment.rows)
        return some

    def _send(self, some: Sent, *, strictly: bool) -> None:
        try:
            with self._asking():
                answers = self.store.take([_parcel(line, segment) for line, segment in some])
        except InvalidInputError as error:
            if len(some) > 1:  # what is wrong with one of them must not keep the others here
                for one in some:
                    self._send([one], strictly=strictly)
                return
            answers = [error]
        for (line, segment), answer in zip(some, answers, strict=True):
            self._settle(line, segment, answer, strictly=strictly)

    def _settle(self, line: Line, segment: Segment, answer: Appended | AssayError, *, strictly: bool) -> None:
        if _is_set_back(line, answer):
            answer = self._send_again(line, segment)
        if isinstance(answer, RunNotFoundError):
            line.give_up(answer)
        elif isinstance(answer, AssayError):
            segment.more = False
            line.failed(answer)
            if strictly:
                raise answer
        else:
            line.went(answer)
            line.done = segment.final
            self._upload(line, segment)

    def _send_again(self, line: Line, segment: Segment) -> Appended | AssayError:
        """Send what the server lacks, as its journal has it: the server was set back to an earlier state.

        Returns:
            What came of the segment that it did not take at first.
        """
        with self._asking():
            expected = self.store.next_segment(line.journal.writer)
        if expected is None:
            return Appended(accepted=False)
        lost = 0
        for noted in noted_segments(Remains(line.journal.events_path), expected, segment.index):
            lost += noted.lost
            parcel = Parcel(line.journal.writer, noted.index, noted.events, _body(noted.rows), opening=line.opening())
            with self._asking():
                (answer,) = self.store.take([parcel])
            if isinstance(answer, AssayError):
                return answer
        if lost:
            logger.warning(
                "assay: %s: %s was set back to an earlier state; %d rows and events that it had taken before are in "
                "the journal no more, and are lost",
                line.name,
                self.store.location,
                lost,
            )
        with self._asking():
            (answer,) = self.store.take([_parcel(line, segment, known=False)])
        return answer

    def _heartbeat(self) -> None:
        now = time.monotonic()
        quiet = [
            line
            for line in list(self.lines.values())
            if line.known_to_store and not line.gone and now - line.heard_s >= HEARTBEAT_S
        ]
        if quiet:
            with self._asking():
                self.store.heartbeat([line.journal.writer for line in quiet])
            for line in quiet:
                line.heard_s = now

    # Artifacts

    def _upload(self, line: Line, segment: Segment) -> None:
        """Hand on the objects that the server has heard of now; it keeps what an artifact names."""
        if self.uploader is None:
            return
        named = [event.body["sha256"] for event in segment.events if event.kind == "artifact" and _has_bytes(event)]
        for event in segment.events:
            if event.kind == "artifact" and event.body.get("kind") == "directory" and _has_bytes(event):
                named += files_in(self.uploader.local, event.body["sha256"])
        if segment.final:
            named += line.objects
        if named:
            line.uploads = {one for one in line.uploads if one in self.uploader.waiting} | set(named)
            line.objects = [one for one in line.objects if one not in line.uploads]
            self.uploader.add(named)

    # What no living writer sends

    def _start_bringing_in(self) -> None:
        thread = self._bringing_in
        if thread is None or not thread.is_alive():
            self._left = False
            self._bringing_in = threading.Thread(target=self._bring_in, name="assay-recovery", daemon=True)
            with contextlib.suppress(RuntimeError):  # as the interpreter ends no thread can be started any more
                self._bringing_in.start()

    def _bring_in(self) -> None:
        try:
            done = recover(self.store, self.outbox.journals, living=self._living())
            for one in done:
                if one.note:
                    logger.warning("assay: recovered %s (%s): %s", one.run, one.path, one.note)
            self._left_pause.ended()
            if done:
                self._answered()
            if self.uploader is not None:
                self.uploader.add(waiting_objects(self.uploader.local, self.outbox.journals))
        except (AssayError, OSError) as error:
            self._left = True
            self._left_pause.failed()
            if isinstance(error, UnavailableError):
                self.failed(error)


def _is_set_back(line: Line, answer: Appended | AssayError) -> bool:
    """Whether the server does not have what it has taken before."""
    if isinstance(answer, RunNotFoundError):
        return line.known_to_store and not isinstance(answer, RunDeletedError)
    return isinstance(answer, SequenceError)


def _has_bytes(event: object) -> bool:
    return getattr(event, "body", {}).get("sha256") is not None


def _body(rows: Sequence[object]) -> bytes:
    return encode_segment(rows) if rows else b""  # type: ignore[arg-type]


def _parcel(line: Line, segment: Segment, *, known: bool | None = None) -> Parcel:
    known = line.known_to_store if known is None else known
    opening = None if known else line.opening()
    return Parcel(line.journal.writer, segment.index, segment.events, _body(segment.rows), segment.final, opening)
