"""The floor that log calls are compared with, and how a call of a tenth of a microsecond is timed."""

from __future__ import annotations

import threading
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import FunctionType
from typing import Any, TypeVar

BLOCK = 1_000
"""Calls of the floor, then as many of Assay, and so on: what disturbs one disturbs the other."""

F = TypeVar("F", bound=Callable[..., Any])
Point = tuple[str, Any, Any]


class Floor:
    """The least that logging in Python can do: keep name, step, value and time. Nothing reaches a disk."""

    def __init__(self) -> None:
        rows: list[tuple[str, Any, Any, float]] = []

        # The list's append and the clock are bound ahead, which makes it as fast as such a method can be.
        def log_metric(
            _self: Floor,
            name: str,
            value: Any,
            timestamp: Any = None,  # noqa: ARG001 (the signature of the call that is compared with it)
            step: Any = None,
            _append: Callable[[tuple[str, Any, Any, float]], None] = rows.append,
            _now: Callable[[], float] = time.time,
        ) -> None:
            _append((name, step, value, _now()))

        self.rows = rows
        self.log_metric: Callable[..., None] = log_metric.__get__(self)


def time_points(log: Callable[..., object], points: Iterable[Point], into: array[int]) -> None:
    """Time `log(name, value, step=step)` for each point, in nanoseconds, the timer's own cost included."""
    clock, add = time.perf_counter_ns, into.append
    for name, value, step in points:
        before = clock()
        log(name, value, step=step)
        add(clock() - before)


def own_copy(function: F) -> F:
    """A copy with a specialisation of its own.

    CPython adapts the bytecode of a call to what is called there. A training loop calls one thing in one place; a
    timing loop that is shared would see two by turns.
    """
    assert isinstance(function, FunctionType)
    return FunctionType(function.__code__.replace(), function.__globals__, function.__name__)  # type: ignore[return-value]


def by_turns(count: int) -> Iterator[slice]:
    """Slices of `BLOCK` up to `count`."""
    for first in range(0, count, BLOCK):
        yield slice(first, min(first + BLOCK, count))


def quantile_ns(durations: Sequence[int], share: float) -> float:
    """A quantile, as the mean of what lies around it: clocks tick in 10 ns or more, and a call takes few ticks."""
    ordered = sorted(durations)
    around = 0.1 if share == 0.5 else 0.001
    first = int((share - around) * len(ordered))
    end = max(first + 1, int((share + around) * len(ordered)))
    near = ordered[first:end]
    return sum(near) / len(near)


def timer_cost_ns(count: int = 100_000) -> float:
    """What a timed call of nothing shows."""
    clock = time.perf_counter_ns
    seen = array("q")
    add = seen.append
    for _ in range(count):
        before = clock()
        add(clock() - before)
    return quantile_ns(seen, 0.5)


@contextmanager
def multiplying_matrices(wanted: bool = True) -> Iterator[None]:
    """Another thread multiplies matrices meanwhile, as a training does."""
    if not wanted:
        yield
        return
    import numpy as np

    done = threading.Event()
    ready = threading.Event()
    left = np.random.default_rng(1).random((512, 512))

    def multiply() -> None:
        while not done.is_set():
            left @ left
            ready.set()

    thread = threading.Thread(target=multiply)
    thread.start()
    ready.wait()
    try:
        yield
    finally:
        done.set()
        thread.join()
