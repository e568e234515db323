"""Documents: what the API answers with, as types that its OpenAPI document is made from.

Fields are called as in the catalog. A number that JSON lacks is wrapped, see `assay.formats.wire`.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from assay.formats.summary import Summary
from assay.formats.wire import to_wire
from assay.storage.contract import (
    ArtifactRecord,
    AttemptRecord,
    ExperimentRecord,
    RunRecord,
)
from assay.storage.tidying import Trashed


class ErrorText(msgspec.Struct, omit_defaults=True):
    """What went wrong: the name of the error in `assay.errors`, and what it says; of a filter also where, from 1."""

    type: str
    message: str
    problem: str | None = None
    text: str | None = None
    column: int | None = None


class ErrorDocument(msgspec.Struct):
    """Why a request was not answered as it wished."""

    error: ErrorText


class Nonfinite(msgspec.Struct, omit_defaults=True):
    """A number that JSON lacks: `NaN`, `Infinity` or `-Infinity`; a NaN of unusual bits has these in hexadecimal."""

    nonfinite: Literal["NaN", "Infinity", "-Infinity"]
    bits: str | None = None


Number = float | Nonfinite


class RunDocument(msgspec.Struct):
    """A run; `trashed_us` is when it, or its experiment, went into the trash."""

    uid: str
    experiment_uid: str
    experiment_name: str
    experiment_display_name: str
    name: str
    display_name: str
    description: str
    status: str | None
    status_message: str | None
    start_us: int | None
    end_us: int | None
    created_us: int
    parameters: dict[str, Any]
    tags: dict[str, str]
    goals: dict[str, Any]
    refused: int
    trashed_us: int | None = None


def run_document(record: RunRecord) -> RunDocument:
    """A run for the wire."""
    fields = {name: getattr(record, name) for name in RunRecord.__slots__}
    fields["parameters"] = to_wire(record.parameters)
    return RunDocument(**fields)


class OpenedRun(msgspec.Struct):
    """A run that was asked to be there."""

    run: RunDocument
    created: bool


class RunList(msgspec.Struct):
    """Runs, and the token of what follows."""

    items: list[RunDocument]
    next_token: str | None = None


class FoundRun(RunDocument, kw_only=True):
    """A run that a search found, with the last value of each of its metrics."""

    metrics: dict[str, Any]


class FoundList(msgspec.Struct):
    """Runs that a search found, and the token of what follows."""

    items: list[FoundRun]
    next_token: str | None = None


class SummaryDocument(msgspec.Struct):
    """A metric of a run in a line."""

    name: str
    last: Number
    min: Number | None
    max: Number | None
    mean: Number | None
    count: int
    nonfinite_count: int
    first_step: int
    last_step: int
    min_step: int | None
    max_step: int | None
    last_timestamp_us: int
    first: Number
    first_timestamp_us: int


def summary_document(name: str, summary: Summary) -> SummaryDocument:
    """A summary for the wire."""
    fields = {one: getattr(summary, one) for one in Summary.__slots__ if not one.startswith("best")}
    for one in ("last", "min", "max", "mean", "first"):
        fields[one] = _number(fields[one])
    return SummaryDocument(name=name, **fields)


def _number(value: float | None) -> Number | None:
    wrapped = to_wire(value)
    return Nonfinite(**wrapped) if isinstance(wrapped, dict) else wrapped


class SummaryList(msgspec.Struct):
    """Metrics of a run, by name."""

    items: list[SummaryDocument]
    next_token: str | None = None


class RunSummaries(msgspec.Struct):
    """Metrics of one of several runs, by name."""

    run: str
    metrics: list[SummaryDocument]


class RunSummariesList(msgspec.Struct):
    """Metrics of several runs, in the order in which they were asked for."""

    items: list[RunSummaries]


class ArtifactDocument(msgspec.Struct):
    """An artifact of a run; its bytes, where the store has them, are the object named by `sha256`."""

    name: str
    is_output: bool
    kind: str
    value: str | None
    media_type: str | None
    size_bytes: int | None
    sha256: str | None
    step: int | None
    caption: str | None
    created_us: int


def artifact_document(record: ArtifactRecord) -> ArtifactDocument:
    """An artifact for the wire."""
    return ArtifactDocument(**{name: getattr(record, name) for name in ArtifactRecord.__slots__})


class ArtifactList(msgspec.Struct):
    """Artifacts of a run, in the order of logging."""

    items: list[ArtifactDocument]
    next_token: str | None = None


class AttemptDocument(msgspec.Struct):
    """An attempt at a run; `heard_us` is when its process last sent word."""

    number: int
    writer: str
    status: str
    message: str | None
    traceback: str | None
    start_us: int
    end_us: int | None
    process: dict[str, Any]
    heard_us: int | None


def attempt_document(record: AttemptRecord) -> AttemptDocument:
    """An attempt for the wire."""
    return AttemptDocument(**{name: getattr(record, name) for name in AttemptRecord.__slots__})


class AttemptList(msgspec.Struct):
    """Attempts at a run, first to last."""

    items: list[AttemptDocument]
    next_token: str | None = None


class LastAttempt(msgspec.Struct):
    """The last attempt at one of several runs, without its traceback."""

    run: str
    attempt: AttemptDocument


class LastAttemptList(msgspec.Struct):
    """Last attempts at several runs, in the order in which they were asked for."""

    items: list[LastAttempt]


class ExperimentDocument(msgspec.Struct):
    """An experiment.

    `changed_us` is when it or one of its newest runs was last made, begun, heard of or ended; `running_count` is how
    many of these are in progress.
    """

    uid: str
    name: str
    display_name: str
    description: str
    tags: dict[str, str]
    created_us: int
    run_count: int
    changed_us: int | None = None
    running_count: int = 0


def experiment_document(record: ExperimentRecord) -> ExperimentDocument:
    """An experiment for the wire."""
    return ExperimentDocument(**{name: getattr(record, name) for name in ExperimentRecord.__slots__})


class ExperimentList(msgspec.Struct):
    """Experiments, the last changed first."""

    items: list[ExperimentDocument]
    next_token: str | None = None


class ActiveStretch(msgspec.Struct):
    """A stretch of time, and how many runs were created in it."""

    start_us: int
    runs: int


class ExperimentActivity(msgspec.Struct):
    """An experiment's stretches in which there were runs, in order."""

    experiment: str
    buckets: list[ActiveStretch]


