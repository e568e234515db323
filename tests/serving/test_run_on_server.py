"""What a user's script logs to a server and reads of a run: the same as with a folder."""

from __future__ import annotations

import math
import pickle
import threading
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from assay import Run, load_run
from assay.errors import ContextError, RunExistsError
from tests.behaviour.processes import Processes
from tests.serving.logging_runs import logged


def test_a_run_is_read_back_as_it_was_logged(url: str) -> None:
    with Run("Digits", "Baseline", tags=[{"Key": "team", "Value": "vision"}]) as run:
        run.log_parameters({"lr": 0.1, "depth": 6, "big": 2**70, "none": None, "nan": math.nan, "layers": [64, 10]})
        run.define_metric("accuracy", goal="max")
        run.description = "Says *something*."
        for step in range(1000):
            run.log_metrics({"loss": 1 / (step + 1), "accuracy": math.sin(step)}, step=step)
        run.log_metric("odd", math.nan)
        run.log_metric("odd", -math.inf, timestamp=datetime(2024, 1, 2, 3, 4, 5, 678901, tzinfo=UTC), step=-5)

        assert "InProgress" == run.status

    assert f"{url}/#/runs/{run.id}" == run.url
    assert ("Completed", "Baseline", {"team": "vision"}) == (run.status, run.display_name, run.tags)
    assert "Says *something*." == run.description
    assert {"lr": 0.1, "depth": 6, "big": 2**70, "none": None, "layers": [64, 10]} == {
        name: value for name, value in run.parameters.items() if name != "nan"
    }
    assert math.isnan(run.parameters["nan"])
    history = run.metric_history("loss")
    assert [1 / (step + 1) for step in range(1000)] == list(history.values)
    assert list(range(1000)) == list(history.steps)
    odd = run.metric_history("odd")
    assert [-5, 0] == list(odd.steps)
    assert 1704164645678901 == odd.timestamps.astype("datetime64[us]").astype(int)[0]
    assert -math.inf == odd.values[0]
    assert math.isnan(odd.values[1])
    assert (1000, 999, max(math.sin(step) for step in range(1000))) == (
        run.metrics["accuracy"].count,
        run.metrics["accuracy"].last_step,
        run.metrics["accuracy"].best,
    )
    few = run.metric_history("loss", max_points=10)
    assert (1.0, 0.001, True) == (few.values[0], few.values[-1], len(few) <= 10)
    assert run.start_time is not None
    assert run.end_time is not None
    assert ["Completed"] == [attempt.status for attempt in run.attempts]


def test_a_run_is_opened_again_and_counts_its_steps_on(url: str) -> None:
    logged("baseline")

    with Run("digits", "baseline") as again:
        again.log_metric("loss", 9.0)

    assert 20 == again.metrics["loss"].last_step
    assert ["Completed", "Completed"] == [attempt.status for attempt in again.attempts]
    with pytest.raises(RunExistsError):
        Run("digits", "baseline", if_exists="error")
    assert "baseline-2" == Run("digits", "baseline", if_exists="new").run_name


def test_a_failure_is_kept_with_its_traceback(url: str) -> None:
    run = Run("digits", "fails")
    with pytest.raises(ZeroDivisionError), run:
        _ = 1 / 0

    assert ("Failed", "division by zero") == (run.status, run.status_message)
    assert "ZeroDivisionError" in str(run.attempts[0].traceback)


