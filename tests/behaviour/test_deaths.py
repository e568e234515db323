"""Processes that die, and calls from places where a lock would never come free: nothing that was accepted is lost."""

from __future__ import annotations

import time

import pytest

from assay import load_run
from tests.behaviour.processes import Processes, hear, status_elsewhere, wait_until


def test_a_killed_process_leaves_its_run_stopped_with_the_reason_and_all_it_logged(processes: Processes) -> None:
    script = """
    import os, signal
    from assay import Run
    run = Run("digits", "baseline").__enter__()
    for step in range(1000):
        run.log_metric("loss", step / 7, step=step)
    run.log_parameter("lr", 0.1)
    run.log_roc_curve([0, 1], [0.2, 0.8])
    run.set_tags({"team": "vision"})
    os.kill(os.getpid(), signal.SIGKILL)
    """
    processes.run(script, status=-9)

    run = load_run("baseline", "digits")

    assert "Stopped" == run.status
    assert run.status_message
    assert run.end_time is not None
    assert [step / 7 for step in range(1000)] == run.metric_history("loss").values.tolist()
    assert ({"lr": 0.1}, {"team": "vision"}) == (run.parameters, run.tags)
    assert "ROCCurve" == run.artifacts()["ROC curve"].json()["type"]
    assert ["Stopped"] == [attempt.status for attempt in run.attempts]


def test_a_reader_that_was_there_before_sees_the_death_too(processes: Processes) -> None:
    child = processes.start(
        """
        import sys
        from assay import Run
        run = Run("digits", "baseline").__enter__()
        run.log_metric("loss", 1.0)
        print("inside", flush=True)
        sys.stdin.readline()
        """
    )
    assert "inside" == hear(child)
    run = load_run("baseline", "digits")
    wait_until(lambda: run.status == "InProgress")  # between processes a read is at most a second behind

    child.kill()
    child.wait()

    deadline = time.monotonic() + 5
    while run.status != "Stopped" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert ("Stopped", 1) == (run.status, run.metrics["loss"].count)


def test_a_living_process_that_is_silent_is_not_stopped(processes: Processes) -> None:
    child = processes.start(
        """
        import sys
        from assay import Run
        with Run("digits", "baseline") as run:
            print("inside", flush=True)
            sys.stdin.readline()
            run.log_metric("loss", 1.0)
        """
    )
    assert "inside" == hear(child)

    time.sleep(1.2)
    silent = status_elsewhere(processes, "InProgress")
    processes.release(child)

    run = load_run("baseline", "digits")
    assert ("InProgress", "Completed", 1) == (silent, run.status, run.metrics["loss"].count)


def test_leaving_by_os_exit_is_a_death_and_loses_nothing(processes: Processes) -> None:
    script = """
    import os
    from assay import Run
    run = Run("digits", "baseline").__enter__()
    run.log_metric("loss", 1.0)
    os._exit(0)
    """
    processes.run(script)

    run = load_run("baseline", "digits")
    assert ("Stopped", 1) == (run.status, run.metrics["loss"].count)


def test_a_process_that_ends_inside_its_block_loses_nothing(processes: Processes) -> None:
    script = """
    from assay import Run
    run = Run("digits", "baseline").__enter__()
    run.log_metric("loss", 1.0)
    """
    processes.run(script)

    run = load_run("baseline", "digits")
    assert 1 == run.metrics["loss"].count
    assert "InProgress" != run.status


@pytest.mark.parametrize("signal", ["SIGTERM", "SIGINT"])
def test_a_signal_handler_may_log(processes: Processes, signal: str) -> None:
    script = f"""
    import os, signal, sys
    from assay import Run
    def handler(number, frame):
        run.log_metric("preempted", 1.0)
        run.log_parameter("signal", number)
        sys.exit(0)
    signal.signal(signal.{signal}, handler)
    with Run("digits", "baseline") as run:
        for step in range(10_000_000):
            run.log_metric("loss", 1.0, step=step)
            if step == 20_000:
                os.kill(os.getpid(), signal.{signal})
    """
    processes.run(script)

    run = load_run("baseline", "digits")
    assert ("Completed", 1) == (run.status, run.metrics["preempted"].count)
    assert run.metrics["loss"].count >= 20_000
    assert "signal" in run.parameters


def test_a_finalizer_may_log(processes: Processes) -> None:
    script = """
    import gc
    from assay import Run
    class Thing:
        def __init__(self):
            self.me = self
        def __del__(self):
            run.log_metric("freed", 1.0)
            run.log_parameter("freed", True)
    with Run("digits", "baseline") as run:
        gc.set_threshold(7)
        for step in range(2000):
            Thing()
            run.log_metrics({"loss": 1.0, "acc": 2.0}, step=step)
        gc.collect()
    """
    processes.run(script)

    run = load_run("baseline", "digits")
    assert (2000, 2000) == (run.metrics["loss"].count, run.metrics["freed"].count)


def test_eight_threads_log_at_once_and_nothing_is_lost(processes: Processes) -> None:
    script = """
    import threading
    from assay import Run
    def train(me):
        for step in range(5000):
            run.log_metric("loss", me * 10000 + step, step=step)
            if step % 500 == 0:
                run.log_parameter(f"{me}.{step}", step)
                run.log_metrics({"a": me, f"b{me}": step}, step=step)
    with Run("digits", "baseline") as run:
        threads = [threading.Thread(target=train, args=(me,)) for me in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    """
    processes.run(script)

    run = load_run("baseline", "digits")
    assert {me * 10000.0 + step for me in range(8) for step in range(5000)} == set(
        run.metric_history("loss").values.tolist()
    )
    assert (40_000, 80, 80) == (run.metrics["loss"].count, run.metrics["a"].count, len(run.parameters))
    assert [10] * 8 == [run.metrics[f"b{me}"].count for me in range(8)]
