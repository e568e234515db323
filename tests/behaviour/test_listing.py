"""`list_runs`: filters, order and pages, in one query that changes nothing."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assay import Run, SortByType, SortOrderType, list_runs
from tests.behaviour.processes import Processes


@pytest.fixture
def five_runs(store: Path) -> list[Run]:
    """Five runs of one experiment, whose order by name is not that of creation."""
    runs = []
    for name in ("c", "a", "e", "b", "d"):
        with Run("digits", name) as run:
            run.log_parameter("name", name)
            run.log_metric("loss", ord(name))
        runs.append(run)
        time.sleep(0.002)
    Run("another", "z")
    return runs


def names(runs: list[Run]) -> str:
    return "".join(run.run_name for run in runs)


def test_runs_come_last_created_first(five_runs: list[Run]) -> None:
    assert "dbeac" == names(list_runs("digits"))


@pytest.mark.parametrize(
    ("sort_by", "sort_order", "expected"),
    [
        (SortByType.NAME, SortOrderType.ASCENDING, "abcde"),
        (SortByType.NAME, SortOrderType.DESCENDING, "edcba"),
        (SortByType.CREATION_TIME, SortOrderType.ASCENDING, "caebd"),
        (SortByType.CREATION_TIME, SortOrderType.DESCENDING, "dbeac"),
        ("Name", "Ascending", "abcde"),
        ("CreationTime", "Descending", "dbeac"),
    ],
)
def test_runs_are_sorted_by_enum_or_text(five_runs: list[Run], sort_by: Any, sort_order: Any, expected: str) -> None:
    assert expected == names(list_runs("digits", sort_by=sort_by, sort_order=sort_order))


@pytest.mark.parametrize("options", [{"sort_by": "Age"}, {"sort_order": "Sideways"}, {"sort_by": 1}, {"sort_by": None}])
def test_an_unknown_order_is_a_value_error(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="sort"):
        list_runs("digits", **options)


def test_times_of_creation_bound_the_list(five_runs: list[Run]) -> None:
    times = [run.creation_time for run in five_runs]
    assert all(moment is not None for moment in times)
    first, last = times[1], times[3]
    assert first is not None
    assert last is not None
    small = timedelta(microseconds=1)

    found = list_runs("digits", created_after=first - small, created_before=last + small)

    assert "bea" == names(found)
    assert "dbe" == names(list_runs("digits", created_after=first + small))
    assert "eac" == names(list_runs("digits", created_before=last - small))
    assert [] == list_runs("digits", created_before=datetime(2000, 1, 1, tzinfo=UTC))


def test_a_naive_time_is_local(five_runs: list[Run]) -> None:
    soon = datetime.now() + timedelta(seconds=1)  # noqa: DTZ005 - a naive one is local time

    assert 5 == len(list_runs("digits", created_before=soon))
    assert [] == list_runs("digits", created_after=soon)


def test_max_results_is_the_most_that_is_returned(five_runs: list[Run]) -> None:
    assert ["d", "db", "dbeac", "dbeac"] == [names(list_runs("digits", max_results=most)) for most in (1, 2, 5, 100)]


@pytest.mark.parametrize("sort_by", list(SortByType))
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_pages_together_are_the_whole_list(five_runs: list[Run], sort_by: SortByType, size: int) -> None:
    whole = names(list_runs("digits", sort_by=sort_by))
    pages, token = [], None
    while True:
        page = list_runs("digits", max_results=size, sort_by=sort_by, next_token=token)
        pages.append(names(page))
        token = page.next_token
        if token is None:
            break

    assert whole == "".join(pages)
    assert -(-5 // size) == len(pages)


def test_a_list_without_more_has_no_token(five_runs: list[Run]) -> None:
    assert list_runs("digits").next_token is None
    assert list_runs("nothing").next_token is None


def test_a_forged_token_is_a_value_error(five_runs: list[Run]) -> None:
    good = list_runs("digits", max_results=1).next_token
    assert good is not None

    for forged in ("", "x", good[:-2], good[::-1], good + "A"):
        with pytest.raises(ValueError, match="next_token"):
            list_runs("digits", max_results=1, next_token=forged)
    with pytest.raises(ValueError, match="next_token"):
        list_runs("another", max_results=1, next_token=good)


@pytest.mark.parametrize("most", [0, -1])
def test_max_results_below_one_is_a_value_error(most: int) -> None:
    with pytest.raises(ValueError, match="max_results"):
        list_runs("digits", max_results=most)


def test_a_missing_experiment_gives_an_empty_list_and_is_not_created(five_runs: list[Run]) -> None:
    from assay.experiments import Experiment

    assert [] == list_runs("nothing")
    with pytest.raises(LookupError):
        Experiment.load("nothing")


def test_listing_writes_nothing(five_runs: list[Run], store: Path, processes: Processes) -> None:
    def state() -> tuple[list[str], list[str]]:
        with contextlib.closing(sqlite3.connect(store / "catalog.db")) as catalog:
            dump = list(catalog.iterdump())
        # SQLite's own files beside the catalog come and go with its readers.
        return dump, sorted(str(path) for path in store.rglob("*") if not path.name.startswith("catalog.db-"))

    for run in five_runs:
        run.flush()
    before = state()
    script = """
    from assay import list_runs
    for run in list_runs("digits"):
        print(run.run_name, run.parameters, run.metrics["loss"].last)
    """

    assert 5 == len(processes.run(script).splitlines())
    assert before == state()


def test_listed_runs_are_outside_their_context_and_entering_opens_them_again(five_runs: list[Run]) -> None:
    run = list_runs("digits", max_results=1)[0]

    with pytest.raises(RuntimeError, match="context of 'with'"):
        run.log_metric("loss", 1.0)
    assert ("Completed", {"name": "d"}) == (run.status, run.parameters)
    with run:
        assert "InProgress" == five_runs[-1].status
        run.log_parameter("more", 1)
    assert {"name": "d", "more": 1} == five_runs[-1].parameters


def test_two_runs_made_in_one_moment_are_both_listed() -> None:
    for number in range(30):
        Run("digits", f"r{number}")

    assert 30 == len({run.run_name for run in list_runs("digits")})
    first = list_runs("digits", max_results=20)
    second = list_runs("digits", max_results=20, next_token=first.next_token)
    assert 30 == len({run.run_name for run in [*first, *second]})
