"""Leftovers: what killed writers left in a folder that a server has is brought in while it serves.

Who opens the folder itself does so; who only looks at the runs through a server opens nothing. A look costs a listing
of the folder of journals; only where a writer has died is anything opened, in this thread, and no request waits for it.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from assay.errors import AssayError
from assay.recording.recovery import left_behind, recover
from assay.serving.logs import tell

if TYPE_CHECKING:
    from assay.serving.opening import Workspaces
    from assay.system import Process

LOOK_S = 2.0
"""How often it is looked whether a writer was killed."""
REST_S = 60.0
"""How long a folder is left alone whose leftovers could not be brought in."""


class Leftovers:
    """What brings them in.

    Args:
        workspaces: What is served; of a database on its own nothing lies in a folder.
    """

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces
        self._known: dict[str, dict[str, Process]] = {}
        self._rests_until_s: dict[str, float] = {}
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._work, name="assay-leftovers", daemon=True)

    def start(self) -> None:
        """Begin, where there is a folder that writers may have without this server."""
        if self._workspaces.place.database is None:
            self._thread.start()

    def stop(self) -> None:
        """End behind the journal that is being brought in."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._end.wait(LOOK_S):
            self.look()

    def look(self) -> None:
        """Bring in what is there now."""
        try:
            names = self._workspaces.names()
        except AssayError:  # the next look asks again
            return
        for name in names:
            if self._end.is_set() or time.monotonic() < self._rests_until_s.get(name, 0.0):
                continue
            try:
                self._bring_in(name)
            except (AssayError, OSError) as error:
                self._rests_until_s[name] = time.monotonic() + REST_S
                tell(logging.WARNING, "leftovers wait", workspace=name, message=str(error))

    def _bring_in(self, workspace: str) -> None:
        journals = str(self._workspaces.journals(workspace))
        known = self._known.setdefault(workspace, {})
        if not left_behind(journals, set(), known):
            return
        store = self._workspaces.open_store(workspace)
        try:
            done = recover(store, journals)
        finally:
            store.close()
        for one in done:
            known.pop(one.path, None)
            tell(logging.INFO, "recovered", workspace=workspace, run=one.run, rows=one.rows, note=one.note)
        if not done:  # another process is at it, or the journal is one that nobody may take
            self._rests_until_s[workspace] = time.monotonic() + LOOK_S * 5
