"""SIGKILL of what a team's store consists of, in mid-ingest: what was accepted is there, once each."""

from __future__ import annotations

import os
import random
import sys
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest

from assay.storage.http.store import HttpStore
from tests.system.load import Load, check
from tests.system.senders import Senders, Sent
from tests.system.soundness import assert_folder_is_whole
from tests.system.team import Part, Server

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")

KILLS = int(os.environ.get("SOAK_KILLS", "3"))
SEED = 11


def kill_at_random(part: Part, senders: Senders, draw: random.Random) -> int:
    """Kill a part again and again while senders send; how often."""
    kills = 0
    for number in range(1, KILLS + 1):
        senders.wait_for(0.8 * number / (KILLS + 1) + draw.uniform(0, 0.1 / KILLS))
        if not senders.are_alive:
            break
        part.restart(draw.uniform(0, 0.5))
        kills += 1
    return kills


def test_a_server_that_is_killed_loses_nothing_that_it_accepted(
    forkserver: BaseContext, server: Server, tmp_path: Path
) -> None:
    load = Load("killed", segments=40 * KILLS)
    sent = Sent(tmp_path / "sent", load)
    senders = Senders(forkserver, [server.url], sent)
    try:
        kills = kill_at_random(server, senders, random.Random(SEED))
        senders.finish()
    finally:
        senders.kill()

    assert KILLS == kills
    assert load.all_segments() == sent.accepted
    assert [] == [one for one in sent.errors if "!" in one]
    assert any("UnavailableError" in one for one in sent.errors)
    store = HttpStore(server.url)
    check(store, load)
    store.close()
    assert 0 == server.stop()
    assert_folder_is_whole(server.folder)
    server.start()
    store = HttpStore(server.url)
    check(store, load)
    store.close()
    assert [] == server.troubles()
