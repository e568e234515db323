"""One log call of each kind, for tests of what holds for all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from assay import Run

ONE_PIXEL = np.zeros((1, 1, 3), np.uint8)


def _figure() -> Any:
    from matplotlib.figure import Figure

    return Figure()


LOG_CALLS: dict[str, Callable[[Run], object]] = {
    "log_parameter": lambda run: run.log_parameter("lr", 0.1),
    "log_parameters": lambda run: run.log_parameters({"lr": 0.1}),
    "log_metric": lambda run: run.log_metric("loss", 0.5),
    "log_metrics": lambda run: run.log_metrics({"loss": 0.5}, step=1),
    "log_precision_recall": lambda run: run.log_precision_recall([0, 1], [0.1, 0.9]),
    "log_roc_curve": lambda run: run.log_roc_curve([0, 1], [0.1, 0.9]),
    "log_confusion_matrix": lambda run: run.log_confusion_matrix([0, 1], [0, 1]),
    "log_artifact": lambda run: run.log_artifact("data", "s3://bucket/data"),
    "log_file": lambda run: run.log_file(__file__),
    "log_directory": lambda run: run.log_directory(".", "folder"),
    "log_image": lambda run: run.log_image("image", ONE_PIXEL),
    "log_figure": lambda run: run.log_figure("figure", _figure()),
    "log_table": lambda run: run.log_table("table", [{"a": 1}]),
    "log_histogram": lambda run: run.log_histogram("weights", [0.1, 0.2]),
    "log_text": lambda run: run.log_text("text", "words"),
}
