"""The way of many runs to one server, which is real."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from assay.errors import AssayError, UnavailableError
from assay.formats.names import new_uid
from assay.recording.carrier import Carrier
from assay.recording.journal import Journal
from assay.recording.line import Line
from assay.recording.outbox import Outbox
from assay.recording.server_route import ServerRoute
from assay.storage.contract import Appended, RunSpec
from assay.storage.http.store import HttpStore
from assay.storage.parcel import Parcel
from assay.storage.sql.store import SqlStore
from tests.serving.running import serving


class CountingStore(HttpStore):
    """A server's store that says how many parcels each request had."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.requests: list[int] = []

    def take(self, parcels: Sequence[Parcel]) -> list[Appended | AssayError]:
        self.requests.append(len(parcels))
        return super().take(parcels)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CountingStore]:
    folder = tmp_path / "served"
    folder.mkdir()
    with serving(lambda _: SqlStore(str(folder))) as url:
        store = CountingStore(url)
        yield store
        store.close()


@pytest.fixture
def route(store: CountingStore, tmp_path: Path) -> Iterator[ServerRoute]:
    route = ServerRoute(store, Carrier(pass_by), Outbox(str(tmp_path / "outbox")), set)
    yield route
    for line in list(route.lines.values()):
        line.journal.seal()
        line.journal.remove()


def at_once(act: Callable[[], None]) -> None:
    act()


def pass_by(carrier: Carrier) -> None:
    """These routes are looked after by the tests."""


def refuse(error: OSError) -> None:
    raise error


def spec_of(name: str) -> RunSpec:
    return RunSpec(new_uid(), new_uid(), "digits", name, "digits", name, {}, 1)


def begin(route: ServerRoute, name: str, uid: str | None = None) -> Line:
    """A line from a new journal of the run of that name, which is made unless its id is given."""
    if uid is None:
        uid = route.store.open_run(spec_of(name))[0].uid
    journal = Journal(
        route.outbox.journals,
        {"uid": uid, "experiment": "digits", "name": name},
        entered=True,
        last_steps={},
        durable_calls=False,
        on_refused=refuse,
    )
    line = route.lines[journal.writer] = Line(journal, route.store, lambda: None, route)
    return line


def test_what_all_runs_have_goes_in_one_request(route: ServerRoute, store: CountingStore) -> None:
    lines = [begin(route, f"run-{number}") for number in range(20)]
    for number, line in enumerate(lines):
        line.journal.log_metric("loss", number, None, 0)
    route.look(at_once)

    assert [20] == store.requests
    found = [store.summaries(line.journal.run["uid"])["loss"].last for line in lines]
    assert [float(number) for number in range(20)] == found


def test_runs_that_have_nothing_to_say_are_made_known_together_and_then_left_alone(
    route: ServerRoute, store: CountingStore
) -> None:
    lines = [begin(route, f"run-{number}") for number in range(3)]
    route.look(at_once)
    route.look(at_once)

    assert [3] == store.requests
    assert ["InProgress"] * 3 == [store.run(line.journal.run["uid"]).status for line in lines]


def test_a_run_that_is_gone_keeps_no_other_one_from_being_sent(
    route: ServerRoute, store: CountingStore, caplog: pytest.LogCaptureFixture
) -> None:
    gone, there = begin(route, "gone", uid=new_uid()), begin(route, "there")
    for line in (gone, there):
        line.journal.log_metric("loss", 1.0, None, 0)
    route.look(at_once)

    assert (True, False) == (gone.gone, there.gone)
    assert 1.0 == store.summaries(there.journal.run["uid"])["loss"].last
    assert 1 == len([one for one in caplog.messages if "is dropped" in one])


def test_more_than_a_request_carries_goes_in_several(route: ServerRoute, store: CountingStore) -> None:
    line = begin(route, "long")
    for step in range(200_000):
        line.journal.log_metric("loss", step, None, step)
    route.look(at_once)

    assert 4 < len(store.requests)
    assert 200_000 == store.summaries(line.journal.run["uid"])["loss"].count


def test_a_server_that_is_away_is_left_alone_for_a_while_and_said_to_be_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    with serving(lambda _: SqlStore(str(folder))) as url:
        store = CountingStore(url)
        route = ServerRoute(store, Carrier(pass_by), Outbox(str(tmp_path / "outbox")), set)
        line = begin(route, "alone")
    line.journal.log_metric("loss", 1.0, None, 0)
    for _ in range(5):
        route.look(at_once)

    assert [1] == store.requests
    assert 1 == len(caplog.messages)
    assert route.is_away
    with pytest.raises(UnavailableError):
        route.ship(line)
    line.journal.seal()
    line.journal.remove()
    store.close()
