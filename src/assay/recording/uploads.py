"""Uploads: the bytes of artifacts from this disk to a server, several at a time, beside the metrics.

An object is sent once the server has taken the artifact that names it, so that nothing collects it there; what was
sent is deleted here. An upload that is cut goes on from the parts that the server has, whoever takes it up again.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from queue import SimpleQueue

from assay.errors import AssayError, ChecksumError, DamagedError, ObjectMissingError
from assay.recording.pause import Pause
from assay.recording.pins import read_pins
from assay.storage.disk_objects import DiskObjects
from assay.storage.http.objects import HttpObjects
from assay.storage.objects import Objects

AT_ONCE = 4
LOOK_S = 0.02
DAMAGED_FOLDER = "damaged"

logger = logging.getLogger("assay")


class Uploader:
    """What sends objects to one server.

    Args:
        local: From where.
        remote: To where.
        location: The store, for people.
    """

    def __init__(self, local: DiskObjects, remote: Objects, location: str) -> None:
        self.local = local
        self._remote = remote
        self._location = location
        self.waiting: dict[str, int] = {}
        """The objects that are to be sent or under way, and how many bytes of each are not there yet."""
        self.pause = Pause()
        self.last_error: Exception | None = None
        self._queue: SimpleQueue[str] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._probe = threading.Lock()
        self._awake = threading.Event()

    def add(self, sha256s: Iterable[str]) -> None:
        """Send these objects, as far as they lie here."""
        for sha256 in sha256s:
            with contextlib.suppress(OSError):
                size_bytes = os.stat(self.local.path(sha256)).st_size
                if sha256 not in self.waiting:
                    self.waiting[sha256] = size_bytes
                    self._queue.put(sha256)
        while len(self._threads) < min(AT_ONCE, len(self.waiting)):
            thread = threading.Thread(target=self._work, name="assay-uploader", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # as the interpreter ends: who next opens the store sends them
                return
            self._threads.append(thread)

    def hurry(self) -> None:
        """Try again now."""
        self.pause.cut_short()
        self._awake.set()

    def bytes_of(self, which: Iterable[str]) -> int:
        """How many bytes of these are not there yet."""
        return sum(self.waiting.get(one, 0) for one in which)

    def wait(self, which: set[str], timeout_s: float, watch: Callable[[int, int], None] | None = None) -> set[str]:
        """Wait until these objects are there, or until one of them can't be sent now.

        Args:
            which: Their names.
            timeout_s: How long to wait at most.
            watch: Told, again and again, how many objects are left and how many bytes.

        Returns:
            Those that are not there.
        """
        deadline_s = time.monotonic() + timeout_s
        self.last_error = None
        left = which & self.waiting.keys()
        while left and time.monotonic() < deadline_s and self.last_error is None:
            if watch is not None:
                watch(len(left), self.bytes_of(left))
            time.sleep(LOOK_S)
            left = which & set(self.waiting)
        return left

    def _work(self) -> None:
        while True:
            sha256 = self._queue.get()
            while not self._try(sha256):
                self._awake.clear()
                self._awake.wait(self.pause.left_s)
            self.waiting.pop(sha256, None)

    def _try(self, sha256: str) -> bool:
        """Whether an object needs to be sent no more."""
        with self._probe if self.pause.failures else contextlib.nullcontext():  # while it is away, one asks for all
            if self.pause.left_s > 0:
                return False
            try:
                self._send(sha256)
            except ObjectMissingError:  # another process has sent it, and deleted it here
                return True
            except ChecksumError as error:
                return self._is_damaged(sha256, error)
            except Exception as error:  # noqa: BLE001 - nothing here may end the training; said, and tried again
                self._failed(error)
                return False
        if self.pause.failures:
            self.pause.ended()
            self._awake.set()
        return True

    def _send(self, sha256: str) -> None:
        with self.local.open(sha256) as file:
            size_bytes = os.fstat(file.fileno()).st_size
            self.waiting[sha256] = size_bytes
            if isinstance(self._remote, HttpObjects):
                self._remote.upload(sha256, size_bytes, file, lambda sent: self._sent(sha256, sent))
            else:
                self._remote.put(file)
        self.local.delete(sha256)

    def _sent(self, sha256: str, size_bytes: int) -> None:
        self.waiting[sha256] -= size_bytes

    def _failed(self, error: Exception) -> None:
        self.pause.failed()
        self.last_error = error
        if self.pause.failures == 1:
            logger.warning(
                "assay: %s does not take artifacts now (%s); they are kept in %s and sent later",
                self._location,
                error,
                self.local.folder,
            )

    def _is_damaged(self, sha256: str, error: ChecksumError) -> bool:
        try:
            for _ in self.local.read_checked(sha256):
                pass
        except DamagedError as damage:
            aside = os.path.join(self.local.folder, DAMAGED_FOLDER)
            os.makedirs(aside, exist_ok=True)
            with contextlib.suppress(OSError):
                os.replace(self.local.path(sha256), os.path.join(aside, sha256))
            logger.warning("assay: an artifact can't be sent and was set aside in %s: %s", aside, damage)
            return True
        self._failed(error)
        return False


def files_in(local: DiskObjects, sha256: str) -> list[str]:
    """The objects that the listing of a directory names; none where it does not lie here."""
    try:
        with local.open(sha256) as file:
            return [one["sha256"] for one in json.load(file)["files"]]
    except (AssayError, OSError, ValueError, KeyError, TypeError):
        return []


def waiting_objects(local: DiskObjects, journals: str) -> list[str]:
    """The objects that lie here and that no journal is still to name: their writers have ended."""
    found = [one.sha256 for one in local.list()]
    if not found:
        return []
    pins = read_pins(journals, lambda sha256: tuple(files_in(local, sha256)))
    return [one for one in found if one not in pins.sha256s]
