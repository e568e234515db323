"""The site: what a running server has. Each workspace has a store, an intake and live events of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assay.errors import AssayError, UnavailableError
from assay.serving.folding import Folder
from assay.serving.intake import Intake
from assay.serving.live import Feed
from assay.serving.metrics import Metrics
from assay.storage.contract import Appended, Store
from assay.storage.parcel import Parcel


def folder_of(store: Store) -> Folder | None:
    """What folds in the background of a store; None for one that folds by itself."""
    from assay.storage.sql.folding import Folding
    from assay.storage.sql.store import SqlStore

    return Folder(Folding(store.database)) if isinstance(store, SqlStore) else None


@dataclass(slots=True)
class Room:
    """A workspace that is open: its store, and what takes segments into it."""

    name: str
    store: Store
    intake: Intake
    feed: Feed
    folder: Folder | None

    def catch_up(self) -> None:
        """Have what was just taken seen by a search that is about to be made."""
        if self.folder is not None:
            self.folder.catch_up()


class Site:
    """The workspaces of a server.

    Args:
        open_store: Opens the store of a workspace.
    """

    def __init__(self, open_store: Callable[[str], Store]) -> None:
        self.metrics = Metrics()
        self._open_store = open_store
        self._rooms: dict[str, Room] = {}
        self._guard = threading.Lock()
        self._ended = False
        self.metrics.watch(self)

    def open_rooms(self) -> list[Room]:
        """The workspaces that are open."""
        return list(self._rooms.values())

    async def enter(self, workspace: str) -> Room:
        """An open workspace; it is opened when it is first asked for."""
        room = self._rooms.get(workspace)
        return await asyncio.to_thread(self._open, workspace) if room is None else room

    def _open(self, workspace: str) -> Room:
        with self._guard:
            if self._ended:
                raise UnavailableError("the server is stopping; ask again")
            room = self._rooms.get(workspace)
            if room is None:
                store = self._open_store(workspace)
                feed, folder = Feed(store), folder_of(store)

                def taken(parcels: Sequence[Parcel], answers: Sequence[Appended | AssayError]) -> None:
                    self.metrics.taken(parcels, answers)
                    feed.hurry()
                    if folder is not None:
                        folder.taken(parcels, answers)

                room = self._rooms[workspace] = Room(workspace, store, Intake(store, taken), feed, folder)
            return room

    async def end(self) -> None:
        """Let those go who listen, take what waits, then let go of everything."""
        for room in self.open_rooms():
            await room.feed.end()
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """Take what waits, then let go of everything."""
        with self._guard:
            self._ended = True
        for room in self.open_rooms():
            room.intake.end()
            if room.folder is not None:
                room.folder.close()
            room.store.close()
