"""Processes that a test lets live to their end."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing.context import BaseContext
from typing import Any

PATIENCE_S = 30.0


def start(context: BaseContext, target: Callable[..., None], *arguments: object) -> Any:
    """A process that calls `target`."""
    process: Any = context.Process(target=target, args=arguments)  # type: ignore[attr-defined]
    process.start()
    return process


def finish(process: Any) -> int:
    """The exit code of a process; one that hangs is killed, and fails the test."""
    process.join(PATIENCE_S)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise AssertionError(f"{process.name} hangs")
    return int(process.exitcode)


def live(context: BaseContext, target: Callable[..., None], *arguments: object) -> int:
    """The exit code of a process that calls `target`."""
    return finish(start(context, target, *arguments))
