"""`Session.compare`: what differs between runs, and how far they are from a baseline."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from assay import Run, Session, list_runs
from assay.errors import InvalidInputError, RunNotFoundError


def make(name: str, parameters: dict[str, object], losses: list[float], experiment: str = "digits") -> Run:
    with Run(experiment, name) as run:
        run.log_parameters(parameters)
        run.define_metric("loss", goal="min")
        for value in losses:
            run.log_metric("loss", value)
            run.log_metric("plain", value)
    return run


def test_parameters_that_differ_are_told_from_those_that_do_not(store: Path) -> None:
    make("a", {"lr": 0.1, "depth": 1, "same": [1, 2], "nothing": None, "flag": True}, [1.0])
    make("b", {"lr": 0.2, "depth": 1.0, "same": [1, 2], "flag": 1, "extra": "x"}, [1.0])

    found = Session().compare(["digits/a", "digits/b"])

    assert {
        "lr": {"a": 0.1, "b": 0.2},
        "nothing": {"a": None},
        "flag": {"a": True, "b": 1},
        "extra": {"b": "x"},
    } == found.parameters
    assert {"depth": 1, "same": [1, 2]} == found.same_parameters


def test_differences_are_of_the_best_where_it_is_known_else_of_the_last(store: Path) -> None:
    make("a", {}, [3.0, 1.0, 2.0])
    make("b", {}, [5.0, 0.5, 4.0])

    found = Session().compare(["digits/b", "digits/a"], baseline="digits/a")

    assert "a" == found.baseline
    assert {"a": 0.0, "b": -0.5} == found.differences["loss"]
    assert {"a": 0.0, "b": 2.0} == found.differences["plain"]
    assert 0.5 == found.metrics["loss"]["b"].best


def test_a_best_value_is_never_held_against_a_last_one(store: Path) -> None:
    make("a", {}, [3.0, 1.0, 2.0])
    with Run("digits", "b") as run:
        run.log_metric("loss", 5.0)

    found = Session().compare(["digits/a", "digits/b"])

    assert {"a": 0.0, "b": 3.0} == found.differences["loss"]


def test_the_first_is_the_baseline_unless_another_is_named(store: Path) -> None:
    runs = [make(name, {}, [value]) for name, value in (("a", 1.0), ("b", 2.0), ("c", 3.0))]
    session = Session()

    assert "a" == session.compare(runs).baseline
    assert "c" == session.compare(runs, baseline=runs[2]).baseline
    assert ["c", "a", "b"] == list(session.compare(runs[:2], baseline="digits/c").runs)


def test_a_metric_that_a_run_lacks_has_no_difference(store: Path) -> None:
    make("a", {}, [1.0])
    with Run("digits", "b") as run:
        run.log_metric("odd", math.nan)

    found = Session().compare(list_runs("digits", sort_order="Ascending"))

    assert {"a": 0.0} == found.differences["loss"]
    assert "odd" not in found.differences
    assert ["a"] == list(found.metrics["loss"])
    table = found.to_pandas()
    assert ["a", "b"] == table["run"].tolist()
    assert 1.0 == table["metrics.loss"][0]
    assert math.isnan(table["metrics.loss"][1])


def test_runs_of_several_experiments_are_named_with_theirs(store: Path) -> None:
    make("a", {}, [1.0])
    make("a", {}, [2.0], experiment="letters")

    assert ["digits/a", "letters/a"] == list(Session().compare(["digits/a", "letters/a"]).runs)


def test_curves_of_one_title_lie_over_each_other(store: Path) -> None:
    for name, score in (("a", 0.35), ("b", 0.9)):
        with Run("digits", name) as run:
            run.log_roc_curve([0, 0, 1, 1], [0.1, 0.4, score, 0.8])
            run.log_precision_recall([0, 0, 1, 1], [0.1, 0.4, score, 0.8], title=f"of {name} <i>")

    found = Session().compare(["digits/a", "digits/b"])

    roc, *rest = found.curves
    assert ("ROCCurve", "ROC curve", {"a": 0.75, "b": 1.0}) == (roc.type, roc.title, roc.figures)
    assert ([0, 0, 0.5, 0.5, 1], [0, 0.5, 0.5, 1, 1]) == roc.lines["a"]
    assert [{"a"}, {"b"}] == [set(one.documents) for one in rest]
    assert ["run", "falsePositiveRate", "truePositiveRate"] == list(roc.to_pandas().columns)
    page = found._repr_html_()
    assert 3 == page.count("<svg")
    assert "<i>" not in page


def test_nothing_and_what_is_not_there_can_not_be_compared(store: Path) -> None:
    make("a", {}, [1.0])

    with pytest.raises(InvalidInputError, match="no runs"):
        Session().compare([])
    with pytest.raises(RunNotFoundError):
        Session().compare(["digits/a", "digits/b"])
