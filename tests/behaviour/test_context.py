"""The `with` block: when calls are taken, and how a run ends."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest

from assay import Run
from tests.behaviour.calls import LOG_CALLS
from tests.behaviour.processes import Processes, hear

OUTSIDE = r"^This method should be called inside context of 'with' statement\.$"


# Where calls are taken


@pytest.mark.parametrize("call", LOG_CALLS)
def test_log_calls_outside_the_block_raise_and_change_nothing(call: str) -> None:
    run = Run("digits", "baseline")

    with pytest.raises(RuntimeError, match=OUTSIDE):
        LOG_CALLS[call](run)
    with run:
        pass
    with pytest.raises(RuntimeError, match=OUTSIDE):
        LOG_CALLS[call](run)

    assert ({}, {}, {}) == (run.parameters, run.metrics, run.artifacts())
    assert "Completed" == run.status


@pytest.mark.parametrize("call", LOG_CALLS)
def test_log_calls_inside_the_block_are_taken(run: Run, call: str) -> None:
    LOG_CALLS[call](run)

    assert 1 == len(run.parameters) + len(run.metrics) + len(run.artifacts())


def test_a_log_call_kept_from_inside_raises_outside() -> None:
    with Run("digits", "baseline") as run:
        log_metric, log_metrics = run.log_metric, run.log_metrics
        log_metric("loss", 1.0, step=0)
        log_metrics({"loss": 1.0}, step=1)

    with pytest.raises(RuntimeError, match=OUTSIDE):
        log_metric("loss", 2.0, step=2)
    with pytest.raises(RuntimeError, match=OUTSIDE):
        log_metrics({"loss": 2.0}, step=3)
    assert 2 == run.metrics["loss"].count


def test_the_check_is_for_each_object() -> None:
    other = Run("digits", "other")

    with Run("digits", "baseline"), pytest.raises(RuntimeError, match=OUTSIDE):
        other.log_parameter("lr", 0.1)


def test_close_and_experiment_config_need_no_block() -> None:
    run = Run("digits", "baseline")

    run.close()
    assert "digits-baseline" == run.experiment_config["RunName"]


# Start and end


def test_entering_again_keeps_the_start_and_has_no_end_until_left() -> None:
    run = Run("digits", "baseline")
    with run:
        start = run.start_time
        assert ("InProgress", None) == (run.status, run.end_time)
    first_end = run.end_time
    time.sleep(0.01)
    with run:
        assert ("InProgress", start, None) == (run.status, run.start_time, run.end_time)

    assert start is not None
    assert first_end is not None
    assert run.end_time is not None
    assert start <= first_end < run.end_time
    assert start == run.start_time


def test_leaving_completes() -> None:
    with Run("digits", "baseline") as run:
        pass

    assert ("Completed", None) == (run.status, run.status_message)


def test_a_run_that_logs_up_to_the_last_moment_completes() -> None:
    with Run("digits", "baseline") as run:
        for step in range(250_000):  # more than one segment carries
            run.log_metrics({"loss": 1.0, "accuracy": 0.5}, step=step)

    assert ("Completed", None) == (run.status, run.status_message)
    assert run.end_time is not None
    assert 250_000 == run.metrics["loss"].count


@pytest.mark.parametrize("error", [ValueError("no such layer"), ValueError(), RuntimeError("x" * 3000), SystemExit(2)])
def test_any_exception_fails_the_run_and_propagates(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, Run("digits", "baseline") as run:
        raise error

    assert caught.value is error
    assert ("Failed", str(error)[:1024]) == (run.status, run.status_message)


def test_the_whole_traceback_is_kept() -> None:
    def deep_down() -> None:
        raise ValueError("y" * 2000)

    with pytest.raises(ValueError, match="yyy"), Run("digits", "baseline") as run:
        deep_down()

    kept = run.attempts[-1].traceback
    assert kept is not None
    assert "deep_down" in kept
    assert "ValueError: " + "y" * 2000 in kept


@pytest.mark.parametrize("code", [None, 0])
def test_a_good_exit_completes(code: int | None) -> None:
    with pytest.raises(SystemExit), Run("digits", "baseline") as run:
        raise SystemExit(code)

    assert "Completed" == run.status


def test_the_keyboard_stops_the_run() -> None:
    with pytest.raises(KeyboardInterrupt), Run("digits", "baseline") as run:
        raise KeyboardInterrupt

    assert "Stopped" == run.status


def test_an_error_while_closing_does_not_replace_the_users(store: Path) -> None:
    def lose_the_store() -> None:
        with Run("digits", "baseline") as run:
            run.log_metric("loss", 1.0)
            shutil.rmtree(store)
            raise KeyError("the user's")

    with pytest.raises(KeyError, match="the user's"):
        lose_the_store()


def test_an_exception_that_can_not_be_shown_still_fails_the_run_and_propagates() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise ValueError("no words")

    with pytest.raises(Mute), Run("digits", "baseline") as run:
        raise Mute

    assert "Failed" == run.status


def test_an_exception_whose_text_utf8_can_not_hold_still_fails_the_run() -> None:
    with pytest.raises(FileNotFoundError), Run("digits", "baseline") as run:
        raise FileNotFoundError("caf\udce9")  # what Python makes of a file name in Latin-1

    assert "Failed" == run.status
    assert run.status_message is not None
    assert run.status_message.startswith("caf")


# close


def test_close_may_be_called_any_number_of_times_and_the_run_stays_usable() -> None:
    run = Run("digits", "baseline")
    run.close()
    with run:
        run.log_metric("loss", 1.0, step=0)
        run.close()
        run.close()
        run.log_metric("loss", 2.0, step=1)
        assert "InProgress" == run.status
    run.close()

    assert [1.0, 2.0] == run.metric_history("loss").values.tolist()


def test_close_returns_within_its_bound_though_another_process_holds_the_store(
    run: Run, store: Path, processes: Processes
) -> None:
    run.log_metric("loss", 1.0)
    run.flush()
    holder = processes.start(
        """
        import fcntl, glob, sys
        files = [open(path, "r+b") for path in glob.glob(sys.argv[1] + "/*.lock")]
        for file in files:
            fcntl.flock(file, fcntl.LOCK_EX)
        print(len(files), flush=True)
        sys.stdin.readline()
        """,
        store,
    )
    assert int(hear(holder)) > 0
    run.log_metric("loss", 2.0)
    start = time.monotonic()

    run.close()

    took = time.monotonic() - start
    processes.release(holder)
    assert took < 12
    assert 2 == run.metrics["loss"].count


# Outside the block


def test_tags_flush_and_reads_work_outside_the_block() -> None:
    run = Run("digits", "baseline", tags={"team": "vision"})
    with run:
        run.log_metric("loss", 1.0)

    run.set_tags({"stage": "done"})
    run.flush()

    assert {"team": "vision", "stage": "done"} == run.tags
    assert 1 == len(run.metric_history("loss").values)
    assert run.start_time is not None
    assert run.end_time is not None
    assert timedelta(0) <= run.end_time - run.start_time < timedelta(minutes=5)
