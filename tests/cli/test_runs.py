"""`assay runs` lists what is in the store, in the order that is asked for, as wide as the screen."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from assay import Run
from tests.cli.conftest import Assay, Outcome


def documents(said: Outcome) -> list[dict[str, Any]]:
    assert 0 == said.code, said.err
    found: list[dict[str, Any]] = json.loads(said.out)
    return found


def names(said: Outcome) -> list[str]:
    return [f"{one['experiment_name']}/{one['run_name']}" for one in documents(said)]


def test_runs_shows_state_metrics_and_what_differs(assay: Assay, runs: Path) -> None:
    said = assay("runs", "--experiment", "digits", width=120)

    assert 0 == said.code
    heading = said.lines[0].split()
    assert ["run", "status", "started", "took", "accuracy", "↑", "loss", "odd", "lr"] == heading
    assert "same" not in said.out  # a parameter that is the same in all of them
    row = next(line for line in said.lines if line.startswith("third")).split()
    assert ["Completed", "-∞", "0.3"] == [row[1], row[-2], row[-1]]
    assert f"3 runs in {runs}" in said.lines[-1]


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_the_table_fits_the_screen(assay: Assay, runs: Path, width: int) -> None:
    said = assay("runs", width=width)

    table = said.lines[:-1]  # the last line, with the store's path, is not cut
    assert max(len(line.rstrip()) for line in table) <= width


def test_a_column_that_has_no_room_is_counted(assay: Assay, runs: Path) -> None:
    assert "columns more" in assay("runs", width=60).out
    assert "columns more" not in assay("runs", "--experiment", "digits", width=200).out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["letters/first", "digits/second", "digits/first", "digits/third"]),
        (["--sort", "created", "--ascending"], ["digits/third", "digits/first", "digits/second", "letters/first"]),
        (["--experiment", "Digits", "--sort", "name"], ["digits/third", "digits/second", "digits/first"]),
        (["--experiment", "digits", "--sort", "name", "--limit", "1"], ["digits/third"]),
        (["--sort", "params.lr"], ["digits/third", "digits/second", "digits/first", "letters/first"]),
        (["--sort", "params.lr", "--ascending"], ["digits/first", "digits/second", "digits/third", "letters/first"]),
        (["--sort", "metrics.loss", "--limit", "2"], ["digits/third", "digits/second"]),
        (["--sort", "metrics.odd", "--limit", "2"], ["digits/second", "digits/third"]),
        (["--sort", "metrics.odd", "--ascending", "--limit", "2"], ["digits/third", "digits/second"]),
        (["--sort", "status", "--limit", "1"], ["letters/first"]),
        (["--sort", "started", "--ascending", "--limit", "1"], ["digits/third"]),
    ],
)
def test_runs_are_sorted_filtered_and_limited(
    assay: Assay, runs: Path, arguments: list[str], expected: list[str]
) -> None:
    assert expected == names(assay("runs", "--json", *arguments))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--filter", "params.lr < 0.25"], ["digits/second", "digits/first"]),
        (["--filter", "experiment = 'LETTERS' or metrics.odd is nan"], ["letters/first", "digits/first"]),
        (["--filter", "params.lr > 0.1", "--sort", "metrics.loss", "--limit", "1"], ["digits/third"]),
        (["--filter", "params.lr > 7"], []),
        (["--filter", " ", "--limit", "1"], ["letters/first"]),
        (["--sort", "status, params.lr desc"], ["digits/third", "digits/second", "digits/first", "letters/first"]),
        (["--sort", "experiment desc, params.lr"], ["letters/first", "digits/first", "digits/second", "digits/third"]),
        (["--sort", "metrics.accuracy", "--limit", "1"], ["digits/third"]),
        (["--sort", 'metrics."accuracy" asc', "--limit", "1"], ["digits/first"]),
    ],
)
def test_runs_are_filtered_and_ordered_in_the_language_of_filters(
    assay: Assay, runs: Path, arguments: list[str], expected: list[str]
) -> None:
    assert expected == names(assay("runs", "--json", *arguments))


def test_a_filter_that_picks_more_than_is_shown_says_so(assay: Assay, runs: Path) -> None:
    assert "the first 2 runs of more (--limit)" in assay("runs", "--filter", "status != 'Failed'", "--limit", "2").out
    assert "3 runs in" in assay("runs", "--filter", "status != 'Failed'").out
    assert "No runs that the filter picks in" in assay("runs", "--filter", "name = 'nobody'").out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--filter", "metrics.loss < 'low'"], "can't read the filter at column 16: metrics.loss is compared with"),
        (["--sort", "metrcs.loss"], "can't read the order at column 1: there is no field"),
        (["--sort", ""], "--sort is a field"),
        (["--sort", "status, name", "--ascending"], "each can have asc or desc of its own"),
        (["--sort", "params.lrr"], "nearest: 'params.lr'"),
    ],
)
def test_a_filter_or_an_order_that_cannot_be_taken_is_wrong_usage(
    assay: Assay, runs: Path, arguments: list[str], expected: str
) -> None:
    said = assay("runs", *arguments)

    assert 2 == said.code
    assert expected in said.err


def test_sorting_by_what_nothing_has_is_wrong_usage(assay: Assay, runs: Path) -> None:
    said = assay("runs", "--sort", "metrics.lsos")

    assert 2 == said.code
    assert "nearest: 'metrics.loss'" in said.err


def test_json_holds_everything_and_is_standard(assay: Assay, runs: Path) -> None:
    said = assay("runs", "--json", "--sort", "params.lr", "--limit", "3")

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    third, second, first = json.loads(said.out, parse_constant=refuse)
    assert {"lr": 0.3, "same": "everywhere", "layers": [64, 10]} == third["parameters"]
    assert ["-Infinity", "Infinity", "NaN"] == [one["metrics"]["odd"]["last"] for one in (third, second, first)]
    assert (50, 1 / 50 + 0.3) == (third["metrics"]["loss"]["count"], third["metrics"]["loss"]["last"])
    assert math.isclose(math.sin(25 / 16) * 0.3, third["metrics"]["accuracy"]["best"])
    assert ({"team": "vision"}, "Completed") == (third["tags"], third["status"])
    assert third["start_time"].endswith("+00:00")


def test_an_experiment_that_is_not_there_is_said_so(assay: Assay, runs: Path) -> None:
    said = assay("runs", "--experiment", "digit")

    assert 1 == said.code
    assert "no experiment 'digit' (nearest: 'digits')" in said.err


def test_runs_before_anything_was_logged(assay: Assay, store: Path) -> None:
    assert "No runs yet" in assay("runs").out
    assert [] == documents(assay("runs", "--json"))
    assert not store.exists()


def test_an_open_run_is_shown_as_such(assay: Assay, store: Path) -> None:
    with Run("open", "now") as run:
        run.log_metric("loss", 1.5)

        said = assay("runs")

    row = next(line for line in said.lines if line.startswith("now")).split()
    assert ("InProgress", "1.5") == (row[1], row[-1])


def test_a_run_that_was_never_entered_is_listed(assay: Assay, store: Path) -> None:
    Run("made", "only")

    row = next(line for line in assay("runs").lines if line.startswith("only"))

    assert ["only", "–", "–", "–"] == row.split()


def test_a_table_of_many_runs_says_how_many_there_are(assay: Assay, store: Path) -> None:
    for number in range(60):
        Run("many", f"run-{number:02}")

    said = assay("runs", "--sort", "name")

    assert [f"run-{number}" for number in range(59, 9, -1)] == [line.split()[0] for line in said.lines[2:-1]]
    assert "50 of 60 runs (all: --limit 60)" in said.lines[-1]
    assert 60 == len(documents(assay("runs", "--json")))


def test_names_that_look_like_markup_are_printed_as_they_are(assay: Assay, store: Path) -> None:
    with Run("markup", "plain") as run:
        run.log_parameter("[bold]name[/]", "[red]value[/]")

    said = assay("runs", width=120)

    assert "[bold]name[/]" in said.out
    assert "[red]value[/]" in said.out
