"""The disk budget of an outbox: how much of the disk may hold what a server has not taken yet.

A server may be away for days while runs log on. So that they do not fill the disk that others need too, what waits for
it has a limit; when that is reached, calls are refused as on a full disk, and taken again when there is space.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
import time

from assay.errors import InvalidInputError

VARIABLE = "ASSAY_OUTBOX_LIMIT"
MOST_BYTES = 10 << 30
"""The limit where nobody set one, or a tenth of the free space of the disk, whichever is less."""
SHARE_OF_FREE = 10
WARNED_AT = 0.8
LOOK_S = 1.0
"""So long the sizes of the files that others write too are taken to be what they were."""
SOON_S = 0.1
"""The same where a large file is about to be made."""
LARGE_BYTES = 1 << 20

_LIMIT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}

logger = logging.getLogger("assay")


class Budget:
    """What the files of one outbox may take of the disk, those of all processes together.

    Args:
        folder: The outbox.

    Raises:
        InvalidInputError: `ASSAY_OUTBOX_LIMIT` is no size.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._used_bytes = 0
        self._looked_s = -LOOK_S
        self._is_warned = False
        self.limit_bytes = self.fresh_limit()

    def fresh_limit(self) -> int:
        """The limit by the environment and the disk as they are now; a new journal brings it up to date."""
        given = os.environ.get(VARIABLE, "")
        if given:
            self.limit_bytes = read_size(given)
        else:
            import shutil

            free_bytes = shutil.disk_usage(_nearest(self.folder)).free
            self.limit_bytes = min(MOST_BYTES, free_bytes // SHARE_OF_FREE)
        return self.limit_bytes

    @property
    def used_bytes(self) -> int:
        """What the files take now."""
        self._look(0.0)
        return self._used_bytes

    def take(self, size_bytes: int) -> None:
        """Count what is about to be written.

        Raises:
            OSError: There is no space left for it.
        """
        self._look(SOON_S if size_bytes >= LARGE_BYTES else LOOK_S)
        if self._used_bytes + size_bytes > self.limit_bytes:
            text = (
                f"what waits to be sent may take {self.limit_bytes:,} bytes and takes {self._used_bytes:,} "
                f"({VARIABLE} sets the limit)"
            )
            raise OSError(errno.ENOSPC, text, self.folder)
        self._used_bytes += size_bytes
        if self._used_bytes > WARNED_AT * self.limit_bytes and not self._is_warned:
            self._is_warned = True
            logger.warning(
                "assay: what waits in %s to be sent takes %.0f %% of the %s bytes that it may; when these are used up, "
                "calls are refused until the server takes data again (%s sets the limit)",
                self.folder,
                100 * self._used_bytes / self.limit_bytes,
                f"{self.limit_bytes:,}",
                VARIABLE,
            )

    def _look(self, age_s: float) -> None:
        now = time.monotonic()
        if now - self._looked_s >= age_s:
            self._looked_s = now
            self._used_bytes = _size_of(self.folder)


def read_size(text: str) -> int:
    """A size such as `20GB` (10^9) or `512MiB` (2^20) in bytes.

    Raises:
        InvalidInputError: It is none.
    """
    found = _LIMIT.fullmatch(text)
    if found is None:
        raise InvalidInputError(f"{VARIABLE} is a size such as 20GB or 512MiB, not {text!r}")
    number, power, binary = found.groups()
    return int(float(number) * (1024 if binary else 1000) ** _POWERS[power.lower()])


def _size_of(folder: str) -> int:
    size_bytes = 0
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):  # it was sent, and deleted, while it was looked at
                if entry.is_dir(follow_symlinks=False):
                    size_bytes += _size_of(entry.path)
                else:
                    size_bytes += entry.stat(follow_symlinks=False).st_size
    return size_bytes


def _nearest(folder: str) -> str:
    while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder
