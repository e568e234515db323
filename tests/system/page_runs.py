"""Runs as people have them, and some that nobody should have: what the page's tests look at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from assay import Run, Session

ODD_VALUES = [1.0, math.nan, math.inf, 2.0, -math.inf, 3.0, 1e308, -1e308, math.nan, 4.0]
SCRIPT = "<h1>Report</h1><script>parent.document.title = document.title = 'ran'</script><img src=x onerror=alert(1)>"
LONG = 5000
"""Points of the longest series: more than a chart is wide."""


@dataclass(frozen=True)
class Logged:
    """The ids of the runs, by their names."""

    folder: Path
    uids: dict[str, str]


def log_runs(folder: Path) -> Logged:
    """Log them to a new store."""
    session = Session(str(folder))
    uids = {}
    for number in range(14):
        name = f"trial-{number:02}"
        with Run("vision", name, sagemaker_session=session, tags={"team": "vision"}) as run:
            run.log_parameters({"lr": 10.0 ** -(1 + number % 4), "depth": number, "optimizer": "adam", "same": True})
            for step in range(LONG if number == 13 else 40):
                loss = 2 * math.exp(-step / 20) + math.sin(step * 7 + number) / 10
                run.log_metrics({"train/loss": loss, "train/accuracy": 1 - loss / 3}, step=step)
            run.log_metric("val/loss", number / 10, step=39)
            _log_charts(run, number)
            uids[name] = run.id
    uids.update(_log_odd(session, folder.parent))
    return Logged(folder, uids)


def _log_charts(run: Run, number: int) -> None:
    truth = [step % 3 for step in range(60)]
    guess = [(step + (step % (number + 2) == 0)) % 3 for step in range(60)]
    run.log_confusion_matrix(truth, guess)
    is_one = [int(label == 1) for label in truth]
    score = [0.9 - (step % 7) / 10 if one else (step % 5) / 8 for step, one in enumerate(is_one)]
    run.log_roc_curve(is_one, score)
    run.log_precision_recall(is_one, score)


def _log_odd(session: Session, folder: Path) -> dict[str, str]:
    uids = {}
    report = folder / "report.html"
    report.write_text(SCRIPT, encoding="utf-8")
    settings = folder / "settings.json"
    settings.write_text('{"a": [1, {"b": null}]}', encoding="utf-8")
    display = "<img src=x onerror=alert(1)> 🦊 مرحبا"
    with Run("odd", "values", sagemaker_session=session, run_display_name=display) as run:
        for step, value in enumerate(ODD_VALUES):
            run.log_metric("odd/values", value, step=step)
        run.log_metric("odd/one", 3.25)
        run.log_metric("odd/nan", math.nan)
        run.log_parameters({"<b>html</b>": "<script>alert(1)</script>", "long": "x" * 300, "none": None})
        run.log_file(str(report), name="report.html")
        run.log_file(str(settings), name="settings.json", is_output=False)
        run.log_artifact("data", "s3://bucket/data", is_output=False)
        run.log_table("table", [{"label": "a", "score": 0.5}, {"label": "b", "score": math.nan}])
        uids["values"] = run.id
    with Run("odd", "empty", sagemaker_session=session) as run:
        uids["empty"] = run.id
    try:
        with Run("odd", "failing", sagemaker_session=session) as run:
            uids["failing"] = run.id
            raise FloatingPointError("the loss is not finite")
    except FloatingPointError:
        pass
    return uids
