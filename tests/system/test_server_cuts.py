"""A connection that is cut at a byte of a request or of its answer: what is sent again is there once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from assay.errors import UnavailableError
from assay.storage.contract import Appended
from assay.storage.http.store import HttpStore
from assay.storage.parcel import Parcel
from tests.system.cutting import CuttingWire
from tests.system.load import Load, check
from tests.system.soak import CUT_EVERY_BYTES
from tests.system.soundness import assert_folder_is_whole
from tests.system.team import Server

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")

EDGE_BYTES = 3
LOAD = Load("cut", runs=1, writers=3, segments=100_000, points=1)
WRITER = 2


@pytest.fixture
def wire(server: Server) -> Iterator[CuttingWire]:
    """A wire to the server."""
    with CuttingWire(server.port) as wire:
        yield wire


def places(size_bytes: int, *edges: int) -> list[int]:
    """The bytes at which to cut, from the last one down: some of all, and those around the edges."""
    near = {edge + off for edge in (0, *edges, size_bytes) for off in range(-EDGE_BYTES, EDGE_BYTES + 1)}
    return sorted((at for at in {*range(0, size_bytes, CUT_EVERY_BYTES), *near} if 0 <= at < size_bytes), reverse=True)


def sent(store: HttpStore, parcel: Parcel) -> bool | None:
    """Send a segment: whether it was new; None where no answer came."""
    try:
        (answer,) = store.take([parcel])
    except UnavailableError:
        return None
    assert isinstance(answer, Appended), answer
    return answer.accepted


def sent_through(wire: CuttingWire, parcel: Parcel) -> bool | None:
    """The same over a wire, on a connection of its own."""
    with closing(HttpStore(wire.url)) as store:
        return sent(store, parcel)


def check_and_stop(server: Server, count: int) -> None:
    """So many segments are there, once each, and the store is whole."""
    with closing(HttpStore(server.url)) as store:
        check(store, LOAD, {(WRITER, index) for index in range(count)})
    assert 0 == server.stop()
    assert_folder_is_whole(server.folder)
    assert [] == server.troubles()


@pytest.mark.parametrize("by_reset", [False, True], ids=["closed", "reset"])
def test_a_request_that_is_cut_at_any_byte_is_taken_when_it_comes_again(
    server: Server, wire: CuttingWire, by_reset: bool
) -> None:
    assert sent_through(wire, LOAD.parcel(WRITER, 0))
    whole, body = len(wire.requests), wire.requests.index(b"\r\n\r\n") + 4
    index = 0
    with closing(HttpStore(server.url)) as store:
        for index, at in enumerate(places(whole, body), start=1):
            parcel, place = LOAD.parcel(WRITER, index), f"cut after {at} of {whole} bytes"
            wire.set(request_bytes=at, by_reset=by_reset)
            assert sent_through(wire, parcel) is None, place
            assert index == store.next_segment(parcel.writer_uid), place
            assert sent(store, parcel), place

    assert index >= whole // CUT_EVERY_BYTES
    check_and_stop(server, index + 1)


@pytest.mark.parametrize("by_reset", [False, True], ids=["closed", "reset"])
def test_an_answer_that_is_cut_at_any_byte_is_given_again_and_nothing_taken_twice(
    server: Server, wire: CuttingWire, by_reset: bool
) -> None:
    assert sent_through(wire, LOAD.parcel(WRITER, 0))
    whole, body = len(wire.answers), wire.answers.index(b"\r\n\r\n") + 4
    index = 0
    with closing(HttpStore(server.url)) as store:
        for index, at in enumerate(places(whole, body), start=1):
            parcel, place = LOAD.parcel(WRITER, index), f"cut after {at} of {whole} bytes"
            wire.set(answer_bytes=at, by_reset=by_reset)
            assert sent_through(wire, parcel) is None, place
            assert sent(store, parcel) is False, place
        wire.set()

    assert index >= whole // CUT_EVERY_BYTES
    check_and_stop(server, index + 1)


def test_a_connection_that_has_served_before_and_is_cut_is_replaced_without_a_word(
    server: Server, wire: CuttingWire
) -> None:
    assert sent_through(wire, LOAD.parcel(WRITER, 0))
    whole = len(wire.requests)
    index = 0
    for at in places(whole)[::3]:
        with closing(HttpStore(wire.url)) as store:
            assert sent(store, LOAD.parcel(WRITER, index + 1))
            wire.set(request_bytes=at, once=True)
            assert sent(store, LOAD.parcel(WRITER, index + 2)), f"cut after {at} of {whole} bytes"
        index += 2

    check_and_stop(server, index + 1)
