"""`load_run`: by names, from the current run, from the job's environment."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from assay import Run, Session, list_runs, load_run
from assay.errors import RunNotFoundError
from tests.behaviour.processes import Processes

NO_EXPERIMENT = (
    r"^Invalid input: experiment_name is missing when run_name is supplied\. "
    r"Please supply a valid experiment_name when the run_name is not None\."
)
NO_RUN = r"^Failed to load a Run object\. Please make sure a Run object has been initialized already\."
NO_RUN_IN_JOB = (
    r"^Not able to fetch RunName in ExperimentConfig of the sagemaker job\. "
    r"Please make sure the ExperimentConfig is correctly set\."
)


@pytest.mark.parametrize("experiment_name", [None, ""])
def test_a_run_name_without_its_experiment_is_a_value_error(experiment_name: str | None) -> None:
    with pytest.raises(ValueError, match=NO_EXPERIMENT):
        load_run(run_name="baseline", experiment_name=experiment_name)


def test_an_experiment_name_alone_is_ignored_with_a_warning(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert load_run(experiment_name="another") is run

    assert any("another" in record.getMessage() for record in caplog.records)


def test_an_experiment_name_alone_and_no_run_is_an_error() -> None:
    with pytest.raises(RuntimeError, match=NO_RUN):
        load_run(experiment_name="digits")


def test_names_load_the_run_as_it_is() -> None:
    with Run("digits", "baseline") as run:
        run.log_parameter("lr", 0.1)
        run.log_metric("loss", 0.5)

    loaded = load_run(run_name="baseline", experiment_name="digits")

    assert ("digits", "baseline", "Completed") == (loaded.experiment_name, loaded.run_name, loaded.status)
    assert ({"lr": 0.1}, 0.5) == (loaded.parameters, loaded.metrics["loss"].last)
    with loaded:
        loaded.log_metric("loss", 0.25)
        assert "InProgress" == run.status
    assert ("Completed", [0.5, 0.25]) == (run.status, run.metric_history("loss").values.tolist())


def test_names_go_before_the_current_run(run: Run) -> None:
    Run("digits", "other")

    assert "other" == load_run("other", "digits").run_name


def test_the_current_run_goes_before_the_jobs_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Run("digits", "of the-job".replace(" ", "-"))
    monkeypatch.setenv("ASSAY_EXPERIMENT", "digits")
    monkeypatch.setenv("ASSAY_RUN", "of-the-job")

    assert load_run() is run


def test_the_jobs_environment_names_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    Run("digits", "of-the-job")
    monkeypatch.setenv("ASSAY_EXPERIMENT", "digits")
    monkeypatch.setenv("ASSAY_RUN", "of-the-job")

    with load_run() as run:
        run.log_parameter("lr", 0.1)

    assert ("of-the-job", {"lr": 0.1}) == (run.run_name, run.parameters)


def test_a_jobs_environment_without_a_run_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_EXPERIMENT", "digits")

    with pytest.raises(RuntimeError, match=NO_RUN_IN_JOB):
        load_run()


def test_a_jobs_environment_with_a_run_that_is_not_there_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    Run("digits", "baseline")
    monkeypatch.setenv("ASSAY_EXPERIMENT", "digits")
    monkeypatch.setenv("ASSAY_RUN", "basline")

    with pytest.raises(RunNotFoundError, match=r"'basline'.*nearest: 'baseline'"):
        load_run()


def test_nothing_to_load_is_an_error() -> None:
    Run("digits", "baseline")  # created and not entered: no current run

    with pytest.raises(RuntimeError, match=NO_RUN):
        load_run()


def test_a_run_that_is_not_there_is_not_found_and_not_created() -> None:
    Run("digits", "lr-3")

    with pytest.raises(ValueError, match=r"'lr-4'.*'digits'.*nearest: 'lr-3'") as caught:
        load_run("lr-4", "digits")

    assert isinstance(caught.value, RunNotFoundError)
    assert isinstance(caught.value, LookupError)
    assert "Run(experiment_name='digits', run_name='lr-4')" in str(caught.value)
    assert ["lr-3"] == [run.run_name for run in list_runs("digits")]


def test_an_experiment_that_is_not_there_is_not_found_and_not_created() -> None:
    Run("digits", "baseline")

    with pytest.raises(RunNotFoundError, match=r"'digit'.*nearest: 'digits'"):
        load_run("baseline", "digit")

    assert [] == list_runs("digit")


@pytest.mark.parametrize("name", ["a b", "x" * 60, ""])
def test_a_name_that_can_not_be_is_a_value_error(name: str) -> None:
    with pytest.raises(ValueError, match="run_name"):
        load_run(name, "digits")


def test_tags_of_load_run_are_taken_and_ignored() -> None:
    Run("digits", "baseline", tags={"team": "vision"})

    assert {"team": "vision"} == load_run("baseline", "digits", tags={"other": "1"}).tags


@pytest.mark.parametrize("kind", [str, Path, Session])
def test_a_session_is_a_folder_or_a_session(tmp_path: Path, kind: Any) -> None:
    session = kind(tmp_path / "elsewhere") if kind is not str else str(tmp_path / "elsewhere")
    with Run("digits", "baseline", sagemaker_session=session) as run:
        run.log_parameter("lr", 0.1)

    assert [] == list_runs("digits")
    assert ["baseline"] == [one.run_name for one in list_runs("digits", sagemaker_session=session)]
    assert {"lr": 0.1} == load_run("baseline", "digits", sagemaker_session=session).parameters
    assert str(tmp_path / "elsewhere") == Session(session).location


def test_a_job_in_another_process_finds_its_run_by_the_environment(processes: Processes, run: Run) -> None:
    script = """
    from assay import load_run
    with load_run() as run:
        run.log_metric("loss", 0.5)
        print(run.experiment_name, run.run_name)
    """

    assert "digits baseline" == processes.run(script).strip()
    assert 0.5 == run.metrics["loss"].last
