"""Parameters: kept at once, as what they are, as many as there are."""

from __future__ import annotations

import argparse
import dataclasses
import enum
import math
import time
from decimal import Decimal
from pathlib import PurePosixPath
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from assay import Run, load_run
from tests.behaviour.processes import Processes, hear


@dataclasses.dataclass
class Inner:
    depth: int = 6
    names: tuple[str, ...] = ("a", "b")


@dataclasses.dataclass
class Config:
    lr: float = 0.1
    inner: Inner = dataclasses.field(default_factory=Inner)


class Colour(enum.Enum):
    RED = 1


def exactly(values: Any) -> list[tuple[str, str, str]]:
    """Values with their types, by which NaN equals itself, True is not 1 and 1 is not 1.0."""
    return [(name, type(value).__name__, repr(value)) for name, value in values.items()]


def test_a_parameter_survives_the_death_of_its_process_at_once(processes: Processes) -> None:
    script = """
    import os, signal
    from assay import Run
    run = Run("digits", "baseline").__enter__()
    run.log_parameter("lr", 0.1)
    run.log_parameters({"depth": 6, "name": "x"})
    os.kill(os.getpid(), signal.SIGKILL)
    """
    processes.run(script, status=-9)

    assert {"lr": 0.1, "depth": 6, "name": "x"} == load_run("baseline", "digits").parameters


@pytest.mark.parametrize(
    "value",
    [0, -1, 2**53 + 1, 10**30, 0.1, 1.0, -0.0, 5e-324, True, False, "adam", "", "None", "nä\n\0\U0001f600", None],
    ids=repr,
)
def test_plain_values_come_back_as_they_were(value: Any) -> None:
    with Run("digits", "baseline") as run:
        run.log_parameter("p", value)
        within = run.parameters

    assert exactly({"p": value}) == exactly(within)
    assert exactly({"p": value}) == exactly(load_run("baseline", "digits").parameters)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(0.1), 0.1),
        (np.float32(0.5), 0.5),
        (np.float16(0.5), 0.5),
        (np.int64(-3), -3),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.int8(5), 5),
        (np.bool_(True), True),
        (np.array(7), 7),
        (np.str_("adam"), "adam"),
        (np.float64("nan"), math.nan),
    ],
    ids=repr,
)
def test_numpy_scalars_become_their_python_value(run: Run, value: Any, expected: Any) -> None:
    run.log_parameter("p", value)
    run.log_parameters({"q": value})

    assert exactly({"p": expected, "q": expected}) == exactly(run.parameters)


def test_a_scalar_of_another_library_becomes_its_python_value(run: Run) -> None:
    class Tensor:  # as torch's: no number by itself, of no dimensions, and with an item
        shape = ()

        def item(self) -> float:
            return 0.25

    run.log_parameter("p", Tensor())

    assert exactly({"p": 0.25}) == exactly(run.parameters)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_nan_and_infinities_are_kept(run: Run, value: float) -> None:
    run.log_parameter("p", value)

    assert exactly({"p": value}) == exactly(run.parameters)


def test_dicts_are_flattened_with_dots_and_keys_become_text(run: Run) -> None:
    mixed: dict[Any, Any] = {"opt": {"name": "adam", "betas": {1: 0.9, None: 0.99}, "extra": {}}, 7: True}
    run.log_parameters(mixed)
    run.log_parameter("data", {"size": 10, "split": {"train": 0.8}})

    expected = {
        "opt.name": "adam",
        "opt.betas.1": 0.9,
        "opt.betas.None": 0.99,
        "opt.extra": {},
        "7": True,
        "data.size": 10,
        "data.split.train": 0.8,
    }
    assert exactly(expected) == exactly(run.parameters)


@pytest.mark.parametrize(
    "parameters",
    [
        Config(),
        argparse.Namespace(lr=0.1, inner=Inner()),
        argparse.Namespace(lr=0.1, inner=argparse.Namespace(depth=6, names=["a", "b"])),
        {"lr": 0.1, "inner": Inner()},
    ],
    ids=["dataclass", "namespace", "nested namespace", "dict"],
)
def test_dataclasses_and_namespaces_are_flattened_too(run: Run, parameters: Any) -> None:
    run.log_parameters(parameters)

    assert {"lr": 0.1, "inner.depth": 6, "inner.names": ["a", "b"]} == run.parameters


