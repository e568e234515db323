"""SIGKILL of what a team's store consists of, in mid-ingest: what was accepted is there, once each."""

from __future__ import annotations

import random
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from multiprocessing.context import BaseContext
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from assay.storage.http.store import HttpStore
from tests.seaweed import Seaweed
from tests.system.load import Load, check
from tests.system.notes import Notes
from tests.system.senders import Senders, Sent
from tests.system.soak import KILLS, PATIENCE_S, SEED
from tests.system.soundness import assert_folder_is_whole
from tests.system.team import Part, Postgres, Server, restart
from tests.system.trainers import Trainers, check_large, log_large

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")

LONGEST_AWAY_S = 0.5
LARGE_FILES = KILLS // 2
SEGMENTS = 30
"""So many a writer come between two kills."""


class Clients:
    """Those who use a store while parts of it are killed, and what they got accepted."""

    def __init__(self, context: BaseContext, url: str, folder: Path) -> None:
        self.load = Load("killed", segments=SEGMENTS * KILLS)
        self.sent = Sent(folder / "sent", self.load)
        self.sent.allow(SEGMENTS)
        self.trainers = Trainers(context, url, folder / "training", pace_s=0.02)
        self.large = Notes(folder / "large", 1, LARGE_FILES)
        arguments = (url, self.large, folder / "training")
        self.logger = context.Process(target=log_large, args=arguments)  # type: ignore[attr-defined]
        self.logger.start()
        self.trainers.wait_for(1)  # two that begin without the server begin two runs
        self.senders = Senders(context, [url], self.sent, pace_s=0.02)

    def live_through(self, parts: Sequence[Part], draw: random.Random) -> list[Part]:
        """Kill one of the parts again and again while data is on its way; those that were killed."""
        killed = []
        for number in range(KILLS):
            self.senders.wait_for((number + draw.uniform(0.05, 0.7)) / KILLS)
            killed.append(parts[number % len(parts)])
            restart(killed[-1], draw.uniform(0, LONGEST_AWAY_S))
            self.sent.allow(SEGMENTS * (number + 2))
        self.senders.finish()
        self.trainers.finish()
        self.logger.join(PATIENCE_S)
        return killed

    def check(self, url: str) -> None:
        """All that was accepted is there."""
        with closing(HttpStore(url)) as store:
            check(store, self.load)
        self.trainers.check()
        assert self.logger.exitcode == 0
        assert set(range(LARGE_FILES)) == self.large.returned_of(0)
        check_large(url, self.large)

    def kill(self) -> None:
        self.senders.kill()
        self.trainers.kill()
        self.logger.kill()
        self.logger.join()


def test_a_server_that_is_killed_loses_nothing_that_it_accepted(
    forkserver: BaseContext, server: Server, tmp_path: Path
) -> None:
    clients = Clients(forkserver, server.url, tmp_path)
    try:
        killed = clients.live_through([server], random.Random(SEED))
    finally:
        clients.kill()
    code, said = clients.trainers.sync()

    assert [server] * KILLS == killed
    assert 0 == code, said
    assert clients.load.all_segments() == clients.sent.accepted
    assert [] == clients.sent.strange_errors
    assert [] != clients.sent.errors
    clients.check(server.url)
    assert 0 == server.stop()
    assert_folder_is_whole(server.folder)
    server.start()
    with closing(HttpStore(server.url)) as store:
        check(store, clients.load)
    assert [] == server.troubles()


@pytest.fixture
def bucket(seaweed: Seaweed) -> Iterator[Seaweed]:
    """This process's S3 store, which is killed here and there again afterwards."""
    yield seaweed
    with socket.socket() as one:
        if one.connect_ex(("127.0.0.1", urlsplit(seaweed.options["endpoint"]).port or 0)):
            restart(seaweed, 0)


def test_a_database_and_a_bucket_that_are_killed_lose_nothing_that_the_server_accepted(
    forkserver: BaseContext, postgres: Postgres, bucket: Seaweed, store: Path, tmp_path: Path
) -> None:
    options = ("--database", postgres.url, "--objects", bucket.new_url())
    server = Server(store, tmp_path / "server.log", *options, environment=bucket.environment)
    try:
        server.start()
        clients = Clients(forkserver, server.url, tmp_path)
        try:
            killed = clients.live_through([postgres, bucket, server], random.Random(SEED))
        finally:
            clients.kill()
        code, said = clients.trainers.sync()

        assert KILLS == len(killed)
        assert 0 == code, said
        assert clients.load.all_segments() == clients.sent.accepted
        assert [] == clients.sent.strange_errors
        assert [] != clients.sent.errors
        clients.check(server.url)
        restart(server, 0)
        with closing(HttpStore(server.url)) as again:
            check(again, clients.load)
        assert [] == server.troubles()
    finally:
        server.kill()
