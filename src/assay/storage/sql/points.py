"""Points in SQL: writing chunks, the tail and summaries; reading them back in one state of the database."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from assay.errors import ChecksumError
from assay.formats import chunk
from assay.formats.columns import Columns, join_columns
from assay.formats.segment import Rows, decode_segment
from assay.formats.summary import Summary, merge_summaries, summarise
from assay.storage.fold import NewChunk, chunks_of, columns_of
from assay.storage.sql.database import Connection, Names

if TYPE_CHECKING:
    from assay.storage.series import StoredPart

SUMMARY_COLUMNS = (
    "count, nonfinite_count, last, min, max, mean, first, bits, first_step, last_step, min_step, max_step, "
    "last_timestamp_us, first_timestamp_us"
)
"""The columns of `series` that `summary_of` reads."""
_REPLACED = ", ".join(f"{column} = excluded.{column}" for column in SUMMARY_COLUMNS.split(", "))
_BITS = struct.Struct("<5d")
MERGE_BELOW = 4096
"""At a writer's end a last chunk of fewer points is rewritten together with the new ones, whatever their number."""


FEW_SERIES = 4
"""So many summaries are read one by one, more of them in one statement."""
KEPT_BYTES = 4096
"""A writer that ends with no more rows than this and no chunks leaves them in the tail: a chunk for each of a few
points would take several times the bytes. Their summaries go into `series` all the same."""


class Fold:
    """What folding a writer's rows will change, made ready before the transaction that changes it.

    A writer's chunks are touched by nobody but whoever holds its journal, so this can be prepared without a lock.
    """

    def __init__(self) -> None:
        self.chunks: dict[str, list[NewChunk]] = {}
        self.replaced: list[int] = []


def prepare_fold(
    connection: Connection, names: Names, run_id: int, writer_id: int, rows: Sequence[Rows], *, final: bool
) -> Fold:
    """Fold rows into chunks, together with a series' last chunk where that one is small; summaries are not its part."""
    fold = Fold()
    chunked = has_chunks(connection, run_id, writer_id)
    for name, columns in columns_of(rows).items():
        if chunked and (name_id := names.known(connection, name)) is not None:
            columns = _with_last_chunk(connection, (run_id, name_id, writer_id), columns, fold, final)
        fold.chunks[name] = chunks_of(columns)
    return fold


def has_chunks(connection: Connection, run_id: int, writer_id: int) -> bool:
    """Whether any of a writer's rows are folded."""
    return bool(
        connection.execute(
            "SELECT 1 FROM chunks WHERE run_id = ? AND writer_id = ? LIMIT 1", (run_id, writer_id)
        ).fetchone()
    )


def _with_last_chunk(
    connection: Connection, key: tuple[int, int, int], columns: Columns, fold: Fold, final: bool
) -> Columns:
    last = connection.execute(
        "SELECT id, count FROM chunks WHERE run_id = ? AND name_id = ? AND writer_id = ? ORDER BY id DESC LIMIT 1", key
    ).fetchone()
    if last is None or last[1] > (max(MERGE_BELOW, 2 * len(columns)) if final else 2 * len(columns)):
        return columns
    if last[1] + len(columns) > chunk.MAX_POINTS:
        return columns
    body = connection.execute("SELECT body FROM chunks WHERE id = ?", (last[0],)).fetchone()[0]
    try:
        older = chunk.decode_chunk(body)
    except ValueError:  # a damaged chunk stays as it is, to be reported by whoever reads it
        return columns
    fold.replaced.append(last[0])
    return join_columns([older, columns])


def write_fold(connection: Connection, names: Names, run_id: int, writer_id: int, fold: Fold) -> None:
    """Put what was prepared into the database, within a write transaction."""
    connection.executemany("DELETE FROM chunks WHERE id = ?", [(old,) for old in fold.replaced])
    names.prepare(fold.chunks)
    chunk_rows: list[tuple[Any, ...]] = []
    for name, chunks in fold.chunks.items():
        name_id = names.give(connection, name)
        chunk_rows += [
            (run_id, name_id, writer_id, new.count, new.first_step, new.last_step, new.extremes, new.body)
            for new in chunks
        ]
    connection.executemany(
        "INSERT INTO chunks (run_id, name_id, writer_id, count, first_step, last_step, extremes, body) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        chunk_rows,
    )


