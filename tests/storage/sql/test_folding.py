"""Folding behind those who append: nothing is lost, nothing is there twice, whoever else folds meanwhile."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable

import numpy as np
import pytest

from assay.errors import ChecksumError
from assay.formats.event import Event
from assay.formats.segment import encode_segment
from assay.storage.contract import Appended, RunRecord
from assay.storage.parcel import Parcel
from assay.storage.search import SearchQuery
from assay.storage.sql.folding import FOLD_AT_ONCE_BYTES, Folding
from assay.storage.sql.store import SqlStore
from tests.storage.writing import Writer, leave, new_run, rows


class Taken:
    """A writer whose segments a server takes."""

    def __init__(self, store: SqlStore, run: RunRecord) -> None:
        self.writer = Writer(store, run)
        self.uid = self.writer.uid
        self._store = store
        self._index = itertools.count()
        self.values: list[float] = []

    def send(self, *values: float, final: bool = False) -> None:
        parts = [rows("loss", values, first_step=len(self.values))] if values else []
        events: list[Event] = [leave()] if final else []
        parcel = Parcel(self.uid, next(self._index), events, encode_segment(parts) if parts else b"", final)
        (done,) = self._store.take([parcel])
        assert isinstance(done, Appended)
        assert done.accepted
        self.values += values

    def send_many(self, segments: int, points: int) -> None:
        for number in range(segments):
            self.send(*np.random.default_rng([number, points]).random(points).tolist())


@pytest.fixture
def run(store: SqlStore) -> RunRecord:
    return new_run(store)


def read(store: SqlStore, run: RunRecord) -> list[float]:
    return list(store.history(run.uid, "loss").values.tolist())


def chunks(store: SqlStore) -> int:
    with store.database.read() as connection:
        return int(connection.execute("SELECT count(*) FROM chunks").fetchone()[0])


def waiting(store: SqlStore) -> int:
    with store.database.read() as connection:
        return int(connection.execute("SELECT count(*) FROM tail").fetchone()[0])


def test_what_was_taken_is_folded_and_reads_as_before(store: SqlStore, run: RunRecord) -> None:
    writer = Taken(store, run)
    writer.send_many(20, 500)
    before = store.summaries(run.uid)

    done = Folding(store.database).fold(writer.uid)

    assert (20, False) == (done.segments, done.more)
    assert (0, 1) == (waiting(store), chunks(store))
    assert writer.values == read(store, run)
    assert before == store.summaries(run.uid)


def test_what_comes_while_it_is_folded_stays_and_is_folded_next(store: SqlStore, run: RunRecord) -> None:
    writer, folding = Taken(store, run), Folding(store.database)
    for _ in range(5):
        writer.send_many(3, 400)
        folding.fold(writer.uid)
    writer.send(math.nan, -0.0)

    assert 1 == waiting(store)
    assert np.array(writer.values).tobytes() == store.history(run.uid, "loss").values.tobytes()


def test_a_writer_that_ended_with_few_points_keeps_them_in_the_tail_and_is_found(
    store: SqlStore, run: RunRecord
) -> None:
    writer = Taken(store, run)
    writer.send(0.5, 0.25)
    writer.send(final=True)

    Folding(store.database).fold(writer.uid)

    assert (1, 0) == (waiting(store), chunks(store))
    assert 1 == len(store.search_runs(SearchQuery(filter="metrics.loss = 0.25")))
    assert [0.5, 0.25] == read(store, run)


def test_summaries_are_brought_up_to_date_without_folding(store: SqlStore, run: RunRecord) -> None:
    writer, folding = Taken(store, run), Folding(store.database)
    writer.send(3.0)
    writer.send(2.0, math.inf)
    assert 0 == len(store.search_runs(SearchQuery(filter="metrics.loss.min = 2.0")))

    folding.summarise(writer.uid)
    folding.summarise(writer.uid)

    assert 1 == len(store.search_runs(SearchQuery(filter="metrics.loss.min = 2.0 and metrics.loss.count = 3")))
    assert (2, 0) == (waiting(store), chunks(store))


def test_folding_again_and_folding_nothing_changes_nothing(store: SqlStore, run: RunRecord) -> None:
    writer, folding = Taken(store, run), Folding(store.database)
    writer.send_many(2, 300)
    folding.fold(writer.uid)

    again = folding.fold(writer.uid)

    assert (0, False) == (again.segments, again.more)
    assert 0 == folding.fold("nobody").segments
    assert writer.values == read(store, run)


def test_a_long_tail_is_folded_in_steps(store: SqlStore, run: RunRecord) -> None:
    writer, folding = Taken(store, run), Folding(store.database)
    points = FOLD_AT_ONCE_BYTES // 24 // 3
    writer.send_many(5, points)

    steps = []
    while (done := folding.fold(writer.uid)).segments:
        steps.append(done.more)

    assert [True, False] == steps
    assert writer.values == read(store, run)


def test_four_that_fold_at_once_while_segments_come_lose_and_double_nothing(
    store: SqlStore, run: RunRecord, again: Callable[[], SqlStore]
) -> None:
    writers = [Taken(store, run) for _ in range(3)]
    done = threading.Event()
    errors: list[BaseException] = []

    def fold() -> None:
        mine = again()
        folding = Folding(mine.database)
        try:
            while not done.is_set():
                for writer in writers:
                    folding.fold(writer.uid)
                    folding.summarise(writer.uid)
        except BaseException as error:  # raised again in the test's own thread
            errors.append(error)
            raise
        finally:
            mine.close()

    crew = [threading.Thread(target=fold) for _ in range(4)]
    for one in crew:
        one.start()
    for _ in range(25):
        for writer in writers:
            writer.send_many(1, 200)
    done.set()
    for one in crew:
        one.join()

    assert [] == errors
    expected = sorted(value for writer in writers for value in writer.values)
    assert expected == sorted(read(store, run))
    summary = store.summaries(run.uid)["loss"]
    assert (len(expected), expected[0], expected[-1]) == (summary.count, summary.min, summary.max)


@pytest.mark.parametrize("final", [False, True], ids=["of one that goes on", "of one that has ended"])
def test_series_that_are_streamed_stay_as_they_were_while_a_tail_is_folded(
    store: SqlStore, run: RunRecord, final: bool
) -> None:
    writer, folding = Taken(store, run), Folding(store.database)
    writer.send_many(5, 200)
    folding.fold(writer.uid)
    writer.send_many(3, 200)
    writer.send(0.5, final=final)
    Writer(store, run).send(rows("a series before it", [1.0]))

    pieces = store.stream_histories(run.uid)
    assert "a series before it" == next(pieces)[0]
    folding.fold(writer.uid)

    assert writer.values == [value for _, piece in pieces for value in piece.values.tolist()]
    assert 0 == sum(tail.writer_uid == writer.uid for tail in folding.tails())


def test_a_damaged_segment_is_named_and_leaves_all_as_it_was(store: SqlStore, run: RunRecord) -> None:
    writer = Taken(store, run)
    writer.send_many(3, 300)
    with store.database.write() as connection:
        connection.execute("UPDATE tail SET body = ? WHERE segment = 1", (b"rubbish" * 10,))

    with pytest.raises(ChecksumError, match="segment 1 of writer"):
        Folding(store.database).fold(writer.uid)

    assert (3, 0) == (waiting(store), chunks(store))


def test_tails_tell_what_waits(store: SqlStore, run: RunRecord) -> None:
    writer = Taken(store, run)
    writer.send(1.0)
    writer.send(2.0, final=True)

    (tail,) = Folding(store.database).tails()

    assert (writer.uid, 2, True, False) == (tail.writer_uid, tail.segments, tail.ended, tail.summarised)
    assert 2 * len(encode_segment([rows("loss", [1.0])])) == tail.size_bytes
