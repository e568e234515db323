"""What differs between operating systems and file systems, in one place.

Reserving and syncing files, locking them, telling whether a process still lives, and telling a local disk from a
network one. Linux is the first platform; macOS has its own calls; Windows gets the nearest that it offers. Nothing
here knows what the files hold.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cache, lru_cache
from typing import Any

WINDOWS = sys.platform == "win32"
MACOS = sys.platform == "darwin"

if WINDOWS:  # pragma: no cover
    import msvcrt
else:
    import fcntl

MADV_POPULATE_WRITE = 23
"""Linux 5.14's advice that makes pages present and writable; Python's `mmap` has no name for it."""

NETWORK_FILE_SYSTEMS = frozenset(
    "nfs nfs4 cifs smb3 smbfs lustre gpfs beegfs ceph 9p afs glusterfs fuse.sshfs fuse.glusterfs fuse.ceph "
    "fuse.s3fs fuse.gcsfuse fuse.rclone virtiofs panfs orangefs".split()
)
"""File systems on which shared memory between machines does not work, and so neither does SQLite's WAL."""


observer: Callable[[str, str], None] | None = None
"""Told of each step towards the disk, as (`reserve` | `write` | `sync` | `sync_folder` | `commit`, path), before the
step for the first two and behind it for the others; and before a collection moves an object `aside` or `back`, or
does `drop` it. It may raise OSError in place of a full disk, end the process, or
look at the files: this is where faults are put in and durability is checked from."""


def observe(step: str, path: str) -> None:
    """Tell the observer of a step, where there is one."""
    if observer is not None:
        observer(step, path)


def reserve(fd: int, size_bytes: int) -> None:
    """Make `size_bytes` of a new file really there, so that a later store through a mapping can't fail.

    Raises:
        OSError: There is no space left, or the quota or the file size limit is reached.
    """
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(fd, 0, size_bytes)
            return
        except OSError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):
                raise
    zeros = bytes(65536)
    for start in range(0, size_bytes, len(zeros)):
        at = start
        piece = memoryview(zeros)[: size_bytes - start]
        while piece:
            written = os.write(fd, piece) if WINDOWS else os.pwrite(fd, piece, at)
            piece = piece[written:]
            at += written


def populate(mapping: Any, start: int, length: int) -> None:
    """Take the page faults of a piece of a mapping now rather than at each first store into a page."""
    if sys.platform == "linux":
        # An older kernel refuses the advice: then the faults come one by one, which is slower and no less right.
        with contextlib.suppress(OSError):
            mapping.madvise(MADV_POPULATE_WRITE, start, length)


def sync(fd: int) -> None:
    """Return when the file's bytes are on the disk, those stored through a shared mapping included."""
    if MACOS:  # pragma: no cover
        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)  # type: ignore[attr-defined,unused-ignore]
    elif hasattr(os, "fdatasync"):
        os.fdatasync(fd)
    else:  # pragma: no cover
        os.fsync(fd)


def sync_folder(path: str) -> None:
    """Return when the folder's entries (new names, removed names) are on the disk."""
    if WINDOWS:  # pragma: no cover
        return
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def try_lock(fd: int, *, shared: bool = False) -> bool:
    """Take the file's lock if nobody holds it; it is dropped when the last copy of `fd` is closed."""
    try:
        if WINDOWS:  # pragma: no cover
            os.lseek(fd, 1 << 40, os.SEEK_SET)
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            fcntl.flock(fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def lock_within(fd: int, timeout_s: float) -> bool:
    """Take the file's lock, in turn with those who wait for it; False where that takes longer than `timeout_s`.

    The kernel keeps the queue, so of many who wait nobody polls and nobody starves. Behind a False `fd` belongs to
    the wait that was given up, and must not be used or closed any more.
    """
    if try_lock(fd):
        return True
    if not WINDOWS:
        wait = _LockWait(fd)
        # As the interpreter ends no thread can be started any more: then the lock is asked for again and again.
        with contextlib.suppress(RuntimeError):
            return wait.within(timeout_s)
    deadline_s = time.monotonic() + timeout_s
    while not try_lock(fd):
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.001)
    return True


