"""A server that is away: runs begin without it, and what dead writers left for it is sent when it answers again.

Neither makes training wait for more than some seconds. What is logged meanwhile lies in the user's outbox, like all
that is logged to a server.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from assay.errors import AssayError, UnavailableError
from assay.recording.journal_files import events_files
from assay.recording.remains import JournalError, opening_of
from assay.storage.contract import RunRecord, RunSpec, Store

PATIENCE_S = 3.0
"""So long whoever opens a store waits for what dead writers left; what takes longer is sent beside him."""
SLOW_S = 1.0
REMEMBERED_S = 10.0
"""So long a server that took more than `SLOW_S` to give no answer is not asked again by a run that begins."""

logger = logging.getLogger("assay")
_silent_at: dict[str, float] = {}


Begun = tuple[RunRecord, bool, RunSpec | None, str]
"""A run that was opened: what the store says of it, or would; whether it is new; what it is made from once the server
answers, None where the store has it; and why that could not be asked."""


def open_on_server(store: Store, spec: RunSpec) -> Begun:
    """Open a run on a server; where that does not answer, begin it without.

    Raises:
        UnavailableError: It does not answer, and only it could say whether the run exists.
    """
    url, asked_s = store.location, time.monotonic()
    try:
        if _was_silent(url):
            raise UnavailableError(f"the server {url} did not answer a moment ago")
        return *store.open_run(spec), None, ""
    except UnavailableError as error:
        if time.monotonic() - asked_s > SLOW_S:
            _silent_at[url] = time.monotonic()
        if spec.if_exists != "open":
            raise UnavailableError(
                f"{error}; only it knows whether run {spec.run_name!r} of experiment {spec.experiment_name!r} exists, "
                f"which if_exists={spec.if_exists!r} asks; with if_exists='open' a run begins without the server"
            ) from error
        # Where another of its name turns out to be there, the two are not mixed: this one becomes `name-2`.
        return unseen_run(spec), True, replace(spec, if_exists="new"), str(error)


def _was_silent(url: str) -> bool:
    return time.monotonic() - _silent_at.get(url, -REMEMBERED_S) < REMEMBERED_S


def unseen_run(spec: RunSpec) -> RunRecord:
    """What a store would say of a run that it has just made."""
    return RunRecord(
        uid=spec.uid,
        experiment_uid=spec.experiment_uid,
        experiment_name=spec.experiment_name,
        experiment_display_name=spec.experiment_display_name,
        name=spec.run_name,
        display_name=spec.run_display_name,
        description="",
        status=None,
        status_message=None,
        start_us=None,
        end_us=None,
        created_us=spec.created_us,
        parameters={},
        tags=dict(spec.tags),
        goals={},
        refused=0,
    )


def seen_here(journals: str, experiment_name: str, run_name: str) -> tuple[RunRecord, RunSpec | None] | None:
    """A run that a process of this user has logged to, as far as its journal tells: the newest of that name.

    So a child finds the run of its parent although the server can't be asked.

    Returns:
        The run, and what it is made from if it began without its server; None where no journal tells of it.
    """
    openings = []
    for path in events_files(journals):
        with contextlib.suppress(JournalError, OSError):
            openings.append(opening_of(path))
    named = [one for one in openings if (one["run"]["experiment"], one["run"]["name"]) == (experiment_name, run_name)]
    if not named:
        return None
    newest = max(named, key=lambda one: int(one["opened_us"]))
    spec = None if newest.get("spec") is None else RunSpec(**newest["spec"])
    return unseen_run(spec or spec_of(newest["run"]["uid"], experiment_name, run_name)), spec


def spec_of(uid: str, experiment_name: str, run_name: str) -> RunSpec:
    """What little is known of a run that another process is in, and that a server can't be asked about now."""
    return RunSpec(uid, "", experiment_name, run_name, experiment_name, run_name, {}, 0)


class CatchingUp:
    """Sends what dead writers left for servers, in a thread of its own for each."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}
        self._impatient: set[threading.Thread] = set()
        self._said: set[tuple[str, str]] = set()

    def start(self, url: str, send: Callable[[], Sequence[str]]) -> None:
        """Begin, unless that is under way; wait for it, but not for long, and only once.

        Args:
            url: The server.
            send: Sends what there is; returns why something is left.
        """
        with self._guard:
            thread = self._threads.get(url)
            if thread is None or not thread.is_alive():
                thread = threading.Thread(target=self._send, args=(url, send), name="assay-sync", daemon=True)
                self._threads[url] = thread
                thread.start()
        if thread not in self._impatient and not _was_silent(url):
            thread.join(PATIENCE_S)
            if thread.is_alive():
                self._impatient.add(thread)
                logger.info("assay: what processes that ended left for %s is being sent", url)

    def _send(self, url: str, send: Callable[[], Sequence[str]]) -> None:
        try:
            problems = send()
        except AssayError as error:
            problems = [str(error)]
        self._impatient.discard(threading.current_thread())
        for problem in problems:
            if (url, problem) not in self._said:  # it may be asked for at every read
                self._said.add((url, problem))
                logger.warning(
                    "assay: what processes that ended left for %s can't be sent now (%s); it is kept, and `assay sync` "
                    "sends it too",
                    url,
                    problem,
                )


catching_up = CatchingUp()
"""The process's one; a forked child has no threads and begins with another."""


def _forget_in_child() -> None:
    global catching_up
    catching_up = CatchingUp()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
