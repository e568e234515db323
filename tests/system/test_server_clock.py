"""Clocks that are hours off, of clients and of the server, in both directions: no point is lost, moved or doubled."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest

from assay.storage.http.store import HttpStore
from assay.storage.sql.store import SqlStore
from tests.storage.writing import Writer, new_run
from tests.system.load import Load, check
from tests.system.senders import Senders, Sent
from tests.system.soundness import assert_folder_is_whole
from tests.system.team import Server, restart
from tests.system.trainers import Trainers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")

HOUR_S = 3600


def shifted(by_s: int) -> str:
    """Statements that let a server live in the past or the future."""
    return f"from tests.system.trainers import shift_clock; shift_clock({by_s})"


def test_clocks_that_are_an_hour_off_lose_nothing(forkserver: BaseContext, store: Path, tmp_path: Path) -> None:
    server = Server(store, tmp_path / "server.log", before=shifted(HOUR_S))
    load = Load("clocks", segments=30, clock_us=HOUR_S * 1_000_000)
    sent = Sent(tmp_path / "sent", load)
    senders = None
    try:
        server.start()
        trainers = Trainers(
            forkserver, server.url, tmp_path / "training", pace_s=0.01, clocks_s=(HOUR_S, -HOUR_S)
        )  # fmt: skip
        try:
            trainers.wait_for(30)
            senders = Senders(forkserver, [server.url], sent, pace_s=0.02)
            senders.wait_for(0.4)
            server.before = shifted(-HOUR_S)
            restart(server, 0)
            trainers.wait_for(len(trainers.notes.of(0)) + 50)
            senders.finish()
            trainers.finish()
        finally:
            trainers.kill()
            if senders is not None:
                senders.kill()
        code, said = trainers.sync()

        assert 0 == code, said
        assert [] == sent.strange_errors
        with closing(HttpStore(server.url)) as client:
            check(client, load)
        trainers.check()
        assert [] == server.troubles()
        assert 0 == server.stop()
        assert_folder_is_whole(store)
    finally:
        server.kill()


def test_a_run_that_failed_where_the_clock_is_ahead_and_then_came_through_elsewhere_is_completed(store: Path) -> None:
    store.mkdir()
    now_us = time.time_ns() // 1000
    with closing(SqlStore(str(store))) as sql:
        run = new_run(sql)
        ahead_us = now_us + HOUR_S * 1_000_000
        Writer(sql, run, opened_us=ahead_us).leave(status="Failed", time_us=ahead_us + 10)
        again_us = time.time_ns() // 1000
        Writer(sql, run, opened_us=again_us).leave(time_us=again_us + 30)
        done = sql.run(run.uid)

    assert "Completed" == done.status
    assert now_us <= (done.start_us or 0) <= (done.end_us or 0) <= time.time_ns() // 1000
