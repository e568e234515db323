"""Live events: what changed, told to whoever listens, for one look at the store a second however many they are.

A run's revision lies in the store, so it does not matter through which server a segment came. What one server took
itself hurries its next look. A listener is told the last revision of each of its runs, not every one: what waits for a
slow one is bounded by how many runs it watches.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable, Iterator

from assay.errors import AssayError, UnavailableError
from assay.storage.contract import RunQuery, Store

LOOK_S = 1.0
"""The shortest time between two looks at the store."""
QUIET_LOOK_S = 1.0
"""The longest, while somebody listens: other servers take segments too, and scripts that log to the folder itself."""
LISTENERS = 2000
"""So many connections may listen to one workspace."""
NEWEST_RUNS = 200
"""Of an experiment that is listened to as a whole, so many of its runs are watched."""

logger = logging.getLogger("assay.server")


class Listener:
    """One connection that listens.

    Args:
        runs: The ids of the runs that it watches.
        experiments: The names of the experiments whose newest runs it watches.
    """

    def __init__(self, runs: Iterable[str], experiments: Iterable[str]) -> None:
        self.runs = frozenset(runs)
        self.experiments = frozenset(experiments)
        self._known: dict[str, int | None] = {}
        self._changed: dict[str, int | None] = {}
        self._wake = asyncio.Event()
        self._ended = False

    @property
    def watched(self) -> set[str]:
        """The ids of the runs that it was told of and that are there, as far as it knows."""
        return {uid for uid, revision in self._known.items() if revision is not None}

    def tell(self, revisions: dict[str, int], experiment_runs: dict[str, list[str]]) -> None:
        """Told of what a look at the store found."""
        for uid in self.watched.union(self.runs, *(experiment_runs.get(name, ()) for name in self.experiments)):
            revision = revisions.get(uid)
            if uid not in self._known and revision is None:
                continue
            if uid not in self._known or self._known[uid] != revision:
                self._known[uid] = self._changed[uid] = revision
        if self._changed:
            self._wake.set()

    async def changes(self, wait_s: float) -> dict[str, int | None] | None:
        """The revisions of the runs that changed, None for a run that was deleted; nothing where none did in time.

        Returns:
            None once the server ends.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._wake.wait()
        self._wake.clear()
        changed, self._changed = self._changed, {}
        return None if self._ended else changed

    def end(self) -> None:
        """Wake it for the last time."""
        self._ended = True
        self._wake.set()


class Feed:
    """Who listens to one workspace.

    Args:
        store: The workspace's store, as it is by now.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._ended = False

    def __len__(self) -> int:
        return len(self._listeners)

    @contextlib.contextmanager
    def listening(self, listener: Listener) -> Iterator[Listener]:
        """Have a listener told of changes while the block lasts.

        Raises:
            UnavailableError: Too many listen, or the server is ending.
        """
        if self._ended:
            raise UnavailableError("the server is stopping; connect again")
        if len(self._listeners) >= LISTENERS:
            raise UnavailableError(f"{LISTENERS} connections listen to this workspace already; ask again later")
        self._listeners.add(listener)
        self._news.set()
        if self._task is None or self._task.done():
            self._loop = asyncio.get_running_loop()
            self._task = self._loop.create_task(self._work())
            self._task.add_done_callback(self._worked)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def hurry(self) -> None:
        """Something was taken; called from any thread."""
        loop = self._loop
        if self._listeners and loop is not None and not self._news.is_set():
            with contextlib.suppress(RuntimeError):  # the loop was closed
                loop.call_soon_threadsafe(self._news.set)

    async def end(self) -> None:
        """Let all listeners go."""
        self._ended = True
        for listener in list(self._listeners):
            listener.end()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def _worked(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:  # nobody foresaw it; who listens connects again, and finds another try under way
            logger.error("live events ended", exc_info=error)
            for listener in list(self._listeners):
                listener.end()

    async def _work(self) -> None:
        while self._listeners:
            started_s = time.monotonic()
            self._news.clear()
            try:
                await self._look()
            except AssayError as error:
                logger.warning("live events wait: %s", error)
            await asyncio.sleep(max(0.0, started_s + LOOK_S - time.monotonic()))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, started_s + QUIET_LOOK_S - time.monotonic())):
                    await self._news.wait()

    async def _look(self) -> None:
        listeners = list(self._listeners)
        experiments = frozenset[str]().union(*(one.experiments for one in listeners))
        runs = frozenset[str]().union(*(one.runs for one in listeners), *(one.watched for one in listeners))
        found = await asyncio.to_thread(_revisions, self._store, runs, experiments)
        for listener in listeners:
            listener.tell(*found)


def _revisions(
    store: Store, runs: frozenset[str], experiments: frozenset[str]
) -> tuple[dict[str, int], dict[str, list[str]]]:
    newest = {
        name: [one.uid for one in store.list_runs(RunQuery(name, limit=NEWEST_RUNS)).runs] for name in experiments
    }
    wanted = runs.union(*newest.values())
    return store.revisions(sorted(wanted)), newest
