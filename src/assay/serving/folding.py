"""Folding in a server: which tails are due, and a thread that folds them while segments come in.

A writer's tail is folded when it is large, when it consists of many segments (each read decodes them one by one), or
when the writer has ended. In between, summaries are brought up to date so that a search sees runs that live: the sooner
the fewer there are, since this may take only a part of the thread's time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from assay.errors import AssayError, DamagedError
from assay.storage.contract import Appended
from assay.storage.parcel import Parcel
from assay.storage.sql.folding import Folding

FOLD_BYTES = 1 << 20
"""A tail of so many bytes is folded: enough for chunks worth having."""
FOLD_SEGMENTS = 128
"""So is one of so many segments: two minutes of a run that sends one a second."""
SUMMARISE_AFTER_S = 1.0
"""How old news may be before summaries show it, where there is time for that."""
SUMMARISE_SHARE = 0.15
"""The share of its time that the thread spends on summaries of runs which are not due for folding."""
CATCH_UP_S = 0.1
"""How long a search waits for summaries of what was just taken."""
LOOK_S = 0.2
SCAN_S = 60.0
"""How often the whole tail is looked through, for what other servers that are gone have left."""
RETRY_S = 60.0
"""How long a writer is left alone whose tail can't be folded."""

logger = logging.getLogger("assay.server")


@dataclass(slots=True)
class _Due:
    """What is known of a writer's tail."""

    segments: int = 0
    size_bytes: int = 0
    ended: bool = False
    unseen_since_s: float = 0.0
    not_before_s: float = 0.0


class Folder:
    """The thread that folds what one store has taken.

    Args:
        folding: What does it.
    """

    def __init__(self, folding: Folding) -> None:
        self._folding = folding
        self._due: dict[str, _Due] = {}
        self._guard = threading.Lock()
        self._end = threading.Event()
        self._wake = threading.Event()
        self._next_scan_s = 0.0
        self._summarised_until_s = 0.0
        self.folded_bytes = 0
        self.failures = 0
        self._thread = threading.Thread(target=self._work, name="assay-folder", daemon=True)
        self._thread.start()

    @property
    def backlog_bytes(self) -> int:
        """How much waits to be folded, as far as this server knows."""
        with self._guard:
            return sum(one.size_bytes for one in self._due.values())

    def taken(self, parcels: Sequence[Parcel], answers: Sequence[Appended | AssayError]) -> None:
        """Told of segments that the store took."""
        now = time.monotonic()
        with self._guard:
            for parcel, answer in zip(parcels, answers, strict=True):
                if not isinstance(answer, Appended) or not answer.accepted or not (parcel.rows or parcel.final):
                    continue
                due = self._due.setdefault(parcel.writer_uid, _Due())
                due.segments += bool(parcel.rows)
                due.size_bytes += len(parcel.rows)
                due.ended |= parcel.final
                due.unseen_since_s = due.unseen_since_s or now
        self._wake.set()

    def close(self) -> None:
        """End behind the step that is under way."""
        self._end.set()
        self._wake.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._end.is_set():
            try:
                self._scan()
                if not self._fold_one() and not self._summarise_one():
                    self._end.wait(LOOK_S)
                    if not self._due:
                        self._wake.wait(SCAN_S)
                    self._wake.clear()  # behind the wait, so that no end is slept through
            except AssayError as error:  # the database is away, or full: what was taken is safe, and folded later
                self.failures += 1
                logger.warning("folding waits: %s", error)
                self._end.wait(5.0)

    def _scan(self) -> None:
        now = time.monotonic()
        if now < self._next_scan_s:
            return
        self._next_scan_s = now + SCAN_S
        tails = self._folding.tails()
        with self._guard:
            for tail in tails:
                known = self._due.get(tail.writer_uid)
                settled = tail.ended and tail.summarised and tail.size_bytes <= 2 * 4096
                if known is None and not settled:
                    self._due[tail.writer_uid] = _Due(
                        tail.segments, tail.size_bytes, tail.ended, 0.0 if tail.summarised else now
                    )
                elif known is not None:
                    known.segments = max(known.segments, tail.segments)
                    known.size_bytes = max(known.size_bytes, tail.size_bytes)
                    known.ended |= tail.ended  # another server took its end, and may be gone
                    if not tail.summarised:
                        known.unseen_since_s = known.unseen_since_s or now

    def _fold_one(self) -> bool:
        now = time.monotonic()
        with self._guard:
            due = [
                (one.size_bytes, uid)
                for uid, one in self._due.items()
                if now >= one.not_before_s
                and (one.ended or one.size_bytes >= FOLD_BYTES or one.segments >= FOLD_SEGMENTS)
            ]
            if not due:
                return False
            uid = max(due)[1]
            before = self._due.pop(uid)
        try:
            done = self._folding.fold(uid)
        except DamagedError as error:
            self._put_back(uid, before, time.monotonic() + RETRY_S)
            self.failures += 1
            logger.error("writer %s can't be folded: %s", uid, error)
            return True
        except AssayError:
            self._put_back(uid, before, 0.0)
            raise
        self.folded_bytes += done.size_bytes
        if done.more:
            self._put_back(uid, before, time.monotonic() + (0.0 if done.segments else 1.0))
        return True

    def _put_back(self, uid: str, before: _Due, not_before_s: float) -> None:
        with self._guard:
            due = self._due.setdefault(uid, _Due())
            due.segments += before.segments
            due.size_bytes += before.size_bytes
            due.ended |= before.ended
            due.unseen_since_s = before.unseen_since_s
            due.not_before_s = not_before_s

    def _summarise_one(self) -> bool:
        now = time.monotonic()
        if now < self._summarised_until_s:
            return False
        with self._guard:
            unseen = [
                (one.unseen_since_s, uid)
                for uid, one in self._due.items()
                if one.unseen_since_s and now >= one.not_before_s and not one.ended
            ]
            if not unseen:
                return False
            since, uid = min(unseen)
            if now - since < SUMMARISE_AFTER_S:
                return False
            self._due[uid].unseen_since_s = 0.0
        self._summarise(uid)
        took_s = time.monotonic() - now
        self._summarised_until_s = now + took_s / SUMMARISE_SHARE
        return True

    def catch_up(self, within_s: float = CATCH_UP_S) -> None:
        """Bring summaries up to date for a search that is about to read them, the latest news first, for so long.

        So whoever logs and then searches finds what they logged; where a thousand runs log, most of it.
        """
        end_s = time.monotonic() + within_s
        with self._guard:
            unseen = sorted((one.unseen_since_s, uid) for uid, one in self._due.items() if one.unseen_since_s)
        while unseen and (now := time.monotonic()) < end_s:
            uid = unseen.pop()[1]
            with self._guard:
                due = self._due.get(uid)
                if due is None or not due.unseen_since_s or now < due.not_before_s:
                    continue
                due.unseen_since_s = 0.0
            self._summarise(uid)

    def _summarise(self, uid: str) -> None:
        try:
            self._folding.summarise(uid)
        except DamagedError as error:
            self._put_back(uid, _Due(), time.monotonic() + RETRY_S)
            self.failures += 1
            logger.error("writer %s can't be summarised: %s", uid, error)
