"""What writers send to a server, told from their numbers: so a reader can check all of it, point for point."""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from assay.formats.event import Event
from assay.formats.rows import Layout
from assay.formats.segment import Rows, encode_segment
from assay.storage.contract import Opening, RunSpec, Store, WriterSpec
from assay.storage.parcel import Parcel

BASE_US = 1_700_000_000_000_000
EXPERIMENT = "team"
ODD_NAN = struct.unpack("=d", struct.pack("=Q", 0x7FF8_0000_0000_0001))[0]
STRANGE = (math.nan, ODD_NAN, math.inf, -math.inf, -0.0, 5e-324, 0.1)
STRANGE_STEPS = (2**53 + 1, -3, 0, 7, 7)

Point = tuple[int, int, bytes]
"""Step, microseconds since 1970, and the bits of the value."""


@dataclass(frozen=True, slots=True)
class Load:
    """Writers that send segments to runs.

    Attributes:
        name: Of the runs, and a part of every id.
        runs: How many; writer w writes to run w modulo this.
        writers: How many.
        segments: So many a writer.
        points: Of each of the two usual series, a segment.
        clock_us: How far the clock of writer w is off: `w * clock_us`, to alternate sides.
    """

    name: str
    runs: int = 2
    writers: int = 4
    segments: int = 40
    points: int = 20
    clock_us: int = 0

    def run_uid(self, run: int) -> str:
        return f"{self.name}-run-{run}"

    def writer_uid(self, writer: int) -> str:
        return f"{self.name}-writer-{writer:02}"

    def run_of(self, writer: int) -> int:
        return writer % self.runs

    def spec(self, run: int) -> RunSpec:
        name = f"{self.name}-{run}"
        return RunSpec(
            self.run_uid(run), f"{self.name}-experiment", EXPERIMENT, name, EXPERIMENT, name, {"by": "load"}, BASE_US
        )

    def off_us(self, writer: int) -> int:
        """How far the writer's clock is off."""
        return self.clock_us * writer * (1 if writer % 2 else -1)

    def opening(self, writer: int) -> Opening:
        run, opened_us = self.run_of(writer), BASE_US + self.off_us(writer)
        spec = WriterSpec(self.writer_uid(writer), True, {"host": "box", "pid": writer + 1}, opened_us)
        return Opening(self.run_uid(run), spec, self.spec(run))

    def parcel(self, writer: int, index: int) -> Parcel:
        """Segment `index` of a writer, which says all that a server must know."""
        final, now_us = index == self.segments - 1, self._time_us(writer, index, 0)
        key = self.key(writer, index)
        artifact = {"name": key, "is_output": True, "kind": "value", "value": key}
        events = [
            Event(now_us * 1000, "parameters", {"values": {key: self.parameter(writer, index)}}),
            Event(now_us * 1000, "artifact", artifact),
        ]
        if final:
            events.append(Event(now_us * 1000, "leave", {"status": "Completed"}))
        rows = encode_segment(self._rows(writer, index))
        return Parcel(self.writer_uid(writer), index, events, rows, final, self.opening(writer))

    @staticmethod
    def key(writer: int, index: int) -> str:
        """The name of the parameter and of the artifact that a segment brings."""
        return f"{writer}/{index:05}"

    @staticmethod
    def parameter(writer: int, index: int) -> float | int | str:
        return (math.pi * (writer + 1) / (index + 1), 2**60 + index, f"ä {writer} {index:05}")[writer % 3]

    def _time_us(self, writer: int, index: int, row: int) -> int:
        return BASE_US + self.off_us(writer) + (index * self.points + row) * 1000 + writer

    def _rows(self, writer: int, index: int) -> list[Rows]:
        usual = [
            struct.pack("=qqdd", self._time_us(writer, index, row) * 1000, step, value, -value)
            for row, (step, value) in enumerate(self._usual(writer, index))
        ]
        strange = [
            struct.pack("=qqqd", BASE_US * 1000, step, time_us, value)
            for step, time_us, value in self._strange(writer, index)
        ]
        return [
            Rows(Layout((f"{writer}/loss", "shared"), stamped=False), len(usual), b"".join(usual)),
            Rows(Layout((f"{writer}/strange",), stamped=True), len(strange), b"".join(strange)),
        ]

    def _usual(self, writer: int, index: int) -> Iterator[tuple[int, float]]:
        for row in range(self.points):
            step = index * self.points + row
            yield step, math.sin(step) / (writer + 1)

    @staticmethod
    def _strange(writer: int, index: int) -> Iterator[tuple[int, int, float]]:
        for row in range(3):
            number = 3 * index + row
            yield STRANGE_STEPS[number % 5], BASE_US - number * number + writer, STRANGE[number % 7]

    def points_of(self, run: int, segments: Iterable[tuple[int, int]]) -> dict[str, Counter[Point]]:
        """The points of a run, by series, of these segments (writer, index)."""
        found: dict[str, Counter[Point]] = {}
        for writer, index in segments:
            if self.run_of(writer) != run:
                continue
            for row, (step, value) in enumerate(self._usual(writer, index)):
                time_us = self._time_us(writer, index, row)
                found.setdefault(f"{writer}/loss", Counter())[step, time_us, _bits(value)] += 1
                found.setdefault("shared", Counter())[step, time_us, _bits(-value)] += 1
            for step, time_us, value in self._strange(writer, index):
                found.setdefault(f"{writer}/strange", Counter())[step, time_us, _bits(value)] += 1
        return found

    def all_segments(self) -> set[tuple[int, int]]:
        return {(writer, index) for writer in range(self.writers) for index in range(self.segments)}