class _LockWait:
    """A blocking wait for a lock in a thread of its own, so that it can be given up."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._guard = threading.Lock()
        self._done = threading.Event()
        self._given_up = False

    def within(self, timeout_s: float) -> bool:
        threading.Thread(target=self._wait, name="assay-lock", daemon=True).start()
        self._done.wait(timeout_s)
        with self._guard:
            self._given_up = not self._done.is_set()
            return not self._given_up

    def _wait(self) -> None:
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        with self._guard:
            if self._given_up:
                os.close(self._fd)
            else:
                self._done.set()


def unlock(fd: int) -> None:
    """Drop the lock taken by `try_lock`, for all copies of `fd`; where there is none, nothing happens."""
    if WINDOWS:  # pragma: no cover
        os.lseek(fd, 1 << 40, os.SEEK_SET)
        with contextlib.suppress(OSError):
            msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        fcntl.flock(fd, fcntl.LOCK_UN)


@dataclass(frozen=True, slots=True)
class Process:
    """Enough about a process to tell later, from another one, whether it still lives.

    Attributes:
        host: The machine's name.
        boot: One value for each start of the machine's kernel, empty where the system has none.
        namespace: Where process numbers are counted (containers count their own), empty where there is none.
        pid: The process number.
        started: The system's own start time of the process, empty where it can't be had.
        user: Who runs it, for people; empty where that is not known.
    """

    host: str
    boot: str
    namespace: str
    pid: int
    started: str
    user: str = field(default="", compare=False)

    def as_dict(self) -> dict[str, Any]:
        """The attributes as JSON takes them."""
        return asdict(self)


def this_process() -> Process:
    """The calling process."""
    return _process(os.getpid())


@cache
def _process(pid: int) -> Process:
    host, boot, namespace = _this_machine()
    return Process(host, boot, namespace, pid, _start_time(pid), _user())


@cache
def _user() -> str:
    # The environment first: a directory service may be far away, and a run that begins waits for nobody.
    for name in ("USER", "LOGNAME", "USERNAME"):
        if found := os.environ.get(name):
            return found
    with contextlib.suppress(ImportError, KeyError, AttributeError):
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    return ""


@cache
def _this_machine() -> tuple[str, str, str]:
    namespace = ""
    with contextlib.suppress(OSError, AttributeError):
        namespace = os.readlink("/proc/self/ns/pid")
    host = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    return host, _read_text("/proc/sys/kernel/random/boot_id").strip(), namespace


def is_dead(process: Process) -> bool | None:
    """Whether a process has surely ended: True or False where this can be known from here, else None."""
    here = this_process()
    if process.host != here.host or (process.boot, process.namespace) != (here.boot, here.namespace):
        return True if process.host == here.host and process.boot != here.boot and here.boot else None
    if WINDOWS:  # pragma: no cover
        return None
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    started = _start_time(process.pid)
    return bool(started and process.started and started != process.started) or _is_zombie(process.pid)


def _start_time(pid: int) -> str:
    fields = _stat_fields(pid)
    return fields[19] if len(fields) > 19 else ""


def _is_zombie(pid: int) -> bool:
    return _stat_fields(pid)[:1] == ["Z"]


def _stat_fields(pid: int) -> list[str]:
    # The second field, the command in parentheses, may itself hold spaces and parentheses.
    return _read_text(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _read_text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


@lru_cache(maxsize=64)
def file_system(path: str) -> str:
    """The type of the file system that holds `path` (`ext4`, `nfs4`, …), empty where it can't be told."""
    best, kind = "", ""
    real = os.path.realpath(path)
    for line in _read_text("/proc/self/mounts").splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        mount = fields[1].replace("\\040", " ")
        inside = real == mount or real.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, fields[2]
    return kind


def is_network(path: str) -> bool:
    """Whether `path` lies on a file system that other machines may write to at the same time."""
    return file_system(path) in NETWORK_FILE_SYSTEMS
