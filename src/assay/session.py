"""Sessions: which store, opened how."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assay import place, stores, system
from assay.across_runs import AcrossRuns
from assay.errors import InvalidInputError, StoreError
from assay.recording.journal_files import events_files, is_unlocked, journal_files, writer_of
from assay.recording.outbox import OBJECTS_FOLDER
from assay.recording.recorder import recorder
from assay.storage.contract import RunSpec, Store
from assay.storage.disk_objects import DiskObjects
from assay.tidying import Tidying
from assay.transfer import Transferring

if TYPE_CHECKING:
    from assay.away import Begun
    from assay.querying.results import RunResults
    from assay.recording.recovery import Recovered
    from assay.run import Run
    from assay.storage.sql.store import SqlStore

DURABILITIES = ("interval", "always")
REFUSALS = ("warn", "raise")

logger = logging.getLogger("assay")
_recovering = threading.RLock()


class Session(AcrossRuns, Tidying, Transferring):
    """Which store runs go to, and how calls behave there.

    Args:
        store: A folder, made where it does not exist; a server's URL, which is asked for nothing as yet; or another
            session. None takes `ASSAY_STORE`, else the nearest `.assay` folder above the working folder, else the
            user's data folder.
        durability: `"interval"`: a killed process loses nothing, a power cut at most the last second. `"always"`: a
            power cut loses nothing either, and each call waits for the disk.
        on_refused: What a call does when the disk is full: `"warn"` once and go on training, or `"raise"` OSError.

    Raises:
        InvalidInputError: An argument is none of these.
        RefusedError: The folder can't be made or read.
        DamagedError: The store's catalog is damaged; the message names the file.
        StoreVersionError: A newer Assay wrote the store.
    """

    def __init__(self, store: Any = None, *, durability: str = "interval", on_refused: str = "warn") -> None:
        if durability not in DURABILITIES:
            raise InvalidInputError(f"durability is one of {DURABILITIES}, not {durability!r}")
        if on_refused not in REFUSALS:
            raise InvalidInputError(f"on_refused is one of {REFUSALS}, not {on_refused!r}")
        self.durability = durability
        self.on_refused = on_refused
        self.location = store.location if isinstance(store, Session) else place.location_of(store)
        self.is_server = place.is_server(self.location)
        self._known: dict[str, system.Process] = {}
        self._recovered_in: int | None = None

    def __repr__(self) -> str:
        return f"Session({self.location!r})"

    @property
    def journals(self) -> str:
        """The folder of the journals of those who write here: of a server, in the outbox for it."""
        return place.journals_of(self.location)

    def journals_to_write(self) -> str:
        """The same folder, where somebody is about to write; the outbox for a server is made, and says whose it is.

        Raises:
            RefusedError: It can't be made.
        """
        if self.is_server:
            place.mark_outbox(self.location)
        return self.journals

    @property
    def store_as_is(self) -> Store:
        """The store, opened; nothing is asked of it, so that log calls can use it without waiting."""
        return stores.open_store(self.location)

    @property
    def store(self) -> Store:
        """The store, opened; what dead writers left is in it, or on its way to a server."""
        with _recovering:
            store = self.store_as_is
            if self._recovered_in != os.getpid():
                self._recovered_in = os.getpid()
                self._bring_in(quick=True)
        return store

    def folder_store(self, command: str) -> SqlStore:
        """The store, up to date, which is to lie in a folder.

        Args:
            command: What can't be done from afar.

        Raises:
            StoreError: It is a server's.
        """
        from assay.storage.sql.store import SqlStore

        self.check_is_folder(command)
        store = self.fresh_store()
        assert isinstance(store, SqlStore)
        return store

    def check_is_folder(self, command: str) -> None:
        """Refuse what can only be done where the store lies.

        Raises:
            StoreError: It is a server's.
        """
        if self.is_server:
            raise StoreError(
                f"{command} runs where the store lies, and {self.location} is a server: on its machine, "
                f"`{command} --store FOLDER` names the store's folder"
            )

    def open_run(self, spec: RunSpec) -> Begun:
        """Open a run; one on a server that does not answer begins without it.

        Returns:
            What the store says of it, whether it is new, what it is made from if it began without its server, and why.

        Raises:
            RunExistsError: It exists and `if_exists` is `error`.
            UnavailableError: The server does not answer, and only it could say whether the run exists.
        """
        if not self.is_server:
            return *self.store.open_run(spec), None, ""
        from assay.away import open_on_server

        begun = open_on_server(self.store_as_is, spec)  # before what was left is sent, which may take its time
        _ = self.store
        return begun

    def recover(self, *, force: bool = False, quick: bool = False) -> list[Recovered]:
        """Put into the store what dead writers left; those of other machines on a network disk only with `force`."""
        store = self.store_as_is
        if not store.writable:
            return []
        if quick and not any(map(is_unlocked, self._others_files())):
            return []
        from assay.recording.recovery import recover  # as a rule all who log here live: nothing is to be loaded

        done = recover(store, self.journals, living=recorder.writers(), force=force, quick=quick)
        for one in done:
            if one.note:
                logger.warning("assay: recovered %s (%s): %s", one.run, one.path, one.note)
        return done

    def _bring_in(self, *, quick: bool = False) -> None:
        """Recover; of a server without making anybody wait long, and whether or not it answers."""
        if not self.is_server:
            self.recover(quick=quick)
        elif self._has_something_left():
            from assay.away import catching_up

            catching_up.start(self.location, self._sync)

    def _has_something_left(self) -> bool:
        """Whether something waits for the server that is none of this process's writers' journals."""
        if any(writer_of(path) not in recorder.writers() for path in events_files(self.journals)):
            return True
        objects = os.path.join(place.outbox_of(self.location), OBJECTS_FOLDER)
        return next(DiskObjects(objects).list(), None) is not None

    def _sync(self) -> list[str]:
        from assay import syncing

        try:
            done = syncing.sync(self.location)
        finally:
            self.store_as_is.close()  # this thread's connection
        for one in done.recovered:
            if one.note:
                logger.warning("assay: recovered %s (%s): %s", one.run, one.path, one.note)
        return done.problems

    def fresh_store(self, run_uid: str | None = None) -> Store:
        """The store with everything that this process has logged (to a run), and that writers dead by now have."""
        store = self.store
        recorder.refresh(run_uid, store)
        if store.writable and self._others_files():
            from assay.recording.recovery import left_behind

            if left_behind(self.journals, recorder.writers(), self._known):
                self._bring_in()
        return store

    def _others_files(self) -> list[str]:
        """The events files here that are none of this process's writers'."""
        living = recorder.writers()
        return [path for path in journal_files(self.journals) if writer_of(path) not in living]

    def search_runs(
        self,
        experiment_name: str | Sequence[str] | None = None,
        filter: str | None = None,  # noqa: A002 (what users type)
        order_by: str | Sequence[str] | None = None,
        max_results: int | None = 1000,
        next_token: str | None = None,
    ) -> RunResults[Run]:
        """The runs that a filter picks, in order, in one query.

        Args:
            experiment_name: Only runs of this experiment, or of these; one that does not exist has none.
            filter: Such as `metrics.loss < 0.1 and params.optimizer in ('adam', 'lion')`; docs/filters.md has the rest.
            order_by: Such as `metrics.loss asc, created desc`, or a list of such; by default the newest first.
            max_results: The most runs that are returned; None gives all.
            next_token: The `next_token` of the results before, asked for with the same arguments.

        Returns:
            The runs, as they are now: to go through, or as a table by `to_pandas()` and its kin.

        Raises:
            InvalidInputError: The filter or the order can't be read (the message points at the place), max_results
                below 1, or a token that this search did not give.
        """
        from assay.loading import search_runs

        return search_runs(self, experiment_name, filter, order_by, max_results, next_token)


def open_session(session: Any) -> Session:
    """The session that `sagemaker_session=` means: a session, or whatever `Session` takes."""
    return session if isinstance(session, Session) else Session(session)


def _forget_in_child() -> None:
    global _recovering
    _recovering = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)


def say(text: str) -> None:
    """A line to stderr, unless `ASSAY_QUIET` is set."""
    if os.environ.get("ASSAY_QUIET", "") in ("", "0"):
        print(text, file=sys.stderr, flush=True)
