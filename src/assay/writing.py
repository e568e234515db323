"""Writing to a run: its journal, and the recorder that carries it, from entering the block to leaving it."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from time import time_ns
from typing import IO, TYPE_CHECKING, Any

from assay.errors import ContextError, RefusedError, UnavailableError
from assay.formats.event import Event
from assay.recording.journal import Journal
from assay.recording.line import Line
from assay.recording.metrics import OUTSIDE
from assay.recording.progress import UploadProgress
from assay.recording.recorder import recorder
from assay.session import say
from assay.storage.contract import RunRecord, RunSpec, Store, WriterSpec
from assay.view import RunView

if TYPE_CHECKING:
    from assay.recording.outbox import Outbox

MESSAGE_LENGTH = 1024
"""Characters of an exception's message that become the run's status message; the whole traceback is kept beside it."""

logger = logging.getLogger("assay")


class RunWriting(RunView):
    """The part of `Run` that has a journal."""

    def _begin(self, record: RunRecord, begun: RunSpec | None) -> None:
        self._spec = _spec_of(record)
        self._begun = begun
        self._depth = 0
        self._adopted = False
        self._line: Line | None = None
        self._pid = os.getpid()
        self._guard = threading.RLock()
        self._warned = False
        self._refused_here = 0
        self._last_steps: dict[str, int] = {}
        self._fresh = False

    def _open_writer(self, *, entered: bool) -> None:
        """Start to log.

        A run that this object has just made is nobody else's yet, so the store need not be told before the recorder
        does; anybody else's entering must be known before somebody leaves.
        """
        fresh, self._fresh = self._fresh, False
        session = self.session
        store = session.store if entered else session.store_as_is
        if not store.writable:
            raise RefusedError(f"the store {session.location} is read-only: nothing can be logged to it")
        known = entered and not fresh
        if entered:
            self._last_steps = {}
            if not session.is_server:
                store.run(self._uid)  # it may have been deleted since this object was made; a server says so below
            elif known:
                known = self._has_settled(store)
        folder = session.journals_to_write()
        outbox = _outbox_of(folder) if session.is_server else None
        try:
            journal = Journal(
                folder,
                {"uid": self._uid, "experiment": self.experiment_name, "name": self.run_name},
                entered=entered,
                last_steps=self._last_steps,
                durable_calls=session.durability == "always",
                on_refused=self._on_refused,
                spec=fields_of(self._begun or self._spec) if session.is_server else None,
                budget=None if outbox is None else outbox.budget,
            )
        except OSError as error:
            raise RefusedError(f"can't log to {session.location}: {error.strerror or error}", cause=error) from error
        if known:
            try:
                recorder.introduce_parents(store)
                journal.sync_events()  # else a power cut may leave a writer inside of which no journal tells
                writer = WriterSpec(journal.writer, True, journal.process.as_dict(), journal.opened_us)
                self._last_steps.update(store.open_writer(self._uid, writer).last_steps)
            except UnavailableError as error:
                known = False
                self._warn_of_absence(str(error))
            except BaseException:
                journal.seal()
                journal.remove()
                raise
        self._line = recorder.attach(
            journal,
            store,
            store.objects.sync,
            known_to_store=known,
            outbox=outbox,
            is_away=self._begun is not None,
        )
        self.__dict__["log_metric"] = journal.log_metric
        self.__dict__["log_metrics"] = journal.log_metrics

    def _has_settled(self, store: Store) -> bool:
        try:
            self._settle(store)
        except UnavailableError:  # it was said when the run began
            return False
        return True

    def _settle(self, store: Store) -> None:
        """Have a run that began without its server be there.

        Raises:
            UnavailableError: The server still does not answer.
        """
        if self._begun is None:
            return
        record, _ = store.open_run(self._begun)
        self._begun = None
        if record.name != self.run_name:
            logger.warning(
                "assay: run %r of experiment %r was there already: what was logged without the server is run %r",
                self.run_name,
                self.experiment_name,
                record.name,
            )
        self._bind(self.session, record)

    def _warn_of_absence(self, why: str) -> None:
        text = (
            f"{self.experiment_name}/{self.run_name}: {why}; the run goes on without it: what is logged is kept in "
            f"{self.session.journals} and sent when it answers, by this process, the next one, or `assay sync`"
        )
        say(f"assay: {text}")
        logger.warning("assay: %s", text)

    def _leave(self, error: BaseException | None) -> None:
        line, self._line = self._line, None
        self.__dict__.pop("log_metric", None)
        self.__dict__.pop("log_metrics", None)
        if line is None:
            return
        status, message = outcome_of(error)
        leave: dict[str, Any] = {"status": status, "message": message}
        if error is not None:
            from traceback import format_exception

            leave["traceback"] = _plain("".join(format_exception(error)))
        with UploadProgress() as progress:
            problem = recorder.end(line, leave, watch=progress)
        if problem:
            say(f"assay: {problem}")
            logger.warning("assay: %s", problem)
        if line.journal.refused:
            self._refused_here += line.journal.refused
            why = "there was no space for them"
            text = f"{self.experiment_name}/{self.run_name}: {line.journal.refused} calls were refused: {why}"
            say(f"assay: {text}")
            logger.warning("assay: %s", text)

    def _become_own(self) -> None:
        """In a child process: this object is a handle on the run, with no block of its own as yet."""
        if self._line is not None and self._line.journal.pid == os.getpid() and not self._line.journal.closed:
            recorder.end(self._line, None)
        self._line = None
        self.__dict__.pop("log_metric", None)
        self.__dict__.pop("log_metrics", None)
        self._guard = threading.RLock()
        self._pid, self._depth, self._adopted = os.getpid(), 0, False

    def _check_inside(self) -> None:
        if self._depth == 0 and not self._adopted:
            raise ContextError(OUTSIDE)

    def _journal(self) -> Journal:
        self._check_inside()
        if self._line is None:
            with self._guard:
                if self._line is None:
                    self._open_writer(entered=False)
        assert self._line is not None
        return self._line.journal

    def _try_journal(self) -> Journal | None:
        """The journal; None is a call that was refused: a handle that arrived by pickle makes its journal then."""
        try:
            return self._journal()
        except RefusedError as error:
            self._refused_here += 1
            self._on_refused(error)
            return None

    def _say(self, kind: str, body: Mapping[str, Any]) -> None:
        if (journal := self._try_journal()) is not None:
            journal.log_event(kind, body)

    def _say_anywhere(self, kind: str, body: Mapping[str, Any]) -> None:
        """Inside the block through the journal like every other call, outside it straight to the store."""
        if self._depth > 0 or self._adopted:
            self._say(kind, body)
        else:
            store = self.session.store
            self._settle(store)
            store.apply(self._uid, [Event(time_ns(), kind, dict(body))])

    def _put(self, source: IO[bytes]) -> dict[str, Any] | None:
        if (journal := self._try_journal()) is None:
            return None
        try:
            if self.session.is_server:
                journal.check_space(_size_of(source))
            stored = self.session.store_as_is.objects.put(
                source, durable=self.session.durability == "always", pin=journal.pin
            )
        except OSError as error:
            journal.refuse(error)
            return None
        if self.session.is_server and self._line is not None:
            self._line.objects.append(stored.sha256)
        return {"sha256": stored.sha256, "size_bytes": stored.size_bytes}

    def _on_refused(self, error: OSError) -> None:
        if self.session.on_refused == "raise":
            if isinstance(error, RefusedError):
                raise error
            raise RefusedError(f"the call was refused: {error.strerror or error}", cause=error) from error
        if not self._warned:
            self._warned = True
            text = (
                f"{self.experiment_name}/{self.run_name}: a call was refused ({error.strerror or error}); training "
                "goes on, later calls are kept as soon as there is space again; run.refused counts those that were not"
            )
            say(f"assay: {text}")
            logger.warning("assay: %s", text)


def fields_of(spec: RunSpec) -> dict[str, Any]:
    """A spec as JSON takes it, and `RunSpec` again."""
    return {name: getattr(spec, name) for name in spec.__slots__}


def _spec_of(record: RunRecord) -> RunSpec:
    """What a server makes a run from that was set back to before it had that run."""
    return RunSpec(
        uid=record.uid,
        experiment_uid=record.experiment_uid,
        experiment_name=record.experiment_name,
        run_name=record.name,
        experiment_display_name=record.experiment_display_name,
        run_display_name=record.display_name,
        tags=record.tags,
        created_us=record.created_us,
    )


def _outbox_of(journals: str) -> Outbox:
    from assay.recording.outbox import outbox_at

    outbox = outbox_at(os.path.dirname(journals))
    outbox.budget.fresh_limit()
    return outbox


def _size_of(source: IO[bytes]) -> int:
    """How many bytes of an open file are left to read."""
    at = source.tell()
    size_bytes = source.seek(0, os.SEEK_END) - at
    source.seek(at)
    return size_bytes


def outcome_of(error: BaseException | None) -> tuple[str, str | None]:
    """How a block ends that an exception leaves, None for none: the run's status and its message."""
    if error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
        return "Completed", None
    if isinstance(error, KeyboardInterrupt):
        return "Stopped", "KeyboardInterrupt"
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - an exception that can't be shown fails the run all the same
        message = type(error).__name__
    return "Failed", _plain(message[:MESSAGE_LENGTH])


def _plain(text: str) -> str:
    """The text with what UTF-8 can't hold written out."""
    return text.encode("utf-8", "backslashreplace").decode()
