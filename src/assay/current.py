"""The current run: of each thread, of the process, and of the child processes that it starts.

A thread inside `with Run(…)` has that run; `load_run()` asks here. While exactly one run is open in the process, three
environment variables name it, so that whatever the process starts (a fork, a spawn, a shell script) finds it too.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from assay.errors import ContextError

if TYPE_CHECKING:
    from assay.run import Run

STORE, EXPERIMENT, RUN = "ASSAY_STORE", "ASSAY_EXPERIMENT", "ASSAY_RUN"

_thread = threading.local()
_open: list[Run] = []
_before: dict[str, str | None] | None = None
_guard = threading.RLock()


def _stack() -> list[tuple[Run, bool]]:
    if not hasattr(_thread, "stack"):
        _thread.stack = []
    stack: list[tuple[Run, bool]] = _thread.stack
    return stack


def check_nesting(*, loaded: bool) -> None:
    """Refuse a `with` that can't stand inside those this thread is in.

    Raises:
        ContextError: A `with Run` inside any other, or a `with load_run` inside another one.
    """
    stack = _stack()
    if loaded and any(inside_loaded for _, inside_loaded in stack):
        raise ContextError("It is not allowed to use nested 'with' statements on the load_run.")
    if not loaded and stack:
        raise ContextError("It is not allowed to use nested 'with' statements on the Run.")


def enter(run: Run, *, loaded: bool) -> None:
    """Make a run this thread's current one."""
    _stack().append((run, loaded))
    with _guard:
        if run not in _open:
            _open.append(run)
        _show()


def leave(run: Run, *, still_open: bool) -> bool:
    """Take back the latest `enter` of a run in this thread; whether it was the thread's outermost one of it."""
    stack = _stack()
    for index in range(len(stack) - 1, -1, -1):
        if stack[index][0] is run:
            del stack[index]
            break
    with _guard:
        if not still_open and run in _open:
            _open.remove(run)
        _show()
    return all(other is not run for other, _ in stack)


def current_run() -> Run | None:
    """This thread's current run; in a thread without one, the process's only open run.

    Raises:
        ContextError: This thread has none, and several are open in others.
    """
    stack = _stack()
    if stack:
        return stack[-1][0]
    runs = list(_open)
    if len(runs) > 1:
        names = ", ".join(f"{run.experiment_name}/{run.run_name}" for run in runs)
        raise ContextError(
            "Failed to load a Run object. Please make sure a Run object has been initialized already. "
            f"This thread has entered none, and several are open: {names}; name one: "
            "load_run(experiment_name=…, run_name=…)"
        )
    return runs[0] if runs else None


def _show() -> None:
    """Put the only open run into the environment, or take out what was put there."""
    global _before
    if _before is not None:
        for name, value in _before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        _before = None
    if len(_open) == 1:
        run = _open[0]
        _before = {name: os.environ.get(name) for name in (STORE, EXPERIMENT, RUN)}
        os.environ.update({STORE: run.session.location, EXPERIMENT: run.experiment_name, RUN: run.run_name})


def given(name: str) -> str | None:
    """An environment variable as this process was given it: what it put there for its children it does not read."""
    if _before is not None and name in _before:
        return _before[name] or None
    return os.environ.get(name) or None


def _forget_in_child() -> None:
    """A forked child is in no `with` block of its own; it finds its parent's run in the environment."""
    global _before, _guard
    _thread.stack = []
    _open.clear()
    _before = None
    _guard = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
