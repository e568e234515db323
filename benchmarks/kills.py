"""SIGKILL at random moments: what a call returned for is there at once, and the run is marked as ended by its death."""

from __future__ import annotations

import multiprocessing
import random
import signal
import sys
import time
from collections import Counter
from multiprocessing.context import BaseContext
from pathlib import Path

from benchmarks.aftermath import Verdict, look
from benchmarks.figure import Figure, Scale
from benchmarks.notes import Noted, make_notes, read_notes
from benchmarks.victim import log_until_killed

KILLS = {"tiny": 8, "small": 40, "full": 200}
"""With each number of writers."""
WRITERS = (1, 2, 8)
LATEST_S = 0.7
"""Each writer is killed within so long of its first call."""
PATIENCE_S = 60.0


def measure(scale: Scale, folder: str) -> list[Figure]:
    figures = []
    for writers in WRITERS:
        found = kill_many(Path(folder) / str(writers), writers, KILLS[scale])
        who = "1 writer" if writers == 1 else f"{writers} writers of one run"
        kinds = ", ".join(f"{found.returned[kind]:,} {kind.name.lower()}s" for kind in Noted if kind != Noted.STATE)
        title = f"{KILLS[scale]} SIGKILLs, {who}"
        figures += [
            Figure(f"{title}: of what calls returned for", found.lost, "lost", 0, note=found.told(kinds)),
            Figure(
                f"{title}: runs not readable at once, or not marked as ended by their death",
                found.wrong,
                "wrong",
                0,
                note=f"{found.kills} kills, {found.runs} runs; the first read took {found.longest_s:.2f} s at most",
            ),
        ]
    return figures


class Found:
    """What many kills left behind."""

    def __init__(self) -> None:
        self.runs = 0
        self.kills = 0
        self.lost = 0
        self.wrong = 0
        self.longest_s = 0.0
        self.returned: Counter[Noted] = Counter()
        self.complaints: list[str] = []

    def told(self, text: str) -> str:
        """The text, and the first complaint where there is one."""
        return "; ".join([text, *self.complaints[:1]])


def kill_many(folder: Path, writers: int, kills: int) -> Found:
    # Each victim is a fork of a process that has only imported things: a start of Python takes longer than it lives.
    start = "spawn" if sys.platform == "win32" else "forkserver"
    context = multiprocessing.get_context(start)
    if start == "forkserver":
        context.set_forkserver_preload(["assay", "assay.run", "numpy", "sklearn.metrics", "benchmarks.victim"])
    folder.mkdir(parents=True, exist_ok=True)
    found = Found()
    while found.kills < kills and found.runs < 2 * kills:  # some have left before they were to be killed
        kill_round(context, folder, f"run-{found.runs}", writers, found)
    return found


def kill_round(context: BaseContext, folder: Path, name: str, writers: int, found: Found) -> None:
    """Start the writers of one run, kill each at a moment of its own, and look at what is there."""
    store, notes_path = str(folder / "store"), folder / f"{name}.notes"
    make_notes(notes_path, writers)
    victims = []
    for writer in range(writers):
        arguments = (store, name, writer, str(notes_path), random.getrandbits(32))
        victims.append(context.Process(target=log_until_killed, args=arguments))  # type: ignore[attr-defined]
        victims[-1].start()
    wait_until_begun(notes_path)
    begun = time.monotonic()
    random.shuffle(victims)
    for moment, victim in zip(sorted(random.uniform(0, LATEST_S) for _ in victims), victims, strict=True):
        time.sleep(max(0, begun + moment - time.monotonic()))
        victim.kill()
    found.runs += 1
    for victim in victims:
        victim.join()
        if victim.exitcode == -signal.SIGKILL:
            found.kills += 1
        elif victim.exitcode:
            found.wrong += 1
            found.complaints.append(f"{name}: a writer ended with {victim.exitcode}")
    notes = read_notes(notes_path)
    mine, theirs = multiprocessing.Pipe(duplex=False)
    reader = context.Process(target=look, args=(store, name, notes, theirs))  # type: ignore[attr-defined]
    reader.start()
    silent = Verdict(0, True, [f"{name}: not read after {PATIENCE_S:.0f} s"], PATIENCE_S)
    verdict: Verdict = mine.recv() if mine.poll(PATIENCE_S) else silent
    reader.join(1)
    reader.kill()
    found.longest_s = max(found.longest_s, verdict.readable_s)
    found.lost += verdict.lost
    found.wrong += verdict.wrong
    found.complaints += verdict.complaints
    for kind in Noted:
        found.returned[kind] += sum(one[kind] for one in notes)


def wait_until_begun(notes_path: Path) -> None:
    """Wait until every writer has begun; what has not by then never will."""
    stop = time.monotonic() + PATIENCE_S
    while not all(one[Noted.STATE] for one in read_notes(notes_path)) and time.monotonic() < stop:
        time.sleep(0.001)