def test_artifacts_charts_and_media_come_back_byte_for_byte(run: Run, tmp_path: Path) -> None:
    model = tmp_path / "model.bin"
    model.write_bytes(bytes(range(256)) * 1000)
    folder = tmp_path / "folder"
    (folder / "inside").mkdir(parents=True)
    (folder / "inside" / "a.txt").write_text("a")
    run.log_file(model)
    run.log_directory(folder)
    run.log_artifact("data", "s3://bucket/data", media_type="text/csv", is_output=False)
    run.log_text("notes", "words")
    run.log_image("noise", np.zeros((4, 4, 3), np.uint8), step=0, caption="black")
    run.log_image("noise", np.full((4, 4, 3), 255, np.uint8), step=1)
    run.log_table("rows", [{"a": 1}, {"a": 2}])
    run.log_histogram("weights", [1.0, 2.0, 4.0], bins=3, step=7)
    run.log_confusion_matrix([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2])
    run.log_roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    run.log_precision_recall([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    model.unlink()

    for where in (run, _elsewhere(run)):
        found = where.artifacts()
        assert bytes(range(256)) * 1000 == found["model.bin"].read_bytes()
        assert "s3://bucket/data" == found["data"].value
        assert b"words" == found["notes"].read_bytes()
        assert [0, 1] == [one.step for one in where.media("noise")]
        assert [1, 1, 1] == where.media("weights")[0].counts.tolist()
        assert "ConfusionMatrix" == found["Confusion matrix"].json()["type"]
        assert "a" == (Path(where.download_artifact("folder", tmp_path / "back")) / "inside" / "a.txt").read_text()
        with found["model.bin"].open() as file:
            file.seek(1000)
            assert (bytes(range(256)) * 1000)[1000:1010] == file.read(10)
    assert {"data"} == set(run.artifacts(is_output=False))


def test_a_colour_is_set_and_taken_away_inside_and_outside_the_block(run: Run) -> None:
    run.color = "green"
    assert "#009e73" == _elsewhere(run).color
    run.color = None
    assert _elsewhere(run).color is None

    _elsewhere(run).color = "#123456"
    assert "#123456" == run.color


def _elsewhere(run: Run) -> Run:
    """The run as another machine sees it, once the bytes of its artifacts are on the server."""
    run.flush()
    return load_run("baseline", "digits")


def test_the_current_run_is_found(run: Run) -> None:
    assert load_run() is run
    with pytest.raises(ContextError), Run("digits", "other"):
        pass


def test_threads_log_to_one_run_and_to_their_own(url: str) -> None:
    def work(number: int) -> None:
        with Run("digits", f"run-{number}") as run:
            for step in range(100):
                run.log_metric("loss", number, step=step)
            shared.log_metric(f"of-{number}", number)

    with Run("digits", "shared") as shared:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert 4 == len(shared.metrics)
    assert [100] * 4 == [load_run(f"run-{number}", "digits").metrics["loss"].count for number in range(4)]


def test_a_child_process_finds_the_run_by_its_environment(run: Run, processes: Processes) -> None:
    run.log_metric("loss", 1.0)
    processes.run("""
    from assay import load_run
    with load_run() as run:
        run.log_metric("from-child", 2.0)
    """)

    assert {"loss", "from-child"} == set(run.metrics)


def test_a_pickled_run_logs_in_another_process(run: Run, processes: Processes, tmp_path: Path) -> None:
    run.log_metric("loss", 1.0)
    run.flush()
    (tmp_path / "run.pickle").write_bytes(pickle.dumps(run))
    processes.run(
        """
        import pickle, sys
        run = pickle.loads(open(sys.argv[1], "rb").read())
        run.log_metric("loss", 2.0)
        """,
        tmp_path / "run.pickle",
    )

    assert [1.0, 2.0] == list(run.metric_history("loss").values)


def test_forked_children_log(url: str, processes: Processes) -> None:
    processes.run("""
    import os
    from assay import Run
    with Run("digits", "forks") as run:
        run.log_metric("parent", 1.0)
        for child in range(3):
            pid = os.fork()
            if pid == 0:
                run.log_metric("child", child)
                raise SystemExit(0)
            os.waitpid(pid, 0)
    """)

    run = load_run("forks", "digits")
    assert (3, "Completed") == (run.metrics["child"].count, run.status)


def test_what_a_killed_process_logged_is_sent_by_the_next(url: str, processes: Processes) -> None:
    processes.run(
        """
        import os, signal
        from assay import Run
        with Run("digits", "killed") as run:
            for step in range(1000):
                run.log_metric("loss", step, step=step)
            os.kill(os.getpid(), signal.SIGKILL)
        """,
        status=None,
    )

    run = load_run("killed", "digits")
    assert ("Stopped", 1000) == (run.status, run.metrics["loss"].count)


def test_entering_says_where_the_run_goes(
    url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ASSAY_QUIET")

    with Run("digits", "baseline"):
        pass

    assert f"assay: digits/baseline → {url}\n" == capsys.readouterr().err
