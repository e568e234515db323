"""What the demo prints: its runs, read back from the store by nothing but the public API."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from rich.table import Table
from rich.text import Text

from assay import SortOrderType, list_runs, load_run
from assay.cli import wording
from assay.cli.run_charts import charts
from assay.cli.run_page import COLUMN_GAP, plain_table
from assay.cli.run_table import STATUS_STYLES
from assay.cli.sparkline import sparkline
from assay.formats.evaluation import CONFUSION_MATRIX, PRECISION_RECALL_CURVE, ROC_CURVE

if TYPE_CHECKING:
    from rich.console import Console

    from assay.artifact import Artifact
    from assay.run import Run
    from assay.session import Session

LOSS, ACCURACY = "val/loss", "val/accuracy"
_CHARTS = (ROC_CURVE, PRECISION_RECALL_CURVE, CONFUSION_MATRIX)
_ORDER = SortOrderType.ASCENDING


def print_report(experiment: str, names: Sequence[str], session: Session, out: Console) -> None:
    """Print a table of runs, then the charts and artifacts of each, and how much was read."""
    listed = [run.run_name for run in list_runs(experiment, sagemaker_session=session, sort_order=_ORDER)]
    runs = [load_run(name, experiment, sagemaker_session=session) for name in listed if name in names]
    out.print(Text.assemble(("\n" + experiment, "bold"), ", read back from the store:\n"))
    out.print(_overview(runs, out.width))
    for run in runs:
        _print_run(run, session, out)
    out.print(_totals(runs), style="dim")


def _overview(runs: Sequence[Run], width: int) -> Table:
    headings = ("run", "status", "model", "accuracy", "ROC area", "avg prec")
    rows = [_overview_row(run) for run in runs]
    taken = sum(max(map(len, column)) + COLUMN_GAP for column in zip(headings, *rows, strict=True))
    table = plain_table()
    for heading in headings:
        numeric = heading in ("accuracy", "ROC area", "avg prec")
        table.add_column(heading, justify="right" if numeric else "left", no_wrap=True)
    table.add_column(LOSS, no_wrap=True)
    for run, row in zip(runs, rows, strict=True):
        trend = sparkline(run.metric_history(LOSS, max_points=1000).values.tolist(), max(8, min(40, width - taken)))
        status = Text(row[1], STATUS_STYLES.get(row[1], "dim"))
        table.add_row(Text(row[0], "bold"), status, *row[2:], Text(trend, "green"))
    return table


def _overview_row(run: Run) -> list[str]:
    documents = {artifact.kind: artifact.json() for artifact in run.artifacts().values() if artifact.kind in _CHARTS}
    return [
        run.run_name,
        str(run.status),
        str(run.parameters["model"]).removesuffix("Classifier"),
        wording.number(run.metrics[ACCURACY].best, 3),
        wording.number(documents[ROC_CURVE]["areaUnderCurve"], 3),
        wording.number(documents[PRECISION_RECALL_CURVE]["averagePrecisionScore"], 3),
    ]


def _print_run(run: Run, session: Session, out: Console) -> None:
    artifacts = run.artifacts()
    out.print(Text.assemble(("\n" + run.run_name, "bold"), ("  " + _parameters(run), "cyan")))
    out.print(charts([one.json() for one in artifacts.values() if one.kind in _CHARTS], out.width))
    table = Table.grid(padding=(0, 2, 0, 0))
    for artifact in artifacts.values():
        size = Text(wording.size(artifact.size_bytes), justify="right")
        table.add_row(Text(artifact.name, "cyan"), size, _place(artifact, session))
    out.print(table)


def _parameters(run: Run) -> str:
    shown = {name: value for name, value in run.parameters.items() if "." not in name and name not in ("model", "seed")}
    return " ".join(f"{name}={wording.value(value)}" for name, value in shown.items())


def _place(artifact: Artifact, session: Session) -> Text:
    # The name of an object is too long for a line; a shell completes the star.
    path = urlsplit(str(artifact.value)).path
    short = PurePath(path if session.is_server else os.path.relpath(url2pathname(path), session.location))
    return Text(f"{short.parent.as_posix()}/{short.name[:12]}*", f"dim link {artifact.value}")


def _totals(runs: Sequence[Run]) -> str:
    points = sum(len(run.metric_history(name)) for run in runs for name in run.metrics)
    sizes = [len(artifact.read_bytes()) for run in runs for artifact in run.artifacts().values()]
    return (
        f"\nRead back: {wording.amount(len(runs), 'run')}, {wording.amount(points, 'point')}, "
        f"{wording.amount(len(sizes), 'artifact')} ({wording.size(sum(sizes))}), every checksum right."
    )
