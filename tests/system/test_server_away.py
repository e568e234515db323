"""Trainings that are killed while their server is away: `assay sync` brings all of it, whatever is killed meanwhile."""

from __future__ import annotations

import random
import sys
import time
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest

from tests.system.soak import KILLS, SEED
from tests.system.soundness import assert_folder_is_whole
from tests.system.team import Server, restart
from tests.system.trainers import Trainers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")

CALLS = 400


def test_what_was_logged_while_the_server_was_away_comes_by_sync_once(
    forkserver: BaseContext, server: Server, tmp_path: Path
) -> None:
    draw = random.Random(SEED)
    there = Trainers(forkserver, server.url, tmp_path / "there", name="there", pace_s=0)
    there.wait_for(CALLS // 2)
    server.kill()
    away = Trainers(forkserver, server.url, tmp_path / "away", name="away", pace_s=0)
    for trainers in (there, away):
        try:
            trainers.wait_for(CALLS)
        finally:
            trainers.kill()
    refused, said = away.sync()

    server.start()
    for _ in range(KILLS // 2):  # a sync that is killed, and a server that is killed under a sync
        with away.start_syncing() as killed:
            time.sleep(draw.uniform(0.3, 1.5))
            killed.kill()
            killed.communicate()
        with there.start_syncing() as cut:
            time.sleep(draw.uniform(0.3, 1.5))
            restart(server, 0)
            cut.communicate(timeout=60)
    both = [away.start_syncing() for _ in range(2)]
    for process in both:
        process.communicate(timeout=90)
    synced = [there.sync(), away.sync()]

    assert 1 == refused, said
    assert server.url in said
    assert [0, 0] == [code for code, _ in synced], synced
    there.check(status="Stopped")
    away.check(status="Stopped", runs=2)
    assert [] == server.troubles()
    assert 0 == server.stop()
    assert_folder_is_whole(server.folder)
