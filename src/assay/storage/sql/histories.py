"""Many series at once, and all series of a run one after another without holding any of them whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from operator import itemgetter

from assay.errors import StoreError
from assay.formats.columns import Columns, join_columns
from assay.formats.segment import Rows
from assay.storage.contract import View
from assay.storage.fold import columns_of
from assay.storage.pieces import pieces_of
from assay.storage.series import StoredPart, read_series, step_bounds
from assay.storage.sql import points
from assay.storage.sql.database import Connection, Names

Reading = Callable[[], AbstractContextManager[Connection]]
"""Opens a transaction that reads."""


def read_histories(
    connection: Connection,
    path: str,
    names: Names,
    runs: Mapping[str, int],
    wanted: Sequence[str],
    view: View,
) -> dict[tuple[str, str], Columns]:
    """The series of these names in these runs, each read as if it were the only one; what a run lacks is left out.

    Args:
        connection: Within a transaction.
        path: The catalog's file, for errors.
        names: The names that the catalog knows.
        runs: The number of each run by its id.
        wanted: Names of metrics.
        view: Which points of each.
    """
    found: dict[tuple[str, str], Columns] = {}
    for run_uid, run_id in runs.items():
        tail = points.readable_tail(connection, path, run_id)
        for name in wanted:
            parts = points.stored_parts(connection, path, run_id, names.known(connection, name), name, tail=tail)
            if parts:
                found[run_uid, name] = read_series(
                    parts,
                    max_points=view.max_points,
                    first_step=view.first_step,
                    end_step=view.end_step,
                    repeated=view.repeated,
                )
    return found


def read_writer_histories(
    connection: Connection,
    path: str,
    names: Names,
    runs: Mapping[str, int],
    wanted: Sequence[str],
    view: View,
) -> dict[tuple[str, str, str], Columns]:
    """What each writer logged of these series, as if it had been alone; the arguments are those of `read_histories`."""
    found: dict[tuple[str, str, str], Columns] = {}
    for run_uid, run_id in runs.items():
        tail = points.readable_tail(connection, path, run_id)
        uids = dict(connection.execute("SELECT id, uid FROM writers WHERE run_id = ?", (run_id,)).fetchall())
        for name in wanted:
            parts = points.written_parts(connection, path, run_id, names.known(connection, name), name, tail=tail)
            for writer_id, some in groupby(parts, key=itemgetter(0)):
                found[run_uid, name, uids[writer_id]] = read_series(
                    [part for _, part in some],
                    max_points=view.max_points,
                    first_step=view.first_step,
                    end_step=view.end_step,
                    repeated=view.repeated,
                )
    return found


def stream_run(
    reading: Reading,
    path: str,
    run_id: int,
    wanted: Sequence[str] | None,
    view: View,
) -> Iterator[tuple[str, Columns]]:
    """The series of a run by name, in order, a piece at a time, as they were when the first piece was asked for.

    No transaction stays open between two pieces, however long the caller takes: nobody else waits, and the WAL does
    not grow. Chunks are never changed, but the last one of a writer that goes on, or has a tail to be folded, may
    be replaced by a greater: those few are read at once.

    Args:
        reading: Opens a transaction.
        path: The catalog's file, for errors.
        run_id: The run's number.
        wanted: Names of metrics; None gives all.
        view: Which points of each, save how many.
    """
    with reading() as connection:
        parts = _lasting_parts(connection, reading, path, run_id, wanted)
    low, high = step_bounds(view.first_step, view.end_step)
    for name in sorted(parts):
        for piece in pieces_of([part for _, part in parts.pop(name)], low, high, view.repeated):
            yield name, piece


class _LastingChunk(points.StoredChunk):
    """A chunk that is read in a transaction of its own, when asked for."""

    def __init__(self, reading: Reading, path: str, row: tuple[int, ...], name: str) -> None:
        super().__init__(None, path, row[0], name)
        self._reading = reading
        self._row = row

    def _column(self, column: str) -> bytes:
        with self._reading() as connection:
            # Numbers of what was deleted are given anew, so the chunk is asked for by all that is known of it.
            found = connection.execute(
                f"SELECT {column} FROM chunks WHERE id = ? AND run_id = ? AND name_id = ? AND writer_id = ? "
                "AND count = ? AND first_step = ? AND last_step = ?",
                self._row,
            ).fetchone()
        if found is None:
            raise StoreError(
                f"metric {self._name!r} went away while it was read from {self._path}: its run was deleted"
            )
        return bytes(found[0])


def _lasting_parts(
    connection: Connection, reading: Reading, path: str, run_id: int, wanted: Sequence[str] | None
) -> dict[str, list[tuple[int, StoredPart]]]:
    rows = connection.execute(
        "SELECT chunks.id, run_id, name_id, writer_id, count, first_step, last_step, name "
        "FROM chunks JOIN names ON names.id = name_id WHERE run_id = ? ORDER BY name_id, writer_id, chunks.id",
        (run_id,),
    ).fetchall()
    tails = points.readable_tail(connection, path, run_id)
    living = tails.keys() | {
        row[0]
        for row in connection.execute("SELECT id FROM writers WHERE run_id = ? AND status = 'InProgress'", (run_id,))
    }
    last_of = {(row[2], row[3]): row[0] for row in rows}
    parts: dict[str, list[tuple[int, StoredPart]]] = {}
    for *row, name in rows:
        if wanted is not None and name not in wanted:
            continue
        chunk_id, _, name_id, writer_id, count, first_step, last_step = row
        if writer_id in living and last_of[name_id, writer_id] == chunk_id:
            part = _held(points.StoredChunk(connection, path, chunk_id, name).load())
        else:
            one = _LastingChunk(reading, path, tuple(row), name)
            part = StoredPart(count, first_step, last_step, one.load, one.load_extremes)
        parts.setdefault(name, []).append((writer_id, part))
    for writer_id, tail in tails.items():
        for name, columns in columns_of(_holding(tail, wanted)).items():
            if wanted is None or name in wanted:
                parts.setdefault(name, []).append((writer_id, _held(join_columns([columns]))))
    for found in parts.values():
        found.sort(key=lambda pair: pair[0])  # stable: a writer's tail stays behind its chunks
    return parts


def _holding(rows: Sequence[Rows], wanted: Sequence[str] | None) -> Sequence[Rows]:
    if wanted is None:
        return rows
    return [part for part in rows if not set(wanted).isdisjoint(part.layout.names)]


def _held(columns: Columns) -> StoredPart:
    return StoredPart(len(columns), int(columns.steps[0]), int(columns.steps[-1]), lambda: columns, lambda: None)
