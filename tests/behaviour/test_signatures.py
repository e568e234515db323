"""The face: signatures, names and attributes that scripts written for the official SDK rely on."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import assay
import assay.experiments
import assay.experiments.run
from assay import Run, SortByType, SortOrderType, list_runs, load_run
from assay.errors import ExperimentNotFoundError
from assay.experiments import Experiment

REQUIRED = inspect.Parameter.empty
SIGNATURES: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "Run": (
        Run,
        {
            "experiment_name": REQUIRED,
            "run_name": None,
            "experiment_display_name": None,
            "run_display_name": None,
            "tags": None,
            "sagemaker_session": None,
            "artifact_bucket": None,
            "artifact_prefix": None,
        },
    ),
    "load_run": (
        load_run,
        {
            "run_name": None,
            "experiment_name": None,
            "sagemaker_session": None,
            "artifact_bucket": None,
            "artifact_prefix": None,
            "tags": None,
        },
    ),
    "list_runs": (
        list_runs,
        {
            "experiment_name": REQUIRED,
            "created_before": None,
            "created_after": None,
            "sagemaker_session": None,
            "max_results": None,
            "next_token": None,
            "sort_by": SortByType.CREATION_TIME,
            "sort_order": SortOrderType.DESCENDING,
        },
    ),
}
METHODS: dict[str, dict[str, Any]] = {
    "log_parameter": {"name": REQUIRED, "value": REQUIRED},
    "log_parameters": {"parameters": REQUIRED},
    "log_metric": {"name": REQUIRED, "value": REQUIRED, "timestamp": None, "step": None},
    "log_precision_recall": {
        "y_true": REQUIRED,
        "predicted_probabilities": REQUIRED,
        "positive_label": None,
        "title": None,
        "is_output": True,
        "no_skill": None,
    },
    "log_roc_curve": {"y_true": REQUIRED, "y_score": REQUIRED, "title": None, "is_output": True},
    "log_confusion_matrix": {"y_true": REQUIRED, "y_pred": REQUIRED, "title": None, "is_output": True},
    "log_artifact": {"name": REQUIRED, "value": REQUIRED, "media_type": None, "is_output": True},
    "log_file": {"file_path": REQUIRED, "name": None, "media_type": None, "is_output": True, "extra_args": None},
    "close": {},
    "log_metrics": {"values": REQUIRED, "step": None, "timestamp": None},
    "log_image": {"name": REQUIRED, "image": REQUIRED, "step": None, "caption": None},
    "log_figure": {"name": REQUIRED, "figure": REQUIRED, "step": None},
    "log_table": {"name": REQUIRED, "table": REQUIRED, "step": None},
    "log_histogram": {"name": REQUIRED, "values": REQUIRED, "step": None, "bins": 64},
    "log_text": {"name": REQUIRED, "text": REQUIRED, "step": None},
    "log_directory": {"path": REQUIRED, "name": None},
    "set_tags": {"tags": REQUIRED},
    "flush": {},
    "metric_history": {"name": REQUIRED, "max_points": None, "first_step": None, "end_step": None},
    "artifacts": {"is_output": None},
    "download_artifact": {"name": REQUIRED, "folder": REQUIRED},
    "media": {"name": REQUIRED},
}


def positional(function: Callable[..., Any]) -> dict[str, Any]:
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    found = {one.name: one.default for one in inspect.signature(function).parameters.values() if one.kind in kinds}
    found.pop("self", None)
    return found


@pytest.mark.parametrize("name", SIGNATURES)
def test_functions_have_the_sdks_signatures(name: str) -> None:
    function, expected = SIGNATURES[name]

    assert list(expected.items()) == list(positional(function).items())


@pytest.mark.parametrize("name", METHODS)
def test_methods_have_their_signatures(name: str) -> None:
    found = positional(getattr(Run, name))
    # What follows the SDK's own arguments can be given by keyword only, so it is not among these.
    assert list(METHODS[name].items()) == list(found.items())[: len(METHODS[name])]
    if name not in ("log_directory", "set_tags"):
        assert len(METHODS[name]) == len(found)


@pytest.mark.parametrize("name", ["log_metric", "log_metrics"])
def test_an_entered_runs_own_log_calls_have_the_same_signatures(run: Run, name: str) -> None:
    assert list(METHODS[name].items()) == list(positional(getattr(run, name)).items())


def test_arguments_may_be_given_by_position(tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"w")
    with Run("digits", "baseline", "Digits", "Baseline", [{"Key": "team", "Value": "vision"}]) as run:
        run.log_parameter("lr", 0.1)
        run.log_metric("loss", 0.5, 1_700_000_000, 3)
        run.log_precision_recall([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0, "pr", True, 0.1)
        run.log_roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], "roc", False)
        run.log_confusion_matrix([0, 1], [0, 1], "cm", True)
        run.log_artifact("data", "s3://bucket/data", "text/csv", False)
        run.log_file(str(file), "model", "application/x-weights", True, {"ACL": "private"})

    loaded = load_run("baseline", "digits")

    assert ({"lr": 0.1}, {"team": "vision"}, "Baseline") == (loaded.parameters, loaded.tags, loaded.display_name)
    assert [3] == loaded.metric_history("loss").steps.tolist()
    assert {"pr": True, "roc": False, "cm": True, "data": False, "model": True} == {
        name: one.is_output for name, one in loaded.artifacts().items()
    }
    assert ["baseline"] == [one.run_name for one in list_runs("digits")]


def test_assays_own_options_are_keyword_only() -> None:
    with pytest.raises(TypeError):
        Run("digits", "baseline", None, None, None, None, None, None, "open")  # type: ignore[call-arg]

    assert "baseline" == Run("digits", "baseline", if_exists="open").run_name


def test_sort_types_have_the_sdks_members_and_values() -> None:
    assert {"NAME": "Name", "CREATION_TIME": "CreationTime"} == {one.name: one.value for one in SortByType}
    assert {"ASCENDING": "Ascending", "DESCENDING": "Descending"} == {one.name: one.value for one in SortOrderType}


def test_a_run_has_the_attributes_that_users_read() -> None:
    run = Run("digits", "baseline")

    assert ("digits", "baseline", "Default-Run-Group-digits") == (
        run.experiment_name,
        run.run_name,
        run.run_group_name,
    )
    assert {"ExperimentName": "digits", "TrialName": "Default-Run-Group-digits", "RunName": "digits-baseline"} == (
        run.experiment_config
    )


def test_trial_component_is_a_view_of_the_run() -> None:
    with Run("digits", "baseline", run_display_name="Baseline") as run:
        run.log_parameters({"lr": 0.1, "optimizer": "adam"})
        for value in (3.0, 1.0, 2.0):
            run.log_metric("loss", value)
        run.log_artifact("data", "s3://bucket/data", media_type="text/csv", is_output=False)
        run.log_artifact("model", "s3://bucket/model")
        within = run._trial_component

        assert ("InProgress", "Within a run context") == (within.status.primary_status, within.status.message)
    after = load_run("baseline", "digits")._trial_component

    assert {"lr": 0.1, "optimizer": "adam"} == after.parameters
    assert ["data"] == list(after.input_artifacts)
    assert ["model"] == list(after.output_artifacts)
    data = after.input_artifacts["data"]
    assert ("s3://bucket/data", "text/csv") == (data.value, data.media_type)
    (loss,) = after.metrics
    assert ("loss", 1.0, 3.0, 2.0, 3, 2.0) == (
        loss.metric_name,
        loss.min,
        loss.max,
        loss.last,
        loss.count,
        loss.avg,
    )
    assert loss.std_dev == pytest.approx(1.0, abs=0.2)  # 1.0 of a sample, 0.816 of a population
    assert "Completed" == after.status.primary_status
    assert ("Baseline", "digits-baseline") == (after.display_name, after.trial_component_name)


def test_trial_component_can_only_be_read(run: Run) -> None:
    run.log_parameter("lr", 0.1)

    with pytest.raises(AttributeError):
        run._trial_component.parameters = {}
    with pytest.raises(AttributeError):
        run._trial_component.display_name = "other"
    run._trial_component.parameters["lr"] = 7

    assert {"lr": 0.1} == run.parameters


def test_options_of_the_sagemaker_store_are_taken_and_change_nothing(tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"w")
    with Run("digits", "baseline", artifact_bucket="bucket", artifact_prefix="prefix") as run:
        run.log_file(str(file), extra_args={"ACL": "private"})

    loaded = load_run("baseline", "digits", artifact_bucket="bucket", artifact_prefix="prefix")

    assert b"w" == loaded.artifacts()["weights"].read_bytes()


@pytest.mark.parametrize("module", [assay.experiments, assay.experiments.run], ids=lambda module: module.__name__)
@pytest.mark.parametrize("name", ["Run", "load_run", "list_runs", "SortByType", "SortOrderType"])
def test_the_sdks_modules_hold_the_same_things(module: Any, name: str) -> None:
    assert getattr(assay, name) is getattr(module, name)


def test_a_script_is_migrated_by_its_import_alone() -> None:
    script = """
