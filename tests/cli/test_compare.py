"""`assay compare` puts runs side by side, at any width, and tells how far each is from the baseline."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from assay import Run, Session, load_run
from tests.cli.conftest import Assay
from tests.storage.small_store import flip_bit


@pytest.fixture
def compared(store: Path) -> Path:
    """Experiment `digits` with five runs that differ in learning rate and depth, and have curves."""
    for index, name in enumerate(("baseline", "wide", "deep-and-narrow", "fourth", "fifth")):
        with Run("digits", name) as run:
            run.log_parameters({"lr": 0.1 * (index + 1), "depth": 4, "optimizer": "adam", "name": "[b]" * (index == 1)})
            run.define_metric("accuracy", goal="max")
            for step in range(10):
                run.log_metrics({"loss": 1 / (step + 1) + index, "accuracy": 0.9 - 0.1 * index}, step=step)
            run.log_roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8 + index])
            run.log_precision_recall([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    Session(store).store.close()
    return store


@pytest.mark.parametrize("width", [80, 120])
def test_runs_stand_side_by_side_within_the_width(assay: Assay, compared: Path, width: int) -> None:
    said = assay("compare", "digits/baseline", "wide", "deep-and-narrow", "fourth", "fifth", width=width)

    assert 0 == said.code
    assert max(map(len, said.lines)) <= width
    for part in ("baseline (baseline)", "wide", "deep-and-narrow", "fourth", "fifth", "ROC curve", "1┤"):
        assert part in said.out
    lr = [line.split() for line in said.lines if line.startswith("lr ")]
    assert {"0.1", "0.2", "0.3", "0.4", "0.5"} == {cell for line in lr for cell in line[1:]}
    assert ["0.1"] * len(lr) == [line[1] for line in lr]
    assert "2 parameters the same: depth, optimizer" in said.out


def test_differences_to_the_baseline_are_signed(assay: Assay, compared: Path) -> None:
    said = assay("compare", "baseline", "wide", "--baseline", "fourth", "--experiment", "digits", width=120)

    loss = next(line for line in said.lines if line.startswith("loss"))
    accuracy = next(line for line in said.lines if line.startswith("accuracy"))
    assert ["loss", "3.1", "0.1", "-3", "1.1", "-2"] == loss.split()
    assert ["accuracy", "0.6", "0.9", "+0.3", "0.8", "+0.2"] == accuracy.split()


def test_json_has_summaries_differences_and_curves(assay: Assay, compared: Path) -> None:
    document = json.loads(assay("compare", "digits/baseline", "digits/wide", "--json").out)

    wide = load_run("wide", "digits")
    assert ["baseline", "wide"] == list(document["runs"])
    assert wide.id == document["runs"]["wide"]["uid"]
    assert {"baseline": 0.1, "wide": 0.2} == document["parameters"]["lr"]
    assert {"depth": 4, "optimizer": "adam"} == document["same_parameters"]
    assert wide.metrics["loss"].min == document["metrics"]["loss"]["wide"]["min"]
    assert {"baseline": 0.0, "wide": 1.0} == document["differences"]["loss"]
    assert [("ROCCurve", ["baseline", "wide"]), ("PrecisionRecallCurve", ["baseline", "wide"])] == [
        (one["type"], list(one["documents"])) for one in document["curves"]
    ]


def test_values_that_are_no_numbers_are_compared_too(assay: Assay, store: Path) -> None:
    for name, value in (("a", math.nan), ("b", math.inf), ("c", 1.0)):
        with Run("digits", name) as run:
            run.log_metric("loss", value)

    said = assay("compare", "a", "b", "c", "--baseline", "c")

    assert 0 == said.code
    assert ["loss", "1", "NaN", "NaN", "∞", "+∞"] == next(line for line in said.lines if "NaN" in line).split()


def test_one_run_alone_is_wrong_usage(assay: Assay, compared: Path) -> None:
    said = assay("compare", "digits/baseline")

    assert 2 == said.code
    assert "two runs or more" in said.err


def test_a_run_that_is_not_there_is_told_with_the_nearest(assay: Assay, compared: Path) -> None:
    said = assay("compare", "digits/baseline", "digits/wid")

    assert 1 == said.code
    assert "nearest: 'wide'" in said.err


def test_compare_before_anything_was_logged(assay: Assay, store: Path) -> None:
    said = assay("compare", "a", "b")

    assert 1 == said.code
    assert "there is no store in" in said.err


def test_a_damaged_curve_is_told_and_the_rest_is_shown(assay: Assay, compared: Path) -> None:
    chart = load_run("wide", "digits").artifacts()["ROC curve"]
    flip_bit(Path(str(chart.value).removeprefix("file://")), 10)

    said = assay("compare", "baseline", "wide", width=120)

    assert 1 == said.code
    assert "the curves can't be read" in said.out
    assert "lr" in said.out