def merge_into_series(connection: Connection, names: Names, run_id: int, found: Mapping[str, Summary]) -> None:
    """Merge the summaries of new points into those of their series."""
    names.prepare(found)
    numbers = {name: names.give(connection, name) for name in found}
    if len(numbers) <= FEW_SERIES:
        older = {name_id: folded_summary(connection, run_id, name_id) for name_id in numbers.values()}
    else:
        older = _folded_summaries(connection, run_id, list(numbers.values()))
    rows = []
    for name, summary in found.items():
        merged = merge_summaries(older.get(numbers[name]), summary)
        rows.append((run_id, numbers[name], *_summary_row(merged)))
    connection.executemany(
        f"INSERT INTO series (run_id, name_id, {SUMMARY_COLUMNS}) VALUES (?, ?, {', '.join('?' * 14)}) "
        f"ON CONFLICT (run_id, name_id) DO UPDATE SET {_REPLACED}",
        rows,
    )


def _summary_row(one: Summary) -> tuple[Any, ...]:
    figures = (one.last, one.min, one.max, one.mean, one.first)
    return (
        one.count,
        one.nonfinite_count,
        *(None if figure is None or math.isnan(figure) else figure for figure in figures),
        _BITS.pack(*(0.0 if figure is None else figure for figure in figures)) if any(map(_is_odd, figures)) else None,
        one.first_step,
        one.last_step,
        one.min_step,
        one.max_step,
        one.last_timestamp_us,
        None if one.first_timestamp_us == one.last_timestamp_us else one.first_timestamp_us,
    )


def _is_odd(figure: float | None) -> bool:
    """Whether it is one of those that a REAL of SQLite does not keep: NaN and -0.0."""
    return figure is not None and (math.isnan(figure) or (figure == 0 and math.copysign(1, figure) < 0))


def summary_of(row: Sequence[Any]) -> Summary:
    """The summary that the `SUMMARY_COLUMNS` of a row of `series` hold."""
    count, nonfinite, last, low, high, mean, first, bits, first_step, last_step, *rest = row
    min_step, max_step, last_us, first_us = rest
    if bits is not None:
        exact = _BITS.unpack(bits)
        absent = (low is None, high is None, mean is None)
        last, first = exact[0], exact[4]
        low, high, mean = (None if gone else bare for gone, bare in zip(absent, exact[1:4], strict=True))
    return Summary(
        last=last,
        min=low,
        max=high,
        mean=mean,
        count=count,
        nonfinite_count=nonfinite,
        first_step=first_step,
        last_step=last_step,
        min_step=min_step,
        max_step=max_step,
        last_timestamp_us=last_us,
        first=first,
        first_timestamp_us=last_us if first_us is None else first_us,
    )


def _folded_summaries(connection: Connection, run_id: int, name_ids: Sequence[int]) -> dict[int, Summary | None]:
    which = connection.dialect.one_of("name_id", name_ids)
    found = connection.execute(
        f"SELECT name_id, {SUMMARY_COLUMNS} FROM series WHERE run_id = ? AND {which.text}", (run_id, *which.values)
    )
    return {row[0]: summary_of(row[1:]) for row in found.fetchall()}


def folded_summary(connection: Connection, run_id: int, name_id: int) -> Summary | None:
    """The summary of a series' folded points as it is stored, None where there is none."""
    row = connection.execute(
        f"SELECT {SUMMARY_COLUMNS} FROM series WHERE run_id = ? AND name_id = ?", (run_id, name_id)
    ).fetchone()
    return None if row is None else summary_of(row)


class TailSegment(NamedTuple):
    """A segment that is in no chunk: its number, whether its points are in the summaries, and its rows."""

    segment: int
    summarised: bool
    rows: list[Rows]


def read_tail(
    connection: Connection, place: str, run_id: int, writer_id: int, *, summarised: bool | None = None
) -> list[TailSegment]:
    """The segments of a writer that are in no chunk, in order.

    Args:
        connection: Within a transaction.
        place: The database, for errors.
        run_id: The run's number.
        writer_id: The writer's number.
        summarised: Only segments that the summaries in `series` cover, or only others; None gives all.
    """
    found = connection.execute(
        "SELECT segment, summarised, body FROM tail WHERE run_id = ? AND writer_id = ? "
        "AND summarised = coalesce(?, summarised) ORDER BY segment",
        (run_id, writer_id, None if summarised is None else int(summarised)),
    )
    segments = []
    for segment, is_summarised, body in found.fetchall():
        try:
            segments.append(TailSegment(segment, bool(is_summarised), decode_segment(body)))
        except ValueError as error:
            raise ChecksumError(f"{place} is damaged: segment {segment} of writer {writer_id}: {error}") from error
    return segments


