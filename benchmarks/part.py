"""One part of a measurement, run in a fresh Python process of its own.

    python -m benchmarks.part benchmarks.reading read_all '{"folder": "store", "points": 1000}'

The function's result goes to standard output as a line of JSON. Parts that start at one moment call `wait_to_start()`.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import profile

ROOT = Path(__file__).parent.parent
TIMEOUT_S = 600.0
READY = "ready"


class PartError(Exception):
    """A part ended in an error, or did not end at all."""


class HangError(PartError):
    """A part did not end in the time it was given."""


class Part:
    """A running part.

    Args:
        function: Of a module that a fresh process can import; it is given `arguments` and returns what JSON can say.
        environment: Variables for that process, beside those of this one.
    """

    def __init__(
        self, function: Callable[..., Any], *, environment: dict[str, str] | None = None, **arguments: Any
    ) -> None:
        self.name = f"{function.__module__}.{function.__name__}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.part", function.__module__, function.__name__, json.dumps(arguments)],
            cwd=ROOT,
            env={**os.environ, **(environment or {}), "ASSAY_QUIET": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_ready(self) -> None:
        """Wait until the part has called `wait_to_start()`."""
        assert self.process.stdout is not None
        if self.process.stdout.readline().strip() != READY:
            self.result(10)
            raise PartError(f"{self.name} ended without having been ready")

    def start_at(self, moment: float) -> None:
        """Let the part go on at `moment`, in seconds of `time.time()`."""
        assert self.process.stdin is not None
        print(moment, file=self.process.stdin, flush=True)

    def result(self, timeout_s: float = TIMEOUT_S) -> Any:
        """What the function returned.

        Raises:
            HangError: The process did not end in time; it was killed.
            PartError: It ended in an error.
        """
        try:
            out, err = self.process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, err = self.process.communicate()
            raise HangError(f"{self.name} had not ended after {timeout_s:.0f} s; {_end_of(err)}") from None
        if self.process.returncode:
            raise PartError(f"{self.name} ended with {self.process.returncode}: {_end_of(err)}")
        if profile.wanted():
            print(err, file=sys.stderr, end="")
        return json.loads(out.splitlines()[-1])


def _end_of(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else "it wrote nothing"


def run_part(function: Callable[..., Any], **arguments: Any) -> Any:
    """Run one part to its end and give its result."""
    return Part(function, **arguments).result()


def wait_to_start() -> float:
    """Within a part: say that all is ready, wait for the common start, and give its moment."""
    print(READY, flush=True)
    moment = float(sys.stdin.readline())
    with contextlib.suppress(ValueError):  # the moment has passed already
        time.sleep(moment - time.time())
    return moment


def main() -> None:
    module, name, arguments = sys.argv[1:]
    function = getattr(importlib.import_module(module), name)
    with profile.profiled(f"{module}.{name}"):
        result = function(**json.loads(arguments))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