from sagemaker.experiments.run import Run, load_run
from sagemaker.experiments import list_runs, SortByType, SortOrderType
with Run(experiment_name="my-exp", run_name="my-run") as run1:
    run1.log_parameter("lr", 0.1)
    with load_run() as run2:
        run2.log_metric("loss", 0.5)
        assert run1 is run2
runs = list_runs(experiment_name="my-exp", sort_by=SortByType.NAME, sort_order=SortOrderType.ASCENDING)
assert runs[0]._trial_component.parameters == {"lr": 0.1}
"""
    exec(script.replace("sagemaker.experiments", "assay.experiments"), {})

    assert 0.5 == load_run("my-run", "my-exp").metrics["loss"].last


def test_an_experiment_is_created_loaded_saved_and_deleted() -> None:
    made = Experiment.create(experiment_name="Digits", description="first", tags={"team": "vision"})
    made.description = "# Why\n\nbecause"
    made.save()

    loaded = Experiment.load("digits")
    assert ("digits", "Digits", "# Why\n\nbecause") == (
        loaded.experiment_name,
        loaded.display_name,
        loaded.description,
    )
    loaded.delete()
    with pytest.raises(ExperimentNotFoundError):
        Experiment.load("digits")


def test_an_experiment_that_exists_is_not_created_again_nor_deleted_with_its_runs() -> None:
    with Run("digits", "baseline") as run:
        run.log_parameter("lr", 1)

    with pytest.raises(ValueError, match="digits"):
        Experiment.create(experiment_name="digits")
    with pytest.raises(ValueError, match="1 run"):
        Experiment.load("digits").delete()

    assert {"lr": 1} == load_run("baseline", "digits").parameters


def test_an_experiment_that_is_not_there_is_not_found_and_the_nearest_named() -> None:
    Run("digits", "baseline")

    with pytest.raises(ValueError, match=r"'digit'.*'digits'") as caught:
        Experiment.load("digit")

    assert isinstance(caught.value, LookupError)


def test_an_experiment_lists_its_run_group() -> None:
    run = Run("digits", "baseline")

    assert [run.run_group_name] == [trial.trial_name for trial in Experiment.load("digits").list_trials()]


def test_assay_store_is_read_at_each_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        monkeypatch.setenv("ASSAY_STORE", str(tmp_path / name))
        with Run("digits", name) as run:
            run.log_parameter("store", name)

    assert ["two"] == [run.run_name for run in list_runs("digits")]
    monkeypatch.setenv("ASSAY_STORE", str(tmp_path / "one"))
    assert ["one"] == [run.run_name for run in list_runs("digits")]
    assert {"store": "one"} == load_run("one", "digits").parameters


def test_a_missing_store_folder_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "not" / "there" / "yet"
    monkeypatch.setenv("ASSAY_STORE", str(folder))

    Run("digits", "baseline")

    assert folder.is_dir()
