"""The intake: many requests share a transaction, each hears its own answer, and none is answered too early."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from assay.errors import AssayError, RefusedError, UnavailableError
from assay.formats.segment import encode_segment
from assay.serving import intake as module
from assay.serving.intake import Intake
from assay.storage.contract import Appended
from assay.storage.parcel import Parcel
from assay.storage.sql.store import SqlStore
from tests.storage.writing import Writer, new_run, rows

ROWS = encode_segment([rows("loss", [0.5])])


class SlowStore(SqlStore):
    """A store whose transactions begin when the test lets them, and fail when it says so."""

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.sizes: list[int] = []
        self.fails_with: AssayError | None = None

    def take(self, parcels: Sequence[Parcel]) -> list[Appended | AssayError]:
        self.may_go_on.wait(20)
        self.sizes.append(len(parcels))
        if self.fails_with is not None:
            raise self.fails_with
        return super().take(parcels)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SlowStore]:
    store = SlowStore(str(tmp_path))
    yield store
    store.may_go_on.set()
    store.close()


@pytest.fixture
def intake(store: SlowStore) -> Iterator[Intake]:
    intake = Intake(store, lambda _parcels, _answers: None)
    yield intake
    store.may_go_on.set()
    intake.end()


async def waiting(intake: Intake, count: int) -> None:
    while intake.waiting_requests < count:  # noqa: ASYNC110  # the intake tells nobody
        await asyncio.sleep(0.005)


def test_what_comes_during_a_transaction_shares_the_next_one(store: SlowStore, intake: Intake) -> None:
    writers = [Writer(store, new_run(store, "many", f"r{number}")) for number in range(50)]

    async def send() -> list[list[Appended | AssayError]]:
        store.may_go_on.clear()
        first = asyncio.create_task(intake.take([Parcel(writers[0].uid, 0, rows=ROWS)]))
        await asyncio.sleep(0.1)
        others = [asyncio.create_task(intake.take([Parcel(one.uid, 0, rows=ROWS)])) for one in writers[1:]]
        await waiting(intake, 49)
        assert not first.done()
        store.may_go_on.set()
        return list(await asyncio.gather(first, *others))

    answers = asyncio.run(send())

    assert [[Appended(True)]] * 50 == answers
    assert [1, 49] == store.sizes
    assert [0.5] == store.history(writers[49].run.uid, "loss").values.tolist()


def test_each_request_hears_what_came_of_its_own(store: SlowStore, intake: Intake) -> None:
    writer = Writer(store, new_run(store))

    async def send() -> list[list[Appended | AssayError]]:
        store.may_go_on.clear()
        parcels = [Parcel(writer.uid, 0, rows=ROWS), Parcel("nobody", 0, rows=ROWS), Parcel(writer.uid, 1, rows=ROWS)]
        sent = [asyncio.create_task(intake.take([one])) for one in parcels]
        await asyncio.sleep(0.05)
        store.may_go_on.set()
        return list(await asyncio.gather(*sent))

    first, second, third = asyncio.run(send())

    assert ([Appended(True)], [Appended(True)]) == (first, third)
    assert "RunNotFoundError" == type(second[0]).__name__


def test_a_transaction_that_fails_is_an_error_for_all_of_it_and_for_none_after_it(
    store: SlowStore, intake: Intake
) -> None:
    writer = Writer(store, new_run(store))
    store.fails_with = RefusedError("no space")

    with pytest.raises(RefusedError, match="no space"):
        asyncio.run(intake.take([Parcel(writer.uid, 0, rows=ROWS)]))
    store.fails_with = None
    answers = asyncio.run(intake.take([Parcel(writer.uid, 0, rows=ROWS)]))

    assert [Appended(True)] == answers


def test_who_goes_before_the_answer_is_taken_all_the_same(store: SlowStore, intake: Intake) -> None:
    writer = Writer(store, new_run(store))

    async def send() -> None:
        store.may_go_on.clear()
        gone = asyncio.create_task(intake.take([Parcel(writer.uid, 0, rows=ROWS)]))
        await asyncio.sleep(0.05)
        gone.cancel()
        store.may_go_on.set()
        while store.next_segment(writer.uid) != 1:  # noqa: ASYNC110  # nor does the store
            await asyncio.sleep(0.01)
        assert [Appended(False)] == await intake.take([Parcel(writer.uid, 0, rows=ROWS)])

    asyncio.run(asyncio.wait_for(send(), 20))


def test_more_than_fits_in_memory_is_told_to_come_back(
    store: SlowStore, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING_BYTES", len(ROWS))
    writer = Writer(store, new_run(store))

    async def send() -> None:
        store.may_go_on.clear()
        sent = [asyncio.create_task(intake.take([Parcel(writer.uid, 0, rows=ROWS)]))]
        await asyncio.sleep(0.05)
        sent += [asyncio.create_task(intake.take([Parcel(writer.uid, index, rows=ROWS)])) for index in (1, 2)]
        await waiting(intake, 2)
        with pytest.raises(UnavailableError, match="send again later"):
            await intake.take([Parcel(writer.uid, 3, rows=ROWS)])
        store.may_go_on.set()
        await asyncio.gather(*sent)

    asyncio.run(send())

    assert [0.5] * 3 == store.history(writer.run.uid, "loss").values.tolist()


def test_an_end_takes_what_waits_and_refuses_what_comes(store: SlowStore) -> None:
    intake = Intake(store, lambda _parcels, _answers: None)
    writer = Writer(store, new_run(store))

    async def send() -> list[Appended | AssayError]:
        store.may_go_on.clear()
        sent = asyncio.create_task(intake.take([Parcel(writer.uid, 0, rows=ROWS)]))
        await asyncio.sleep(0.05)
        ending = asyncio.create_task(asyncio.to_thread(intake.end))
        await asyncio.sleep(0.05)
        with pytest.raises(UnavailableError, match="stopping"):
            await intake.take([Parcel(writer.uid, 1, rows=ROWS)])
        store.may_go_on.set()
        await ending
        return await sent

    assert [Appended(True)] == asyncio.run(send())


def test_whoever_is_told_of_what_was_taken_can_not_stop_the_intake(store: SlowStore) -> None:
    told = iter([True, False])

    def told_of(_parcels: Sequence[Parcel], _answers: Sequence[Appended | AssayError]) -> None:
        if next(told):
            raise KeyError("unforeseen")

    intake = Intake(store, told_of)
    writer = Writer(store, new_run(store))

    with pytest.raises(KeyError):
        asyncio.run(intake.take([Parcel(writer.uid, 0, rows=ROWS)]))
    again = asyncio.run(intake.take([Parcel(writer.uid, 0, rows=ROWS)]))
    intake.end()

    assert [Appended(False)] == again
