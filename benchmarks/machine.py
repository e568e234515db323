"""The facts of a machine without which its figures mean little."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
import tempfile
import time
from importlib.metadata import version
from statistics import median


def facts(folder: str) -> dict[str, str]:
    """What is measured on, and with; `folder` is where the stores lie."""
    return {
        "processor": f"{os.cpu_count()} × {_processor()}",
        "system": f"{platform.system()} {platform.release()}, {_file_system(folder)}",
        "Python": f"{platform.python_version()} ({platform.python_implementation()}{_build()})",
        "packages": ", ".join(f"{name} {version(name)}" for name in ("assay", "numpy", "pcodec")),
        "SQLite": sqlite3.sqlite_version,
        "sync of 4 KiB": f"{median(sync_ms(folder) for _ in range(50)):.2f} ms",
        "load": load(),
        "time": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
    }


def sync_ms(folder: str) -> float:
    """How long the disk takes now to make 4 KiB durable: what no store that keeps its promises can do without."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(4096))
        file.flush()
        before = time.perf_counter()
        os.fsync(file.fileno())
        return (time.perf_counter() - before) * 1e3


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _file_system(folder: str) -> str:
    from assay import system

    return system.file_system(folder) or "unknown file system"


def _build() -> str:
    return "" if getattr(sys, "_is_gil_enabled", lambda: True)() else ", no GIL"


def load() -> str:
    """How busy the machine is: above its number of processors, figures say more about the others' work."""
    return " ".join(f"{one:.2f}" for one in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
