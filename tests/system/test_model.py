"""A run held against a plain model of it: whatever is called in whatever order, it reads back what was logged."""

from __future__ import annotations

import math
import struct
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from assay import Run, Session, load_run
from assay.errors import MetricNotFoundError

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

names = st.sampled_from(["loss", "acc", "val/loss", "Ω", "x" * 255])
any_bits = st.one_of(
    st.integers(0, 2**64 - 1),  # every double there is, payloads of NaN among them
    st.sampled_from([0x8000000000000000, 1, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000001]),
)
values = any_bits.map(lambda bits: float(struct.unpack("<d", struct.pack("<Q", bits))[0]))
steps = st.one_of(
    st.integers(-3, 8),
    st.integers(INT64_MIN, INT64_MAX),
    st.sampled_from([INT64_MIN, INT64_MAX - 1, INT64_MAX, 2**53 + 1]),
)
moments = st.datetimes(datetime(1700, 1, 1), datetime(2012, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))  # noqa: DTZ001
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**80), 2**80),
    st.floats(),
    st.text(st.characters(codec="utf-8"), max_size=20),
)
parameters = st.dictionaries(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=12),
    st.one_of(plain, st.lists(plain, max_size=3)),
    min_size=1,
    max_size=4,
)
tags = st.dictionaries(st.sampled_from(["team", "stage", "Ω"]), st.text(st.characters(codec="utf-8"), max_size=9))
texts = st.text(st.characters(codec="utf-8"), max_size=40)


@dataclass
class Point:
    """A point as it was logged, with the time between which it was, where it has no timestamp of its own."""

    step: int
    bits: bytes
    stamp_us: int | None
    before_us: int
    after_us: int


@dataclass
class Model:
    """What a run must read back as."""

    points: dict[str, list[Point]] = field(default_factory=lambda: defaultdict(list))
    parameters: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    items: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    values: dict[str, tuple[str, bool]] = field(default_factory=dict)
    status: str | None = None
    attempts: list[str] = field(default_factory=list)
    next_steps: dict[str, int] = field(default_factory=dict)

    def next_step(self, name: str) -> int:
        """The step of a call that gives none: counted from behind what the series had when the block was entered."""
        self.next_steps[name] = self.next_steps.get(name, -1) + 1
        return self.next_steps[name]

    def enter(self) -> None:
        self.next_steps = {name: max(point.step for point in points) for name, points in self.points.items()}


def bits_of(value: float) -> bytes:
    return struct.pack("<d", value)


def now_us() -> int:
    return time.time_ns() // 1000


