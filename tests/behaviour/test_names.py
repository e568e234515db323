"""Names, tags and what happens when a name is there already."""

from __future__ import annotations

import copy
import os
import re
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assay import Run, list_runs, load_run
from assay.errors import InvalidNameError, RunExistsError
from assay.experiments import Experiment

LONG = "x" * 60
FORMED = ["a", "7", "A-b", "a--b", "a_b", "a.b", "lr-0.1_b", "x" * 59]
MALFORMED = ["", " ", "a b", "a/b", "a\\b", "../up", "-a", "a-", "_a", ".a", "a.", "a\n", "a!b", "ä", "a\0", "a:b"]
NO_STRINGS: list[Any] = [5, b"x", ["a"], 1.5, True]


def test_names_are_lower_cased_and_shown_as_typed() -> None:
    run = Run("Digits", "BaseLine")

    assert ("digits", "baseline", "BaseLine") == (run.experiment_name, run.run_name, run.display_name)
    assert "Digits" == Experiment.load("DIGITS").display_name
    assert "baseline" == load_run("BASELINE", "dIGITS").run_name
    assert ["baseline"] == [one.run_name for one in list_runs("DIGITS")]


def test_a_display_name_that_is_given_is_shown() -> None:
    run = Run("Digits", "BaseLine", experiment_display_name="Handwriting", run_display_name="The first")

    assert "The first" == run.display_name
    assert "Handwriting" == Experiment.load("digits").display_name


@pytest.mark.parametrize(("names", "wrong"), [(("e", LONG), "run_name"), ((LONG, "r"), "experiment_name")])
def test_a_name_of_sixty_characters_is_refused_in_the_sdks_words(names: tuple[str, str], wrong: str) -> None:
    expected = f"The {wrong} (length: 60) must have length less than or equal to 59"

    with pytest.raises(ValueError, match="^" + re.escape(expected)):
        Run(*names)

    assert [] == list_runs("e")


def test_of_two_names_that_are_too_long_the_runs_is_told() -> None:
    with pytest.raises(ValueError, match=r"^The run_name \(length: 60\)"):
        Run(LONG, LONG)


@pytest.mark.parametrize("name", FORMED)
def test_well_formed_names_are_taken(name: str) -> None:
    run = Run(name, name)

    assert (name.lower(), name.lower()) == (run.experiment_name, run.run_name)


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_name_is_refused_with_the_rule_and_creates_nothing(name: str) -> None:
    with pytest.raises(InvalidNameError, match=re.escape(repr(name)) + r"(.|\n)*letter"):
        Run("digits", name)
    with pytest.raises(InvalidNameError, match=re.escape(repr(name)) + r"(.|\n)*letter"):
        Run(name, "baseline")

    with pytest.raises(LookupError):
        Experiment.load("digits")


@pytest.mark.parametrize("name", NO_STRINGS, ids=repr)
def test_a_name_that_is_no_str_is_a_type_error(name: Any) -> None:
    with pytest.raises(TypeError, match="run_name"):
        Run("digits", name)
    with pytest.raises(TypeError, match="experiment_name"):
        Run(name, "baseline")
    with pytest.raises(TypeError, match="experiment_name"):
        Run(None)  # type: ignore[arg-type]


def test_two_pairs_that_join_alike_are_two_runs() -> None:
    for experiment_name, run_name in (("a", "b-c"), ("a-b", "c")):
        with Run(experiment_name, run_name) as run:
            run.log_parameter("experiment", experiment_name)

    assert {"experiment": "a"} == load_run("b-c", "a").parameters
    assert {"experiment": "a-b"} == load_run("c", "a-b").parameters


