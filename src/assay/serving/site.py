"""The site: what a running server has. Each workspace has a store, an intake and a folder of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assay.errors import AssayError
from assay.serving.intake import Intake
from assay.storage.contract import Appended, Store
from assay.storage.parcel import Parcel


@dataclass(slots=True)
class Room:
    """A workspace that is open: its store, and what takes segments into it."""

    name: str
    store: Store
    intake: Intake


class Site:
    """The workspaces of a server.

    Args:
        open_store: Opens the store of a workspace.
    """

    def __init__(self, open_store: Callable[[str], Store]) -> None:
        self._open_store = open_store
        self._rooms: dict[str, Room] = {}
        self._guard = threading.Lock()

    def room(self, workspace: str) -> Room:
        """An open workspace; it is opened when it is first asked for."""
        room = self._rooms.get(workspace)
        if room is None:
            with self._guard:
                room = self._rooms.get(workspace)
                if room is None:
                    store = self._open_store(workspace)
                    room = self._rooms[workspace] = Room(workspace, store, Intake(store, self._taken))
        return room

    def _taken(self, parcels: Sequence[Parcel], answers: Sequence[Appended | AssayError]) -> None:
        """Told of what was taken: the place from which folding and live updates learn of it."""

    def close(self) -> None:
        """Take what waits, then let go of everything."""
        for room in self._rooms.values():
            room.intake.end()
            room.store.close()
