"""Writers that send segments as a recorder does, and all that a store gives back, to be compared."""

from __future__ import annotations

import io
import itertools
from typing import Any

from assay.formats.segment import encode_segment
from assay.storage.contract import Appended, Opening, RunQuery, WriterSpec
from assay.storage.parcel import Parcel
from assay.storage.sql.store import SqlStore
from tests.storage.writing import NOW_US, artifact, leave, new_run, parameters, rows

_uids = itertools.count(1)
POINTS = 10
"""Of each segment."""


class Sender:
    """A writer of one run; segment n holds the steps from n * POINTS on."""

    def __init__(self, store: SqlStore, experiment: str, name: str) -> None:
        self.store = store
        self.run = new_run(store, experiment, name)
        self.uid = f"sender{next(_uids)}"
        self.index = 0

    def parcel(self, *events: Any, final: bool = False, with_rows: bool = True) -> Parcel:
        values = [float(step) for step in range(self.index * POINTS, (self.index + 1) * POINTS)]
        body = encode_segment([rows("loss", values, first_step=self.index * POINTS)]) if with_rows else b""
        opening = Opening(self.run.uid, WriterSpec(self.uid, True, {"host": "box", "pid": 7}, NOW_US))
        made = Parcel(self.uid, self.index, list(events), body, final, opening)
        self.index += 1
        return made

    def send(self, *events: Any, final: bool = False) -> None:
        (answer,) = self.store.take([self.parcel(*events, final=final)])
        assert isinstance(answer, Appended), answer

    def end(self, *, end_us: int = NOW_US + 10) -> None:
        self.send(leave(time_us=end_us), final=True)


def fill(store: SqlStore, experiment: str = "digits") -> None:
    """Two runs that have ended and one that goes on, with parameters and artifacts."""
    for name in ("first", "second"):
        sender = Sender(store, experiment, name)
        info = store.objects.put(io.BytesIO(f"the model of {experiment}/{name}".encode()))
        sender.send(
            parameters({"lr": 0.1, "name": name}),
            artifact("model", kind="file", value=None, sha256=info.sha256, size_bytes=info.size_bytes),
        )
        sender.end()
    Sender(store, experiment, "living").send(parameters({"lr": 0.3}))


def contents(store: SqlStore) -> dict[str, Any]:
    """All that a store gives back."""
    found: dict[str, Any] = {}
    for run in store.list_runs(RunQuery()).runs:
        series = {}
        for name in store.summaries(run.uid):
            columns = store.history(run.uid, name)
            series[name] = [column.tolist() for column in (columns.steps, columns.timestamps_us, columns.values)]
        artifacts = [
            (one, b"".join(store.objects.read_checked(one.sha256)) if one.sha256 else None)
            for one in store.artifacts(run.uid)
        ]
        found[f"{run.experiment_name}/{run.name}"] = (run, series, artifacts, store.attempts(run.uid))
    return found