class RunMachine(RuleBasedStateMachine):
    """The run, its model, and what can be done to both."""

    def __init__(self) -> None:
        super().__init__()
        self._cleanup = ExitStack()
        folder = self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="assay-model-"))
        self.session = Session(folder)
        self.model = Model()
        self.inside = self.is_loaded = False

    @initialize()
    def make(self) -> None:
        self.run = Run("model", "run", sagemaker_session=self.session)

    def teardown(self) -> None:
        if self.inside:
            self.run.__exit__(None, None, None)
        self.session.store.close()
        self._cleanup.close()

    # The block

    @precondition(lambda self: not self.inside)
    @rule(again=st.booleans())
    def enter(self, again: bool) -> None:
        if again:
            self.is_loaded = True
            self.run = load_run("run", "model", self.session)
        self.model.enter()
        self.run.__enter__()
        self.inside = True
        self.model.status = "InProgress"
        self.model.attempts.append("InProgress")

    @precondition(lambda self: self.inside)
    @rule(error=st.sampled_from([None, ValueError("no"), KeyboardInterrupt()]))
    def leave(self, error: BaseException | None) -> None:
        self.run.__exit__(type(error) if error else None, error, None)
        self.inside = False
        self.model.status = {type(None): "Completed", ValueError: "Failed"}.get(type(error), "Stopped")
        self.model.attempts[-1] = self.model.status

    @precondition(lambda self: self.inside)
    @rule()
    def load_within(self) -> None:
        assert load_run() is self.run
        if self.is_loaded:
            with pytest.raises(RuntimeError, match="nested 'with' statements on the load_run"), load_run():
                pass
        else:
            with load_run() as same:
                assert same is self.run

    # Logging

    def _expect(self, name: str, step: int | None, value: float, stamp: datetime | None, before_us: int) -> None:
        stamp_us = None if stamp is None else (stamp - EPOCH) // timedelta(microseconds=1)
        number = self.model.next_step(name) if step is None else step
        self.model.points[name].append(Point(number, bits_of(value), stamp_us, before_us, now_us()))

    def _can_count(self, *counted: str) -> bool:
        return all(self.model.next_steps.get(name, -1) < INT64_MAX for name in counted)

    @precondition(lambda self: self.inside)
    @rule(name=names, value=values, step=st.none() | steps, stamp=st.none() | moments)
    def log_metric(self, name: str, value: float, step: int | None, stamp: datetime | None) -> None:
        if step is None and not self._can_count(name):
            with pytest.raises(ValueError, match="64 bits"):
                self.run.log_metric(name, value, stamp, step)
            return
        before_us = now_us()
        self.run.log_metric(name, value, stamp, step)
        self._expect(name, step, value, stamp, before_us)

    @precondition(lambda self: self.inside)
    @rule(some=st.dictionaries(names, values), step=st.none() | steps, stamp=st.none() | moments)
    def log_metrics(self, some: dict[str, float], step: int | None, stamp: datetime | None) -> None:
        if step is None and not self._can_count(*some):
            with pytest.raises(ValueError, match="64 bits"):
                self.run.log_metrics(some, step, stamp)
            for name in some:  # those that can be counted were
                if self._can_count(name):
                    self.model.next_step(name)
            return
        before_us = now_us()
        self.run.log_metrics(some, step, stamp)
        for name, value in some.items():
            self._expect(name, step, value, stamp, before_us)

    @precondition(lambda self: self.inside)
    @rule(name=names, count=st.integers(1, 40), value=values)
    def log_many(self, name: str, count: int, value: float) -> None:
        for step in range(count):
            self.log_metric(name, value, step, None)

    @precondition(lambda self: self.inside)
    @rule(some=parameters)
    def log_parameters(self, some: dict[str, Any]) -> None:
        self.run.log_parameters(some)
        self.model.parameters.update(some)

    @rule(some=tags)
    def set_tags(self, some: dict[str, str]) -> None:
        self.run.set_tags(some)
        self.model.tags.update(some)

    @precondition(lambda self: self.inside)
    @rule(name=st.sampled_from(["note", "log"]), text=texts)
    def log_text(self, name: str, text: str) -> None:
        self.run.log_text(name, text)
        self.model.texts[name] = text

    @precondition(lambda self: self.inside)
    @rule(step=steps, text=texts)
    def log_item(self, step: int, text: str) -> None:
        self.run.log_text("samples", text, step=step)
        self.model.items["samples"].append((step, text))

    @precondition(lambda self: self.inside)
    @rule(name=st.sampled_from(["data", "model"]), value=texts, is_output=st.booleans())
    def log_artifact(self, name: str, value: str, is_output: bool) -> None:
        self.run.log_artifact(f"{name}-{is_output}", value, is_output=is_output)
        self.model.values[f"{name}-{is_output}"] = value, is_output

    @rule()
    def flush(self) -> None:
        self.run.flush()

    @rule()
    def close(self) -> None:
        self.run.close()

    # Reading

    @rule(anew=st.booleans())
    def read_points(self, anew: bool) -> None:
        run = load_run("run", "model", self.session) if anew else self.run
        summaries = run.metrics
        assert set(self.model.points) == set(summaries)
        for name, points in self.model.points.items():
            history = run.metric_history(name)
            found = list(
                zip(
                    history.steps.tolist(),
                    history.timestamps.astype("int64").tolist(),
                    map(bits_of, history.values.tolist()),
                    strict=True,
                )
            )
            assert [bits for *_, bits in found] == [value.tobytes() for value in history.values]
            check_points(points, found)
            check_summary(points, summaries[name], found)
        with pytest.raises(MetricNotFoundError):
            run.metric_history("never logged")

    @rule(name=names, first_step=steps, end_step=steps)
    def read_some_points(self, name: str, first_step: int, end_step: int) -> None:
        if name in self.model.points:
            history = self.run.metric_history(name, first_step=first_step, end_step=end_step)
            expected = sorted(point.step for point in self.model.points[name] if first_step <= point.step < end_step)
            assert expected == history.steps.tolist()

    @rule()
    def read_the_rest(self) -> None:
        run = load_run("run", "model", self.session)
        found = run.parameters
        assert list(map(repr, self.model.parameters.items())) == list(map(repr, found.items()))
        assert self.model.tags == run.tags
        artifacts = run.artifacts()
        expected = {*self.model.texts, *self.model.values, *self.model.items}
        assert expected == set(artifacts)
        for name, text in self.model.texts.items():
            assert text == artifacts[name].read_bytes().decode()
        for name, (value, is_output) in self.model.values.items():
            assert (value, is_output) == (artifacts[name].value, artifacts[name].is_output)
        for name, items in self.model.items.items():
            in_order = sorted(items, key=lambda item: item[0])
            assert in_order == [(item.step, item.read_bytes().decode()) for item in run.media(name)]

    @invariant()
    def has_its_status(self) -> None:
        if hasattr(self, "run"):
            assert self.model.status == self.run.status
            assert self.model.attempts == [attempt.status for attempt in self.run.attempts]


def check_points(points: list[Point], found: list[tuple[int, int, bytes]]) -> None:
    """By step, then time, then logging, each once, with its own timestamp or one from within its call."""
    assert len(points) == len(found)
    assert [(step, time_us) for step, time_us, _ in found] == sorted((step, time_us) for step, time_us, _ in found)
    stamped: dict[tuple[int, int], list[bytes]] = defaultdict(list)
    timed: dict[int, list[Point]] = defaultdict(list)
    for point in points:
        if point.stamp_us is not None:
            stamped[point.step, point.stamp_us].append(point.bits)
        else:
            timed[point.step].append(point)
    for step, time_us, bits in found:
        if (step, time_us) in stamped:
            assert bits == stamped[step, time_us].pop(0)
            if not stamped[step, time_us]:
                del stamped[step, time_us]
        else:
            point = timed[step].pop(0)
            assert bits == point.bits
            assert point.before_us <= time_us <= point.after_us


def check_summary(points: list[Point], summary: Any, found: list[tuple[int, int, bytes]]) -> None:
    finite = [value for value in (struct.unpack("<d", bits)[0] for *_, bits in found) if math.isfinite(value)]
    assert len(points) == summary.count
    assert len(points) - len(finite) == summary.nonfinite_count
    assert (found[0][0], found[-1][0]) == (summary.first_step, summary.last_step)
    assert (min(finite, default=None), max(finite, default=None)) == (summary.min, summary.max)
    assert found[-1][2] == bits_of(summary.last)


TestRunAgainstItsModel = RunMachine.TestCase
TestRunAgainstItsModel.settings = settings(max_examples=60, stateful_step_count=40)
