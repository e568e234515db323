"""Processes that send to a server as a recorder does: in order, again until it is taken, and never again then."""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from assay.errors import AssayError, RefusedError, SequenceError, StoreError, UnavailableError
from assay.storage.contract import Appended
from assay.storage.http.store import HttpStore
from tests.system.load import Load
from tests.system.notes import Notes
from tests.system.soak import PATIENCE_S

STRANGE = "!"
PASSING = (UnavailableError, RefusedError)
"""What a server may say while something of it is away, or full."""


class Sent:
    """What senders got accepted, in their own words: memory that outlives them.

    Args:
        folder: Where their notes lie.
        load: What they send.
    """

    def __init__(self, folder: Path, load: Load) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.load = folder, load
        self.notes = Notes(folder / "notes", load.writers, load.segments)
        self._allowed = Notes(folder / "allowed", 1, 1).times_ns

    def __reduce__(self) -> tuple[type[Sent], tuple[Path, Load]]:
        return Sent, (self.folder, self.load)

    def allow(self, segments: int) -> None:
        """Let senders go on to so many segments a writer, and wait there; uncalled, they go on to the end."""
        self._allowed[0] = segments

    @property
    def allowed(self) -> int:
        """So many segments of a writer may be sent."""
        return min(self._allowed[0] or self.load.segments, self.load.segments)

    @property
    def accepted(self) -> set[tuple[int, int]]:
        """The segments (writer, index) of which the server said that they are taken."""
        return {(writer, index) for writer in range(self.load.writers) for index in self.notes.returned_of(writer)}

    @property
    def begun(self) -> set[tuple[int, int]]:
        """The segments that were sent, whether or not it answered."""
        return {(writer, index) for writer in range(self.load.writers) for index in self.notes.begun_of(writer)}

    def say(self, errors: Counter[str]) -> None:
        """Keep what a sender was told instead of that its segments were taken."""
        path = self.folder / f"errors-{os.getpid()}"
        path.write_text("".join(f"{count} {text}\n" for text, count in errors.items()))

    @property
    def errors(self) -> list[str]:
        """What senders were told instead of that their segments were taken."""
        return [line for path in self.folder.glob("errors-*") for line in path.read_text().splitlines()]

    @property
    def strange_errors(self) -> list[str]:
        """Those that no part of a store is allowed to cause by being away or full."""
        return [one for one in self.errors if STRANGE in one]


def send(urls: Sequence[str], sent: Sent, writers: Sequence[int], pace_s: float) -> None:
    """Send all that writers have, several of them in one request, to any of the servers.

    What was accepted is never sent again, since a recorder has deleted it by then: a server that lost some of it asks
    for it in vain, which ends the process with an error.
    """
    load, errors = sent.load, Counter[str]()
    draw = random.Random(f"{load.name} {writers}")
    stores = [HttpStore(url) for url in urls]
    at = {writer: len(sent.notes.returned_of(writer)) for writer in writers}
    deadline_s = time.monotonic() + PATIENCE_S
    failures = 0
    try:
        while any(at[writer] < load.segments for writer in writers):
            assert time.monotonic() < deadline_s, f"writers are not through: {at}, {dict(errors)}"
            left = [writer for writer in writers if at[writer] < sent.allowed]
            if not left:
                time.sleep(pace_s)
                continue
            some = draw.sample(left, draw.randint(1, len(left)))
            for writer in some:
                sent.notes.begin(writer, at[writer])
            try:
                answers = draw.choice(stores).take([load.parcel(writer, at[writer]) for writer in some])
            except AssayError as error:
                answers = [error] * len(some)
            failures = failures + 1 if any(isinstance(one, AssayError) for one in answers) else 0
            for writer, answer in zip(some, answers, strict=True):
                _heed(sent, writer, at, answer, errors)
            time.sleep(min(0.5, 0.02 * 2**failures) * draw.random() if failures else pace_s)
    finally:
        sent.say(errors)
        for store in stores:
            store.close()


def _heed(sent: Sent, writer: int, at: dict[int, int], answer: Appended | AssayError, errors: Counter[str]) -> None:
    if isinstance(answer, Appended):
        assert [] == answer.set_aside
        sent.notes.returned(writer, at[writer])
        at[writer] += 1
    elif isinstance(answer, SequenceError):
        raise AssertionError(f"writer {writer} has {at[writer]} segments accepted, and the server says: {answer}")
    elif isinstance(answer, StoreError | RefusedError):
        mark = "" if isinstance(answer, PASSING) else f"{STRANGE} "
        errors[f"{mark}{type(answer).__name__}: {answer}"] += 1
    else:
        raise answer


class Senders:
    """Processes that send a load, its writers shared out among them."""

    def __init__(
        self, context: BaseContext, urls: Sequence[str], sent: Sent, *, processes: int = 2, pace_s: float = 0.01
    ) -> None:
        self.sent = sent
        self.processes: list[Any] = []
        for number in range(processes):
            writers = list(range(number, sent.load.writers, processes))
            process = context.Process(target=_send, args=(urls, sent, writers, pace_s))  # type: ignore[attr-defined]
            process.start()
            self.processes.append(process)

    @property
    def are_alive(self) -> bool:
        return any(process.is_alive() for process in self.processes)

    def wait_for(self, share: float) -> None:
        """Return when so much of the load was accepted."""
        wanted = share * len(self.sent.load.all_segments())
        deadline_s = time.monotonic() + PATIENCE_S
        while self.are_alive and len(self.sent.accepted) < wanted:
            assert time.monotonic() < deadline_s
            time.sleep(0.01)

    def finish(self) -> None:
        """Return when all of the load was accepted."""
        for process in self.processes:
            process.join(PATIENCE_S + 10)
        codes = [process.exitcode for process in self.processes]
        self.kill()
        assert [0] * len(codes) == codes, self.sent.errors

    def kill(self) -> None:
        for process in self.processes:
            process.kill()
            process.join()


def _send(urls: Sequence[str], sent: Sent, writers: Sequence[int], pace_s: float) -> None:
    try:
        send(urls, sent, writers, pace_s)
    except (AssayError, AssertionError) as error:
        (sent.folder / f"errors-{os.getpid()}-end").write_text(f"{STRANGE} {error!r}\n")
        sys.exit(1)
