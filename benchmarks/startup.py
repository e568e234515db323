"""What Assay adds to the start of Python: its import, a first run from start to exit, and their memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

from benchmarks.figure import Figure, Scale

STARTS = {"tiny": 2, "small": 10, "full": 40}
PEAKS = 3
NOTHING = "pass"
IMPORT = "import assay"
RUN = """\
from assay import Run, Session
with Run(experiment_name="start", run_name={name!r}, sagemaker_session=Session({folder!r})) as run:
    run.log_metric("loss", 0.5, step=0)
"""
PEAK = """\
import atexit, resource, sys
def tell_peak():  # registered first, so it is called last
    try:
        with open("/proc/self/status") as status:
            print(*(line.split()[1] for line in status if line.startswith("VmHWM")))
    except OSError:
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1))
atexit.register(tell_peak)
"""
"""Linux lets a child inherit its parent's greatest `ru_maxrss`, so there the process's own high-water mark is read."""


def measure(scale: Scale, folder: str) -> list[Figure]:
    seen: dict[str, list[float]] = {}
    peaks: dict[str, list[float]] = {}
    for number in range(STARTS[scale] + 1):
        for what, code in codes(folder, f"{number}").items():
            took_ms = start_ms(code)
            if number:  # the first start compiles what it imports
                seen.setdefault(what, []).append(took_ms)
    for number in range(PEAKS):
        for what, code in codes(folder, f"peak-{number}").items():
            peaks.setdefault(what, []).append(peak_mb(code))
    peak = {what: statistics.median(found) for what, found in peaks.items()}
    titles = (
        ("import", "`import assay`, over `python -c pass`", 40),
        ("run", "a run with one metric in a new folder, from start of Python to exit, over `python -c pass`", 150),
        ("next run", "the same in a folder that holds other runs", 150),
    )
    figures = [
        Figure(
            title,
            statistics.median(seen[what]) - statistics.median(seen["nothing"]),
            "ms",
            limit,
            note=f"least: {min(seen[what]) - min(seen['nothing']):.1f} ms; "
            f"`python -c pass` {statistics.median(seen['nothing']):.1f} ms",
        )
        for what, title, limit in titles
    ]
    figures.append(
        Figure(
            "peak memory of a run with one metric, over `python -c pass`",
            max(peak["run"], peak["next run"]) - peak["nothing"],
            "MB",
            40,
            note=f"`import assay` {peak['import'] - peak['nothing']:.1f} MB; `python -c pass` {peak['nothing']:.1f} MB",
        )
    )
    return figures


def codes(folder: str, name: str) -> dict[str, str]:
    """What is started, by what it is called here."""
    return {
        "nothing": NOTHING,
        "import": IMPORT,
        "run": RUN.format(name="run", folder=f"{folder}/new-{name}"),
        "next run": RUN.format(name=f"run-{name}", folder=f"{folder}/same"),
    }


def start_ms(code: str) -> float:
    """How long a fresh Python takes with this code, from its start until it has ended."""
    before = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stderr=subprocess.DEVNULL, cwd=os.path.abspath(os.sep))
    return (time.perf_counter() - before) * 1e3


def peak_mb(code: str) -> float:
    """The most memory that a fresh Python holds with this code, in MB of 2**20 bytes."""
    words = [sys.executable, "-c", PEAK + code]
    told = subprocess.run(words, check=True, capture_output=True, text=True, cwd=os.path.abspath(os.sep)).stdout
    return int(told.split()[-1]) / 1024
