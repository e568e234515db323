"""A run as a JSON document, for `--json`: standard JSON, with everything and nothing rounded.

JSON knows no NaN and no infinity, and a program that reads it should see that they were logged: they are the strings
"NaN", "Infinity" and "-Infinity". Times are ISO 8601 in UTC, with microseconds.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from assay.formats.summary import Summary
from assay.storage.contract import ArtifactRecord, AttemptRecord, RunRecord


def run_document(run: RunRecord, metrics: Mapping[str, Summary]) -> dict[str, Any]:
    """A run with its parameters, tags and the summaries of its metrics."""
    return {
        "experiment_name": run.experiment_name,
        "run_name": run.name,
        "display_name": run.display_name,
        "experiment_display_name": run.experiment_display_name,
        "uid": run.uid,
        "status": run.status,
        "status_message": run.status_message,
        "creation_time": utc(run.created_us),
        "start_time": utc(run.start_us),
        "end_time": utc(run.end_us),
        "description": run.description,
        "refused": run.refused,
        "tags": run.tags,
        "parameters": run.parameters,
        "metrics": {name: summary_document(metric) for name, metric in metrics.items()},
    }


def summary_document(metric: Summary) -> dict[str, Any]:
    """The summary of a metric."""
    fields = asdict(metric)
    fields["last_timestamp"] = utc(fields.pop("last_timestamp_us"))
    return fields


def artifact_document(artifact: ArtifactRecord, uri: str | None) -> dict[str, Any]:
    """An artifact, with where its bytes lie."""
    fields = asdict(artifact)
    fields["creation_time"] = utc(fields.pop("created_us"))
    return {**fields, "uri": uri}


def attempt_document(attempt: AttemptRecord) -> dict[str, Any]:
    """An attempt at a run."""
    fields = asdict(attempt)
    fields["start_time"] = utc(fields.pop("start_us"))
    fields["end_time"] = utc(fields.pop("end_us"))
    fields["heard_time"] = utc(fields.pop("heard_us"))
    return fields


def utc(time_us: int | None) -> str | None:
    """Microseconds since 1970 as ISO 8601; the bare number where no calendar reaches."""
    if time_us is None:
        return None
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_us)).isoformat(timespec="microseconds")
    except OverflowError:
        return str(time_us)


def print_json(document: Any) -> None:
    """Print a document as standard JSON."""
    # Half characters (lone surrogates) that a parameter may hold would stop a UTF-8 stream; as escapes they are JSON.
    print(json.dumps(_standard(document), indent=2, ensure_ascii=True, allow_nan=False))


def _standard(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {str(key): _standard(item) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [_standard(item) for item in value]
    return value
