"""Importing changes nothing and loads only the standard library."""

from __future__ import annotations

import pytest

from tests.behaviour.processes import Processes

STATE = """
import logging, os, signal, sys, threading, warnings, atexit
def state():
    return {
        "handlers": list(logging.root.handlers),
        "level": logging.root.level,
        "loggers": [name for name in logging.root.manager.loggerDict if not name.startswith("assay")],
        "signals": [signal.getsignal(number) for number in signal.valid_signals()],
        "threads": threading.active_count(),
        "filters": list(warnings.filters),
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "hook": sys.excepthook,
        "path": list(sys.path),
        "files": sorted(os.listdir(os.path.expanduser("~"))),
    }
"""


@pytest.mark.parametrize(
    "statement", ["import assay", "import assay.experiments.run", "from assay import Run, load_run"]
)
def test_importing_changes_nothing(processes: Processes, statement: str) -> None:
    script = (
        STATE
        + f"""
before = state()
{statement}
after = state()
print([name for name in before if before[name] != after[name]])
"""
    )

    assert "[]" == processes.run(script).strip()


def test_importing_the_package_loads_only_the_standard_library(processes: Processes) -> None:
    script = """
import sys
before = set(sys.modules)
import assay
loaded = {name.partition(".")[0] for name in set(sys.modules) - before} - {"assay"}
print(sorted(loaded - set(sys.stdlib_module_names)))
"""

    assert "[]" == processes.run(script).strip()


def test_a_run_of_a_few_values_loads_no_package_but_ours(processes: Processes) -> None:
    script = """
import sys
from assay import Run
before = set(sys.modules)
with Run("digits", "baseline") as run:
    run.log_parameters({"lr": 0.1, "depth": 6})
    run.log_metric("loss", 0.5, step=1)
    run.log_metrics({"acc": 0.5, "f1": 0.25}, step=1)
loaded = {name.partition(".")[0] for name in set(sys.modules) - before} - {"assay"}
print(sorted(loaded - set(sys.stdlib_module_names)))
"""

    assert "[]" == processes.run(script).strip()


def test_all_names_of_the_face_are_there(processes: Processes) -> None:
    script = """
import assay
assert sorted(assay.__all__) == list(assay.__all__)
print(all(hasattr(assay, name) for name in assay.__all__), set(assay.__all__) <= set(dir(assay)))
for name in "Run load_run list_runs SortByType SortOrderType Session".split():
    assert name in assay.__all__, name
"""

    assert "True True" == processes.run(script).strip()
