"""A power cut at any moment: what promise 2 keeps is there, and nothing that is there was changed or doubled."""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest

from assay import Session, load_run, system
from tests.system.disk import Photograph, develop, restart
from tests.system.numbered import kind_of, read_back
from tests.system.power import Powered

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="processes are stopped and looked at by /proc"),
    pytest.mark.alone,
]
SEED = 2024
WRITERS = (0, 1)
CUTS = 10
FOLDERS_A_CUT = 3


@dataclass
class Cut:
    """A power cut.

    Attributes:
        now: The store's folder at that moment.
        before: The same shortly before.
        must: By writer, the calls that promise 2 keeps.
        begun: By writer, the calls that had been made at all.
    """

    now: Photograph
    before: Photograph
    must: dict[int, set[int]]
    begun: dict[int, set[int]]


class Cuts:
    """Power cuts of one process, made first and looked at later.

    Args:
        powered: The process.
        draw: Decides when, and what the disk keeps.
        bound_s: How old a call must be to be kept; None for one that returned at all.
    """

    def __init__(self, powered: Powered, draw: random.Random, *, bound_s: float | None) -> None:
        self.powered, self.draw, self.bound_s = powered, draw, bound_s
        self.cuts: list[Cut] = []

    def make(self, count: int) -> None:
        for _ in range(count):
            time.sleep(self.draw.uniform(0.05, 0.35))
            before, _ = self.powered.photograph()
            time.sleep(self.draw.uniform(0.0, 0.03))
            now, moment_ns = self.powered.photograph()
            notes = self.powered.notes
            until_ns = moment_ns if self.bound_s is None else self.powered.moment_before(moment_ns, self.bound_s)
            must = {
                writer: {number for number, time_ns in enumerate(notes.of(writer)) if 0 < time_ns < until_ns}
                for writer in WRITERS
            }
            self.cuts.append(Cut(now, before, must, {writer: notes.begun_of(writer) for writer in WRITERS}))

    def look(self, folder: Path) -> None:
        """Open what each cut may have left, and compare."""
        for number, cut in enumerate(self.cuts):
            for variant in range(FOLDERS_A_CUT):
                store = folder / f"cut-{number}-{variant}"
                develop(cut.now, cut.before, store, self.draw)
                restart(store)
                run = load_run("cut", "power", Session(str(store)))
                found = read_back(run)
                assert run.status in ("Stopped", None if not any(cut.must.values()) else "Stopped"), store
                assert [] == found.without_bytes, store
                assert [] == [path.name for path in store.glob("journals/*.events")], store
                # What a cut may take is no damage; of a journal that had just been made it may take the beginning.
                assert not all(cut.must.values()) or not (store / "journals" / "damaged").exists(), store
                for writer in WRITERS:
                    there = found.numbers.get(writer, set())
                    lost = [(one, kind_of(one)) for one in sorted(cut.must[writer] - there)]

                    assert [] == lost, f"{store}: writer {writer}"
                    assert set() == there - cut.begun[writer], f"{store}: writer {writer}"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose real disk is memory, if there is one: how long a sync takes here is not what is tested."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="assay-power-", dir=memory or tmp_path) as folder:
        yield Path(folder)


def test_a_power_cut_loses_at_most_the_last_second(forkserver: BaseContext, folder: Path) -> None:
    draw = random.Random(SEED)
    powered = Powered(forkserver, folder, "interval", pause_s=0.004)
    cuts = Cuts(powered, draw, bound_s=1.0)
    try:
        cuts.make(CUTS)
    finally:
        powered.end()

    assert all(cuts.cuts[-1].must.values())
    cuts.look(folder)


def test_a_power_cut_loses_at_most_the_last_second_while_the_store_is_held_by_another(
    forkserver: BaseContext, folder: Path
) -> None:
    draw = random.Random(SEED + 1)
    powered = Powered(forkserver, folder, "interval", pause_s=0.004)
    cuts = Cuts(powered, draw, bound_s=1.0)
    try:
        cuts.make(2)
        with open(folder / "store" / "catalog.db.lock", "rb") as lock:
            while not system.try_lock(lock.fileno()):
                time.sleep(0.001)
            cuts.make(CUTS)
        cuts.make(2)
    finally:
        powered.end()

    cuts.look(folder)


def test_a_power_cut_loses_at_most_the_last_second_while_the_store_seems_to_fail(
    forkserver: BaseContext, folder: Path
) -> None:
    draw = random.Random(SEED + 2)
    powered = Powered(forkserver, folder, "interval", pause_s=0.004)
    cuts = Cuts(powered, draw, bound_s=1.0)
    try:
        cuts.make(2)
        powered.disk.fail("commit", fails=True)
        cuts.make(CUTS)
        powered.disk.fail("commit", fails=False)
        cuts.make(2)
    finally:
        powered.end()

    cuts.look(folder)


def test_a_power_cut_loses_nothing_where_calls_are_always_durable(forkserver: BaseContext, folder: Path) -> None:
    draw = random.Random(SEED + 3)
    powered = Powered(forkserver, folder, "always", pause_s=0.002)
    cuts = Cuts(powered, draw, bound_s=None)
    try:
        cuts.make(CUTS)
    finally:
        powered.end()

    assert all(cuts.cuts[-1].must.values())
    cuts.look(folder)
