"""`assay trash`, `restore`, `delete`, `rename`, `move`, `retag`: what they say, and that it is so."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from assay import Experiment, Session, list_runs, load_run
from tests.cli.conftest import Assay
from tests.folders import contents


def names(experiment: str = "digits") -> list[str]:
    return sorted(run.run_name for run in list_runs(experiment))


def test_trash_says_what_it_did_and_restore_undoes_it(assay: Assay, runs: Path) -> None:
    said = assay("trash", "digits/first", "third")
    assert (0, "Trashed 2 runs: digits/first, digits/third.\n") == (said.code, said.out)
    assert ["second"] == names()

    shown = assay("trash")
    assert ["run digits/", "run digits/"] == [line.partition("  ")[2][:11] for line in shown.lines[:2]]
    assert "Back: assay restore" in shown.lines[-1]
    uid = json.loads(assay("trash", "--json").out)[0]["id"]

    assert "Restored 1 run: " in assay("restore", uid).out
    assert 0 == assay("restore", "--filter", "run_name like '%'").code
    assert ["first", "second", "third"] == names()
    assert "The trash is empty.\n" == assay("trash").out


def test_a_filter_picks_the_runs_of_an_experiment(assay: Assay, runs: Path) -> None:
    said = assay("trash", "--experiment", "digits", "--filter", "params.lr > 0.15")

    assert "Trashed 2 runs: " in said.out
    assert (["first"], ["first"]) == (names(), names("letters"))


def test_an_experiment_goes_alone_and_comes_back_under_another_name(assay: Assay, runs: Path) -> None:
    said = assay("trash", "--experiment", "digits")
    assert "Trashed experiment digits with its runs; back: assay restore --experiment digits\n" == said.out
    assert "experiment digits with 3 runs" in assay("trash").out

    assert (
        "Restored experiment numbers with its runs.\n"
        == assay("restore", "--experiment", "digits", "--as", "numbers").out
    )
    assert ["first", "second", "third"] == names("numbers")


def test_an_artifact_of_a_run_goes_and_comes_back(assay: Assay, runs: Path) -> None:
    run = load_run("first", "letters")

    assert (
        "Trashed artifact 'model.bin' of letters/first.\n"
        == assay("trash", "letters/first", "--artifact", "model.bin").out
    )
    assert ["data"] == list(run.artifacts())
    assert "artifact model.bin of letters/first" in assay("trash").out
    assert 0 == assay("restore", "letters/first", "--artifact", "model.bin").code
    assert {"model.bin", "data"} == set(run.artifacts())
    assert 0 == assay("delete", "letters/first", "--artifact", "model.bin", "--yes").code
    assert ["data"] == list(run.artifacts())


def test_delete_says_what_it_will_do_and_needs_a_yes(assay: Assay, runs: Path) -> None:
    said = assay("delete", "digits/first", "digits/second")
    assert (2, "This deletes 2 runs: digits/first, digits/second.\n") == (said.code, said.out)
    assert "give --yes" in said.err
    assert ["first", "second", "third"] == names()

    said = assay("delete", "digits/first", "digits/second", "--yes")
    assert (0, "Deleted 2 runs: digits/first, digits/second.") == (said.code, said.lines[-1])
    assert (["third"], []) == (names(), Session().trashed())


@pytest.mark.parametrize(("answer", "left"), [("y", 2), ("no", 3), ("", 3)])
def test_delete_asks_who_sits_at_a_terminal(
    assay: Assay, runs: Path, monkeypatch: pytest.MonkeyPatch, answer: str, left: int
) -> None:
    terminal = io.StringIO(answer + "\n")
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)

    said = assay("delete", "digits/first")

    assert "Go on? [y/N]" in said.out
    assert (left, 0 if left == 2 else 2) == (len(names()), said.code)


def test_delete_takes_an_experiment_with_its_runs(assay: Assay, runs: Path) -> None:
    said = assay("delete", "--experiment", "digits", "--yes")

    assert [
        "This deletes experiment digits with all of its runs, 3 in number.",
        "Deleted experiment digits.",
    ] == said.lines
    assert [] == names()
    assert "No run to delete.\n" == assay("delete", "--filter", "run_name = 'nobody'", "--yes").out


def test_rename_and_move(assay: Assay, runs: Path) -> None:
    assert "Run digits/first is digits/best now.\n" == assay("rename", "digits/first", "Best").out
    assert "Experiment letters is words now.\n" == assay("rename", "--experiment", "letters", "words").out
    assert "Run words/first is words/only now.\n" == assay("rename", "first", "only", "--experiment", "words").out
    Experiment.create("archive")
    assert "Moved to archive 1 run: digits/best.\n" == assay("move", "digits/best", "--to", "archive").out
    assert 0 == assay("move", "--experiment", "digits", "--filter", "params.lr = 0.2", "--to", "archive").code

    assert ["best", "second"] == names("archive")


def test_retag_sets_and_removes(assay: Assay, runs: Path) -> None:
    said = assay("retag", "digits/first", "second", "--set", "stage=a=b", "--set", "good=", "--remove", "team")

    assert "Retagged 2 runs: digits/first, digits/second.\n" == said.out
    assert {"stage": "a=b", "good": ""} == load_run("first", "digits").tags
    assert "Retagged no run.\n" == assay("retag", "digits/first", "--remove", "team").out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["trash", "digits/frist"], 1, "no run 'digits/frist' in the store (nearest: 'digits/first'"),
        (["trash", "digits/first", "--filter", "run_name = 'a'"], 2, "not both"),
        (["trash", "letters/first", "--experiment", "digits"], 2, "leave one out"),
        (["trash", "--filter", "metrics.loss <"], 1, "metrics.loss <"),
        (["trash", "--artifact", "model"], 2, "belongs to one run"),
        (["trash", "first"], 1, "in several experiments: digits/first, letters/first; say which"),
        (["restore"], 2, "name what to restore"),
        (["restore", "digits/first"], 1, "no run 'digits/first' in the trash"),
        (["delete"], 2, "name what to delete"),
        (["delete", "--experiment", "digit", "--yes"], 1, "no experiment 'digit'"),
        (["rename", "digits/first"], 2, "its new name"),
        (["rename", "digits/first", "second"], 1, "has a run 'second'"),
        (["rename", "digits/first", "a b"], 1, "is not allowed"),
        (["move", "--to", "letters"], 2, "name the runs"),
        (["move", "digits/first"], 2, "--to"),
        (["move", "digits/first", "--to", "letters"], 1, "has a run 'first'"),
        (["move", "digits/first", "--to", "lettres"], 1, "nearest: 'letters'"),
        (["retag", "digits/first"], 2, "say what changes"),
        (["retag", "digits/first", "--set", "team"], 2, "KEY=VALUE"),
        (["retag", "--set", "a=b"], 2, "name the runs"),
        (["gc", "--older-than", "soon"], 2, "a number and a unit"),
        (["gc", "--older-than", "99999999999w"], 2, "too long"),
    ],
)
def test_what_can_t_be_done_is_one_line_and_changes_nothing(
    assay: Assay, runs: Path, arguments: list[str], code: int, told: str
) -> None:
    before = contents()

    said = assay(*arguments)

    assert (code, "") == (said.code, said.out)
    assert told in said.err
    assert before == contents()


@pytest.mark.parametrize("command", ["trash", "restore", "delete", "rename", "move", "retag", "gc"])
def test_a_store_that_is_none_is_not_made(assay: Assay, store: Path, command: str) -> None:
    more = {"rename": ["a/b", "c"], "move": ["a/b", "--to", "c"], "retag": ["a/b", "--remove", "c"], "gc": []}

    said = assay(command, *more.get(command, ["a/b"]))

    assert (1, False) == (said.code, store.exists())
    assert "there is no store in" in said.err
