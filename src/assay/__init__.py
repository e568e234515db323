"""Experiment tracking with the API of SageMaker Experiments' `Run`, on a store of your own.

from assay import Run

with Run(experiment_name="digits", run_name="baseline") as run:
    run.log_parameters({"lr": 0.1})
    run.log_metric("loss", 0.5, step=0)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.errors import AssayError
    from assay.experiment import Experiment
    from assay.loading import SortByType, SortOrderType, list_runs, load_run
    from assay.run import Run
    from assay.session import Session

_PLACES = {
    "AssayError": "assay.errors",
    "Experiment": "assay.experiment",
    "Run": "assay.run",
    "Session": "assay.session",
    "SortByType": "assay.loading",
    "SortOrderType": "assay.loading",
    "list_runs": "assay.loading",
    "load_run": "assay.loading",
}

__all__ = ["AssayError", "Experiment", "Run", "Session", "SortByType", "SortOrderType", "list_runs", "load_run"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("assay")
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module 'assay' has no attribute {name!r}")
    from importlib import import_module

    found = globals()[name] = getattr(import_module(place), name)
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES])
