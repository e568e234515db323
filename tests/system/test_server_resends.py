"""Segments that come twice, late, out of order or by two connections at once: each is taken once, in its order."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial

import pytest

from assay.errors import AssayError, InvalidInputError, SequenceError
from assay.storage.contract import Appended, RunQuery
from assay.storage.http.store import HttpStore
from tests.system.load import EXPERIMENT, Load, check
from tests.system.soundness import assert_folder_is_whole
from tests.system.team import Postgres, Server

SEED = 3


@pytest.fixture(scope="module", params=["folder", "database"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for all of these: each sends to runs of its own."""
    folder, options = tmp_path_factory.mktemp("resends"), list[str]()
    with ExitStack() as undo:
        if request.param == "database":
            postgres = Postgres()
            undo.callback(postgres.delete)
            postgres.start()
            options = ["--database", postgres.url]
        server = Server(folder / "store", folder / "server.log", *options)
        undo.callback(server.kill)
        server.start()
        yield server
        assert 0 == server.stop()
        assert [] == server.troubles()
        if request.param == "folder":
            assert_folder_is_whole(server.folder)


@pytest.fixture
def client(shared: Server) -> Iterator[HttpStore]:
    with closing(HttpStore(shared.url)) as client:
        yield client


def outcomes(answers: Sequence[Appended | AssayError]) -> list[bool | str]:
    """Whether each was new; the kind of error where it was none."""
    return [one.accepted if isinstance(one, Appended) else type(one).__name__ for one in answers]


def test_segments_that_come_twice_late_and_out_of_order_are_taken_once(client: HttpStore) -> None:
    load = Load("twice", runs=2, writers=3, segments=30, points=3)
    draw = random.Random(SEED)
    deck = [one for one in load.all_segments() for _ in range(draw.randint(1, 3))]
    taken, told = set[tuple[int, int]](), Counter[bool | str]()
    while taken != load.all_segments():
        draw.shuffle(deck)
        for start in range(0, len(deck), 7):
            some = deck[start : start + 7]
            for one, outcome in zip(some, outcomes(client.take([load.parcel(*one) for one in some])), strict=True):
                told[outcome] += 1
                assert (outcome is False) == (one in taken), f"{one}: {outcome}"
                if outcome is True:
                    assert one[1] == 0 or (one[0], one[1] - 1) in taken
                    taken.add(one)

    check(client, load)
    assert {True, False, "SequenceError"} == set(told)
    assert len(load.all_segments()) == told[True]


def test_a_segment_that_comes_again_with_other_contents_changes_nothing(client: HttpStore) -> None:
    load = Load("other", runs=1, writers=1, segments=100, points=2)
    client.take([load.parcel(0, 0), load.parcel(0, 1)])

    again = client.take([replace(load.parcel(0, 7), index=1)])

    assert [False] == outcomes(again)
    check(client, load, {(0, 0), (0, 1)})


def test_a_writer_that_has_ended_takes_nothing_more(client: HttpStore) -> None:
    load = Load("ended", runs=1, writers=1, segments=2, points=2)
    client.take([load.parcel(0, 0), load.parcel(0, 1)])

    late = client.take([load.parcel(0, 0), load.parcel(0, 1), replace(load.parcel(0, 1), index=2, final=False)])

    assert [False, False, False] == outcomes(late)
    assert client.next_segment(load.writer_uid(0)) is None
    check(client, load)


def test_a_damaged_segment_is_refused_and_keeps_away_none_of_those_beside_it(client: HttpStore) -> None:
    load = Load("damaged", runs=1, writers=3, segments=1, points=2)
    whole = load.parcel(1, 0)
    damaged = replace(whole, rows=whole.rows[:-1] + bytes([whole.rows[-1] ^ 1]))

    answers = client.take([load.parcel(0, 0), damaged, load.parcel(2, 0)])

    assert [True, InvalidInputError.__name__, True] == outcomes(answers)
    assert [True] == outcomes(client.take([whole]))
    check(client, load)


def test_a_hole_in_a_writers_segments_is_refused_and_says_which_is_missing(client: HttpStore) -> None:
    load = Load("hole", runs=1, writers=1, segments=5, points=2)
    client.take([load.parcel(0, 0)])

    (answer,) = client.take([load.parcel(0, 3)])

    assert isinstance(answer, SequenceError)
    assert "segment 1 is missing" in str(answer)
    assert 1 == client.next_segment(load.writer_uid(0))
    check(client, load, {(0, 0)})


def test_one_segment_by_many_connections_at_once_is_taken_by_one_of_them(shared: Server, client: HttpStore) -> None:
    load = Load("race", runs=1, writers=2, segments=25, points=5)
    told: list[dict[tuple[int, int], bool | str]] = []
    together = threading.Barrier(6)

    def everything() -> None:
        mine: dict[tuple[int, int], bool | str] = {}
        with closing(HttpStore(shared.url)) as other:
            for index in range(load.segments):
                together.wait(60)
                both = [(0, index), (1, index)]
                mine.update(zip(both, outcomes(other.take([load.parcel(*one) for one in both])), strict=True))
        told.append(mine)

    _at_once([everything] * 6)

    assert 6 == len(told)
    for one in load.all_segments():
        assert Counter({False: 5, True: 1}) == Counter(mine[one] for mine in told), one
    check(client, load)


def test_a_run_that_many_writers_begin_at_once_without_the_server_is_one_run(shared: Server, client: HttpStore) -> None:
    load = Load("begun", runs=1, writers=8, segments=3, points=2)
    together = threading.Barrier(load.writers)

    def begin(writer: int) -> None:
        with closing(HttpStore(shared.url)) as other:
            together.wait(60)
            for index in range(load.segments):
                assert [True] == outcomes(other.take([load.parcel(writer, index)]))

    _at_once([partial(begin, writer) for writer in range(load.writers)])

    check(client, load)
    assert [load.run_uid(0)] == [one.uid for one in client.list_runs(RunQuery(EXPERIMENT)).runs if "begun" in one.name]


def _at_once(acts: list[Callable[[], None]]) -> None:
    """Do these in threads; raise what one of them raised."""
    raised: list[BaseException] = []

    def do(act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as error:
            raised.append(error)
            raise

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert [] == raised
