"""Folding behind those who append: tails into chunks, and summaries brought up to date, while a server takes segments.

What is folded is read first, made into chunks without a lock, and put in place by one transaction that deletes exactly
the segments which it read: where another one was quicker, the count is wrong and nothing of it is kept. So any number
of servers may fold over one database; a claim on the run only saves them the work that would be thrown away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assay.errors import ChecksumError
from assay.formats.segment import Rows, decode_segment
from assay.storage.fold import summaries_of
from assay.storage.sql import points
from assay.storage.sql.database import Connection, Database

FOLD_AT_ONCE_BYTES = 16 << 20
"""Of a longer tail so much is folded in one step: memory stays bounded, and a step short."""


@dataclass(frozen=True, slots=True)
class Tail:
    """What of a writer is in no chunk.

    Attributes:
        writer_uid: The writer.
        segments: How many segments.
        size_bytes: Their bytes.
        ended: Whether the writer has ended.
        summarised: Whether the summaries cover all of it.
    """

    writer_uid: str
    segments: int
    size_bytes: int
    ended: bool
    summarised: bool


@dataclass(frozen=True, slots=True)
class Folded:
    """What a step of folding did.

    Attributes:
        segments: So many segments went into chunks or summaries.
        size_bytes: Their bytes.
        more: Whether the same writer has more to fold at once.
    """

    segments: int = 0
    size_bytes: int = 0
    more: bool = False


class _OvertakenError(Exception):
    """Another one folded what this transaction was about to."""


class Folding:
    """Folds the tails of a catalog.

    Args:
        database: The catalog.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._names = database.names

    def tails(self) -> list[Tail]:
        """The writers that have something in no chunk, and how much: a walk over the whole tail."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT writers.uid, count(*), sum(length(tail.body)), writers.status, min(tail.summarised) "
                "FROM tail JOIN writers ON writers.id = tail.writer_id GROUP BY writers.uid, writers.status"
            ).fetchall()
        return [
            Tail(uid, count, int(size), status != "InProgress", bool(seen)) for uid, count, size, status, seen in rows
        ]

    def fold(self, writer_uid: str) -> Folded:
        """Turn a writer's tail into chunks; of one that has ended with few rows, only into summaries.

        Raises:
            ChecksumError: A segment is damaged; nothing was changed.
        """
        with self._database.read() as connection:
            key = self._key(connection, writer_uid)
        if key is None:
            return Folded()
        with self._database.claim(("fold", key[0])) as ours:
            if not ours:
                return Folded(more=True)
            try:
                return self._fold(writer_uid)
            except _OvertakenError:
                return Folded(more=True)

    def _fold(self, writer_uid: str) -> Folded:
        with self._database.read() as connection:
            key = self._key(connection, writer_uid)
            if key is None:
                return Folded()
            run_id, writer_id, ended = key
            segments, more = self._segments(connection, run_id, writer_id)
            if not segments:
                return Folded()
            few = sum(one.size_bytes for one in segments) <= points.KEPT_BYTES
            if ended and few and not more and not points.has_chunks(connection, run_id, writer_id):
                return self._write_summaries(run_id, writer_id, [one for one in segments if not one.summarised])
            rows = [part for one in segments for part in one.rows]
            fold = points.prepare_fold(connection, self._names, run_id, writer_id, rows, final=ended and not more)
            unseen = [one for one in segments if not one.summarised]
            summaries = summaries_of([part for one in unseen for part in one.rows])
        self._names.prepare(fold.chunks)
        with self._database.write() as connection:
            connection.hold(("run", run_id))
            until = (run_id, writer_id, segments[-1].number)
            which = "run_id = ? AND writer_id = ? AND segment <= ?"
            # What another one has summarised meanwhile must not be counted again.
            _expect(len(unseen), connection, f"UPDATE tail SET summarised = 1 WHERE {which} AND summarised = 0", until)
            _expect(len(segments), connection, f"DELETE FROM tail WHERE {which}", until)
            points.write_fold(connection, self._names, run_id, writer_id, fold)
            points.merge_into_series(connection, self._names, run_id, summaries)
            connection.execute(
                "UPDATE writers SET tail_bytes = tail_bytes - ? WHERE id = ?",
                (sum(len(part.body) for part in rows), writer_id),
            )
        return Folded(len(segments), sum(one.size_bytes for one in segments), more)

    def summarise(self, writer_uid: str) -> Folded:
        """Bring the summaries of a writer's series up to date, so that searches see what it logged; its tail stays.

        Raises:
            ChecksumError: A segment is damaged; nothing was changed.
        """
        with self._database.read() as connection:
            key = self._key(connection, writer_uid)
            if key is None:
                return Folded()
            run_id, writer_id, _ = key
            segments, more = self._segments(connection, run_id, writer_id, summarised=False)
        try:
            done = self._write_summaries(run_id, writer_id, segments)
        except _OvertakenError:
            return Folded(more=True)
        return Folded(done.segments, done.size_bytes, more)

    def _write_summaries(self, run_id: int, writer_id: int, segments: list[_Segment]) -> Folded:
        if not segments:
            return Folded()
        summaries = summaries_of([part for one in segments for part in one.rows])
        self._names.prepare(summaries)
        with self._database.write() as connection:
            connection.hold(("run", run_id))
            _expect(
                len(segments),
                connection,
                "UPDATE tail SET summarised = 1 WHERE run_id = ? AND writer_id = ? AND segment >= ? AND segment <= ? "
                "AND summarised = 0",
                (run_id, writer_id, segments[0].number, segments[-1].number),
            )
            points.merge_into_series(connection, self._names, run_id, summaries)
        return Folded(len(segments), sum(one.size_bytes for one in segments))

    def _key(self, connection: Connection, writer_uid: str) -> tuple[int, int, bool] | None:
        row = connection.execute("SELECT run_id, id, status FROM writers WHERE uid = ?", (writer_uid,)).fetchone()
        return None if row is None else (row[0], row[1], row[2] != "InProgress")

    def _segments(
        self, connection: Connection, run_id: int, writer_id: int, *, summarised: bool | None = None
    ) -> tuple[list[_Segment], bool]:
        """The first segments of a tail, and whether there are more than fold at once."""
        which = "" if summarised is None else f" AND summarised = {int(summarised)}"
        sizes = connection.execute(
            f"SELECT segment, length(body) FROM tail WHERE run_id = ? AND writer_id = ?{which} ORDER BY segment",
            (run_id, writer_id),
        ).fetchall()
        taken = total = 0
        while taken < len(sizes) and (total < FOLD_AT_ONCE_BYTES or taken == 0):
            total += sizes[taken][1]
            taken += 1
        if not taken:
            return [], False
        found = connection.execute(
            f"SELECT segment, summarised, body FROM tail WHERE run_id = ? AND writer_id = ?{which} AND segment <= ? "
            "ORDER BY segment",
            (run_id, writer_id, sizes[taken - 1][0]),
        )
        segments = []
        for number, seen, body in found.fetchall():
            try:
                segments.append(_Segment(number, bool(seen), len(body), decode_segment(bytes(body))))
            except ValueError as error:
                raise ChecksumError(
                    f"{self._database.place} is damaged: segment {number} of writer {writer_id}: {error}"
                ) from error
        return segments, taken < len(sizes)


@dataclass(frozen=True, slots=True)
class _Segment:
    number: int
    summarised: bool
    size_bytes: int
    rows: list[Rows]


def _expect(count: int, connection: Connection, statement: str, values: Iterable[int]) -> None:
    if connection.execute(statement, tuple(values)).rowcount != count:
        raise _OvertakenError
