"""What many machines would send to a server, made in one process: segments as the recorder cuts them.

The rows are real and so is the client; what is left out is the logging itself, which other rows measure. Values follow
from run, step and metric, so that whoever reads them back knows what must be there.
"""

from __future__ import annotations

import threading
import time
from typing import Any

WIDTH = 10
NAMES = tuple(f"m{number}" for number in range(WIDTH))
VALUES = 1 << 16
EXPERIMENT = "load"


def values_of(number: int, start: int, count: int) -> Any:
    """The values of rows of a run, shape (count, WIDTH)."""
    import numpy as np

    table = np.random.default_rng(7).random((VALUES, WIDTH))
    return table[(np.arange(start, start + count) + 31 * number) % VALUES]


class Sender:
    """A run, and the writer that sends to it.

    Args:
        url: The server.
        number: Which run it is.
        table: From `table_of`, shared by all.
    """

    def __init__(self, url: str, number: int, table: Any) -> None:
        from assay.formats.names import new_uid
        from assay.formats.rows import Layout
        from assay.storage.contract import Opening, RunSpec, WriterSpec
        from assay.storage.http.store import HttpStore

        self.store = HttpStore(url)
        self.number, self._table = number, table
        self.index = self.step = 0
        self._layout = Layout(NAMES, stamped=False)
        now_us = time.time_ns() // 1000
        name = f"run-{number}"
        spec = RunSpec(new_uid(), new_uid(), EXPERIMENT, name, EXPERIMENT, name, {}, now_us)
        self.run = self.store.open_run(spec)[0].uid
        self._writer = new_uid()
        process = {"host": "load", "pid": 1}
        self._opening: Any = Opening(self.run, WriterSpec(self._writer, True, process, now_us))

    def enter(self) -> None:
        """Let the server know of the writer, as a run does when its block is entered."""
        self.store.open_writer(self.run, self._opening.writer)

    def send(self, rows: int, *, logged_ns: int | None = None, final: bool = False) -> None:
        """Send a segment of so many rows and wait until it is durable."""
        import numpy as np

        from assay.formats.event import Event
        from assay.formats.segment import Rows, encode_segment
        from assay.storage.parcel import Parcel

        words = np.empty((rows, 2 + WIDTH), np.int64)
        words[:, 0] = (time.time_ns() if logged_ns is None else logged_ns) + np.arange(rows)
        words[:, 1] = np.arange(self.step, self.step + rows)
        words[:, 2:] = self._table[(words[:, 1] + 31 * self.number) % VALUES].view(np.int64)
        body = encode_segment([Rows(self._layout, rows, words.tobytes())]) if rows else b""
        events = [Event(time.time_ns(), "leave", {"status": "Completed"})] if final else []
        (done,) = self.store.take([Parcel(self._writer, self.index, events, body, final, self._opening)])
        if isinstance(done, Exception):
            raise done
        self.index, self.step, self._opening = self.index + 1, self.step + rows, None


def table_of() -> Any:
    """The values of all runs."""
    import numpy as np

    return np.random.default_rng(7).random((VALUES, WIDTH))


def pour(url: str, runs: int, seconds: float, rows: int, threads: int) -> dict[str, Any]:
    """Send as fast as the server takes it, each run one segment after another; what was sent to which run."""
    table = table_of()
    senders = [Sender(url, number, table) for number in range(runs)]
    waits_s: list[float] = []
    errors: list[str] = []
    began = time.monotonic()

    def work(mine: list[Sender]) -> None:
        try:
            while time.monotonic() - began < seconds:
                for one in mine:
                    before = time.monotonic()
                    one.send(rows)
                    waits_s.append(time.monotonic() - before)
        except Exception as error:  # noqa: BLE001 - told to who measures
            errors.append(f"{type(error).__name__}: {error}")

    used = time.process_time()
    crew = [threading.Thread(target=work, args=(senders[start::threads],)) for start in range(threads)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    took_s = time.monotonic() - began
    for one_sender in senders:
        one_sender.send(0, final=True)
    waits_s.sort()
    return {
        "points": sum(one.step for one in senders) * WIDTH,
        "took_s": took_s,
        "cpu_s": time.process_time() - used,
        "p99_s": waits_s[int(len(waits_s) * 0.99)],
        "errors": errors,
        "rows": {one.run: (one.number, one.step) for one in senders},
    }


def trickle(url: str, runs: int, seconds: float, threads: int) -> dict[str, Any]:
    """Runs that log a step a second and send it a second later, each on a connection of its own, spread evenly."""
    table = table_of()
    senders = [Sender(url, number, table) for number in range(runs)]
    for one in senders:
        one.enter()
    late_s: list[float] = []
    errors: list[str] = []
    began = time.monotonic() + 0.5

    def work(first: int) -> None:
        mine = senders[first::threads]
        tick = 0
        try:
            while tick < seconds:
                for place, one in enumerate(mine):
                    due_s = began + tick + (place + first / threads) / len(mine)
                    wait_s = due_s - time.monotonic()
                    if wait_s > 0:
                        time.sleep(wait_s)
                    # Logged just behind the sending before: it has waited for a second by now.
                    one.send(1, logged_ns=time.time_ns() - int((1.0 + max(0.0, -wait_s)) * 1e9))
                    late_s.append(time.monotonic() - due_s)
                tick += 1
        except Exception as error:  # noqa: BLE001 - told to who measures
            errors.append(f"{type(error).__name__}: {error}")

    used = time.process_time()
    crew = [threading.Thread(target=work, args=(first,)) for first in range(threads)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    cpu_s = time.process_time() - used
    late_s.sort()
    return {
        "took_s": time.monotonic() - began,
        "cpu_s": cpu_s,
        "p99_late_s": late_s[int(len(late_s) * 0.99)],
        "errors": errors,
        "rows": {one.run: (one.number, one.step) for one in senders},
    }


def watch(url: str, runs: int, seconds: float, watched: int) -> list[float]:
    """How old points are when a reader first meets them, of some of the runs; it looks at each every 0.2 s or so."""
    from assay.errors import NotFoundError
    from assay.storage.contract import RunQuery
    from assay.storage.http.store import HttpStore

    store = HttpStore(url)
    deadline_s = time.monotonic() + seconds
    while len(store.list_runs(RunQuery(EXPERIMENT, limit=runs)).runs) < runs and time.monotonic() < deadline_s:
        time.sleep(0.2)
    found = store.list_runs(RunQuery(EXPERIMENT, limit=runs)).runs[:: max(1, runs // watched)][:watched]
    seen: dict[str, int] = {}
    ages_s: list[float] = []
    while time.monotonic() < deadline_s:
        for run in found:
            first = seen.get(run.uid, -1) + 1
            try:
                columns = store.history(run.uid, "m0", first_step=first)
            except NotFoundError:
                continue
            now_us = time.time_ns() / 1000
            if len(columns):
                if first:  # what was there at the first look is of unknown age
                    ages_s += [(now_us - float(one)) / 1e6 for one in columns.timestamps_us]
                seen[run.uid] = int(columns.steps[-1])
        time.sleep(0.05)
    return ages_s
