"""Python processes that a test starts: each runs a script with the test's environment, so it finds the test's store."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

TIMEOUT_S = 60


class Processes:
    """Runs scripts, and ends what is left of them when the test is over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started: list[subprocess.Popen[str]] = []

    def start(self, script: str, *arguments: object) -> subprocess.Popen[str]:
        """A process that runs a script, which may itself use `multiprocessing`; its pipes are open."""
        path = self._folder / f"script_{len(self._started)}.py"
        path.write_text(textwrap.dedent(script), "utf-8")
        process = subprocess.Popen(
            [sys.executable, str(path), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._started.append(process)
        return process

    def finish(self, process: subprocess.Popen[str], *, status: int | None = 0) -> str:
        """What a process wrote to stdout by its end; it fails unless it ends with this status (None: any)."""
        output, errors = process.communicate(timeout=TIMEOUT_S)
        assert status is None or status == process.returncode, f"exit {process.returncode}\n{output}\n{errors}"
        return output

    def release(self, process: subprocess.Popen[str], *, status: int | None = 0) -> str:
        """Let a process go on that waits for a line, and see it end."""
        say(process, "go on")
        return self.finish(process, status=status)

    def run(self, script: str, *arguments: object, status: int | None = 0) -> str:
        """What a script writes to stdout."""
        return self.finish(self.start(script, *arguments), status=status)

    def errors_of(self, script: str, *arguments: object) -> str:
        """What a script that ends well writes to stderr."""
        process = self.start(script, *arguments)
        _, errors = process.communicate(timeout=TIMEOUT_S)
        assert 0 == process.returncode, errors
        return errors

    def close(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.communicate()


def say(process: subprocess.Popen[str], line: str) -> None:
    """Write a line to a process that waits for one."""
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def hear(process: subprocess.Popen[str]) -> str:
    """The next line that a process writes; its end is a failure that shows its errors."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    return line.rstrip("\n")


def status_elsewhere(processes: Processes, wanted: str, within_s: float = 5) -> str:
    """What another process says of the run digits/baseline: its status, once it is the wanted one or time is up."""
    script = """
    import sys, time
    from assay import load_run
    deadline = time.monotonic() + float(sys.argv[2])
    while (status := load_run("baseline", "digits").status) != sys.argv[1] and time.monotonic() < deadline:
        time.sleep(0.05)
    print(status)
    """
    return processes.run(script, wanted, within_s).strip()


def wait_until(true: Callable[[], bool], within_s: float = 5) -> None:
    """Return when something is true; fail when it is not in time."""
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, f"not true within {within_s} s"
        time.sleep(0.02)
