"""What writers send: segments one at a time or many together, each taken once, in order, whole or not at all."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assay.errors import AssayError, SequenceError
from assay.formats.event import Event
from assay.formats.segment import Rows, encode_segment
from assay.formats.summary import Summary
from assay.storage.contract import Appended, OpenedWriter, Opening, WriterSpec
from assay.storage.fold import summaries_of
from assay.storage.parcel import Parcel
from assay.storage.sql import events as catalog
from assay.storage.sql import points
from assay.storage.sql.addressing import not_there, run_number
from assay.storage.sql.conflicts import ConflictError, retried
from assay.storage.sql.database import Connection, Database
from assay.storage.sql.runs import open_run

FOLD_BYTES = 256 * 1024
"""A writer's tail is folded when it has grown to this, where numpy is loaded already."""
FOLD_BYTES_WITHOUT_NUMPY = 1024 * 1024
"""The same in a process that would have to import numpy for it, which stops other threads for moments."""
UNKNOWN = 0
"""The number of a writer, or a run, that has none as yet."""
LIVE_SERIES = 200
"""A segment of so many series has their summaries brought up to date at once; those of wider ones wait for the fold."""
WAL_BYTES = 1 << 20
"""How large the WAL may be behind a run of few points: many of them share the cost of carrying it in."""


class _TailChangedError(Exception):
    """Somebody folded, or summarised, what this transaction was about to."""


@dataclass(slots=True)
class KnownWriter:
    """A writer as the catalog has it, or is about to: `writer_id` is then `UNKNOWN`."""

    writer_id: int
    run_id: int
    next_segment: int = 0
    tail_bytes: int = 0
    status: str = "InProgress"


@dataclass(slots=True)
class _Prepared:
    """What an append is going to do beside applying its events, made ready before the transaction that does it."""

    known: KnownWriter
    body: bytes = b""
    fold: points.Fold | None = None
    summaries: dict[str, Summary] | None = None
    unfolded: int = 0
    tail_count: int = 0
    unseen_count: int = 0


