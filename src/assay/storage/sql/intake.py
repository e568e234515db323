"""Taking many writers' segments in one transaction: rows stay as they came, and nothing is folded.

What a server takes a second is bounded by how often its disk can be waited for, so segments share a transaction. What
is wrong with one of them is found before anything of it is written, and keeps none of the others away.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from assay.errors import AssayError, InvalidInputError, NotFoundError, SequenceError, StoreError, UnavailableError
from assay.formats.segment import decode_segment
from assay.storage.contract import Appended, Opening
from assay.storage.parcel import Parcel
from assay.storage.sql.conflicts import ConflictError
from assay.storage.sql.database import Connection, Database
from assay.storage.sql.writers import UNKNOWN, KnownWriter, Writers, make_run

Outcome = Appended | AssayError
MADE_MEANWHILE = "another transaction made a run, or let a writer in, that this one was about to; send again"
"""What is not held must not be changed: two that add to a run's parameters would each keep only their own."""


class Intake:
    """One call of `take`.

    Args:
        database: The catalog.
        writers: Its writers.
    """

    def __init__(self, database: Database, writers: Writers) -> None:
        self._database = database
        self._writers = writers

    def take(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        """Take segments, all of them in one transaction if the database lets it."""
        sizes = [_row_bytes(one) for one in parcels]
        whole = [(one, size) for one, size in zip(parcels, sizes, strict=True) if isinstance(size, int)]
        try:
            taken = self._take_together(whole)
        except (UnavailableError, ConflictError):
            raise
        except StoreError:  # one of them, and there is no telling which
            taken = [self._take_alone(one, size) for one, size in whole]
        rest = iter(taken)
        return [size if isinstance(size, AssayError) else next(rest) for size in sizes]

    def _take_alone(self, parcel: Parcel, row_bytes: int) -> Outcome:
        try:
            return self._take_together([(parcel, row_bytes)])[0]
        except (UnavailableError, ConflictError):
            raise
        except StoreError as error:
            return error

    def _take_together(self, parcels: Sequence[tuple[Parcel, int]]) -> list[Outcome]:
        if not parcels:
            return []
        with self._database.write() as connection:
            held = self._hold(connection, [one for one, _ in parcels])
            known = self._known(connection, parcels)
            if any(one.run_id not in held for one in known.values()):
                raise ConflictError(MADE_MEANWHILE)
            outcomes: list[Outcome] = []
            tail: list[tuple[int, int, int, int, bytes]] = []
            heard: dict[int, KnownWriter] = {}
            for parcel, row_bytes in parcels:
                try:
                    outcomes.append(self._take_one(connection, parcel, row_bytes, known, tail, heard))
                except (NotFoundError, SequenceError) as error:
                    outcomes.append(error)
            if tail:
                connection.executemany(
                    "INSERT INTO tail (writer_id, segment, run_id, summarised, body) VALUES (?, ?, ?, ?, ?)", tail
                )
            if heard:
                now_us = time.time_ns() // 1000
                connection.executemany(
                    "UPDATE writers SET next_segment = ?, tail_bytes = ?, heard_us = ? WHERE id = ?",
                    [(one.next_segment, one.tail_bytes, now_us, writer_id) for writer_id, one in heard.items()],
                )
        return outcomes

    def _hold(self, connection: Connection, parcels: Sequence[Parcel]) -> set[int]:
        """Hold the runs that these go to, and the experiments of those that are yet to be made; the runs' numbers."""
        which = connection.dialect.one_of("uid", sorted({one.writer_uid for one in parcels}))
        found: dict[str, int] = dict(
            connection.execute(f"SELECT uid, run_id FROM writers WHERE {which.text}", which.values).fetchall()
        )
        new = [one.opening for one in parcels if one.writer_uid not in found and one.opening is not None]
        runs = _numbers(connection, new)
        made = {
            ("experiment", one.run_spec.experiment_name)
            for one in new
            if one.run_spec is not None and one.run_uid not in runs
        }
        held = {*found.values(), *runs.values()}
        connection.hold(*made, *(("run", run_id) for run_id in held))
        return held

    def _known(self, connection: Connection, parcels: Sequence[tuple[Parcel, int]]) -> dict[str, KnownWriter]:
        """The writers of these, once their runs are held."""
        which = connection.dialect.one_of("uid", sorted({one.writer_uid for one, _ in parcels}))
        found = {
            uid: KnownWriter(*row)
            for uid, *row in connection.execute(
                f"SELECT uid, id, run_id, next_segment, tail_bytes, status FROM writers WHERE {which.text}",
                which.values,
            )
        }
        new = {one.writer_uid: one.opening for one, _ in parcels if one.writer_uid not in found and one.opening}
        runs = _numbers(connection, new.values())
        for uid, opening in new.items():
            if opening.run_uid in runs:
                found[uid] = KnownWriter(UNKNOWN, runs[opening.run_uid])
        return found

    def _take_one(
        self,
        connection: Connection,
        parcel: Parcel,
        row_bytes: int,
        known: dict[str, KnownWriter],
        tail: list[tuple[int, int, int, int, bytes]],
        heard: dict[int, KnownWriter],
    ) -> Outcome:
        writer = known.get(parcel.writer_uid)
        if writer is None:
            writer = self._writers.known(connection, parcel.writer_uid, parcel.opening)
            if writer.run_id not in (UNKNOWN, *(one.run_id for one in known.values())):
                raise ConflictError(MADE_MEANWHILE)
            known[parcel.writer_uid] = writer
        if writer.run_id == UNKNOWN:
            assert parcel.opening is not None
            if not make_run(connection, parcel.opening):
                raise ConflictError(MADE_MEANWHILE)
            writer.run_id = self._writers.known(connection, parcel.writer_uid, parcel.opening).run_id
        if not self._writers.is_next(writer, parcel.writer_uid, parcel.index):
            return Appended(accepted=False)
        set_aside = self._writers.apply(connection, writer, parcel.index, parcel.events, parcel.opening)
        if parcel.rows:
            tail.append((writer.writer_id, parcel.index, writer.run_id, 0, parcel.rows))
        writer.next_segment += 1
        writer.tail_bytes += row_bytes
        heard[writer.writer_id] = writer
        if parcel.final:
            writer.status = self._writers.end(connection, writer, parcel.events)
        return Appended(accepted=True, set_aside=set_aside)


def _row_bytes(parcel: Parcel) -> int | InvalidInputError:
    """How many bytes of rows a segment brings; the error where it is damaged."""
    if not parcel.rows:
        return 0
    try:
        return sum(len(part.body) for part in decode_segment(parcel.rows))
    except ValueError as error:
        return InvalidInputError(
            f"segment {parcel.index} of writer {parcel.writer_uid} can't be read: {error}; nothing of it was taken"
        )


def _numbers(connection: Connection, openings: Iterable[Opening]) -> dict[str, int]:
    """The numbers of the runs that writers open, as far as there are such."""
    uids = sorted({one.run_uid for one in openings})
    if not uids:
        return {}
    which = connection.dialect.one_of("uid", uids)
    return dict(connection.execute(f"SELECT uid, id FROM runs WHERE {which.text}", which.values).fetchall())
