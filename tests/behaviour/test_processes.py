"""Runs in several processes: children of every kind, pickles, deaths, and who decides how a run ended."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from assay import Run, load_run
from tests.behaviour.processes import Processes, hear

STAY = """
import os, sys
from assay import load_run
with load_run() as run:
    print(os.getpid(), flush=True)
    sys.stdin.readline()
    {then}
"""


def status_elsewhere(processes: Processes, wanted: str, within_s: float = 5) -> str:
    """What another process says of the run digits/baseline: its status, once it is the wanted one or time is up."""
    script = """
    import sys, time
    from assay import load_run
    deadline = time.monotonic() + float(sys.argv[2])
    while (status := load_run("baseline", "digits").status) != sys.argv[1] and time.monotonic() < deadline:
        time.sleep(0.05)
    print(status)
    """
    return processes.run(script, wanted, within_s).strip()


# Several writers


def test_a_run_is_in_progress_while_anybody_is_inside(processes: Processes) -> None:
    with Run("digits", "baseline") as run:
        child = processes.start(STAY.format(then=""))
        hear(child)
        assert "InProgress" == run.status
    between = run.status
    processes.release(child)

    assert ("InProgress", "Completed") == (between, run.status)


def test_the_last_to_leave_decides_failed_if_any_failed_and_names_that_writer(processes: Processes) -> None:
    with Run("digits", "baseline") as run:
        child = processes.start(STAY.format(then="raise ValueError('no such layer')"))
        pid = hear(child)
        processes.release(child, status=1)
        assert "InProgress" == run.status

    assert "Failed" == run.status
    assert run.status_message is not None
    assert "no such layer" in run.status_message
    assert pid in run.status_message


def test_a_failure_from_before_the_run_was_entered_again_does_not_count() -> None:
    with pytest.raises(KeyError), Run("digits", "baseline") as run:
        raise KeyError("lost")

    with run:
        pass

    assert ("Completed", None) == (run.status, run.status_message)


def test_a_death_among_several_writers_makes_the_run_stopped(processes: Processes) -> None:
    with Run("digits", "baseline") as run:
        child = processes.start(STAY.format(then="os.kill(os.getpid(), 9)"))
        hear(child)
        processes.release(child, status=-9)

    assert "Stopped" == status_elsewhere(processes, "Stopped")
    assert "Stopped" == run.status


def test_several_ranks_log_to_one_run_and_nothing_is_lost(processes: Processes) -> None:
    script = """
    import sys
    from assay import load_run
    rank = int(sys.argv[1])
    with load_run() as run:
        for step in range(500):
            run.log_metric("loss", rank + step / 1000, step=step)
            run.log_metric(f"loss of {rank}", step, step=step)
        run.log_parameter(f"rank {rank}", rank)
    """
    with Run("digits", "baseline") as run:
        ranks = [processes.start(script, rank) for rank in range(4)]
        for rank in ranks:
            processes.finish(rank)

    assert {f"rank {rank}": rank for rank in range(4)} == run.parameters
    assert 2000 == run.metrics["loss"].count
    assert [500] * 4 == [run.metrics[f"loss of {rank}"].count for rank in range(4)]
    history = run.metric_history("loss")
    assert sorted([rank + step / 1000 for rank in range(4) for step in range(500)]) == sorted(history.values.tolist())
    assert 5 == len(run.attempts)
    assert 5 == len({attempt.writer for attempt in run.attempts})


# Deaths


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
    assert "InProgress" == run.status

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


# Children


CHILDREN = {
    "fork": "multiprocessing.get_context('fork')",
    "spawn": "multiprocessing.get_context('spawn')",
    "forkserver": "multiprocessing.get_context('forkserver')",
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("how", CHILDREN)
def test_a_child_finds_the_run_and_is_its_own_writer(processes: Processes, how: str) -> None:
    script = f"""
    import multiprocessing, os
    from assay import Run, load_run
    def work(number):
        with load_run() as run:
            run.log_metric("loss", number, step=number)
            run.log_parameter(f"child {{number}}", os.getpid())
    if __name__ == "__main__":
        context = {CHILDREN[how]}
        with Run("digits", "baseline") as run:
            run.log_metric("loss", -1.0, step=-1)
            children = [context.Process(target=work, args=(number,)) for number in range(2)]
            [child.start() for child in children]
            [child.join() for child in children]
            assert [child.exitcode for child in children] == [0, 0]
            run.log_metric("loss", 9.0, step=9)
    """
    processes.run(script)

    run = load_run("baseline", "digits")
    assert [-1.0, 0.0, 1.0, 9.0] == run.metric_history("loss").values.tolist()
    assert 2 == len(set(run.parameters.values()))
    assert ("Completed", 3) == (run.status, len({attempt.writer for attempt in run.attempts}))


@pytest.mark.parametrize("how", [name for name in CHILDREN if name != "fork" or hasattr(os, "fork")])
def test_a_run_pickled_inside_its_block_arrives_inside(processes: Processes, how: str) -> None:
    script = f"""
    import multiprocessing
    from assay import Run
    def work(run, number):
        run.log_metric("loss", number, step=number)
        run.log_parameter(f"child {{number}}", run.run_name)
    if __name__ == "__main__":
        with Run("digits", "baseline") as run:
            with {CHILDREN[how]}.Pool(2) as pool:
                pool.starmap(work, [(run, number) for number in range(4)])
                pool.close()
                pool.join()
            assert run.status == "InProgress", run.status
    """
    processes.run(script)

    run = load_run("baseline", "digits")
    assert [0.0, 1.0, 2.0, 3.0] == run.metric_history("loss").values.tolist()
    assert {f"child {number}": "baseline" for number in range(4)} == run.parameters
    assert "Completed" == run.status


def test_a_run_pickled_outside_its_block_arrives_as_a_handle_outside(processes: Processes) -> None:
    script = """
    import multiprocessing
    from assay import Run
    def work(run):
        try:
            run.log_metric("loss", 1.0)
        except RuntimeError as error:
            run.set_tags({"error": str(error)})
        with run:
            run.log_metric("loss", 2.0)
    if __name__ == "__main__":
        run = Run("digits", "baseline")
        process = multiprocessing.get_context("spawn").Process(target=work, args=(run,))
        process.start()
        process.join()
        assert process.exitcode == 0
    """
    processes.run(script)

    run = load_run("baseline", "digits")
    assert [2.0] == run.metric_history("loss").values.tolist()
    assert "This method should be called inside context of 'with' statement." == run.tags["error"]
    assert "Completed" == run.status


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_that_logs_with_its_parents_object_loses_nothing(processes: Processes) -> None:
    script = """
    import os
    from assay import Run
    with Run("digits", "baseline") as run:
        run.log_metric("loss", 0.0, step=0)
        child = os.fork()
        if child == 0:
            run.log_metric("loss", 1.0, step=1)
            run.log_parameter("child", os.getpid())
            os._exit(0)
        os.waitpid(child, 0)
        run.log_metric("loss", 2.0, step=2)
    """
    processes.run(script)

    run = load_run("baseline", "digits")
    assert [0.0, 1.0, 2.0] == run.metric_history("loss").values.tolist()
    assert ["child"] == list(run.parameters)
    assert "Completed" == run.status


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_that_falls_out_of_the_block_does_not_end_the_run(processes: Processes) -> None:
    script = """
    import os, sys
    from assay import Run
    with Run("digits", "baseline") as run:
        child = os.fork()
        if child == 0:
            sys.exit(0)
        os.waitpid(child, 0)
        assert run.status == "InProgress", run.status
        run.log_metric("loss", 1.0)
    """
    processes.run(script)

    run = load_run("baseline", "digits")
    assert ("Completed", 1) == (run.status, run.metrics["loss"].count)


def test_a_shell_script_in_between_passes_the_run_on(processes: Processes, tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text(
        "from assay import load_run\nwith load_run() as run:\n    run.log_metric('loss', 1.0)\n"
    )
    script = """
    import subprocess, sys
    from assay import Run
    with Run("digits", "baseline") as run:
        subprocess.run(f'cd / && "{sys.executable}" "{sys.argv[1]}"', shell=True, check=True)
    """
    processes.run(script, tmp_path / "job.py")

    assert 1 == load_run("baseline", "digits").metrics["loss"].count


def test_a_child_outlives_the_block_and_logs_on(processes: Processes) -> None:
    with Run("digits", "baseline") as run:
        child = processes.start(STAY.format(then="run.log_metric('late', 1.0)"))
        hear(child)
    processes.release(child)

    assert ("Completed", 1) == (run.status, run.metrics["late"].count)
