"""Runs for the page to show, logged as a training logs them."""

from __future__ import annotations

from typing import Any

LONG = "long"
OVERLAID = "overlaid"


def log_wide(folder: str, metrics: int) -> dict[str, Any]:
    """A run of many metrics in fifty sections, forty points each."""
    from assay import Run, Session

    names = [f"group{number % 50}/metric{number}" for number in range(metrics)]
    with Run("wide", "wide", sagemaker_session=Session(folder)) as run:
        for step in range(40):
            run.log_metrics({name: step * (number % 7) + number for number, name in enumerate(names)}, step=step)
        return {"run": run.id}


def log_long(folder: str, runs: int, points: int) -> dict[str, Any]:
    """Runs of one long, noisy series."""
    from assay import Run, Session

    session = Session(folder)
    for number in range(runs):
        values = _noisy(number, points)
        with Run(LONG, f"long-{number}", sagemaker_session=session) as run:
            for step, value in enumerate(values):
                run.log_metric("loss", value, step=step)
    return {"points": runs * points}


def log_overlaid(folder: str, runs: int, points: int) -> dict[str, Any]:
    """Many runs of one series."""
    from assay import Run, Session

    session = Session(folder)
    for number in range(runs):
        with Run(OVERLAID, f"run-{number}", sagemaker_session=session) as run:
            for step, value in enumerate(_noisy(number, points)):
                run.log_metric("loss", value, step=step)
    return {"points": runs * points}


def _noisy(number: int, points: int) -> list[float]:
    import numpy as np

    steps = np.arange(points)
    noise = np.random.default_rng(number).normal(0, 0.05, points)
    values: list[float] = (2 * np.exp(-4 * steps / points) + number / 20 + noise).tolist()
    return values
