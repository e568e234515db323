"""Two servers that fold over one database while segments come in by both, and one of them is killed in between."""

from __future__ import annotations

import random
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from multiprocessing.context import BaseContext
from pathlib import Path

import psycopg
import pytest

from assay.errors import UnavailableError
from assay.storage.http.store import HttpStore
from tests.system.load import Load, check, points_in
from tests.system.senders import Senders, Sent
from tests.system.soak import ROUNDS, SEED
from tests.system.soundness import assert_folder_is_whole
from tests.system.team import Postgres, Server, restart

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")

EAGER = """
import assay.serving.folding as folding
from assay.storage.sql.database import Database
from assay.storage.sql.postgres import PostgresSchema

folding.FOLD_SEGMENTS, folding.SCAN_S, folding.LOOK_S = 1, 0.02, 0.0
claim = PostgresSchema.claim
PostgresSchema.claim = lambda self, thing: (Database.claim if thing[0] == "fold" else claim)(self, thing)
"""
"""Statements that let both servers fold all the time, and the same: a claim saves work, and must guard nothing."""
FOLDED_S = 60


class Pair:
    """Two servers over one database.

    Attributes:
        database: The URL of a PostgreSQL; None where both share a folder.
    """

    def __init__(self, folder: Path, logs: Path, database: str | None) -> None:
        self.folder, self.database = folder, database
        options = () if database is None else ("--database", database)
        self.servers = [Server(folder, logs / f"server-{one}.log", *options, before=EAGER) for one in range(2)]

    def unfolded(self) -> list[str]:
        """The segments in no chunk of writers that have chunks, or that are too many to stay so."""
        query = (
            "SELECT writers.uid || ' ' || tail.segment FROM {0}tail AS tail JOIN {0}writers AS writers "
            "ON writers.id = tail.writer_id"
        )
        if self.database is None:
            with closing(sqlite3.connect(self.folder / "catalog.db")) as connection:
                return [row[0] for row in connection.execute(query.format(""))]
        with psycopg.connect(self.database) as connection:
            return [row[0] for row in connection.execute(query.format("assay_main.").encode())]

    def wait_until_folded(self) -> None:
        deadline_s = time.monotonic() + FOLDED_S
        while left := self.unfolded():
            assert time.monotonic() < deadline_s, left
            time.sleep(0.05)


@pytest.fixture(params=["folder", "database"])
def pair(request: pytest.FixtureRequest, store: Path, tmp_path: Path) -> Iterator[Pair]:
    with ExitStack() as undo:
        database = None
        if request.param == "database":
            postgres = Postgres()
            undo.callback(postgres.delete)
            postgres.start()
            database = postgres.url
        pair = Pair(store, tmp_path, database)
        for server in pair.servers:
            undo.callback(server.kill)
            server.start()
        yield pair


def read_while(senders: Senders, urls: list[str]) -> int:
    """Read as long as segments come in: what was accepted before is there, and nothing that was not sent; how often."""
    load, sent, times = senders.sent.load, senders.sent, 0
    stores = [HttpStore(url) for url in urls]
    while senders.are_alive:
        for store in stores:
            run = times % load.runs
            before = load.points_of(run, sent.accepted)
            try:
                found = points_in(store, load.run_uid(run))
            except UnavailableError:
                continue
            begun = load.points_of(run, sent.begun)
            for name, points in before.items():
                assert not points - found[name], f"points of {name} are missing"
            for name, points in found.items():
                assert not points - begun[name], f"points of {name} are there twice"
            times += 1
    for store in stores:
        store.close()
    return times


@pytest.mark.parametrize("number", range(ROUNDS))
def test_two_servers_that_fold_at_once_keep_each_point_once(
    forkserver: BaseContext, pair: Pair, tmp_path: Path, number: int
) -> None:
    draw = random.Random(f"{SEED} {number}")
    load = Load("folded", runs=3, writers=6, segments=50, points=30)
    sent = Sent(tmp_path / "sent", load)
    urls = [server.url for server in pair.servers]
    senders = Senders(forkserver, urls, sent, pace_s=0)
    try:
        senders.wait_for(0.02)
        reads = 0
        for share in (0.3, 0.6):
            senders.wait_for(share)
            restart(draw.choice(pair.servers), 0)
        reads += read_while(senders, urls)
        senders.finish()
    finally:
        senders.kill()

    assert [] == sent.strange_errors
    pair.wait_until_folded()
    for url in urls:
        with closing(HttpStore(url)) as client:
            check(client, load)
    assert reads > 0
    for server in pair.servers:
        assert [] == server.troubles()
        assert 0 == server.stop()
    if pair.database is None:
        assert_folder_is_whole(pair.folder)
