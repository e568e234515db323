"""Runs that tests log."""

from __future__ import annotations

from assay import Run


def logged(name: str, *, experiment: str = "digits", loss: float = 1.0, lr: float = 0.1) -> Run:
    """A run that was logged and left."""
    with Run(experiment, name, tags={"team": "vision"}) as run:
        run.log_parameters({"lr": lr, "layers": [64, 10]})
        for step in range(20):
            run.log_metric("loss", loss / (step + 1), step=step)
    return run