def test_a_generated_name_tells_the_time_in_utc() -> None:
    before = datetime.now(UTC)

    run = Run("digits")

    match = re.fullmatch(r"run-(\d{8}-\d{6})-[0-9a-f]{10}", run.run_name)
    assert match is not None
    made = datetime.strptime(match[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    assert before - timedelta(seconds=1) <= made <= datetime.now(UTC)


def test_generated_names_differ() -> None:
    assert 50 == len({Run("digits").run_name for _ in range(50)})


def test_an_existing_run_is_opened_again_and_keeps_what_it_was_made_with() -> None:
    with Run("digits", "baseline", "Digits", "Baseline", {"team": "vision"}) as run:
        run.log_parameter("lr", 0.1)

    with Run("digits", "baseline", "Other", "Other", {"team": "audio", "more": "1"}) as again:
        again.log_parameter("depth", 6)

    assert {"lr": 0.1, "depth": 6} == again.parameters
    assert ("Baseline", {"team": "vision"}) == (again.display_name, again.tags)
    assert "Digits" == Experiment.load("digits").display_name
    assert 1 == len(list_runs("digits"))


def test_if_exists_open_is_the_default() -> None:
    run = Run("digits", "baseline", if_exists="open")

    assert run.creation_time == Run("digits", "baseline", if_exists="open").creation_time


def test_if_exists_new_takes_the_next_free_name() -> None:
    names = [Run("digits", "baseline", if_exists="new").run_name for _ in range(3)]

    assert ["baseline", "baseline-2", "baseline-3"] == names


def test_if_exists_new_keeps_to_the_length_of_names() -> None:
    names = [Run("digits", "x" * 59, if_exists="new").run_name for _ in range(2)]

    assert names[0] != names[1]
    assert max(map(len, names)) <= 59
    assert names[1] == load_run(names[1], "digits").run_name


def test_if_exists_error_is_a_value_error_that_says_what_to_do() -> None:
    Run("digits", "baseline", if_exists="error")

    with pytest.raises(ValueError, match=r"'baseline'.*if_exists") as caught:
        Run("digits", "baseline", if_exists="error")

    assert isinstance(caught.value, RunExistsError)


def test_if_exists_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="if_exists"):
        Run("digits", "baseline", if_exists="replace")

    assert [] == list_runs("digits")


def test_each_with_block_is_an_attempt() -> None:
    run = Run("digits", "baseline")
    with run:
        pass
    with pytest.raises(KeyError), Run("digits", "baseline"):
        raise KeyError("lost")

    first, second = run.attempts

    assert [(1, "Completed"), (2, "Failed")] == [(one.number, one.status) for one in (first, second)]
    times = [first.start_time, first.end_time, second.start_time, second.end_time]
    assert sorted(time for time in times if time is not None) == times
    assert {socket.gethostname()} == {first.host, second.host}
    assert first.writer != second.writer


TAGS: list[Any] = [
    {"team": "vision", "stage": "dev"},
    [{"Key": "team", "Value": "vision"}, {"Key": "stage", "Value": "dev"}],
]


@pytest.mark.parametrize("tags", TAGS, ids=["dict", "list"])
def test_tags_are_a_dict_or_a_list_and_are_left_as_they_are(tags: Any) -> None:
    before = copy.deepcopy(tags)

    for name in ("one", "two"):
        assert {"team": "vision", "stage": "dev"} == Run("digits", name, tags=tags).tags

    assert before == tags
    assert {"team": "vision", "stage": "dev"} == Experiment.load("digits").tags


def test_tags_up_to_their_limits_are_taken() -> None:
    tags = {f"{number:0128}": "v" * 256 for number in range(50)}

    assert tags == Run("digits", "baseline", tags=tags).tags


@pytest.mark.parametrize(
    "tags",
    [
        {str(number): "" for number in range(51)},
        {"k" * 129: "v"},
        {"k": "v" * 257},
        {"": "v"},
        [{"Key": "k"}],
        [("k", "v")],
        "k=v",
        7,
    ],
    ids=lambda tags: str(tags)[:20],
)
def test_tags_beyond_their_limits_or_form_are_refused_and_create_nothing(tags: Any) -> None:
    with pytest.raises(ValueError, match="tag"):
        Run("digits", "baseline", tags=tags)

    assert [] == list_runs("digits")


def test_the_run_group_is_named_after_the_experiment() -> None:
    assert "Default-Run-Group-digits" == Run("Digits").run_group_name


def test_the_host_of_an_attempt_is_this_machine() -> None:
    with Run("digits", "baseline") as run:
        pass

    assert [os.uname().nodename] == [one.host for one in run.attempts]
