"""A pipeline to look at: data is split, models are trained on it and judged; and names that nobody should give."""

from __future__ import annotations

from pathlib import Path

from assay import Run, Session
from tests.system.page_runs import Logged

SCRIPT = "<img src=x onerror=\"document.title = 'ran'\">"
LONG_NAME = "weights-of-the-model-" + "0123456789" * 18
USERS = 40
"""So many runs use one data set, each with a result of its own."""
FILES = 60
"""So many files come out of one run."""


def log_lineage(folder: Path) -> Logged:
    """Log them to a new store."""
    session = Session(str(folder))
    uids = {}
    files = folder.parent / "files"
    files.mkdir()

    def file(name: str, text: str) -> str:
        path = files / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    rows, labels = file("rows.csv", "1,2\n" * 5000), file("labels.csv", "0\n1\n")
    with Run("prepare", "split", sagemaker_session=session) as run:
        run.log_artifact("raw", "s3://bucket/raw/2026/11/all.parquet", is_output=False)
        run.log_file(rows)
        run.log_file(labels)
        uids["split"] = run.id
    for number in range(3):
        weights = file(f"weights-{number}.bin", f"weights {number}" * 4000)
        with Run("train", f"fit-{number}", sagemaker_session=session) as run:
            run.log_file(rows, name="data", is_output=False)
            run.log_file(weights, name="model")
            run.log_roc_curve([0, 1, 0, 1], [0.1, 0.8, 0.4, 0.6])
            run.log_text("log.txt", f"run {number}")
            uids[f"fit-{number}"] = run.id
    with Run("judge", "judge", sagemaker_session=session) as run:
        for number in range(2):
            run.log_file(files / f"weights-{number}.bin", name=f"candidate-{number}", is_output=False)
        run.log_file(labels, name="truth", is_output=False)
        run.log_table("verdicts", [{"model": 0, "score": 0.5}])
        uids["judge"] = run.id
    with Run("odd", "named", sagemaker_session=session, run_display_name=SCRIPT) as run:
        run.log_artifact(SCRIPT, SCRIPT, is_output=False)
        run.log_artifact(LONG_NAME, "s3://bucket/" + "long/" * 300)
        run.log_artifact("state", "same", is_output=False)
        run.log_artifact("state", "same")
        uids["named"] = run.id
    with Run("many", "maker", sagemaker_session=session) as run:
        run.log_artifact("shared", "s3://bucket/shared")
        for number in range(FILES):
            run.log_text(f"part-{number:02}", f"part {number}")
        uids["maker"] = run.id
    for number in range(USERS):
        with Run("many", f"user-{number:02}", sagemaker_session=session) as run:
            run.log_artifact("shared", "s3://bucket/shared", is_output=False)
            run.log_text("result", f"result {number}")
            uids[f"user-{number:02}"] = run.id
    with Run("many", "empty", sagemaker_session=session) as run:
        uids["empty"] = run.id
    return Logged(folder, uids)
