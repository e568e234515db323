"""A run's page in a terminal: head, parameters, metrics with their trends, charts, artifacts, attempts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from assay.cli import wording
from assay.cli.run_charts import DRAWN, charts
from assay.cli.run_table import STATUS_STYLES, moment, run_length
from assay.cli.sparkline import sparkline
from assay.errors import DamagedError
from assay.formats.summary import Summary
from assay.media.histogram import decode_histogram
from assay.storage.contract import ArtifactRecord, AttemptRecord, RunRecord, Store

MOST_ROWS = 100
"""Metrics and artifacts that are shown; JSON has all."""
COLUMN_GAP = 2
"""Characters between two columns of a `plain_table`."""
SILENT_AFTER = timedelta(minutes=1)
"""A server hears of a writer every ten seconds; after so long without, that is shown."""
_TREND_POINTS = 1000
_NAME_WIDTH = 32
_HISTOGRAM_WIDTH = 16


def plain_table() -> Table:
    """A table with a line under its head and no other lines."""
    return Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)


class RunPage:
    """All about one run, read from the store while it is printed.

    Attributes:
        damaged: Whether something could not be read; its place on the page says what.
    """

    def __init__(self, store: Store, run: RunRecord, metrics: Mapping[str, Summary], console: Console) -> None:
        self._store = store
        self._run = run
        self._metrics = metrics
        self._console = console
        self.damaged = False

    def print(self) -> None:
        """Print the page, part by part."""
        self._print_head()
        artifacts = self._store.artifacts(self._run.uid)
        for heading, part in (
            ("Parameters", self._parameters()),
            ("Metrics", self._metric_table()),
            ("Charts", self._charts(artifacts)),
            ("Artifacts", self._artifact_table(artifacts)),
            ("Attempts", self._attempts()),
        ):
            if part is not None:
                self._console.print()
                self._console.print(Text(heading, "bold"))
                self._console.print(part)

    def _print_head(self) -> None:
        run, out = self._run, self._console
        title = Text.assemble((f"{run.experiment_name}/{run.name}", "bold"), "  ")
        title.append(run.status or "never entered", STATUS_STYLES.get(run.status or "", "dim"))
        out.print(title, soft_wrap=True)
        if run.display_name.lower() != run.name:
            out.print(Text(run.display_name, "italic"), soft_wrap=True)
        times = [f"created {wording.moment(moment(run.created_us))}"]
        if run.start_us is not None:
            times = [f"started {wording.moment(moment(run.start_us))}", f"took {wording.duration(run_length(run))}"]
        out.print(Text(" · ".join([*times, self._store.location]), "dim"), soft_wrap=True)
        if run.status in ("Failed", "Stopped") and run.status_message:
            out.print(Text(run.status_message, STATUS_STYLES[run.status]), soft_wrap=True)
        if run.refused:
            out.print(Text(f"{wording.amount(run.refused, 'log call')} refused: the disk was full", "red"))
        tags = {key: value for key, value in run.tags.items() if not key.startswith("assay.")}
        if tags:
            out.print(Text("  ".join(f"{key}={value}" if value else key for key, value in tags.items()), "magenta"))
        if run.description:
            out.print()
            out.print(Markdown(run.description))

    def _parameters(self) -> RenderableType | None:
        parameters = self._run.parameters
        if not parameters:
            return None
        cells = [(name, wording.value(value)) for name, value in parameters.items()]
        widest = max(len(name) + len(value) for name, value in cells) + 4
        across = max(1, min(self._console.width // widest, -(-len(cells) // 6)))
        down = -(-len(cells) // across)
        table = Table.grid(padding=(0, 2, 0, 0))
        for index in range(down):
            row: list[Text] = []
            for name, value in cells[index::down]:
                row += [Text(name, "cyan"), Text(value)]
            table.add_row(*row)
        return table

    def _metric_table(self) -> RenderableType | None:
        if not self._metrics:
            return None
        shown = list(self._metrics.items())[:MOST_ROWS]
        with_best = any(summary.best is not None for _, summary in shown)
        rows = [self._metric_row(name, summary, with_best) for name, summary in shown]
        headings = ["metric", "last", *(["best"] if with_best else []), "min", "max", "points", "steps"]
        taken = sum(max(map(len, column)) + COLUMN_GAP for column in zip(headings, *rows, strict=True))
        width = max(8, min(40, self._console.width - taken - COLUMN_GAP))
        table = plain_table()
        for heading in [headings[0], "trend", *headings[1:]]:
            table.add_column(heading, justify="left" if heading in ("metric", "trend") else "right", no_wrap=True)
        for (name, _), row in zip(shown, rows, strict=True):
            table.add_row(Text(row[0], "cyan"), self._trend(name, width), *map(Text, row[1:]))
        if len(self._metrics) > len(shown):
            table.add_row(Text(f"{len(self._metrics) - len(shown)} more: --json", "dim"))
        return table

    def _metric_row(self, name: str, summary: Summary, with_best: bool) -> list[str]:
        points = f"{summary.count:,}"
        if summary.nonfinite_count:
            points += f" ({summary.nonfinite_count:,} not finite)"
        return [
            name if len(name) <= _NAME_WIDTH else "…" + name[1 - _NAME_WIDTH :],
            wording.number(summary.last),
            *([wording.number(summary.best)] if with_best else []),
            wording.number(summary.min),
            wording.number(summary.max),
            points,
            f"{summary.first_step} … {summary.last_step}" if summary.count > 1 else str(summary.last_step),
        ]

    def _trend(self, name: str, width: int) -> Text:
        try:
            history = self._store.history(self._run.uid, name, max_points=_TREND_POINTS)
        except DamagedError as error:
            return self._fault(error, "damaged")
        return Text(sparkline(history.values, width), "green")

    def _fault(self, error: DamagedError, instead: str) -> Text:
        self.damaged = True
        self._console.print(Text(f"✗ {error}", "red"), soft_wrap=True)
        return Text(instead, "red")

    def _charts(self, artifacts: list[ArtifactRecord]) -> RenderableType | None:
        documents = [document for artifact in artifacts for document in self._document(artifact)]
        return charts(documents, self._console.width) if documents else None

    def _document(self, artifact: ArtifactRecord) -> Iterator[dict[str, Any]]:
        if artifact.kind not in DRAWN or artifact.sha256 is None:
            return
        try:
            yield json.loads(b"".join(self._store.objects.read_checked(artifact.sha256)))
        except DamagedError as error:
            self._fault(error, "")

    def _artifact_table(self, artifacts: list[ArtifactRecord]) -> RenderableType | None:
        if not artifacts:
            return None
        table = plain_table()
        for heading in ("artifact", "kind", "size", "value or media type"):
            table.add_column(heading, justify="right" if heading == "size" else "left", overflow="fold")
        groups: dict[tuple[bool, str], list[ArtifactRecord]] = {}
        for artifact in artifacts:
            groups.setdefault((artifact.is_output, artifact.name), []).append(artifact)
        for items in list(groups.values())[:MOST_ROWS]:
            table.add_row(*self._artifact_row(items))
        if len(groups) > MOST_ROWS:
            table.add_row(Text(f"{len(groups) - MOST_ROWS} more: --json", "dim"))
        return table

    def _artifact_row(self, items: list[ArtifactRecord]) -> list[Text]:
        last = items[-1]
        name = Text(last.name, "cyan")
        if last.sha256 is not None:
            name.stylize(f"link {self._store.objects.uri(last.sha256)}")
        if not last.is_output:
            name.append(" (input)", "dim")
        if len(items) > 1:
            name.append(f" ({len(items)} steps)", "dim")
        sizes = [item.size_bytes for item in items if item.size_bytes is not None]
        told = last.value if last.value is not None else last.media_type or ""
        if last.kind == "histogram" and last.sha256 is not None:
            told = self._histogram(last)
        return [name, Text(last.kind), Text(wording.size(sum(sizes)) if sizes else ""), Text(told, "dim")]

    def _histogram(self, artifact: ArtifactRecord) -> str:
        assert artifact.sha256 is not None
        try:
            found = decode_histogram(b"".join(self._store.objects.read_checked(artifact.sha256)))
        except DamagedError as error:
            return self._fault(error, "damaged").plain
        if found.min is None:
            return f"{wording.amount(found.count, 'value')}, none of them finite"
        others = found.nan + found.positive_infinite + found.negative_infinite
        spread = f"{wording.number(found.min)} … {wording.number(found.max)}"
        told = [f"{sparkline(found.counts.tolist(), _HISTOGRAM_WIDTH)} {spread}", wording.amount(found.count, "value")]
        return ", ".join([*told, f"{others:,} not finite"] if others else told)

    def _attempts(self) -> RenderableType | None:
        attempts = self._store.attempts(self._run.uid)
        if len(attempts) < 2 and not any(attempt.traceback or _silence(attempt) for attempt in attempts):
            return None
        table = plain_table()
        for heading in ("#", "status", "started", "took", "process", "message"):
            table.add_column(heading, justify="right" if heading in ("#", "took") else "left", overflow="fold")
        for attempt in attempts:
            table.add_row(*_attempt_row(attempt))
        failed = [attempt for attempt in attempts if attempt.traceback]
        if not failed:
            return table
        return Group(table, Text(f"\n{(failed[-1].traceback or '').rstrip()}", "dim"))


def _attempt_row(attempt: AttemptRecord) -> list[Text]:
    start, end = moment(attempt.start_us), moment(attempt.end_us)
    took = wording.duration(end - start) if start is not None and end is not None else "–"
    process = f"{attempt.process.get('host', '?')}/{attempt.process.get('pid', '?')}"
    return [
        Text(str(attempt.number)),
        Text(attempt.status, STATUS_STYLES.get(attempt.status, "dim")),
        Text(wording.moment(start)),
        Text(took),
        Text(process, "dim"),
        Text(_silence(attempt) or (attempt.message or "").partition("\n")[0], "dim"),
    ]


def _silence(attempt: AttemptRecord) -> str:
    """That a server has not heard of an attempt for long; empty where it has, or where there is none to listen."""
    heard = moment(attempt.heard_us)
    if attempt.status != "InProgress" or heard is None:
        return ""
    silent = datetime.now(UTC) - heard
    return f"not heard of for {wording.duration(silent)}" if silent > SILENT_AFTER else ""
