"""Which run is the current one: blocks in blocks, threads, and `load_run` in them."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from assay import Run, list_runs, load_run

OUTSIDE = r"^This method should be called inside context of 'with' statement\.$"
NESTED_RUN = r"^It is not allowed to use nested 'with' statements on the Run\.$"
NESTED_LOAD = r"^It is not allowed to use nested 'with' statements on the load_run\.$"
NO_RUN = r"^Failed to load a Run object\. Please make sure a Run object has been initialized already\."


def in_thread(work: Any) -> Any:
    """What a function gives or raises in another thread."""
    result: list[Any] = []

    def catch() -> None:
        try:
            result.append(work())
        except BaseException as error:  # noqa: BLE001 - handed to the test's thread
            result.append(error)

    thread = threading.Thread(target=catch)
    thread.start()
    thread.join(30)
    (found,) = result
    if isinstance(found, BaseException):
        raise found
    return found


# Blocks in blocks


def test_a_run_in_a_run_raises() -> None:
    with Run("digits", "outer") as outer:
        with pytest.raises(RuntimeError, match=NESTED_RUN), Run("digits", "inner"):
            pass
        with pytest.raises(RuntimeError, match=NESTED_RUN), outer:
            pass
        outer.log_parameter("still", "open")

    assert ("Completed", {"still": "open"}) == (outer.status, outer.parameters)
    assert load_run("inner", "digits").status is None


def test_a_run_in_a_loaded_run_raises() -> None:
    Run("digits", "outer")

    with (
        load_run("outer", "digits"),
        pytest.raises(RuntimeError, match=NESTED_RUN),
        Run("digits", "inner"),
    ):
        pass


def test_a_loaded_run_in_a_loaded_run_raises() -> None:
    for name in ("outer", "inner"):
        Run("digits", name)

    with load_run("outer", "digits") as outer:
        with pytest.raises(RuntimeError, match=NESTED_LOAD), load_run("inner", "digits"):
            pass
        with pytest.raises(RuntimeError, match=NESTED_LOAD), load_run():
            pass
        outer.log_parameter("still", "open")

    assert {"still": "open"} == outer.parameters


def test_the_constructor_alone_creates_the_run() -> None:
    run = Run("digits", "baseline")

    assert ["baseline"] == [one.run_name for one in list_runs("digits")]
    assert (None, None, None) == (run.status, run.start_time, run.end_time)
    assert load_run("baseline", "digits").status is None


# Threads


def test_each_thread_may_have_its_own_run() -> None:
    inside, leave = threading.Barrier(3), threading.Event()
    seen: dict[str, Run] = {}

    def train(name: str) -> None:
        with Run("digits", name) as run:
            inside.wait(20)
            assert load_run() is run
            seen[name] = run
            run.log_metric("loss", 1.0)
            leave.wait(20)

    threads = [threading.Thread(target=train, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    inside.wait(20)
    with pytest.raises(RuntimeError, match=NO_RUN) as caught:
        load_run()
    leave.set()
    for thread in threads:
        thread.join(20)

    assert "digits/one" in str(caught.value)
    assert "digits/two" in str(caught.value)
    assert {"one": "Completed", "two": "Completed"} == {name: run.status for name, run in seen.items()}
    assert [1, 1] == [run.metrics["loss"].count for run in seen.values()]


def test_a_thread_without_a_run_takes_the_processs_only_one(run: Run) -> None:
    def log() -> Run:
        with load_run() as mine:
            mine.log_metric("from the thread", 1.0)
        return mine

    assert in_thread(log) is run
    assert "InProgress" == run.status
    assert ["from the thread"] == list(run.metrics)


def test_a_run_that_is_open_in_two_threads_ends_with_the_last() -> None:
    inside, leave = threading.Event(), threading.Event()

    def stay() -> None:
        with load_run():
            inside.set()
            leave.wait(20)

    with Run("digits", "baseline") as run:
        thread = threading.Thread(target=stay)
        thread.start()
        assert inside.wait(20)
    status = run.status
    run.log_parameter("late", True)
    leave.set()
    thread.join(20)

    assert ("InProgress", "Completed", {"late": True}) == (status, run.status, run.parameters)


# load_run inside a block


def test_load_run_gives_the_same_object_and_leaving_it_changes_nothing(run: Run) -> None:
    with load_run() as inner:
        inner.log_metric("loss", 1.0, step=0)

    assert inner is run
    assert ("InProgress", None) == (run.status, run.end_time)
    run.log_metric("loss", 2.0, step=1)
    assert 2 == run.metrics["loss"].count


def test_an_error_inside_an_inner_block_that_was_caught_is_the_outer_blocks_to_judge() -> None:
    with Run("digits", "baseline") as run:
        with pytest.raises(KeyError), load_run():
            raise KeyError("lost")
        assert "InProgress" == run.status

    assert "Completed" == run.status


def test_load_run_that_is_not_entered_leaves_nothing_behind() -> None:
    with Run("digits", "baseline") as run:
        assert load_run() is run

    with pytest.raises(RuntimeError, match=OUTSIDE):
        run.log_parameter("lr", 1)
    with pytest.raises(RuntimeError, match=NO_RUN):
        load_run()
    with Run("digits", "next"), pytest.raises(RuntimeError, match=NESTED_RUN), run:
        pass


def test_an_explicit_load_run_is_current_inside_and_gives_the_outer_one_back() -> None:
    Run("digits", "other")

    with Run("digits", "outer") as outer:
        with load_run("other", "digits") as other:
            assert load_run() is other
            other.log_parameter("whose", "other")
            outer.log_parameter("also", "taken")
        assert load_run() is outer
        outer.log_parameter("whose", "outer")

    assert ({"whose": "other"}, "Completed") == (other.parameters, other.status)
    assert {"also": "taken", "whose": "outer"} == outer.parameters


def test_an_explicit_load_of_the_same_run_is_another_writer_of_it(run: Run) -> None:
    with load_run("baseline", "digits") as again:
        again.log_metric("loss", 1.0, step=0)
    run.log_metric("loss", 2.0, step=1)

    assert again is not run
    assert ("InProgress", 2) == (run.status, run.metrics["loss"].count)