def _bits(value: float) -> bytes:
    return struct.pack(">d", value)


def points_in(store: Store, run_uid: str) -> dict[str, Counter[Point]]:
    """The points that a store has of a run, by series."""
    found: dict[str, Counter[Point]] = {}
    for name, columns in store.stream_histories(run_uid):
        kept = found.setdefault(name, Counter())
        for step, time_us, value in zip(
            columns.steps.tolist(), columns.timestamps_us.tolist(), columns.values, strict=True
        ):
            kept[step, time_us, _bits(value)] += 1
    return found


def check(store: Store, load: Load, segments: set[tuple[int, int]] | None = None) -> None:
    """All of these segments (else all of the load's) are there, each once, bit for bit, and nothing else."""
    wanted = load.all_segments() if segments is None else segments
    for run in range(load.runs):
        inside = sorted(one for one in wanted if load.run_of(one[0]) == run)
        record = store.run(load.run_uid(run))
        parameters = {load.key(*one): load.parameter(*one) for one in inside}
        assert [] == _differences(parameters, record.parameters), f"parameters of run {run}"
        artifacts = store.artifacts(record.uid)
        assert Counter(load.key(*one) for one in inside) == Counter(one.name for one in artifacts), (
            f"artifacts of {run}"
        )
        assert all(one.name == one.value for one in artifacts)
        _check_points(load.points_of(run, inside), points_in(store, record.uid), run)
        for name, summary in store.summaries(record.uid).items():
            count = sum(load.points_of(run, inside)[name].values())
            assert count == summary.count, f"the summary of {name} in run {run}"
        writers = {writer for writer, _ in inside}
        assert len(writers) == len(store.attempts(record.uid))
        if segments is None:
            assert "Completed" == record.status


def _differences(wanted: Mapping[str, object], found: Mapping[str, object]) -> list[str]:
    return [
        f"{name}: {found.get(name, 'nothing')!r}, not {wanted.get(name, 'nothing')!r}"
        for name in sorted(wanted.keys() | found.keys())
        if name not in wanted or name not in found or wanted[name] != found[name]
    ]


def _check_points(wanted: dict[str, Counter[Point]], found: dict[str, Counter[Point]], run: int) -> None:
    assert set(wanted) == set(found), f"series of run {run}"
    for name, points in wanted.items():
        missing, beyond = points - found[name], found[name] - points
        assert not missing, f"{name} of run {run}: {missing.total()} points are missing, such as {min(missing)}"
        assert not beyond, f"{name} of run {run}: {beyond.total()} points too many, such as {min(beyond)}"
