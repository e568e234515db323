"""What another process finds of a run whose writers were killed, compared with the notes they left."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection
from typing import NamedTuple

from benchmarks.notes import Noted, State
from benchmarks.victim import file_bytes


class Verdict(NamedTuple):
    """How much of a run is lost, whether it is wrong otherwise, what there is to say of both, how long a read took."""

    lost: int
    wrong: bool
    complaints: list[str]
    readable_s: float


def look(store: str, name: str, notes: list[list[int]], answer: Connection) -> None:
    """Read a run whose writers are dead, and answer with a verdict."""
    try:
        answer.send(judge(store, name, notes))
    except Exception as error:  # noqa: BLE001 (whatever it is, it is what a reader would have met)
        answer.send(Verdict(0, True, [f"{name}: {type(error).__name__}: {error}"], 0.0))


def judge(store: str, name: str, notes: list[list[int]]) -> Verdict:
    states = [one[Noted.STATE] for one in notes]
    if max(states) < State.MADE:  # killed before the run was there
        return Verdict(0, False, [], 0.0)
    before = time.monotonic()
    seen = Seen(store, name)
    readable_s = time.monotonic() - before
    lost = {kind: sum(seen.lost(kind, writer, one[kind]) for writer, one in enumerate(notes)) for kind in Noted}
    complaints = [f"{name}: {number} lost of {kind.name.lower()}s" for kind, number in lost.items() if number]
    wrong = seen.status not in allowed(states)
    if wrong:
        complaints.append(
            f"{name}: status {seen.status}, writers had come to {[State(state).name for state in states]}"
        )
    return Verdict(sum(lost.values()), wrong, complaints, readable_s)


def allowed(states: list[int]) -> set[str | None]:
    """The statuses a run may have whose writers, now dead, had come so far."""
    if any(state == State.ENTERED for state in states):
        return {"Stopped"}
    if all(state == State.LEFT for state in states):
        return {"Completed"}
    if any(state >= State.LEAVING for state in states):
        return {"Stopped", "Completed"}
    return {"Stopped", None}  # none had entered, or none had been told that it had


class Seen:
    """A run as another process finds it."""

    def __init__(self, store: str, name: str) -> None:
        from assay import Session, load_run

        self.run = load_run(experiment_name="kills", run_name=name, sagemaker_session=Session(store))
        self.status = self.run.status
        self.metrics = self.run.metrics
        self.parameters = self.run.parameters
        self.tags = self.run.tags
        self.artifacts = self.run.artifacts()

    def lost(self, kind: Noted, writer: int, returned: int) -> int:
        """Of so many calls of a kind that returned, how many can't be read back as they were."""
        if not returned or kind == Noted.STATE:
            return 0
        if kind == Noted.POINT:
            return self.lost_points(f"point-{writer}", 1, returned)
        if kind == Noted.ROW:
            return self.lost_points(f"a-{writer}", 1, returned) + self.lost_points(f"b-{writer}", -1, returned)
        if kind == Noted.TAG:  # the call in which it died may have been the last
            return 0 if self.tags.get(f"tag-{writer}") in {str(returned - 1), str(returned)} else 1
        is_there = {Noted.PARAMETER: self.has_parameter, Noted.CHART: self.has_chart, Noted.FILE: self.has_file}[kind]
        return sum(not is_there(writer, number) for number in range(returned))

    def lost_points(self, name: str, sign: int, returned: int) -> int:
        if name not in self.metrics:
            return returned
        history = self.run.metric_history(name)
        there: dict[int, float] = dict(zip(history.steps.tolist(), history.values.tolist(), strict=True))
        doubled: int = len(history.values) - len(there)
        return doubled + sum(there.get(number) != sign * number for number in range(returned))

    def has_parameter(self, writer: int, number: int) -> bool:
        return bool(self.parameters.get(f"parameter-{writer}-{number}") == number)

    def has_chart(self, writer: int, number: int) -> bool:
        chart = self.artifacts.get(f"chart-{writer}-{number}")
        return chart is not None and chart.json()["confusionMatrix"] == [[1, 0], [0, number + 1]]

    def has_file(self, writer: int, number: int) -> bool:
        file = self.artifacts.get(f"file-{writer}-{number}")
        return file is not None and file.read_bytes() == file_bytes(writer, number)
