"""Runs in several processes: children of every kind, pickles, deaths, and who decides how a run ended."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assay import Run, load_run
from tests.behaviour.processes import Processes, hear, status_elsewhere

STAY = """
import os, sys
from assay import load_run
with load_run() as run:
    print(os.getpid(), flush=True)
    sys.stdin.readline()
    {then}
"""


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
