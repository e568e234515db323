"""`experiment_config`, and the environment by which jobs and children find their run."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from assay import Run, load_run
from tests.behaviour.processes import Processes

VARIABLES = ("ASSAY_STORE", "ASSAY_EXPERIMENT", "ASSAY_RUN")


def environment() -> dict[str, str | None]:
    return {name: os.environ.get(name) for name in VARIABLES}


def test_experiment_config_has_the_sdks_three_entries() -> None:
    config = Run("Digits", "Base-Line").experiment_config

    assert [
        ("ExperimentName", "digits"),
        ("TrialName", "Default-Run-Group-digits"),
        ("RunName", "digits-base-line"),
    ] == list(config.items())


def test_experiment_config_is_there_inside_and_of_loaded_runs(run: Run) -> None:
    assert run.experiment_config == load_run("baseline", "digits").experiment_config == load_run().experiment_config


def test_changing_what_it_gave_changes_nothing() -> None:
    run = Run("digits", "baseline")

    run.experiment_config["RunName"] = "other"

    assert "digits-baseline" == run.experiment_config["RunName"]


def test_the_jobs_environment_carries_the_exact_pair(processes: Processes) -> None:
    script = """
    from assay import load_run
    run = load_run()
    print(run.experiment_name, run.run_name)
    """
    for names in (("a", "b-c"), ("a-b", "c")):  # both have the RunName a-b-c
        with Run(*names):
            assert " ".join(names) == processes.run(script).strip()


def test_the_environment_names_the_only_open_run_and_is_as_before_afterwards(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_STORE", os.path.relpath(store))
    before = environment()

    with Run("digits", "baseline"):
        inside = environment()

    assert {"ASSAY_STORE": str(store), "ASSAY_EXPERIMENT": "digits", "ASSAY_RUN": "baseline"} == inside
    assert before == environment()


def test_what_stood_in_the_environment_comes_back_also_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_EXPERIMENT", "of-a-job")
    monkeypatch.setenv("ASSAY_RUN", "of-a-job")
    before = environment()

    with pytest.raises(KeyError), Run("digits", "baseline"):
        raise KeyError("lost")

    assert before == environment()


def test_the_constructor_alone_leaves_the_environment_alone() -> None:
    before = environment()

    Run("digits", "baseline")

    assert before == environment()


def test_with_two_open_runs_the_environment_is_as_it_was_until_one_is_left() -> None:
    before = environment()
    entered, leave = threading.Event(), threading.Event()

    def train() -> None:
        with Run("digits", "two"):
            entered.set()
            leave.wait(20)

    thread = threading.Thread(target=train)
    with Run("digits", "one"):
        one = environment()
        thread.start()
        assert entered.wait(20)
        both = environment()
        leave.set()
        thread.join(20)
        again = environment()

    assert ("one", before, one) == (one["ASSAY_RUN"], both, again)
    assert before == environment()


def test_a_block_in_a_block_keeps_the_environment() -> None:
    with Run("digits", "baseline"):
        inside = environment()
        with load_run():
            assert inside == environment()
        assert inside == environment()


def test_the_process_that_set_the_environment_does_not_read_its_own(tmp_path: Path) -> None:
    with Run("digits", "baseline", sagemaker_session=str(tmp_path / "elsewhere")):
        elsewhere = environment()
        other = Run("digits", "other")

    assert str(tmp_path / "elsewhere") == elsewhere["ASSAY_STORE"]
    assert os.environ["ASSAY_STORE"] == other.session.location


def test_a_job_of_a_run_elsewhere_finds_its_store(tmp_path: Path, processes: Processes) -> None:
    script = """
    from assay import load_run
    with load_run() as run:
        run.log_parameter("from the job", True)
    """
    with Run("digits", "baseline", sagemaker_session=str(tmp_path / "elsewhere")) as run:
        processes.run(script)

    assert {"from the job": True} == run.parameters
