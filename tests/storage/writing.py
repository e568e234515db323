"""A writer as a store sees it, and the rows and events it hands over."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from assay.formats.event import Event
from assay.formats.rows import Layout
from assay.formats.segment import Rows
from assay.storage.contract import Appended, OpenedWriter, RunRecord, RunSpec, Store, WriterSpec

NOW_US = 1_700_000_000_000_000
_uids = itertools.count(1)


def run_spec(experiment_name: str = "digits", run_name: str = "baseline", **fields: Any) -> RunSpec:
    """A spec with fresh ids."""
    number = next(_uids)
    given = {"experiment_display_name": experiment_name, "run_display_name": run_name, "tags": {}, "created_us": NOW_US}
    return RunSpec(f"run{number}", f"experiment{number}", experiment_name, run_name, **{**given, **fields})


def new_run(store: Store, experiment_name: str = "digits", run_name: str = "baseline", **fields: Any) -> RunRecord:
    run, created = store.open_run(run_spec(experiment_name, run_name, **fields))
    assert created
    return run


def parameters(values: Mapping[str, Any], *, time_us: int = NOW_US) -> Event:
    return Event(time_us * 1000, "parameters", {"values": dict(values)})


def leave(status: str = "Completed", *, time_us: int = NOW_US + 10, **fields: Any) -> Event:
    return Event(time_us * 1000, "leave", {"status": status, **fields})


def artifact(name: str, *, is_output: bool = True, time_us: int = NOW_US, **fields: Any) -> Event:
    body = {"name": name, "is_output": is_output, "kind": "value", "value": "v", **fields}
    return Event(time_us * 1000, "artifact", body)


def rows(name: str, values: Sequence[float], *, first_step: int = 0, time_us: int = NOW_US) -> Rows:
    """Rows of one metric, a step and a microsecond apart."""
    words = (
        struct.pack("=qqd", (time_us + index) * 1000, first_step + index, value) for index, value in enumerate(values)
    )
    return Rows(Layout((name,), stamped=False), len(values), b"".join(words))


class Writer:
    """A writer that is inside a run, sending one segment after another."""

    def __init__(
        self,
        store: Store,
        run: RunRecord,
        *,
        uid: str | None = None,
        entered: bool = True,
        opened_us: int = NOW_US,
        pid: int = 7,
    ) -> None:
        self.store = store
        self.run = run
        self.uid = uid or f"writer{next(_uids)}"
        self.opened: OpenedWriter = store.open_writer(
            run.uid, WriterSpec(self.uid, entered, {"host": "box", "pid": pid}, opened_us)
        )
        self.index = 0

    def send(self, *parts: Event | Rows, final: bool = False) -> Appended:
        events = [part for part in parts if isinstance(part, Event)]
        several = [part for part in parts if isinstance(part, Rows)]
        appended = self.store.append(self.uid, self.index, events, several, final=final)
        self.index += 1
        return appended

    def leave(self, *parts: Event | Rows, status: str = "Completed", **fields: Any) -> Appended:
        return self.send(*parts, leave(status, **fields), final=True)
