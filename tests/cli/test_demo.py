"""`assay demo` trains, tracks and reads back; what it prints is what the store holds."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from assay import Run, list_runs, load_run
from assay.cli.demo_training import EXPERIMENT, load_digits, recipes
from assay.errors import MissingExtraError
from tests.cli.conftest import Assay

NAMES = [recipe.run_name for recipe in recipes()]
CHARTS = {
    "ROC curve": "ROCCurve",
    "Precision-recall curve": "PrecisionRecallCurve",
    "Confusion matrix": "ConfusionMatrix",
}
Demo = tuple[Path, str]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Demo:
    """The folder that a demo has filled, and what it printed at a width of 80."""
    folder = tmp_path_factory.mktemp("demo") / "store"
    fonts = str(pytestconfig.cache.mkdir("matplotlib"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ASSAY_")}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "assay.cli", "demo", "--store", str(folder)],
        env={**environment, "COLUMNS": "80", "MPLCONFIGDIR": fonts},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert (0, "") == (done.returncode, done.stderr)
    return folder, done.stdout


def load(name: str, folder: Path) -> Run:
    return load_run(name, EXPERIMENT, sagemaker_session=str(folder))


def test_each_model_has_a_run_of_its_own_with_all_that_is_promised(demo: Demo) -> None:
    folder, _ = demo

    runs = list_runs(EXPERIMENT, sagemaker_session=str(folder), sort_order="Ascending")

    assert NAMES == [run.run_name for run in runs]
    for run in runs:
        assert "Completed" == run.status
        assert {"model", "seed"} <= set(run.parameters)
        assert {"train/loss", "val/loss", "val/accuracy"} == set(run.metrics)
        kinds = {name: artifact.kind for name, artifact in run.artifacts().items()}
        pictures = {"weights": "histogram", "what it looks for": "image"}
        assert {**CHARTS, **pictures, "digits": "file", "model": "file", "most wrong": "figure"} == kinds
        assert run.artifacts()["most wrong"].read_bytes().startswith(b"\x89PNG")


def test_all_models_learn_from_one_file_and_are_looked_at_as_they_do(demo: Demo) -> None:
    folder, _ = demo
    runs = [load(name, folder) for name in NAMES]

    assert 1 == len({run.artifacts(is_output=False)["digits"].sha256 for run in runs})
    for run in runs:
        steps = [one.step for one in run.media("weights")]
        assert list(range(0, run.metrics["val/loss"].last_step + 1, 4)) == steps
        assert steps == [one.step for one in run.media("what it looks for")]


def test_the_models_learn(demo: Demo) -> None:
    folder, _ = demo

    for name in NAMES:
        run = load(name, folder)
        assert run.metrics["val/accuracy"].last > 0.6  # of ten classes
        assert run.artifacts()["ROC curve"].json()["areaUnderCurve"] > 0.9
        assert 10 == len(run.artifacts()["ROC curve"].json()["curves"])


def test_a_model_that_was_logged_predicts_what_its_matrix_says(demo: Demo) -> None:
    folder, _ = demo
    digits = load_digits()

    for name in NAMES:
        artifacts = load(name, folder).artifacts()
        model = joblib.load(io.BytesIO(artifacts["model"].read_bytes()))
        counts = np.zeros((10, 10), int)
        np.add.at(counts, (digits.validation_labels, model.predict(digits.validation)), 1)

        assert counts.tolist() == artifacts["Confusion matrix"].json()["confusionMatrix"]


def test_a_child_process_went_on_with_one_of_the_runs(demo: Demo) -> None:
    folder, _ = demo
    recipe = next(recipe for recipe in recipes() if recipe.steps_in_child)

    run = load(recipe.run_name, folder)

    steps = run.metric_history("val/loss").steps.tolist()
    assert list(range(recipe.steps + recipe.steps_in_child)) == steps
    assert recipe.steps == run.parameters["continued_at"]
    pids = [attempt.process["pid"] for attempt in run.attempts]
    assert (2, 2) == (len(pids), len(set(pids)))
    assert ["Completed", "Completed"] == [attempt.status for attempt in run.attempts]


def test_what_is_printed_is_what_the_store_holds(demo: Demo) -> None:
    folder, printed = demo

    assert str(folder) in printed
    for name in NAMES:
        run = load(name, folder)
        row = next(line for line in printed.splitlines() if line.split()[:2] == [name, "Completed"]).split()
        area = run.artifacts()["ROC curve"].json()["areaUnderCurve"]
        average = run.artifacts()["Precision-recall curve"].json()["averagePrecisionScore"]
        assert [f"{run.metrics['val/accuracy'].best:.3g}", f"{area:.3g}", f"{average:.3g}"] == row[3:6]
        for artifact in run.artifacts().values():
            assert f"objects/{str(artifact.sha256)[:2]}/{str(artifact.sha256)[:12]}*" in printed
    points = sum(metric.count for name in NAMES for metric in load(name, folder).metrics.values())
    assert f"Read back: 4 runs, {points:,} points, 32 artifacts" in printed


def test_it_fits_eighty_columns_and_says_what_to_type_next(demo: Demo) -> None:
    folder, printed = demo

    lines = printed.splitlines()
    assert max(len(line.rstrip()) for line in lines if str(folder) not in line) <= 80
    assert "Next" in lines
    assert any(f"runs --experiment {EXPERIMENT} --store {folder}" in line for line in lines)


def test_the_store_is_whole_afterwards(demo: Demo, assay: Assay) -> None:
    said = assay("doctor", "--store", str(demo[0]))

    assert (0, "The store is whole.") == (said.code, said.lines[-1])


def test_without_scikit_learn_it_says_how_to_get_it(assay: Assay, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)

    said = assay("demo")

    assert 1 == said.code
    assert "scikit-learn and matplotlib" in said.err
    assert 'pip install "assay[sklearn,figures]"' in said.err
    assert not store.exists()
    assert issubclass(MissingExtraError, ImportError)


def test_a_child_that_fails_is_an_error_that_says_why(
    assay: Assay, store: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from assay.cli import demo_training

    monkeypatch.setattr(demo_training, "CONTINUATION", "no_such_module")
    only: Any = [recipe for recipe in recipes() if recipe.steps_in_child]
    monkeypatch.setattr(demo_training, "recipes", lambda: only)

    said = assay("demo")

    assert 1 == said.code
    assert "No module named no_such_module" in said.err
    assert "Failed" == load_run(only[0].run_name, EXPERIMENT).status


def test_a_second_demo_leaves_the_first_ones_runs_as_they_are(
    assay: Assay, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assay.cli import demo_training

    only: Any = recipes()[-1:]
    monkeypatch.setattr(demo_training, "recipes", lambda: only)
    assert 0 == assay("demo").code
    before = load_run("forest", EXPERIMENT).attempts[0].writer

    said = assay("demo")

    assert 0 == said.code
    assert ["forest-2", "forest"] == [run.run_name for run in list_runs(EXPERIMENT)]
    assert [before] == [attempt.writer for attempt in load_run("forest", EXPERIMENT).attempts]
    assert "forest-2  max_depth=6" in said.out
    assert "\nforest  max_depth=6" not in said.out


def test_a_demo_trains_the_same_each_time(assay: Assay, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assay.cli import demo_training

    only: Any = recipes()[-1:]
    monkeypatch.setattr(demo_training, "recipes", lambda: only)
    assert (0, 0) == (assay("demo").code, assay("demo").code)

    first, second = (load_run(name, EXPERIMENT).metric_history("val/loss").values for name in ("forest", "forest-2"))

    assert first.tolist() == second.tolist()
