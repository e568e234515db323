"""Quotas: a workspace, or an experiment of it, that holds as much as it may takes no more points and no more bytes.

What is held is measured every few minutes, and what comes in meanwhile is added, so that no request waits for a
measurement. Several servers learn of each other's intake with the next one: a quota may be passed by what they take in
between. Names, parameters and the end of a run are taken always: a run can end, and say how, in a full workspace.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assay.errors import AssayError, QuotaError
from assay.serving.policies import FREE, WORKSPACE, Policies, Policy
from assay.storage.contract import Appended
from assay.storage.parcel import Parcel
from assay.storage.sql.measuring import measure
from assay.storage.sql.store import SqlStore
from assay.storage.usage import WorkspaceUsage

if TYPE_CHECKING:
    from assay.storage.objects import Objects
    from assay.storage.sql.database import Database

LOOK_S = 30.0
"""How often policies are read."""
MEASURE_S = 300.0
"""How often what is held is measured, where there is a quota."""
FULL_MEASURE_S = 60.0
"""How often while one is used up: somebody may have made room."""
MEASURE_SHARE = 0.02
"""The greatest share of time that measuring may take, however large a workspace is."""
KNOWN_WRITERS = 100_000


class Quota:
    """What a workspace may still take.

    Args:
        policies: Where its quotas stand.
        workspace: Its name.
        database: Its catalog.
    """

    def __init__(self, policies: Policies, workspace: str, database: Database) -> None:
        self.workspace = workspace
        self._policies = policies
        self._database = database
        self._guard = threading.Lock()
        self._limits: dict[str, int] = {}
        self._usage = WorkspaceUsage()
        self._since_bytes = 0
        self._full: dict[str, str] = {}
        self._writers: dict[str, str] = {}
        self._measured_s = self._took_s = 0.0

    @property
    def is_free(self) -> bool:
        """Whether there is no quota here."""
        return not self._limits

    def policy(self) -> Policy:
        """What holds for the workspace as a whole now."""
        return self._policies.of(self.workspace).get(WORKSPACE, FREE)

    def look(self) -> None:
        """Read the quotas, and measure where that is due; a server calls this every `LOOK_S`."""
        found = {uid: one for uid, one in self._policies.of(self.workspace).items() if one.quota_bytes is not None}
        limits = {uid: _limit(one) for uid, one in found.items()}
        changed, self._limits = limits != self._limits, limits
        if not limits:
            self._full = {}
        elif changed or time.monotonic() >= self._measured_s + self._pause_s():
            began_s = time.monotonic()
            self._measure()
            self._measured_s = time.monotonic()
            self._took_s = self._measured_s - began_s

    def _pause_s(self) -> float:
        """How long a measurement is good for."""
        # Segments come in larger than they are kept: what looks full by them may not be.
        is_full = bool(self._full) or self.refusal() is not None
        return max(FULL_MEASURE_S if is_full else MEASURE_S, self._took_s / MEASURE_SHARE)

    def _measure(self) -> None:
        before_bytes = self._since_bytes
        with self._database.read() as connection:
            usage = measure(connection)
        with self._guard:
            # What came in while it was measured counts on: twice where the measurement saw it, until the next one.
            self._usage, self._since_bytes = usage, self._since_bytes - before_bytes
            self._writers = {}
            self._full = {}
            for uid, limit_bytes in self._limits.items():
                held = usage if uid == WORKSPACE else usage.experiments.get(uid)
                if held is not None and held.total_bytes >= limit_bytes:
                    what = f"workspace {self.workspace}" if uid == WORKSPACE else f"experiment {held_name(usage, uid)}"
                    self._full[uid] = _used_up(what, held.total_bytes, limit_bytes)

    def note(self, size_bytes: int) -> None:
        """So many bytes were taken."""
        with self._guard:
            self._since_bytes += size_bytes

    def refusal(self) -> QuotaError | None:
        """Why the workspace takes nothing more, None where it does."""
        limit_bytes = self._limits.get(WORKSPACE)
        if limit_bytes is None:
            return None
        held_bytes = self._usage.total_bytes + self._since_bytes
        if held_bytes < limit_bytes:
            return None
        return QuotaError(_used_up(f"workspace {self.workspace}", held_bytes, limit_bytes))

    def refusal_of(self, parcel: Parcel) -> QuotaError | None:
        """Why a segment is not taken, None where it is."""
        if not parcel.rows:
            return None
        refusal = self.refusal()
        if refusal is None and self._full:
            text = self._full.get(self._experiment_of(parcel))
            refusal = None if text is None else QuotaError(text)
        return refusal

    def _experiment_of(self, parcel: Parcel) -> str:
        """The id of the experiment that a segment goes to; empty, as nobody's, where it is not there."""
        known = self._writers.get(parcel.writer_uid)
        if known is None:
            run_uid = "" if parcel.opening is None else parcel.opening.run_uid
            with self._database.read() as connection:
                row = connection.execute(
                    "SELECT experiments.uid FROM runs JOIN experiments ON experiments.id = runs.experiment_id "
                    "WHERE runs.uid = ? OR runs.id = (SELECT run_id FROM writers WHERE uid = ?)",
                    (run_uid, parcel.writer_uid),
                ).fetchone()
            known = "" if row is None else str(row[0])
            with self._guard:
                if len(self._writers) >= KNOWN_WRITERS:
                    self._writers = {}
                self._writers[parcel.writer_uid] = known
        return known


class QuotaStore(SqlStore):
    """A store that takes no more than a quota allows.

    Args:
        database: Its catalog.
        objects: Where the bytes of artifacts lie.
        location: What messages call it.
        quota: What it may take.
    """

    def __init__(self, database: Database, objects: Objects, location: str, quota: Quota) -> None:
        from assay.serving.quota_objects import QuotaObjects

        super().__init__(database, QuotaObjects(objects, quota), location)
        self.quota = quota

    def take(self, parcels: Sequence[Parcel]) -> list[Appended | AssayError]:
        """Take segments; in place of what is over the quota, a QuotaError."""
        if self.quota.is_free:
            return super().take(parcels)
        refusals = [self.quota.refusal_of(one) for one in parcels]
        taken = [one for one, refusal in zip(parcels, refusals, strict=True) if refusal is None]
        rest = iter(super().take(taken) if taken else ())
        self.quota.note(sum(len(one.rows) for one in taken))
        return [next(rest) if refusal is None else refusal for refusal in refusals]


def held_name(usage: WorkspaceUsage, uid: str) -> str:
    """The name of an experiment, by its id."""
    one = usage.experiments.get(uid)
    return uid if one is None else one.name


def _limit(policy: Policy) -> int:
    assert policy.quota_bytes is not None
    return policy.quota_bytes


def _used_up(what: str, held_bytes: int, limit_bytes: int) -> str:
    return (
        f"the quota of {what} is used up: it holds {_shown(held_bytes)} of {_shown(limit_bytes)}; delete runs or "
        "artifacts and empty the trash, or have who runs the server raise it (assay workspace set). What was logged "
        "waits with its writer, and follows when there is room"
    )


def _shown(size_bytes: int) -> str:
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size_bytes >= size:
            return f"{size_bytes / size:.4g} {unit}"
    return f"{size_bytes} B"
