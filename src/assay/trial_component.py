"""What scripts read of a run through `run._trial_component`, as a view that can't be written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from assay.view import RunView


@dataclass(frozen=True, slots=True)
class ArtifactValue:
    """An artifact as the service gives it."""

    value: str | None
    media_type: str | None


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """A metric as the service summarises it; `std_dev` is over the finite values."""

    metric_name: str
    min: float | None
    max: float | None
    last: float
    count: int
    avg: float | None
    std_dev: float | None


@dataclass(frozen=True, slots=True)
class Status:
    """A run's status as the service gives it."""

    primary_status: str | None
    message: str | None


class TrialComponent:
    """A run as the service's trial component."""

    def __init__(self, run: RunView) -> None:
        self._run = run

    @property
    def trial_component_name(self) -> str:
        """The experiment's and the run's name, joined."""
        return self._run.experiment_config["RunName"]

    @property
    def display_name(self) -> str:
        """The run's display name."""
        return self._run.display_name

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameters by name."""
        return self._run.parameters

    @property
    def input_artifacts(self) -> dict[str, ArtifactValue]:
        """What went in, by name."""
        return self._artifacts(is_output=False)

    @property
    def output_artifacts(self) -> dict[str, ArtifactValue]:
        """What came out, by name."""
        return self._artifacts(is_output=True)

    def _artifacts(self, *, is_output: bool) -> dict[str, ArtifactValue]:
        found = self._run.artifacts(is_output)
        return {name: ArtifactValue(one.value, one.media_type) for name, one in found.items()}

    @property
    def metrics(self) -> list[MetricSummary]:
        """A summary of each metric."""
        return [
            MetricSummary(name, one.min, one.max, one.last, one.count, one.mean, self._spread(name))
            for name, one in self._run.metrics.items()
        ]

    def _spread(self, name: str) -> float | None:
        import numpy as np

        values = self._run.metric_history(name).values
        finite = values[np.isfinite(values)]
        return None if not len(finite) else math.sqrt(float(np.var(finite)))

    @property
    def status(self) -> Status:
        """Status and message."""
        return Status(self._run.status, self._run.status_message)

    @property
    def start_time(self) -> Any:
        """When the run was first entered."""
        return self._run.start_time

    @property
    def end_time(self) -> Any:
        """When the run was last left."""
        return self._run.end_time

    @property
    def tags(self) -> list[dict[str, str]]:
        """Tags as the service lists them."""
        return [{"Key": key, "Value": value} for key, value in self._run.tags.items()]
