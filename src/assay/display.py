"""How runs show themselves in a notebook: small tables, every text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from assay.formats.html_table import MOST_ROWS, table_html
from assay.view import RunView


def when(time: datetime | None) -> str:
    """A time to the second, empty for none."""
    return "" if time is None else f"{time:%Y-%m-%d %H:%M:%S} UTC"


def run_html(run: RunView) -> str:
    """A run: its names and state, parameters, metrics and artifacts."""
    title = escape(f"{run.experiment_name}/{run.run_name}")
    state = escape(f"{run.status or 'not entered yet'} · {when(run.start_time)} · {run.session.location}")
    message = run.status_message
    parts = [f"<p><b>{title}</b><br>{state}</p>"]
    if message and run.status != "InProgress":
        parts.append(f"<pre>{escape(message)}</pre>")
    if parameters := run.parameters:
        parts.append(table_html(["parameter", "value"], list(parameters.items())))
    if metrics := run.metrics:
        rows = [(name, one.last, one.min, one.max, one.count, one.last_step) for name, one in metrics.items()]
        parts.append(table_html(["metric", "last", "min", "max", "points", "last step"], rows))
    if artifacts := run.artifacts():
        rows_of = [
            (name, "output" if one.is_output else "input", one.kind, one.media_type or "", one.size_bytes or "")
            for name, one in artifacts.items()
        ]
        parts.append(table_html(["artifact", "direction", "kind", "media type", "bytes"], rows_of))
    return "".join(parts)


def runs_html(runs: Sequence[RunView]) -> str:
    """A list of runs with the last values of up to six metrics."""
    rows = []
    summaries = [run.metrics for run in runs[:MOST_ROWS]]
    names = sorted({name for found in summaries for name in found})[:6]
    for run, found in zip(runs, summaries, strict=False):
        last = [found[name].last if name in found else "" for name in names]
        rows.append((run.run_name, run.status or "", when(run.start_time), *last))
    more = f"<p>{len(runs) - MOST_ROWS} more</p>" if len(runs) > MOST_ROWS else ""
    return table_html(["run", "status", "started", *names], rows) + more
