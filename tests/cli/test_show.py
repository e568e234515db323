"""`assay show` finds the run that is meant and shows all of it, damage included."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assay import Run, Session, load_run
from assay.cli.sparkline import sparkline
from tests.cli.conftest import Assay
from tests.folders import disk_objects
from tests.storage.small_store import change, flip_bit


@pytest.mark.parametrize(
    "arguments", [["digits/second"], ["second"], ["Digits/Second"], ["second", "--experiment", "digits"]]
)
def test_show_finds_a_run(assay: Assay, runs: Path, arguments: list[str]) -> None:
    said = assay("show", *arguments)

    assert 0 == said.code
    assert "digits/second  Completed" == said.lines[0]


def test_a_name_in_two_experiments_is_asked_back(assay: Assay, runs: Path) -> None:
    said = assay("show", "first")

    assert 2 == said.code
    assert "letters/first, digits/first" in said.err


def test_two_experiments_for_one_run_are_wrong_usage(assay: Assay, runs: Path) -> None:
    assert 2 == assay("show", "digits/first", "--experiment", "letters").code


def test_a_run_that_is_not_there_is_told_with_the_nearest(assay: Assay, runs: Path) -> None:
    said = assay("show", "secnod")

    assert 1 == said.code
    assert "no run 'secnod' (nearest: 'second')" in said.err


def test_show_before_anything_was_logged(assay: Assay, store: Path) -> None:
    said = assay("show", "some")

    assert 1 == said.code
    assert "there is no store in" in said.err


def test_show_draws_the_last_histogram_of_a_name(assay: Assay, store: Path) -> None:
    with Run("digits", "spread") as run:
        run.log_histogram("weights", [0.0], step=0)
        run.log_histogram("weights", [0.0, 0.0, 1.0, 2.5, float("nan")], step=1, bins=2)
        run.log_histogram("nothing", [])
        run.color = "blue"

    said = assay("show", "digits/spread", width=120)

    (row,) = (line for line in said.lines if line.startswith("weights"))
    assert "(2 steps)" in row
    assert "█▁ 0 … 2.5, 5 values, 1 not finite" in row
    assert "0 values, none of them finite" in said.out
    assert "assay.color" not in said.out


@pytest.mark.parametrize("width", [80, 120])
def test_show_draws_parameters_metrics_charts_and_artifacts(assay: Assay, runs: Path, width: int) -> None:
    said = assay("show", "digits/third", width=width)

    for part in ("Parameters", "Metrics", "Charts", "Artifacts", "layers", "[64, 10]", "team=vision"):
        assert part in said.out
    loss = next(line for line in said.lines if line.startswith("loss"))
    assert "█" in loss
    assert {"0.32", "1.3", "50"} <= set(loss.split())
    assert "0.667 right, true ↓ predicted →" in said.out
    assert "notes" in said.out
    assert max(len(line.rstrip()) for line in said.lines if str(runs) not in line) <= width


def test_a_trend_is_drawn_from_the_points(assay: Assay, runs: Path) -> None:
    said = assay("show", "digits/third", width=120)

    values = load_run("third", "digits").metric_history("loss").values.tolist()
    assert sparkline(values, 40) in said.out


def test_a_failed_run_shows_why(assay: Assay, runs: Path) -> None:
    said = assay("show", "letters/first")

    assert "letters/first  Failed" == said.lines[0]
    assert "The First" == said.lines[1]
    assert "division by zero" in said.out
    assert "ZeroDivisionError" in said.out
    assert "Says something." in said.out
    artifact = next(line for line in said.lines if line.startswith("data (input)"))
    assert "s3://bucket/data" in artifact


def test_json_holds_artifacts_and_attempts(assay: Assay, runs: Path) -> None:
    document = json.loads(assay("show", "letters/first", "--json").out)

    assert str(runs) == document["store"]
    assert "Says *something*." == document["description"]
    artifacts = {one["name"]: one for one in document["artifacts"]}
    assert (1000, True, None) == tuple(artifacts["model.bin"][key] for key in ("size_bytes", "is_output", "value"))
    assert artifacts["model.bin"]["uri"].startswith("file://")
    assert ("s3://bucket/data", False, None) == tuple(artifacts["data"][key] for key in ("value", "is_output", "uri"))
    (attempt,) = document["attempts"]
    assert "Failed" == attempt["status"]
    assert "ZeroDivisionError" in attempt["traceback"]


def test_attempts_are_shown_where_there_are_several(assay: Assay, runs: Path) -> None:
    with Run("digits", "first") as run:
        run.log_metric("loss", 0.0)

    said = assay("show", "digits/first")

    attempts = said.out.partition("Attempts")[2].splitlines()
    assert [["1", "Completed"], ["2", "Completed"]] == [line.split()[:2] for line in attempts[3:5]]


def test_an_empty_run_is_shown(assay: Assay, store: Path) -> None:
    Run("made", "only")

    said = assay("show", "only")

    assert (0, "made/only  never entered") == (said.code, said.lines[0])


def test_damage_is_told_in_its_place_and_by_the_exit_code(assay: Assay, store: Path) -> None:
    with Run("damaged", "here") as run:
        for step in range(2000):
            run.log_metrics({"loss": 1 / (step + 1), "accuracy": step / 7}, step=step)
        run.log_confusion_matrix([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2])
    path = Path(disk_objects().path(str(run.artifacts()["Confusion matrix"].sha256)))
    Session().store.close()
    loss = "(SELECT id FROM names WHERE name = 'loss')"
    change(store, f"UPDATE chunks SET body = zeroblob(length(body)) WHERE name_id = {loss}")
    flip_bit(path, 20)

    said = assay("show", "damaged/here")

    assert 1 == said.code
    assert "catalog.db is damaged" in said.out
    assert path.name in said.out
    assert "damaged" in next(line for line in said.lines if line.startswith("loss"))
    assert "█" in next(line for line in said.lines if line.startswith("accuracy"))
