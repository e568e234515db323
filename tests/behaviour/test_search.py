"""`Session.search_runs`: what this process and others log is found, and what can't be asked is refused."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from assay import Run, Session, load_run
from assay.errors import InvalidInputError
from tests.behaviour.processes import Processes


@pytest.fixture
def session(store: Path) -> Session:
    """A store with `digits/r0` to `r4` and `words/w`."""
    session = Session(store)
    for number in range(5):
        with Run("digits", f"r{number}", tags={"team": "vision"} if number % 2 else None) as run:
            run.log_parameters({"lr": number / 10, "optimizer": ["adam", "lion"][number % 2]})
            run.log_metric("val/loss", math.nan if number == 4 else 1 / (number + 1))
    with Run("words", "w") as run:
        run.log_metric("val/loss", 0.75)
    return session


def found(session: Session, **question: Any) -> list[str]:
    return [run.run_name for run in session.search_runs(**question)]


def test_search_finds_runs_by_metrics_parameters_and_tags(session: Session) -> None:
    question = "metrics.val/loss < 0.8 and (params.optimizer in ('adam') or tags.team = \"vision\")"

    assert ["r3", "r2", "r1"] == found(session, filter=question, order_by='metrics."val/loss"')
    assert ["w", "r1"] == found(session, filter="metrics.val/loss > 0.4 and not params.lr = 0", order_by="-".strip("-"))


def test_search_finds_runs_that_can_be_read_and_gone_on_with(session: Session) -> None:
    [run] = session.search_runs("digits", "params.lr = 0.3")

    assert isinstance(run, Run)
    assert {"lr": 0.3, "optimizer": "lion"} == run.parameters
    assert load_run("r3", "digits").id == run.id
    with run:
        run.log_metric("val/loss", 0.0625, step=1)
    assert [0.25, 0.0625] == run.metric_history("val/loss").values.tolist()


def test_search_sees_what_this_process_logged_just_now(session: Session) -> None:
    with Run("digits", "live") as run:
        run.log_parameter("lr", 7)
        run.log_metric("val/loss", 0.001)

        results = session.search_runs("digits", "params.lr = 7 and metrics.val/loss < 0.01 and status = 'InProgress'")

        assert ["live"] == [one.run_name for one in results]
        assert [0.001] == results.to_pandas()["metrics.val/loss"].tolist()
        run.log_metric("val/loss", 5.0)
        assert [] == found(session, filter="params.lr = 7 and metrics.val/loss < 0.01")


def test_search_finds_what_a_killed_process_left(session: Session, processes: Processes) -> None:
    processes.run(
        """
import os, signal
from assay import Run
with Run("digits", "killed") as run:
    run.log_metric("val/loss", 0.125)
    os.kill(os.getpid(), signal.SIGKILL)
""",
        status=-9,
    )

    assert ["killed"] == found(session, filter="status = 'Stopped' and metrics.val/loss = 0.125")


def test_search_orders_by_several_fields(session: Session) -> None:
    assert ["r4", "r2", "r0", "r3", "r1", "w"] == found(session, order_by=["params.optimizer", "params.lr desc"])
    assert found(session, order_by="params.optimizer, params.lr desc") == found(
        session, order_by=("params.optimizer", "params.lr desc")
    )
    assert "r4" == found(session, experiment_name="digits", order_by="metrics.val/loss desc")[-1]  # NaN


def test_search_is_about_the_experiments_that_are_named(session: Session) -> None:
    assert ["w"] == found(session, experiment_name="Words")
    assert 6 == len(found(session, experiment_name=["words", "digits"]))
    assert 6 == len(found(session))
    assert [] == found(session, experiment_name="nothing")
    assert [] == found(session, experiment_name=[])


def test_pages_of_a_search_follow_each_other(session: Session) -> None:
    question = {"filter": "experiment = 'digits'", "order_by": "metrics.val/loss"}
    first = session.search_runs(**question, max_results=3)
    second = session.search_runs(**question, max_results=3, next_token=first.next_token)

    assert ["r3", "r2", "r1", "r0", "r4"] == [run.run_name for run in [*first, *second]]
    assert second.next_token is None


def test_a_search_is_of_the_moment_when_it_was_made(session: Session) -> None:
    results = session.search_runs("words")
    with load_run("w", "words") as run:
        run.log_parameter("late", 1)
        run.log_metric("val/loss", 0.5)

    assert [0.75] == results.to_pandas()["metrics.val/loss"].tolist()
    assert "params.late" not in results.to_pandas()


def test_search_before_anything_was_logged_finds_nothing(store: Path) -> None:
    results = Session(store).search_runs("digits", "metrics.loss < 1", "metrics.loss")

    assert (0, None) == (len(results), results.next_token)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"filter": "metrics.loss <"}, "can't read the filter at column 15"),
        ({"filter": "metrics.loss < 'low'"}, "metrics.loss is compared with a number; found a text"),
        ({"filter": "lr < 0.1"}, "there is no field 'lr'"),
        ({"filter": "params.lr < 1; DROP TABLE runs"}, "can't read the filter at column 14"),
        ({"filter": 7}, "a filter is a str, not int"),
        ({"order_by": "metrics.loss down"}, "can't read the order at column 14"),
        ({"order_by": ["metrics.loss", 1]}, "order_by is a str or a list of str"),
        ({"order_by": 1}, "order_by is a str or a list of str"),
        ({"experiment_name": 1}, "experiment_name is a str or a list of str"),
        ({"experiment_name": "no such name!"}, "no such name!"),
        ({"max_results": 0}, "max_results must be at least 1, not 0; None gives all"),
        ({"max_results": "ten"}, "max_results must be at least 1, not 'ten'; None gives all"),
        ({"next_token": "forged"}, "next_token 'forged' is not one"),
        ({"next_token": 5}, "next_token 5 is not one"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_changes_nothing(
    session: Session, question: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInputError) as raised:
        session.search_runs(**question)

    assert message in str(raised.value)
    assert 6 == len(session.search_runs())


def test_a_thousand_runs_are_a_page_and_none_gives_all(store: Path) -> None:
    session = Session(store)
    for number in range(1003):
        Run("many", f"r{number}")

    page = session.search_runs("many")

    assert (1000, 1003) == (len(page), len(session.search_runs("many", max_results=None)))
    assert ["r2", "r1", "r0"] == found(session, experiment_name="many", next_token=page.next_token)
    assert page.next_token is not None


def test_search_leaves_out_what_is_in_the_trash(session: Session) -> None:
    load_run("r1", "digits").trash()
    session.trash(experiment="words")

    assert ["r4", "r3", "r2", "r0"] == found(session)
    assert ["r0"] == found(session, filter="metrics.val/loss > 0.4", order_by="metrics.val/loss")
    assert [] == found(session, experiment_name="words")
    assert ["r4", "r3", "r2", "r0"] == found(session, experiment_name=["digits", "words"], max_results=None)
    assert 4 == len(session.search_runs("digits", max_results=None).to_pandas())
