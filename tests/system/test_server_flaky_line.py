"""Trainings behind a line on which connections break all the time: rows, parameters and artifacts come, once each."""

from __future__ import annotations

import sys
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest

from tests.system.flaky import FlakyLine
from tests.system.soak import LONG, SEED
from tests.system.soundness import assert_folder_is_whole
from tests.system.team import Server
from tests.system.trainers import Trainers

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")

CALLS = 6000 if LONG else 300


def test_trainings_behind_a_flaky_line_lose_nothing(forkserver: BaseContext, server: Server, tmp_path: Path) -> None:
    with FlakyLine(server.port, SEED) as line:
        trainers = Trainers(forkserver, line.url, tmp_path / "training", pace_s=0.01)
        try:
            trainers.wait_for(CALLS)
            trainers.finish()
        finally:
            trainers.kill()
        cuts = line.cuts
        line.is_mended.set()
        code, said = trainers.sync()

        assert 0 == code, said
        trainers.check(runs=None)
    assert cuts > 2
    assert [] == server.troubles()
    assert 0 == server.stop()
    assert_folder_is_whole(server.folder)