class ActivityList(msgspec.Struct):
    """Experiments that got runs, by name."""

    items: list[ExperimentActivity]


class TrashedDocument(msgspec.Struct):
    """Something in the trash."""

    kind: str
    id: str
    name: str
    trashed_us: int
    run: str
    is_output: bool | None
    run_count: int


def trashed_document(record: Trashed) -> TrashedDocument:
    """Something in the trash, for the wire."""
    return TrashedDocument(**{name: getattr(record, name) for name in Trashed.__slots__})


class TrashList(msgspec.Struct):
    """What is in the trash, the last trashed first."""

    items: list[TrashedDocument]
    next_token: str | None = None


class PointsDocument(msgspec.Struct):
    """Points of a series as JSON; the binary form is smaller and keeps every bit."""

    steps: list[int]
    timestamps_us: list[int]
    values: list[Any]


class SetAside(msgspec.Struct):
    """An event that could not be applied, and why."""

    kind: str
    reason: str
    time_ns: int
    body: dict[str, Any]


class Taken(msgspec.Struct, omit_defaults=True):
    """What came of a parcel: whether its segment was new, or the error."""

    accepted: bool = False
    set_aside: list[SetAside] = []
    error: ErrorText | None = None


class TakenList(msgspec.Struct):
    """What came of each parcel, in order."""

    items: list[Taken]
