"""How runs show themselves in a notebook: small tables, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any

from assay.view import RunView

_ROWS = 50
"""Rows a table shows; what is beyond is counted."""
_STYLE = "font-variant-numeric:tabular-nums;text-align:left"


def number(value: Any) -> str:
    """Four significant digits of a float, everything else as it is."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def when(time: datetime | None) -> str:
    """A time to the second, empty for none."""
    return "" if time is None else f"{time:%Y-%m-%d %H:%M:%S} UTC"


def table_html(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table, its cells escaped."""
    shown = list(rows)
    cells = "".join(f'<th style="{_STYLE}">{escape(name)}</th>' for name in head)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_STYLE}">{escape(number(cell))}</td>' for cell in row) + "</tr>"
        for row in shown[:_ROWS]
    )
    more = f"<p>{len(shown) - _ROWS} more</p>" if len(shown) > _ROWS else ""
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>{more}"


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
    summaries = [run.metrics for run in runs[:_ROWS]]
    names = sorted({name for found in summaries for name in found})[:6]
    for run, found in zip(runs, summaries, strict=False):
        last = [found[name].last if name in found else "" for name in names]
        rows.append((run.run_name, run.status or "", when(run.start_time), *last))
    more = f"<p>{len(runs) - _ROWS} more</p>" if len(runs) > _ROWS else ""
    return table_html(["run", "status", "started", *names], rows) + more
