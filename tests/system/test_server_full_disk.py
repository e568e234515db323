"""A server whose disk, or whose database's disk, is full for a while: it says so, loses nothing, and goes on."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest

from assay.storage.http.store import HttpStore
from tests.system.load import Load, check
from tests.system.senders import Senders, Sent
from tests.system.soak import LONG
from tests.system.soundness import assert_folder_is_whole
from tests.system.team import Postgres, Server, fill, restart, small_disk
from tests.system.trainers import Trainers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs small disks")

LOAD = Load("full", segments=150, points=200)
NO_SPACE = "status=507"
NOT_THERE = "status=503"
PATIENCE_S = 40


@pytest.fixture
def undo() -> Iterator[ExitStack]:
    with ExitStack() as undo:
        yield undo


def wait_until(said: str, server: Server, senders: Senders) -> None:
    """Return when the server has refused to take segments."""
    deadline_s = time.monotonic() + PATIENCE_S
    while said not in server.log.read_text():
        assert senders.are_alive, "everything was taken"
        assert time.monotonic() < deadline_s, "the disk is not full"
        time.sleep(0.02)


def live_through(
    context: BaseContext, server: Server, ballast: Path, said: str, folder: Path, mend: Callable[[], None]
) -> None:
    """Send and log while the disk becomes full and empty again; all of it is there."""
    sent = Sent(folder / "sent", LOAD)
    trainers = Trainers(context, server.url, folder / "training", writers=1, pace_s=0.02)
    senders = None
    try:
        trainers.wait_for(10)
        senders = Senders(context, [server.url], sent, pace_s=0.001)
        senders.wait_for(0.05)
        fill(ballast)
        wait_until(said, server, senders)
        trainers.wait_for(len(trainers.notes.of(0)) + 50)
        fill(ballast.with_name("more"))
        time.sleep(0.5)
        ballast.unlink()
        ballast.with_name("more").unlink()
        mend()
        senders.finish()
        trainers.finish()
    finally:
        trainers.kill()
        if senders is not None:
            senders.kill()
    code, problems = trainers.sync()

    assert 0 == code, problems
    assert server.is_alive
    assert [] == sent.strange_errors
    with closing(HttpStore(server.url)) as client:
        check(client, LOAD)
    trainers.check()
    assert [] == server.troubles()
    assert 0 == server.stop()


def test_a_server_whose_folder_is_on_a_full_disk_loses_nothing_that_it_accepted(
    forkserver: BaseContext, tmp_path: Path, undo: ExitStack
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    undo.enter_context(small_disk(disk, 40))
    server = Server(disk / "store", tmp_path / "server.log")
    undo.callback(server.kill)
    server.start()

    live_through(forkserver, server, disk / "ballast", NO_SPACE, tmp_path, lambda: None)

    assert_folder_is_whole(server.folder)


@pytest.mark.parametrize(
    ("on_disk", "disk_mib", "said"),
    [
        ("data", 80, NO_SPACE),
        pytest.param("wal", 32, NOT_THERE, marks=pytest.mark.skipif(not LONG, reason="`make soak`")),
    ],
)
def test_a_server_whose_database_has_a_full_disk_loses_nothing_that_it_accepted(
    forkserver: BaseContext, store: Path, tmp_path: Path, undo: ExitStack, on_disk: str, disk_mib: int, said: str
) -> None:
    postgres = Postgres(disk_mib=disk_mib, on_disk=on_disk)
    undo.callback(postgres.delete)
    postgres.start()
    server = Server(store, tmp_path / "server.log", "--database", postgres.url)
    undo.callback(server.kill)
    server.start()

    def start_again() -> None:
        if not postgres.is_alive:  # PostgreSQL ends rather than go on without its log
            restart(postgres, 0)

    live_through(forkserver, server, postgres.disk / "ballast", said, tmp_path, start_again)
