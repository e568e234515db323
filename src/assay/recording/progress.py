"""What a person at a terminal sees while the end of a run waits for uploads."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType
from typing import Any

SHOWN_AFTER_S = 1.0
"""A wait that is shorter needs no explanation."""
REFRESH_S = 0.1


class UploadProgress:
    """A line that says how far uploads are; none where nobody sees it, or `ASSAY_QUIET` is set."""

    def __init__(self) -> None:
        self._is_seen = sys.stderr is not None and sys.stderr.isatty() and not _is_quiet()
        self._began_s = self._drawn_s = time.monotonic()
        self._bar: Any = None
        self._task: Any = None
        self._most_bytes = 1

    def __enter__(self) -> UploadProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, count: int, size_bytes: int) -> None:
        """Show what is left.

        Args:
            count: How many objects.
            size_bytes: How many bytes of them.
        """
        now = time.monotonic()
        self._most_bytes = max(self._most_bytes, size_bytes)
        if not self._is_seen or now - self._began_s < SHOWN_AFTER_S or now - self._drawn_s < REFRESH_S:
            return
        self._drawn_s = now
        if self._bar is None:
            self._start()
        what = f"assay: uploading {count} artifact{'' if count == 1 else 's'}"
        done = self._most_bytes - size_bytes
        self._bar.update(self._task, description=what, total=self._most_bytes, completed=done, refresh=True)

    def _start(self) -> None:
        from rich import progress
        from rich.console import Console

        columns = (
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.DownloadColumn(),
            progress.TimeRemainingColumn(),
        )
        # No thread of its own: whoever waits also draws.
        self._bar = progress.Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True)
        self._bar.start()
        self._task = self._bar.add_task("")


def _is_quiet() -> bool:
    return os.environ.get("ASSAY_QUIET", "") not in ("", "0")