def test_lists_and_tuples_come_back_as_lists(run: Run) -> None:
    run.log_parameters({"list": [1, 2.5, "x", None], "tuple": (1, (2, np.int64(3))), "empty": []})

    assert {"list": [1, 2.5, "x", None], "tuple": [1, [2, 3]], "empty": []} == run.parameters


@pytest.mark.parametrize(
    "value",
    [
        PurePosixPath("/data"),
        Colour.RED,
        Decimal("0.10"),
        {1},
        SimpleNamespace(a=1),
        1 + 2j,
        b"bytes",
        int,
        np.arange(3),
    ],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_is_kept_as_its_text(run: Run, value: Any) -> None:
    run.log_parameter("p", value)

    assert {"p": str(value)} == run.parameters


def test_the_last_call_wins(run: Run) -> None:
    for value in range(100):
        run.log_parameter("p", value)
    run.log_parameters({"p": "last", "q": 1})

    assert {"p": "last", "q": 1} == run.parameters


def test_a_stale_process_does_not_overwrite_a_newer_value_when_it_ends(run: Run, processes: Processes) -> None:
    script = """
    import sys
    from assay import load_run
    with load_run() as run:
        run.log_parameters({"p": "stale", "its own": 1})
        print("logged", flush=True)
        sys.stdin.readline()
    """
    stale = processes.start(script)
    assert "logged" == hear(stale)
    time.sleep(0.001)
    run.log_parameter("p", "newer")

    processes.release(stale)

    assert {"p": "newer", "its own": 1} == run.parameters


def test_ten_thousand_parameters_are_kept() -> None:
    expected = {f"group.{number}": number for number in range(10_000)}
    with Run("digits", "baseline") as run:
        run.log_parameters(dict(list(expected.items())[:9000]))
        for name, value in list(expected.items())[9000:]:
            run.log_parameter(name, value)

    assert expected == load_run("baseline", "digits").parameters


def test_names_and_texts_up_to_their_limits_are_kept(run: Run) -> None:
    expected = {"n" * 320: "t" * 65536, "ä" * 320: "ä" * 32768}

    run.log_parameters(expected)

    assert expected == run.parameters


@pytest.mark.parametrize(
    "parameters",
    [
        {"good": 1, "n" * 321: 1},
        {"good": 1, "a" * 200: {"b" * 200: 1}},
        {"good": 1, "": 1},
        {"good": 1, "long": "t" * 65537},
        {"good": 1, "long": "ä" * 40000},
        {"good": 1, "half": "\ud800"},
        {"good": 1, "in a list": [{"\ud800": 1}]},
    ],
    ids=["long name", "long flattened name", "empty name", "long text", "long in bytes", "half", "half a key"],
)
def test_what_is_beyond_the_limits_is_refused_and_none_of_the_call_is_kept(run: Run, parameters: Any) -> None:
    with pytest.raises(ValueError, match="parameter"):
        run.log_parameters(parameters)
    run.log_parameter("after", 1)

    assert {"after": 1} == run.parameters


@pytest.mark.parametrize("parameters", [None, 5, "lr=0.1", [("lr", 0.1)]], ids=repr)
def test_parameters_that_are_no_mapping_are_a_type_error(run: Run, parameters: Any) -> None:
    with pytest.raises(TypeError, match="parameters"):
        run.log_parameters(parameters)

    assert {} == run.parameters


def test_a_dict_that_holds_itself_is_refused(run: Run) -> None:
    endless: dict[str, Any] = {}
    endless["again"] = endless

    with pytest.raises(ValueError, match="parameter"):
        run.log_parameters(endless)


def test_an_int_of_more_digits_than_python_writes_is_refused(run: Run) -> None:
    with pytest.raises(ValueError, match="digits"):
        run.log_parameter("p", 10**5000)

    assert {} == run.parameters


def test_no_parameters_are_no_error(run: Run) -> None:
    run.log_parameters({})

    assert {} == run.parameters
