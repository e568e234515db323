"""Steps towards the disk, counted, with something done at one of them.

A step is what `system.observer` is told of, and whatever else changes names or files in a folder: opening a file to
write, making, renaming and deleting, as Python's own audit events tell of them just before they happen.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assay import system

_CHANGES = {"os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "os.link"}


class Steps:
    """The steps of this process in a folder.

    Args:
        folder: Steps elsewhere are not counted.
        at: The step, from 1, at which `act` is called; 0 is none.
        act: What is done then, with the name and path of the step; it may raise.
        lasting: Whether `act` is called at each later step too.
    """

    def __init__(self, folder: Path, at: int, act: Callable[[str, str], None], *, lasting: bool = False) -> None:
        self.folder, self.at, self._act, self._lasting = str(folder), at, act, lasting
        self.taken: list[str] = []
        self._has_begun = False

    def begin(self, *, names: bool = True) -> None:
        """Count from here on; with `names`, changes of names and files too."""
        self._has_begun = True
        system.observer = self._step
        if names:
            sys.addaudithook(self._hear)

    def end(self) -> None:
        """Count no more."""
        self._has_begun = False
        system.observer = None

    def _step(self, name: str, path: str) -> None:
        self.taken.append(f"{name} {os.path.relpath(path, self.folder)}")
        if len(self.taken) == self.at or (self._lasting and 0 < self.at < len(self.taken)):
            self._act(name, path)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._has_begun or not arguments or not isinstance(arguments[0], str):
            return
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if (event in _CHANGES or writes) and arguments[0].startswith(self.folder):
            self._step(event, arguments[0])


def die(name: str, path: str) -> None:
    """End this process as an out-of-memory killer does."""
    os.kill(os.getpid(), signal.SIGKILL)


def full(name: str, path: str) -> None:
    """Take the place of a disk without space: SQLite's own part of a commit is behind us by then, and no sync fails."""
    if name in ("reserve", "write"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
