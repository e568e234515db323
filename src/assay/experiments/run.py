"""The names of `sagemaker.experiments.run`."""

from __future__ import annotations

from assay.loading import SortByType, SortOrderType, list_runs, load_run
from assay.run import Run

__all__ = ["Run", "SortByType", "SortOrderType", "list_runs", "load_run"]
