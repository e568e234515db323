"""Where the time goes: `--profile` samples every thread of every part and prints, on stderr, what they were doing.

A sampler and no tracer: tracing makes a call of a microsecond cost five, and would show another program than the one
that is measured. What holds the interpreter's lock in one long C call is seen at its end only, in the line that made
it.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENVIRONMENT = "ASSAY_BENCHMARKS_PROFILE"
EVERY_S = 0.001
SHOWN = 15


def wanted() -> bool:
    return ENVIRONMENT in os.environ


@contextmanager
def profiled(title: str) -> Iterator[None]:
    """Sample all threads until the block ends, if a profile is wanted."""
    if not wanted():
        yield
        return
    inside: dict[str, Counter[str]] = {}
    below: dict[str, Counter[str]] = {}
    done = threading.Event()
    sampler = threading.Thread(target=_sample, args=(inside, below, done), name="sampler", daemon=True)
    sampler.start()
    try:
        yield
    finally:
        done.set()
        sampler.join()
        _print(title, inside, below)


def _sample(inside: dict[str, Counter[str]], below: dict[str, Counter[str]], done: threading.Event) -> None:
    sys.setswitchinterval(EVERY_S / 4)
    while not done.is_set():
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        for ident, frame in sys._current_frames().items():
            name = names.get(ident, "?")
            if name == "sampler":
                continue
            stack = list(_stack(frame))
            inside.setdefault(name, Counter())[stack[0]] += 1
            below.setdefault(name, Counter()).update({place.rpartition(":")[0] for place in stack})
        time.sleep(EVERY_S)


def _stack(frame: FrameType | None) -> Iterator[str]:
    while frame is not None:
        code = frame.f_code
        path = code.co_filename.rpartition("/src/")[2]
        yield f"{path}:{code.co_name}:{frame.f_lineno}"
        frame = frame.f_back


def _print(title: str, inside: dict[str, Counter[str]], below: dict[str, Counter[str]]) -> None:
    for name, lines in inside.items():
        total = lines.total()
        print(f"\n{title}, thread {name}: {total} samples", file=sys.stderr)
        for heading, counts in (("in the line", lines), ("in the function and what it calls", below[name])):
            print(f"  {heading}", file=sys.stderr)
            for place, count in counts.most_common(SHOWN):
                print(f"    {100 * count / total:5.1f} %  {place}", file=sys.stderr)
