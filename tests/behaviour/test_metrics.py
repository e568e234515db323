"""Metrics: every value, step and time comes back bit for bit, and bad input changes nothing."""

from __future__ import annotations

import math
import struct
import time
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from assay import Run
from tests.behaviour.metric_calls import bits, both, first_and_later, log_one
from tests.behaviour.processes import Processes, hear

ODD_VALUES = [
    math.nan,
    struct.unpack("<d", struct.pack("<Q", 0xFFF8_DEAD_BEEF_0001))[0],
    math.inf,
    -math.inf,
    -0.0,
    0.0,
    5e-324,
    -2.2250738585072e-310,
    1.7976931348623157e308,
    0.1,
    2.0**53 + 2,
]


# Values


@both
def test_values_come_back_bit_for_bit_here_and_in_another_process(processes: Processes, call: str) -> None:
    with Run("digits", "baseline") as run:
        for step, value in enumerate(ODD_VALUES):
            log_one(run, call, value, step=step)
        within = run.metric_history("loss").values
    script = """
    from assay import load_run
    print(load_run("baseline", "digits").metric_history("loss").values.tobytes().hex())
    """
    elsewhere = np.frombuffer(bytes.fromhex(processes.run(script)), np.float64)

    assert bits(ODD_VALUES) == bits(within)
    assert bits(ODD_VALUES) == bits(elsewhere)


VALUES: dict[str, tuple[Any, float]] = {
    "int": (3, 3.0),
    "True": (True, 1.0),
    "False": (False, 0.0),
    "text": ("1.5", 1.5),
    "text of nan": ("nan", math.nan),
    "text of inf": (" inf ", math.inf),
    "Decimal": (Decimal("0.1"), 0.1),
    "Fraction": (Fraction(1, 3), 1 / 3),
    "float32": (np.float32(0.1), float(np.float32(0.1))),
    "float64": (np.float64(0.1), 0.1),
    "int64": (np.int64(7), 7.0),
    "bool_": (np.bool_(True), 1.0),
    "array": (np.array(0.25), 0.25),
    "great int": (2**53 + 1, float(2**53 + 1)),
}
NO_VALUES: dict[str, tuple[Any, Any]] = {
    "words": ("abc", ValueError),
    "empty text": ("", ValueError),
    "too great": (10**400, ValueError),
    "None": (None, TypeError),
    "list": ([1.0], TypeError),
    "dict": ({}, TypeError),
    "complex": (1j, TypeError),
    "vector": (np.zeros(2), (TypeError, ValueError)),
    "object": (object(), TypeError),
}


@both
@first_and_later
def test_whatever_float_takes_is_a_value(run: Run, call: str, earlier: bool) -> None:
    for name, (value, _) in VALUES.items():
        if earlier:
            log_one(run, call, 0.0, name, step=0)
        log_one(run, call, value, name, step=1)

    for name, (_, expected) in VALUES.items():
        assert bits([expected]) == bits(run.metric_history(name, first_step=1).values), name


@both
@first_and_later
def test_what_float_does_not_take_is_an_error_and_changes_nothing(run: Run, call: str, earlier: bool) -> None:
    for name, (value, error) in NO_VALUES.items():
        if earlier:
            log_one(run, call, 0.5, name, step=0)
        with pytest.raises(error, match=name):
            log_one(run, call, value, name, step=1)
        with pytest.raises(error, match=name):
            log_one(run, call, value, name)

    assert (dict.fromkeys(NO_VALUES, 1) if earlier else {}) == {name: one.count for name, one in run.metrics.items()}


def test_a_value_whose_float_raises_something_else_shows_that(run: Run) -> None:
    class Broken:
        def __float__(self) -> float:
            raise ZeroDivisionError("in my own code")

    for _ in range(2):
        with pytest.raises(ZeroDivisionError, match="in my own code"):
            run.log_metric("loss", Broken())  # type: ignore[arg-type]
    run.log_metric("loss", 1.0, step=0)
    with pytest.raises(ZeroDivisionError, match="in my own code"):
        run.log_metric("loss", Broken(), step=1)  # type: ignore[arg-type]

    assert [1.0] == run.metric_history("loss").values.tolist()


# Names


def test_names_of_1_to_255_characters_are_taken(run: Run) -> None:
    names = ["l", "n" * 255, "val/loss", "val/loss/top 5 %", "ä" * 255, "名", " ", "__class__", "a'\"b"]
    for name in names:
        run.log_metric(name, 1.0)
        run.log_metrics({name: 2.0})

    assert sorted(names) == list(run.metrics)
    assert [[1.0, 2.0]] * len(names) == [run.metric_history(name).values.tolist() for name in names]


NO_NAMES: list[tuple[Any, type[Exception]]] = [
    ("", ValueError),
    ("n" * 256, ValueError),
    ("\ud800", ValueError),
    (None, TypeError),
    (5, TypeError),
    (("a",), TypeError),
]


def test_other_names_are_refused_and_change_nothing(run: Run) -> None:
    for name, error in NO_NAMES:
        with pytest.raises(error, match="name"):
            run.log_metric(name, 1.0)
        with pytest.raises(error, match="name"):
            run.log_metrics({"good": 1.0, name: 1.0}, step=1)
    with pytest.raises(TypeError, match="name"):
        run.log_metric(["loss"], 1.0)  # type: ignore[arg-type]

    assert {} == run.metrics


