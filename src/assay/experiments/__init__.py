"""The names of `sagemaker.experiments`: replacing that by `assay.experiments` migrates a script."""

from __future__ import annotations

from assay.experiment import Experiment
from assay.loading import SortByType, SortOrderType, list_runs, load_run
from assay.run import Run

__all__ = ["Experiment", "Run", "SortByType", "SortOrderType", "list_runs", "load_run"]