def readable_tail(
    connection: Connection, path: str, run_id: int, *, summarised: bool | None = None
) -> dict[int, list[Rows]]:
    """The rows of a run that are in no chunk, by writer; `summarised` as in `read_tail`."""
    writers = connection.execute(
        "SELECT DISTINCT writer_id FROM tail WHERE run_id = ? ORDER BY writer_id", (run_id,)
    ).fetchall()
    return {
        writer_id: [
            part for one in read_tail(connection, path, run_id, writer_id, summarised=summarised) for part in one.rows
        ]
        for (writer_id,) in writers
    }


def read_summaries(connection: Connection, path: str, run_id: int) -> dict[str, Summary]:
    """The summary of each series of a run, the tail included."""
    found = {
        row[0]: summary_of(row[1:])
        for row in connection.execute(
            f"SELECT name, {SUMMARY_COLUMNS} FROM series JOIN names ON names.id = name_id WHERE run_id = ?", (run_id,)
        )
    }
    for rows in readable_tail(connection, path, run_id, summarised=False).values():
        for name, columns in columns_of(rows).items():
            found[name] = merge_summaries(found.get(name), summarise(columns))
    return dict(sorted(found.items()))


def stored_parts(
    connection: Connection,
    path: str,
    run_id: int,
    name_id: int | None,
    name: str,
    *,
    tail: Mapping[int, list[Rows]] | None = None,
) -> list[StoredPart]:
    """The parts of a series, by writer, then in the order of logging; usable while the connection's read lasts.

    `tail` is the run's tail, where the caller has read it for another series already.
    """
    return [part for _, part in written_parts(connection, path, run_id, name_id, name, tail=tail)]


def written_parts(
    connection: Connection,
    path: str,
    run_id: int,
    name_id: int | None,
    name: str,
    *,
    tail: Mapping[int, list[Rows]] | None = None,
) -> list[tuple[int, StoredPart]]:
    """What `stored_parts` finds, each part with the number of its writer."""
    from assay.storage.series import StoredPart  # who only logs reads none

    parts: list[tuple[int, StoredPart]] = []
    if name_id is not None:
        found = connection.execute(
            "SELECT id, writer_id, count, first_step, last_step FROM chunks WHERE run_id = ? AND name_id = ? "
            "ORDER BY writer_id, id",
            (run_id, name_id),
        )
        for chunk_id, writer_id, count, first_step, last_step in found.fetchall():
            one = StoredChunk(connection, path, chunk_id, name)
            parts.append((writer_id, StoredPart(count, first_step, last_step, one.load, one.load_extremes)))
    for writer_id, rows in (readable_tail(connection, path, run_id) if tail is None else tail).items():
        holding = [part for part in rows if name in part.layout.names]
        if holding:
            columns = join_columns([columns_of(holding)[name]])
            steps = columns.steps
            parts.append((writer_id, _loaded_part(columns, int(steps[0]), int(steps[-1]))))
    parts.sort(key=lambda pair: pair[0])  # stable: a writer's tail stays behind its chunks
    return parts


def _loaded_part(columns: Columns, first_step: int, last_step: int) -> StoredPart:
    from assay.storage.series import StoredPart

    return StoredPart(len(columns), first_step, last_step, lambda: columns, lambda: None)


class StoredChunk:
    """A chunk that is read when asked for."""

    def __init__(self, connection: Connection | None, path: str, chunk_id: int, name: str) -> None:
        self._connection = connection
        self._path = path
        self._id = chunk_id
        self._name = name

    def load(self) -> Columns:
        """Its points."""
        body = self._column("body")
        try:
            return chunk.decode_chunk(body)
        except ValueError as error:
            raise self._damaged(error) from error

    def load_extremes(self) -> chunk.Extremes | None:
        """The extremes beside it, None where there are none."""
        body = self._column("extremes")
        if not body:
            return None
        try:
            return chunk.decode_extremes(body)
        except ValueError as error:
            raise self._damaged(error) from error

    def _column(self, column: str) -> bytes:
        assert self._connection is not None
        row = self._connection.execute(f"SELECT {column} FROM chunks WHERE id = ?", (self._id,)).fetchone()
        return bytes(row[0])

    def _damaged(self, error: ValueError) -> ChecksumError:
        return ChecksumError(
            f"{self._path} is damaged: chunk {self._id} of metric {self._name!r}: {error}; "
            "`assay doctor` lists what is affected"
        )
