"""Charts: the documents of precision-recall, ROC and confusion matrix, stored as artifacts of their run."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from assay import Run, load_run
from tests.behaviour.processes import Processes

Y = [0, 0, 1, 1]
SCORES = [0.1, 0.4, 0.35, 0.8]
TRUE = [2, 0, 2, 2, 0, 1]
PREDICTED = [0, 0, 2, 2, 0, 2]

Draw = Callable[..., None]
CHARTS: dict[str, tuple[str, str, Callable[..., None]]] = {
    "log_precision_recall": (
        "PrecisionRecallCurve",
        "Precision-recall curve",
        lambda run, **options: run.log_precision_recall(Y, SCORES, **options),
    ),
    "log_roc_curve": ("ROCCurve", "ROC curve", lambda run, **options: run.log_roc_curve(Y, SCORES, **options)),
    "log_confusion_matrix": (
        "ConfusionMatrix",
        "Confusion matrix",
        lambda run, **options: run.log_confusion_matrix(TRUE, PREDICTED, **options),
    ),
}
each = pytest.mark.parametrize("call", CHARTS)


def document(run: Run, title: str) -> dict[str, Any]:
    found = run.artifacts()[title].json()
    assert isinstance(found, dict)
    return found


# Documents


def test_precision_recall_has_the_sdks_fields_in_order_and_its_known_answer(run: Run) -> None:
    run.log_precision_recall(Y, SCORES, positive_label=0, title="pr", no_skill=0.1)

    found = document(run, "pr")
    assert [
        "type",
        "version",
        "title",
        "precision",
        "recall",
        "averagePrecisionScore",
        "noSkill",
        "thresholds",
    ] == list(found)
    assert ("PrecisionRecallCurve", 0, "pr", 0.1) == (found["type"], found["version"], found["title"], found["noSkill"])
    assert [0.5, 1 / 3, 0.5, 0.0, 1.0] == found["precision"]
    assert [1.0, 0.5, 0.5, 0.0, 0.0] == found["recall"]
    assert 0.5 == found["averagePrecisionScore"]
    assert [0.1, 0.35, 0.4, 0.8] == found["thresholds"][:4]


def test_roc_has_the_sdks_fields_in_order_and_its_known_answer(run: Run) -> None:
    run.log_roc_curve(Y, SCORES, title="roc")

    found = document(run, "roc")
    assert [
        "type",
        "version",
        "title",
        "falsePositiveRate",
        "truePositiveRate",
        "areaUnderCurve",
        "thresholds",
    ] == list(found)
    assert ("ROCCurve", 0, "roc", 0.75) == (found["type"], found["version"], found["title"], found["areaUnderCurve"])
    assert [0.0, 0.0, 0.5, 0.5, 1.0] == found["falsePositiveRate"]
    assert [0.0, 0.5, 0.5, 1.0, 1.0] == found["truePositiveRate"]
    assert [0.8, 0.4, 0.35, 0.1] == found["thresholds"][1:]


def test_confusion_matrix_has_the_sdks_fields_in_order_and_its_known_answer(run: Run) -> None:
    run.log_confusion_matrix(TRUE, PREDICTED, title="cm")

    found = document(run, "cm")
    assert ["type", "version", "title", "confusionMatrix", "labels"] == list(found)
    assert ("ConfusionMatrix", 0, "cm") == (found["type"], found["version"], found["title"])
    assert [[2, 0, 0], [0, 0, 1], [1, 0, 2]] == found["confusionMatrix"]
    assert [0, 1, 2] == found["labels"]


def test_labels_may_be_text_and_stand_in_the_matrixs_order(run: Run) -> None:
    run.log_confusion_matrix(["b", "a", "b", "c"], ["b", "a", "a", "c"])

    found = document(run, "Confusion matrix")
    assert (["a", "b", "c"], [[1, 0, 0], [1, 1, 0], [0, 0, 1]]) == (found["labels"], found["confusionMatrix"])


def test_no_skill_is_the_share_of_positives_where_none_is_given(run: Run) -> None:
    run.log_precision_recall([0, 0, 0, 1], SCORES)

    assert 0.25 == document(run, "Precision-recall curve")["noSkill"]


def test_scores_of_several_classes_give_a_curve_for_each_and_the_micro_average(run: Run) -> None:
    labels = [0, 1, 2, 2, 1, 0]
    scores = np.array(
        [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.5, 0.3, 0.2], [0.3, 0.4, 0.3], [0.6, 0.3, 0.1]]
    )

    run.log_roc_curve(labels, scores)

    from sklearn.metrics import roc_auc_score

    found = document(run, "ROC curve")
    expected = [roc_auc_score(np.array(labels) == label, scores[:, label]) for label in range(3)]
    assert [0, 1, 2] == [curve["label"] for curve in found["curves"]]
    assert expected == pytest.approx([curve["areaUnderCurve"] for curve in found["curves"]])
    assert ["label", "falsePositiveRate", "truePositiveRate", "areaUnderCurve"] == list(found["curves"][0])
    one_hot = np.eye(3)[labels]
    assert roc_auc_score(one_hot.ravel(), scores.ravel()) == pytest.approx(found["areaUnderCurve"])


@pytest.mark.parametrize("scores", [[-3.0, 12.0, 5.0, 100.0], [1, 4, 3, 8], np.array(SCORES, np.float32)])
def test_scores_need_not_lie_between_0_and_1(run: Run, scores: Any) -> None:
    run.log_roc_curve(Y, scores)
    run.log_precision_recall(Y, scores)

    assert 0.75 == document(run, "ROC curve")["areaUnderCurve"]
    assert 0.5 < document(run, "Precision-recall curve")["averagePrecisionScore"] < 1


def test_one_class_only_is_no_error(run: Run) -> None:
    run.log_confusion_matrix([3, 3], [3, 3])
    with pytest.warns(UserWarning, match="ROC"):
        run.log_roc_curve([1, 1, 1], [0.1, 0.2, 0.3])

    assert ([[2]], [3]) == (
        document(run, "Confusion matrix")["confusionMatrix"],
        document(run, "Confusion matrix")["labels"],
    )
    assert document(run, "ROC curve")["areaUnderCurve"] is None


def test_a_curve_of_many_vertices_is_thinned_without_visible_change_and_its_area_is_not(run: Run) -> None:
    from sklearn.metrics import average_precision_score, roc_auc_score

    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 60_000)
    scores = labels + random.standard_normal(60_000) * 1.5

    run.log_roc_curve(labels, scores)
    run.log_precision_recall(labels, scores)

    roc, recall = document(run, "ROC curve"), document(run, "Precision-recall curve")
    assert 100 < len(roc["falsePositiveRate"]) <= 10_000
    assert 100 < len(recall["recall"]) <= 10_000
    assert roc_auc_score(labels, scores) == pytest.approx(roc["areaUnderCurve"], abs=1e-12)
    assert average_precision_score(labels, scores) == pytest.approx(recall["averagePrecisionScore"], abs=1e-12)
    drawn = np.trapezoid(roc["truePositiveRate"], roc["falsePositiveRate"])
    assert roc["areaUnderCurve"] == pytest.approx(drawn, abs=1e-3)


def test_documents_are_json_for_every_reader(run: Run) -> None:
    run.log_roc_curve(Y, SCORES)

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    json.loads(run.artifacts()["ROC curve"].read_bytes(), parse_constant=refuse)


# Artifacts


@each
def test_a_chart_is_an_artifact_named_by_its_title_with_its_type_and_bytes(run: Run, call: str) -> None:
    kind, title, draw = CHARTS[call]

    draw(run)

    (found,) = run.artifacts().values()
    assert (title, kind, "application/json", True) == (found.name, found.kind, found.media_type, found.is_output)
    body = found.read_bytes()
    assert (len(body), hashlib.sha256(body).hexdigest()) == (found.size_bytes, found.sha256)
    assert title == json.loads(body)["title"]


@each
def test_a_chart_may_be_an_input(run: Run, call: str) -> None:
    _, _, draw = CHARTS[call]

    draw(run, title="in", is_output=False)

    assert ["in"] == list(run.artifacts(is_output=False))
    assert {} == run.artifacts(is_output=True)


@each
def test_the_same_title_replaces(run: Run, call: str) -> None:
    _, _, draw = CHARTS[call]
    draw(run, title="chart")
    run.log_confusion_matrix([0, 1], [1, 0], title="chart")
    run.log_confusion_matrix([0, 1], [0, 1], title="chart")

    assert [[1, 0], [0, 1]] == document(run, "chart")["confusionMatrix"]
    assert 1 == len(run.artifacts())


def test_a_title_may_be_any_text(run: Run) -> None:
    titles = ["val/ROC: 5 %", "../../evil", "ROC – Übung 名"]
    for title in titles:
        run.log_roc_curve(Y, SCORES, title=title)

    assert sorted(titles) == sorted(run.artifacts())
    assert titles == [document(run, title)["title"] for title in titles]


def test_charts_are_read_back_later() -> None:
    with Run("digits", "baseline") as run:
        for _, _, draw in CHARTS.values():
            draw(run)

    loaded = load_run("baseline", "digits").artifacts()

    assert {title: kind for kind, title, _ in CHARTS.values()} == {name: one.kind for name, one in loaded.items()}


# Refusals


@pytest.mark.parametrize(
    ("call", "what"),
    [
        ("log_precision_recall", "predicted probabilities"),
        ("log_roc_curve", "predicted scores"),
        ("log_confusion_matrix", "predicted labels"),
    ],
)
def test_unequal_lengths_are_refused_in_the_sdks_words(run: Run, call: str, what: str) -> None:
    expected = rf"^Lengths mismatch between true labels and {what}: \(3 vs 2\)\."

    with pytest.raises(ValueError, match=expected):
        getattr(run, call)([0, 1, 1], [0.5, 0.2])
    with pytest.raises(ValueError, match=expected):
        getattr(run, call)(np.array([0, 1, 1]), np.array([0.5, 0.2]))

    assert {} == run.artifacts()


@each
@pytest.mark.parametrize("empty", [[], np.array([])], ids=["list", "array"])
def test_empty_arrays_are_refused(run: Run, call: str, empty: Any) -> None:
    with pytest.raises(ValueError, match="empty"):
        getattr(run, call)(empty, empty)

    assert {} == run.artifacts()


@pytest.mark.parametrize("call", ["log_precision_recall", "log_roc_curve"])
def test_scores_that_are_not_finite_are_refused(run: Run, call: str) -> None:
    with pytest.raises(ValueError, match=r"nan|NaN|finite"):
        getattr(run, call)(Y, [0.1, math.nan, 0.3, 0.4])

    assert {} == run.artifacts()


@each
def test_without_scikit_learn_the_error_names_the_extra(processes: Processes, call: str) -> None:
    script = f"""
    import sys
    sys.modules["sklearn"] = None
    from assay import Run
    with Run("digits", "baseline") as run:
        try:
            run.{call}([0, 0, 1, 1], [0, 0, 1, 1])
        except ImportError as error:
            print(error)
        try:
            run.{call}([0, 0, 1], [0, 1])
        except ValueError as error:
            print(error)
    """
    first, second = processes.run(script).splitlines()

    assert "assay[sklearn]" in first
    assert second.startswith("Lengths mismatch")
    assert "Completed" == load_run("baseline", "digits").status