# Many at once


def test_many_metrics_in_one_call_share_step_and_time(run: Run) -> None:
    run.log_metrics({"loss": 0.5, "acc": 0.9, "f1": math.nan}, step=4)

    histories = [run.metric_history(name) for name in ("loss", "acc", "f1")]
    assert [[4]] * 3 == [one.steps.tolist() for one in histories]
    assert 1 == len({one.timestamps[0] for one in histories})
    assert bits([0.5, 0.9, math.nan]) == bits([one.values[0] for one in histories])


def test_a_bad_value_among_many_keeps_none_of_the_call(run: Run) -> None:
    run.log_metrics({"loss": 0.5, "acc": 0.9})

    bads: list[dict[str, Any]] = [{"loss": 1.0, "acc": "high"}, {"loss": None, "acc": 1.0}, {"new": 1.0, "acc": []}]
    for bad in bads:
        with pytest.raises((TypeError, ValueError)):
            run.log_metrics(bad, step=1)
        with pytest.raises((TypeError, ValueError)):
            run.log_metrics(bad)

    run.log_metrics({"loss": 0.25, "acc": 0.95})
    assert {"loss": 2, "acc": 2} == {name: one.count for name, one in run.metrics.items()}
    assert [0, 1] == run.metric_history("loss").steps.tolist()


def test_the_order_of_the_names_in_a_call_does_not_matter(run: Run) -> None:
    for step in range(600):
        names = ("loss", "acc", "f1") if step % 2 else ("f1", "loss", "acc")
        run.log_metrics({name: step + number for number, name in enumerate(sorted(names))}, step=step)

    assert [run.metric_history(name).values.tolist() for name in ("acc", "f1", "loss")] == [
        [float(step + number) for step in range(600)] for number in range(3)
    ]


def test_calls_with_as_many_but_other_names_each_keep_their_own(run: Run) -> None:
    for step in range(600):
        run.log_metrics({"train/loss": step, "train/acc": step + 1}, step=step)
        run.log_metrics({"test/loss": step + 2, "test/acc": step + 3}, step=step)

    for added, name in enumerate(("train/loss", "train/acc", "test/loss", "test/acc")):
        assert run.metric_history(name).values.tolist() == [float(step + added) for step in range(600)]


def test_a_dict_that_makes_what_it_lacks_is_not_changed(run: Run) -> None:
    run.log_metrics({"loss": 1.0, "acc": 2.0}, step=0)
    values = defaultdict(float, {"loss": 3.0, "f1": 4.0})
    run.log_metrics(values, step=1)

    assert dict(values) == {"loss": 3.0, "f1": 4.0}
    assert {name: one.count for name, one in run.metrics.items()} == {"loss": 2, "acc": 1, "f1": 1}


def test_no_metrics_are_no_error(run: Run) -> None:
    run.log_metrics({}, step=1)
    run.log_metrics({})

    assert {} == run.metrics


def test_metrics_that_are_no_mapping_are_a_type_error(run: Run) -> None:
    wrong: list[Any] = [None, 5, [("loss", 1.0)], "loss"]
    for values in wrong:
        with pytest.raises(TypeError):
            run.log_metrics(values, step=1)

    assert {} == run.metrics


def test_keys_that_vary_from_call_to_call_lose_nothing(run: Run) -> None:
    for number in range(3000):
        run.log_metrics({f"m{number % 17}": 1.0, f"n{number % 13}": 2.0}, step=number)

    counts = {name: one.count for name, one in run.metrics.items()}
    assert 30 == len(counts)
    assert 6000 == sum(counts.values())


def test_a_hundred_thousand_points_under_many_names_come_back(run: Run) -> None:
    random = np.random.default_rng(0)
    names = [f"metric {number}" for number in range(50)]
    values = random.standard_normal(100_000)
    for step, value in enumerate(values.tolist()):
        run.log_metric(names[step % 50], value, step=step)

    for index in (0, 17, 49):
        history = run.metric_history(names[index])
        assert values[index::50].tobytes() == history.values.tobytes()
        assert list(range(index, 100_000, 50)) == history.steps.tolist()


def test_a_call_does_not_wait_for_the_store(run: Run, store: Any, processes: Processes) -> None:
    run.log_metric("loss", 0.0)
    run.flush()
    holder = processes.start(
        """
        import fcntl, glob, sys
        files = [open(path, "r+b") for path in glob.glob(sys.argv[1] + "/*.lock")]
        for file in files:
            fcntl.flock(file, fcntl.LOCK_EX)
        print(len(files), flush=True)
        sys.stdin.readline()
        """,
        store,
    )
    assert int(hear(holder)) > 0
    start = time.monotonic()
    for step in range(10_000):
        run.log_metric("loss", 1.0, step=step)
        if step % 1000 == 0:
            run.log_parameter(f"p{step}", step)
    took = time.monotonic() - start
    processes.release(holder)

    assert took < 2
    assert 10_001 == run.metrics["loss"].count
    assert 10 == len(run.parameters)
