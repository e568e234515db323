"""Sessions: which store, opened how."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assay import current, system
from assay.across_runs import AcrossRuns
from assay.errors import InvalidInputError, InvalidTypeError, MissingExtraError, RefusedError
from assay.recording.recorder import recorder
from assay.recording.recovery import Recovered, left_behind, recover
from assay.storage.sql.store import CATALOG_FILE, SqlStore
from assay.tidying import Tidying
from assay.transfer import Transferring

if TYPE_CHECKING:
    from assay.querying.results import RunResults
    from assay.run import Run

FOLDER_NAME = ".assay"
JOURNALS_FOLDER = "journals"
DURABILITIES = ("interval", "always")
REFUSALS = ("warn", "raise")

logger = logging.getLogger("assay")
_stores: dict[str, SqlStore] = {}
_opening = threading.RLock()


def where() -> tuple[str, str]:
    """The folder that a session without a store uses, and why that one.

    Returns:
        An absolute path, and one of the reasons as a sentence.
    """
    named = current.given(current.STORE)
    if named:
        return (named if "://" in named else os.path.abspath(os.path.expanduser(named))), "ASSAY_STORE names it"
    near = _nearest_folder()
    if near:
        return near, f"it is the nearest {FOLDER_NAME} folder above the working folder"
    return _data_folder(), f"it is this user's data folder: no ASSAY_STORE, no {FOLDER_NAME} above the working folder"


def _nearest_folder() -> str | None:
    home = os.path.realpath(os.path.expanduser("~"))
    try:
        folder = os.path.realpath(os.getcwd())
        device = os.stat(folder).st_dev
    except OSError:
        return None
    while True:
        here = os.path.join(folder, FOLDER_NAME)
        try:
            facts = os.stat(here)
        except OSError:
            facts = None
        if facts is not None and os.path.isdir(here) and (system.WINDOWS or facts.st_uid == os.getuid()):
            return here
        parent = os.path.dirname(folder)
        if folder == home or parent == folder or os.stat(parent).st_dev != device:
            return None
        folder = parent


def _data_folder() -> str:
    if system.WINDOWS:  # pragma: no cover
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~")
    elif system.MACOS:  # pragma: no cover
        base = os.path.expanduser("~/Library/Application Support")
    else:
        base = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return os.path.join(base, "assay")


class Session(AcrossRuns, Tidying, Transferring):
    """Which store runs go to, and how calls behave there.

    Args:
        store: A folder, made where it does not exist; or another session. None takes `ASSAY_STORE`, else the nearest
            `.assay` folder above the working folder, else the user's data folder.
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
        self.location = _location(store)
        self._known: dict[str, system.Process] = {}
        self._recovered_in: int | None = None

    def __repr__(self) -> str:
        return f"Session({self.location!r})"

    @property
    def journals(self) -> str:
        """The folder of the journals of those who write here."""
        return os.path.join(self.location, JOURNALS_FOLDER)

    @property
    def store_as_is(self) -> SqlStore:
        """The store, opened; nothing is asked of it, so that log calls can use it without waiting."""
        with _opening:
            store = _stores.get(self.location)
            if store is not None and not store.is_there:  # deleted, or replaced by another
                _stores.pop(self.location).close()
                store = None
            if store is None:
                store = _stores[self.location] = _open_store(self.location)
        return store

    @property
    def store(self) -> SqlStore:
        """The store, opened; what dead writers left is in it."""
        with _opening:
            store = self.store_as_is
            if self._recovered_in != os.getpid():
                self._recovered_in = os.getpid()
                self.recover(quick=True)
        return store

    def recover(self, *, force: bool = False, quick: bool = False) -> list[Recovered]:
        """Put into the store what dead writers left; those of other machines on a network disk only with `force`."""
        store = _stores[self.location]
        if not store.writable:
            return []
        done = recover(store, self.journals, living=recorder.writers(), force=force, quick=quick)
        for one in done:
            if one.note:
                logger.warning("assay: recovered %s (%s): %s", one.run, one.path, one.note)
        return done

    def fresh_store(self, run_uid: str | None = None) -> SqlStore:
        """The store with everything that this process has logged (to a run), and that writers dead by now have."""
        store = self.store
        recorder.refresh(run_uid, store)
        if store.writable and left_behind(self.journals, recorder.writers(), self._known):
            self.recover()
        return store

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


def _location(store: Any) -> str:
    if isinstance(store, Session):
        return store.location
    named = current.given(current.STORE)
    if store is None:
        store = where()[0]
    elif _is_aws(store):
        if not named:
            raise MissingExtraError(
                "an AWS session was passed, and this version has no store on Amazon SageMaker; to log to a folder "
                "instead, set ASSAY_STORE=FOLDER, or leave sagemaker_session out"
            )
        logger.info("assay: ASSAY_STORE=%s is set and goes before the AWS session that was passed", named)
        store = where()[0]
    if not isinstance(store, (str, os.PathLike)):
        raise InvalidTypeError(f"store must be a folder or a Session, not {type(store).__name__}")
    path = os.fsdecode(os.fspath(store))
    if "://" in path:
        raise MissingExtraError(
            f"store {path!r}: this version has stores in folders only; servers and Amazon SageMaker are yet to come"
        )
    if not path:
        raise InvalidInputError("store must not be empty; leave it out for the default, which `assay where` names")
    return os.path.realpath(os.path.expanduser(path))


def _is_aws(store: Any) -> bool:
    return type(store).__module__.partition(".")[0] in ("boto3", "botocore", "sagemaker", "sagemaker_core")


def _open_store(folder: str) -> SqlStore:
    exists = os.path.exists(os.path.join(folder, CATALOG_FILE))
    if not exists:
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as error:
            raise RefusedError(
                f"can't make the store folder {folder}: {error.strerror or error}", cause=error
            ) from error
    writable = os.access(folder, os.W_OK) and (not exists or os.access(os.path.join(folder, CATALOG_FILE), os.W_OK))
    if not exists and not writable:
        raise RefusedError(f"the folder {folder} holds no store and can't be written; name another by ASSAY_STORE")
    return SqlStore(folder, writable=writable)


def _close_stores() -> None:
    for store in _stores.values():
        store.close()


recorder.when_stopped.append(_close_stores)


def _forget_in_child() -> None:
    global _opening
    _opening = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)


def say(text: str) -> None:
    """A line to stderr, unless `ASSAY_QUIET` is set."""
    if os.environ.get("ASSAY_QUIET", "") in ("", "0"):
        print(text, file=sys.stderr, flush=True)
