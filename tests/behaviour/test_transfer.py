"""`Session.export_runs` and `import_runs` as users call them: what was logged is read from the other store."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay import Run, Session, load_run
from assay.errors import InvalidInputError, InvalidTypeError, RefusedError, RunNotFoundError


@pytest.fixture
def here() -> Session:
    return Session()


@pytest.fixture
def there(tmp_path: Path) -> Session:
    return Session(tmp_path / "there")


def test_all_that_a_run_logged_is_read_from_the_other_store(here: Session, there: Session, tmp_path: Path) -> None:
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "folder" / "deep" / "weights").write_bytes(bytes(range(256)) * 5000)
    with Run("Digits", "Base", tags={"team": "vision"}) as run:
        run.description = "Says *something*."
        run.log_parameters({"lr": -0.0, "big": 2**70, "odd": math.nan, "list": [1, "two", None], "on": True})
        run.define_metric("loss", goal="min")
        for step in range(3000):
            run.log_metrics({"loss": 1 / (step + 1), "noise": math.sin(step)}, step=step)
        run.log_metric("loss", 7.0, step=5, timestamp=datetime(2020, 1, 1, tzinfo=UTC))
        run.log_directory(tmp_path / "folder")
        for step in (0, 5):
            run.log_text("sample", f"at {step}", step=step)
            run.log_histogram("weights", [0.1, step, math.inf], step=step)
        run.color = "#d55e00"
        run.log_confusion_matrix([0, 1], [0, 1])
        run.log_artifact("data", "s3://bucket/data", is_output=False)

    here.export_runs(tmp_path / "runs.assay", runs=run)
    there.import_runs(tmp_path / "runs.assay")
    twin = load_run("base", "digits", there)

    for name in ("id", "display_name", "description", "status", "start_time", "end_time", "tags", "color", "metrics"):
        assert getattr(run, name) == getattr(twin, name), name
    assert repr(run.parameters) == repr(twin.parameters)
    for metric in run.metrics:
        one, other = run.metric_history(metric), twin.metric_history(metric)
        assert one.values.tobytes() == other.values.tobytes()
        assert one.steps.tobytes() == other.steps.tobytes()
        assert one.timestamps.tobytes() == other.timestamps.tobytes()
    assert ["at 0", "at 5"] == [one.read_bytes().decode() for one in twin.media("sample")]
    assert [repr(one.histogram) for one in run.media("weights")] == [
        repr(one.histogram) for one in twin.media("weights")
    ]
    assert run.artifacts().keys() == twin.artifacts().keys()
    folder = Path(twin.download_artifact("folder", tmp_path / "back"))
    assert bytes(range(256)) * 5000 == (folder / "deep" / "weights").read_bytes()
    assert [one.writer for one in run.attempts] == [one.writer for one in twin.attempts]


def test_the_traceback_of_a_failure_comes_along(here: Session, there: Session) -> None:
    with pytest.raises(ZeroDivisionError), Run("digits", "fails"):
        _ = 1 / 0

    here.export_runs("runs.assay")
    there.import_runs("runs.assay")
    twin = load_run("fails", "digits", there)

    assert ("Failed", "division by zero") == (twin.status, twin.status_message)
    assert "ZeroDivisionError" in (twin.attempts[0].traceback or "")


def test_what_was_logged_a_moment_ago_is_exported_from_within_the_block(here: Session, there: Session) -> None:
    with Run("digits", "living") as run:
        run.log_metric("loss", 0.5, step=1)
        here.export_runs("runs.assay", runs="digits/living")
        run.log_metric("loss", 0.25, step=2)
    there.import_runs("runs.assay")

    twin = load_run("living", "digits", there)
    assert ("Stopped", 0.5) == (twin.status, twin.metrics["loss"].last)
    assert ("Completed", 0.25) == (run.status, run.metrics["loss"].last)


def test_an_imported_run_is_continued(here: Session, there: Session) -> None:
    with Run("digits", "base") as run:
        run.log_metric("loss", 1.0)
    here.export_runs("runs.assay")
    there.import_runs("runs.assay")

    with load_run("base", "digits", there) as twin:
        twin.log_metric("loss", 0.5)

    assert [(0, 1.0), (1, 0.5)] == [(int(s), float(v)) for s, v in zip(*history(twin), strict=True)]
    assert ("Completed", [1, 2]) == (twin.status, [one.number for one in twin.attempts])
    assert 1 == run.metrics["loss"].count


def history(run: Run) -> tuple[list[int], list[float]]:
    found = run.metric_history("loss")
    return list(found.steps), list(found.values)


def test_runs_of_an_iterable_are_exported_each_once(here: Session, there: Session) -> None:
    made = [Run("digits", f"run-{number}") for number in range(3)]

    written = here.export_runs("runs.assay", runs=(one for one in [made[0], "digits/run-2", made[0].id]))

    assert 2 == written.runs
    assert ["digits/run-0", "digits/run-2"] == there.import_runs("runs.assay").runs


def test_an_empty_store_is_exported_as_an_empty_file(here: Session, there: Session) -> None:
    assert 0 == here.export_runs("runs.assay").runs
    assert [] == there.import_runs("runs.assay").runs


def test_what_makes_no_sense_is_refused(here: Session, there: Session) -> None:
    run = Run("digits", "base")

    with pytest.raises(InvalidInputError, match="not both"):
        here.export_runs("runs.assay", runs=run, filter="params.lr = 1")
    with pytest.raises(InvalidInputError, match="this session exports"):
        there.export_runs("runs.assay", runs=run)
    with pytest.raises(InvalidTypeError, match="not int"):
        here.export_runs("runs.assay", runs=7)
    with pytest.raises(RunNotFoundError, match="nearest: 'digits/base'"):
        here.export_runs("runs.assay", runs="digits/bass")
    with pytest.raises(InvalidInputError, match="must not be empty"):
        here.export_runs("")
    with pytest.raises(RefusedError, match="can't write"):
        here.export_runs("nowhere/runs.assay")
    with pytest.raises(RefusedError, match="can't read"):
        here.import_runs("nowhere.assay")
    with pytest.raises(RefusedError, match="can't read"):
        here.import_runs(".")
    assert [] == list(Path.cwd().iterdir())
