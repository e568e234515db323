"""Upkeep: what a server does beside answering requests, in a thread of its own.

Every half minute it looks at quotas and writes down which tokens were used, now and then it gives back what a catalog's
file does not need, once a day it does what retention asks for; of several servers over one database one does that. What
fails is told in the log and done again when it is next due: no request depends on it.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from assay.errors import AssayError
from assay.serving.logs import tell
from assay.serving.quota import LOOK_S, Quota, QuotaStore
from assay.serving.retention import retain

if TYPE_CHECKING:
    from assay.serving.opening import Workspaces
    from assay.storage.sql.database import Database

DAY_S = 86_400
COMPACT_S = 600
"""How often it is looked whether a catalog's file has become much larger than what is in it."""
COMPACT_BYTES = 64 << 20
"""So much may be empty: the next segments take it. What folding leaves beyond that is given back to the disk."""
TURN = "retention"


class Upkeep:
    """The upkeep of a server.

    Args:
        workspaces: What it serves.
    """

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces
        self._quotas: dict[str, Quota] = {}
        self._databases: dict[str, Database] = {}
        self._compacted_s = time.monotonic()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._work, name="assay-upkeep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End behind the step that is under way."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    def open_store(self, workspace: str) -> QuotaStore:
        """The store of a workspace, for a server: it takes no more than its quota allows."""
        plain = self._workspaces.open_store(workspace)
        quota = Quota(self._workspaces.policies, workspace, plain.database)
        quota.look()
        self._quotas[workspace] = quota
        self._databases[workspace] = plain.database
        return QuotaStore(plain.database, plain.objects, plain.location, quota)

    def _work(self) -> None:
        while not self._end.wait(LOOK_S):
            self.do()

    def do(self) -> None:
        """One round."""
        steps = [
            self._workspaces.members.save_uses,
            *(quota.look for quota in list(self._quotas.values())),
            self._compact,
            self._retain,
        ]
        for step in steps:
            if self._end.is_set():
                return
            try:
                step()
            except (AssayError, OSError) as error:
                tell(logging.WARNING, "upkeep waits", message=str(error))

    def _compact(self) -> None:
        if time.monotonic() >= self._compacted_s + COMPACT_S:
            self._compacted_s = time.monotonic()
            self.compact()

    def compact(self, *, over_bytes: int = COMPACT_BYTES) -> None:
        """Give back what is empty in the catalogs that are open, where it is more than that; others go on meanwhile."""
        for database in list(self._databases.values()):
            if database.free_bytes > over_bytes:
                database.compact()

    def _retain(self) -> None:
        policies = self._workspaces.policies
        if not policies.take_turn(TURN, time.time_ns() // 1000, DAY_S * 1_000_000):
            return
        for workspace in self._workspaces.names():
            if self._end.is_set():
                return
            self.retain(workspace)

    def retain(self, workspace: str) -> None:
        """Do what retention asks for in a workspace, and tell of it."""
        if not self._workspaces.has_catalog(workspace):
            return
        store = self._workspaces.open_store(workspace)
        try:
            done = retain(store, self._workspaces.policies.of(workspace), journals=self._workspaces.journals(workspace))
        finally:
            if self._workspaces.place.database is None:  # else its connections are those of everybody
                store.close()
        if done.trashed or done.deleted or done.objects:
            tell(
                logging.INFO,
                "retention",
                workspace=workspace,
                trashed=len(done.trashed),
                deleted=len(done.deleted),
                objects=done.objects,
                object_bytes=done.object_bytes,
            )