class Writers:
    """The writers of a catalog.

    Args:
        database: The catalog.
        location: The store, for messages.
    """

    def __init__(self, database: Database, location: str) -> None:
        self._database = database
        self._names = database.names
        self._location = location

    @retried
    def open(self, run_uid: str, spec: WriterSpec) -> OpenedWriter:
        """Let a writer into a run."""
        with self._database.write() as connection:
            run_id = run_number(connection, self._location, run_uid)
            connection.hold(("run", run_id))
            # A caller may not have learnt that the transaction which let the writer in came to its end.
            known = connection.execute("SELECT attempt FROM writers WHERE uid = ?", (spec.uid,)).fetchone()
            attempt = self._let_in(connection, run_id, spec)[0] if known is None else int(known[0])
            last_steps = {}
            if attempt > 1:
                found = points.read_summaries(connection, self._database.place, run_id)
                last_steps = {name: summary.last_step for name, summary in found.items()}
        return OpenedWriter(attempt, last_steps)

    def next_segment(self, writer_uid: str) -> int | None:
        """The number of the segment that a writer sends next, 0 for one that is not known; None if it has ended."""
        with self._database.read() as connection:
            row = connection.execute("SELECT next_segment, status FROM writers WHERE uid = ?", (writer_uid,)).fetchone()
        if row is None:
            return 0
        return int(row[0]) if row[1] == "InProgress" else None

    @retried
    def append(
        self,
        writer_uid: str,
        index: int,
        events: Sequence[Event],
        rows: Sequence[Rows],
        *,
        final: bool,
        opening: Opening | None,
    ) -> Appended:
        """Take a segment, and fold what has come together where that is enough."""
        while True:
            prepared = self._prepare(writer_uid, index, rows, final=final, opening=opening)
            if prepared is None:
                return Appended(accepted=False)
            self._names.prepare(prepared.summaries or ())
            try:
                with self._database.write() as connection:
                    if prepared.known.run_id == UNKNOWN:
                        assert opening is not None
                        if not make_run(connection, opening):
                            raise ConflictError(f"{opening.run_uid} was made by another writer meanwhile; send again")
                    else:
                        connection.hold(("run", prepared.known.run_id))
                    known = self.known(connection, writer_uid, opening)
                    if known.next_segment != index or known.status != "InProgress":
                        return Appended(accepted=False)
                    set_aside = self._write(connection, known, index, events, prepared, opening)
                    if final:
                        self.end(connection, known, events)
            except _TailChangedError:
                continue
            if final:
                self._database.shrink(wal_bytes=WAL_BYTES if prepared.fold is None else None)
            return Appended(accepted=True, set_aside=set_aside)

    def _prepare(
        self, writer_uid: str, index: int, rows: Sequence[Rows], *, final: bool, opening: Opening | None
    ) -> _Prepared | None:
        """Do what takes time before others have to wait; None for a segment that is here already."""
        place = self._database.place
        with self._database.read() as connection:
            known = self.known(connection, writer_uid, opening)
            if not self.is_next(known, writer_uid, index):
                return None
            ready = _Prepared(known, unfolded=known.tail_bytes + sum(len(part.body) for part in rows))
            if final:
                whole = ready.unfolded > points.KEPT_BYTES or points.has_chunks(
                    connection, known.run_id, known.writer_id
                )
            else:
                whole = ready.unfolded >= (FOLD_BYTES if "numpy" in sys.modules else FOLD_BYTES_WITHOUT_NUMPY)
            if rows and not whole:
                ready.body = encode_segment(rows)
            key = (known.run_id, known.writer_id)
            if whole and ready.unfolded:
                tail = points.read_tail(connection, place, *key) if known.tail_bytes else []
                ready.tail_count = len(tail)
                every = [*(part for one in tail for part in one.rows), *rows]
                ready.fold = points.prepare_fold(connection, self._names, *key, every, final=final)
            if final or whole or sum(len(part.layout.names) for part in rows) <= LIVE_SERIES:
                unseen = points.read_tail(connection, place, *key, summarised=False) if known.tail_bytes else []
                ready.unseen_count = len(unseen)
                ready.summaries = summaries_of([*(part for one in unseen for part in one.rows), *rows])
        return ready

    def _write(
        self,
        connection: Connection,
        known: KnownWriter,
        index: int,
        events: Sequence[Event],
        ready: _Prepared,
        opening: Opening | None,
    ) -> list[tuple[Event, str]]:
        if known.tail_bytes != ready.known.tail_bytes:
            raise _TailChangedError
        set_aside = self.apply(connection, known, index, events, opening)
        key = (known.run_id, known.writer_id)
        if ready.summaries is not None:
            points.merge_into_series(connection, self._names, known.run_id, ready.summaries)
            if known.tail_bytes:
                _expect(
                    ready.unseen_count,
                    connection,
                    "UPDATE tail SET summarised = 1 WHERE run_id = ? AND writer_id = ? AND summarised = 0",
                    key,
                )
        if ready.body:
            connection.execute(
                "INSERT INTO tail (writer_id, segment, run_id, summarised, body) VALUES (?, ?, ?, ?, ?)",
                (known.writer_id, index, known.run_id, int(ready.summaries is not None), ready.body),
            )
        unfolded = ready.unfolded
        if ready.fold is not None:
            points.write_fold(connection, self._names, known.run_id, known.writer_id, ready.fold)
            _expect(ready.tail_count, connection, "DELETE FROM tail WHERE run_id = ? AND writer_id = ?", key)
            unfolded = 0
        connection.execute(
            "UPDATE writers SET next_segment = ?, tail_bytes = ? WHERE id = ?", (index + 1, unfolded, known.writer_id)
        )
        return set_aside

    def apply(
        self,
        connection: Connection,
        known: KnownWriter,
        index: int,
        events: Sequence[Event],
        opening: Opening | None,
    ) -> list[tuple[Event, str]]:
        """Let a new writer in, and apply what it says; what could not be applied is kept aside, with the reason."""
        if known.writer_id == UNKNOWN:
            assert opening is not None
            known.writer_id = self._let_in(connection, known.run_id, opening.writer)[1]
        set_aside = catalog.apply_events(connection, self._names, known.run_id, events, writer_id=known.writer_id)
        if set_aside:
            connection.executemany(
                "INSERT INTO set_aside (writer_id, segment, reason, body) VALUES (?, ?, ?, ?)",
                [(known.writer_id, index, why, json.dumps({"k": one.kind, **one.body})) for one, why in set_aside],
            )
        return set_aside

    @retried
    def take(self, parcels: Sequence[Parcel]) -> list[Appended | AssayError]:
        """Take many segments in one transaction, unread; folding is for others to do."""
        from assay.storage.sql.intake import Intake  # who logs to a folder needs none

        return Intake(self._database, self).take(parcels)

    @retried
    def heartbeat(self, writer_uids: Sequence[str]) -> None:
        """Note that these writers live; one that is not known, or has ended, is passed over."""
        now_us = time.time_ns() // 1000
        with self._database.write() as connection:
            which = connection.dialect.one_of("uid", sorted(writer_uids))
            connection.execute(
                "UPDATE writers SET heard_us = ? WHERE status = 'InProgress' "
                f"AND id IN (SELECT id FROM writers WHERE {which.text}{connection.dialect.skip_locked})",
                (now_us, *which.values),
            )

    @staticmethod
    def is_next(known: KnownWriter, writer_uid: str, index: int) -> bool:
        """Whether a segment is the one that is due; False for one that is here already.

        Raises:
            SequenceError: One before it is missing.
        """
        if index < known.next_segment or known.status != "InProgress":
            return False
        if index > known.next_segment:
            raise SequenceError(f"writer {writer_uid} sent segment {index}; segment {known.next_segment} is missing")
        return True

    @staticmethod
    def end(connection: Connection, known: KnownWriter, events: Sequence[Event]) -> str:
        """End a writer as the last of its `leave` events says; its status by then."""
        leave = next((event for event in reversed(events) if event.kind == "leave"), None)
        if leave is None:
            leave = Event(time.time_ns(), "leave", {"status": catalog.ENDED})
        return catalog.end_writer(connection, known.writer_id, known.run_id, leave)

    def _let_in(self, connection: Connection, run_id: int, spec: WriterSpec) -> tuple[int, int]:
        """Let a new writer into a run; the attempt it is, and its number."""
        # What has come has begun: a writer whose clock is ahead must not be taken for one that others overlap with.
        opened_us = min(spec.opened_us, time.time_ns() // 1000)
        attempt = connection.execute("SELECT count(*) FROM writers WHERE run_id = ?", (run_id,)).fetchone()[0] + 1
        writer_id = connection.insert(
            "INSERT INTO writers (uid, run_id, attempt, entered, process, status, start_us) "
            "VALUES (?, ?, ?, ?, ?, 'InProgress', ?)",
            (spec.uid, run_id, attempt, int(spec.entered), _process_text(spec), opened_us),
        )
        if spec.entered:
            # The store may hear of it late: whoever left after it had entered was not the last one inside.
            together = connection.execute(
                "SELECT min(id) FROM writers WHERE run_id = ? AND entered = 1 AND (end_us >= ? OR id = ?)",
                (run_id, opened_us, writer_id),
            ).fetchone()[0]
            connection.execute(
                "UPDATE runs SET status = 'InProgress', status_message = 'Within a run context', end_us = NULL, "
                "start_us = CASE WHEN start_us < ? THEN start_us ELSE ? END, "
                "entered_writer = coalesce(entered_writer, ?), revision = revision + 1 WHERE id = ?",
                (opened_us, opened_us, together, run_id),
            )
        return int(attempt), writer_id

    def known(self, connection: Connection, writer_uid: str, opening: Opening | None) -> KnownWriter:
        """A writer, also one that is yet to be let in.

        Raises:
            RunNotFoundError: There is none, or the run that it opens is not there.
        """
        row = connection.execute(
            "SELECT id, run_id, next_segment, tail_bytes, status FROM writers WHERE uid = ?", (writer_uid,)
        ).fetchone()
        if row is not None:
            return KnownWriter(*row)
        if opening is None:
            raise not_there(connection, writer_uid, f"writer {writer_uid} is not in {self._location}")
        if opening.run_spec is None:
            return KnownWriter(UNKNOWN, run_number(connection, self._location, opening.run_uid))
        return KnownWriter(UNKNOWN, living_run(connection, opening) or UNKNOWN)


def living_run(connection: Connection, opening: Opening) -> int | None:
    """The number of a run that began while the store was away, None where it is yet to be made.

    Raises:
        RunDeletedError: It was made, and deleted since.
    """
    row = connection.execute("SELECT id FROM runs WHERE uid = ?", (opening.run_uid,)).fetchone()
    if row is None and connection.execute("SELECT 1 FROM tombstones WHERE uid = ?", (opening.run_uid,)).fetchone():
        raise not_there(connection, opening.run_uid, "")
    return None if row is None else int(row[0])


def make_run(connection: Connection, opening: Opening) -> bool:
    """Make a run that began while the store was away, under the next free name where its own is taken by now.

    Returns:
        Whether it was made; one that is there already must be held by whoever changes it.
    """
    assert opening.run_spec is not None
    connection.hold(("experiment", opening.run_spec.experiment_name))
    if living_run(connection, opening) is not None:
        return False
    open_run(connection, replace(opening.run_spec, uid=opening.run_uid, if_exists="new"))
    return True


def _expect(count: int, connection: Connection, statement: str, values: tuple[int, ...]) -> None:
    if connection.execute(statement, values).rowcount != count:
        raise _TailChangedError


def _process_text(spec: WriterSpec) -> str:
    # What tells a living process from a dead one stays in its journal; people want to know where it ran.
    return json.dumps({name: spec.process[name] for name in ("host", "pid") if name in spec.process})
