"""Trash, restore, delete, rename, move and retag, as users call them; what can't be done changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay import Experiment, Run, Session, list_runs, load_run
from assay.errors import (
    AssayError,
    ExperimentNotFoundError,
    InvalidInputError,
    InvalidNameError,
    InvalidTypeError,
    RunDeletedError,
    RunNotFoundError,
)
from tests.folders import contents


@pytest.fixture
def session(store: Path) -> Session:
    """A store with the runs digits/first, digits/second, letters/first, and nothing in them but a point each."""
    for experiment, name in (("digits", "first"), ("digits", "second"), ("letters", "first")):
        with Run(experiment, name) as run:
            run.log_metric("loss", 0.5)
    return Session()


def names(session: Session) -> list[str]:
    return [
        f"{run.experiment_name}/{run.run_name}"
        for experiment in ("digits", "letters")
        for run in list_runs(experiment, sagemaker_session=session, sort_by="Name", sort_order="Ascending")
    ]


ALL = ["digits/first", "digits/second", "letters/first"]


def test_runs_are_given_as_runs_names_ids_or_many_of_these(session: Session) -> None:
    first, second = load_run("first", "digits"), load_run("second", "digits")

    for given in (first, "digits/first", "DIGITS/First", first.id, [first], ("digits/first", first.id)):
        assert ["digits/first"] == session.trash(given)
        assert ["digits/first"] == session.restore(first.id)
    assert ["digits/first", "digits/second"] == sorted(session.trash(list_runs("digits")))
    assert ["digits/second", "digits/first"] == session.restore(run for run in (second, first))
    assert ["digits/first", "digits/second"] == sorted(session.trash(session.search_runs("digits", max_results=None)))
    assert 2 == len(session.restore(one.id for one in session.trashed()))
    assert [] == session.trash([])
    assert ALL == names(session)


def test_a_trashed_run_makes_room_for_another_of_its_name(session: Session) -> None:
    old = load_run("first", "digits")
    old.trash()

    with Run("digits", "first") as new:
        new.log_metric("loss", 1.0)

    assert new.id != old.id
    assert 0.5 == old.metrics["loss"].last
    with pytest.raises(InvalidInputError, match="there is a run 'first'"):
        old.restore()
    old.restore(name="First-Again")
    assert ("first-again", "digits") == (old.run_name, old.experiment_name)
    assert 0.5 == load_run("first-again", "digits").metrics["loss"].last


def test_a_writer_of_a_trashed_run_goes_on_and_all_of_it_is_there_when_it_is_restored(session: Session) -> None:
    with Run("digits", "busy") as run:
        run.log_metric("loss", 1.0)
        run.trash()
        run.log_metric("loss", 2.0)
        run.log_text("notes", "words")

    assert ALL == names(session)
    run.restore()
    assert ("Completed", 2) == (run.status, run.metrics["loss"].count)
    assert ["notes"] == list(run.artifacts())


def test_a_writer_of_a_deleted_run_is_told_once_and_goes_on(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    with Run("digits", "busy") as run:
        run.log_metric("loss", 1.0)
        run.flush()
        run.delete()
        for step in range(10):
            run.log_metric("loss", 2.0, step=step)
            run.close()

    told = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
    assert 1 == len(told)
    assert "run 'digits/busy' was deleted at 20" in told[0]
    assert ALL == names(session)
    assert [] == list((Path(session.location) / "journals").glob("*.events"))


def test_a_deleted_run_can_be_neither_read_nor_entered_nor_loaded(session: Session) -> None:
    run = load_run("first", "digits")
    run.delete()

    acts: list[Callable[[], Any]] = [
        lambda: run.parameters,
        lambda: run.metric_history("loss"),
        run.__enter__,
        run.trash,
        lambda: run.rename("other"),
    ]
    for act in acts:
        with pytest.raises(RunDeletedError, match="run 'digits/first' was deleted at 20"):
            act()
    with pytest.raises(RunNotFoundError, match="a run of that name was deleted at 20"):
        load_run("first", "digits")
    with pytest.raises(RunNotFoundError):
        session.delete("digits/first")


def test_load_run_says_that_a_run_is_in_the_trash_and_how_it_comes_back(session: Session) -> None:
    session.trash("digits/first")
    with pytest.raises(RunNotFoundError, match=r"put into the trash at 20.*: assay restore digits/first;"):
        load_run("first", "digits")

    session.trash(experiment="letters")
    with pytest.raises(RunNotFoundError, match=r"put into the trash at 20.*: assay restore --experiment letters;"):
        load_run("first", "letters")


def test_a_killed_run_that_was_deleted_leaves_no_journal(session: Session, store: Path) -> None:
    import subprocess
    import sys

    code = (
        "import os; from assay import Run\n"
        "run = Run('digits', 'killed'); run.__enter__(); run.log_metric('loss', 1.0); run.flush()\n"
        "run.log_metric('loss', 2.0); run.session.delete(run); os._exit(9)"
    )
    assert 9 == subprocess.run([sys.executable, "-c", code], timeout=60).returncode

    assert ALL == names(Session())
    assert [] == [path.name for path in (store / "journals").rglob("*.events")]


def test_an_experiment_goes_and_comes_back_with_its_runs(session: Session) -> None:
    digits = Experiment.load("digits")
    digits.trash()
    assert ["letters/first"] == names(session)
    assert ["experiment"] == [one.kind for one in session.trashed()]
    assert 2 == session.trashed()[0].run_count

    with Run("digits", "new"):
        pass
    with pytest.raises(InvalidInputError, match="there is an experiment 'digits' by now"):
        digits.restore()
    digits.restore(name="Numbers")

    assert "numbers" == digits.experiment_name
    assert ["first", "second"] == sorted(run.run_name for run in list_runs("numbers"))


def test_delete_takes_what_lives_before_what_is_in_the_trash(session: Session) -> None:
    old = load_run("first", "digits")
    old.trash()
    with Run("digits", "first"):
        pass

    assert ["digits/first"] == session.delete("digits/first")
    assert [old.id] == [one.id for one in session.trashed()]
    assert ["digits/first"] == session.delete("digits/first")
    assert [] == session.trashed()


def test_a_run_is_renamed_and_moved_under_its_writer(session: Session) -> None:
    with Run("digits", "Busy") as run:
        run.log_metric("loss", 1.0)
        run.rename("Renamed")
        assert ("renamed", "Renamed") == (run.run_name, run.display_name)
        run.move("letters")
        run.log_metric("loss", 2.0)

    assert ("letters", "renamed") == (run.experiment_name, run.run_name)
    assert 2 == load_run("renamed", "letters").metrics["loss"].count
    assert run.id == load_run("renamed", "letters").id
    assert "Completed" == run.status


def test_a_display_name_that_was_chosen_stays(session: Session) -> None:
    run = Run("digits", "plain", run_display_name="The Plain One")

    run.rename("fancy")

    assert "The Plain One" == run.display_name


def test_an_experiment_is_renamed(session: Session) -> None:
    digits = Experiment.load("digits")
    uid = digits.id

    digits.rename("Numbers")

    assert ("numbers", "Numbers", uid) == (digits.experiment_name, digits.display_name, digits.id)
    assert ["first", "second"] == sorted(run.run_name for run in list_runs("numbers"))
    assert "letters" == session.rename(experiment="letters", to="Letters")


def test_tags_of_many_runs_change_at_once(session: Session) -> None:
    load_run("first", "digits").set_tags({"draft": "yes", "team": "vision"})

    changed = session.retag(["digits/first", "digits/second"], set={"stage": "done"}, remove=["draft", "other"])

    assert ["digits/first", "digits/second"] == changed
    assert {"team": "vision", "stage": "done"} == load_run("first", "digits").tags
    assert {"stage": "done"} == load_run("second", "digits").tags
    assert [] == session.retag("digits/second", set=[{"Key": "stage", "Value": "done"}])


@pytest.mark.parametrize(
    ("act", "error", "told"),
    [
        (lambda session: session.trash(), InvalidInputError, "either runs or experiment"),
        (lambda session: session.trash("digits/first", experiment="digits"), InvalidInputError, "either runs or"),
        (lambda session: session.trash("digits/thrid"), RunNotFoundError, "no run 'digits/thrid' in the store"),
        (lambda session: session.trash("digits/frist"), RunNotFoundError, "nearest: 'digits/first'"),
        (lambda session: session.trash(["digits/first", "digits/third"]), RunNotFoundError, "'digits/third'"),
        (lambda session: session.trash("first"), RunNotFoundError, "in several experiments: digits/first, letters"),
        (lambda session: session.trash(5), InvalidTypeError, "a run is a Run, 'experiment/run' or an id, not int"),
        (lambda session: session.trash([None]), InvalidTypeError, "not NoneType"),
        (lambda session: session.trash(experiment="digit"), ExperimentNotFoundError, "nearest: 'digits'"),
        (lambda session: session.trash(experiment=5), InvalidTypeError, "an experiment is an Experiment"),
        (lambda session: session.trash(experiment="digits", artifact="a"), InvalidInputError, "belongs to a run"),
        (lambda session: session.trash("digits/first", artifact="a"), LookupError, "no artifact 'a' in run"),
        (lambda session: session.trash("digits/first", artifact=""), InvalidNameError, "1 to 255"),
        (lambda session: session.restore("digits/first"), RunNotFoundError, "no run 'digits/first' in the trash"),
        (lambda session: session.restore(experiment="digits"), ExperimentNotFoundError, "in the trash"),
        (lambda session: session.restore("digits/first", name="a b"), InvalidNameError, "is not allowed"),
        (lambda session: session.restore("digits/first", artifact="a", name="b"), InvalidInputError, "its own name"),
        (lambda session: session.delete("digits/nobody"), RunNotFoundError, "no run 'digits/nobody'"),
        (lambda session: session.rename("digits/first", to="second"), InvalidInputError, "has a run 'second'"),
        (lambda session: session.rename("digits/first", to="no name"), InvalidNameError, "is not allowed"),
        (lambda session: session.rename("digits/first", to="x" * 60), InvalidNameError, "length: 60"),
        (lambda session: session.rename("digits/first", to=None), InvalidTypeError, "a name must be a str"),
        (lambda session: session.rename(experiment="digits", to="letters"), InvalidInputError, "of that name"),
        (lambda session: session.move("digits/first", to="letters"), InvalidInputError, "has a run 'first'"),
        (lambda session: session.move("digits/first", to="lettres"), ExperimentNotFoundError, "nearest: 'letters'"),
        (lambda session: session.move(["digits/second", "digits/first"], to="letters"), InvalidInputError, "'first'"),
        (lambda session: session.retag("digits/first", set={"a": "b"}, remove=["a"]), InvalidInputError, "both"),
        (lambda session: session.retag("digits/first", remove="draft"), InvalidTypeError, "list of keys"),
        (lambda session: session.retag(ALL, set={str(n): "" for n in range(51)}), InvalidInputError, "at most 50"),
        (lambda session: session.retag(ALL, set={"k" * 129: ""}), InvalidInputError, "128"),
        (lambda session: session.retag(ALL, set="team"), InvalidTypeError, "tags are"),
    ],
)
def test_what_can_t_be_done_says_why_and_changes_nothing(
    session: Session, act: Callable[[Session], object], error: type[Exception], told: str
) -> None:
    before = contents(session)

    with pytest.raises(error, match=told) as raised:
        act(session)

    assert isinstance(raised.value, AssayError)
    assert before == contents(session)


def test_a_run_that_would_have_too_many_tags_is_named_and_no_run_changes(session: Session) -> None:
    load_run("second", "digits").set_tags({str(number): "" for number in range(50)})

    with pytest.raises(InvalidInputError, match="run 'digits/second': at most 50 tags"):
        session.retag(["digits/first", "digits/second"], set={"one": "more"})

    assert {} == load_run("first", "digits").tags


def test_several_runs_can_t_be_restored_under_one_name(session: Session) -> None:
    session.trash(["digits/first", "digits/second"])

    with pytest.raises(InvalidInputError, match="2 runs can't have one name"):
        session.restore(["digits/first", "digits/second"], name="same")

    assert 2 == len(session.trashed())
