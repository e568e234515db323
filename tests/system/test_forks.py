"""Forks: children that log through what they inherit or find by `load_run()`, whoever of them dies first."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest

from assay import Run, Session, load_run, system
from assay.storage.sql.sqlite import SqliteDatabase
from tests.system.notes import Notes
from tests.system.numbered import kind_of, log, read_back
from tests.system.processes import PATIENCE_S, live
from tests.system.steps import Steps, full

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

CALLS = 20_000
SOME = 72


def found(store: Path) -> dict[int, set[int]]:
    """All that the run holds, by writer."""
    read = read_back(load_run("run", "forks", Session(str(store))))
    assert [] == read.without_bytes
    return read.numbers


def enter(store: Path) -> Run:
    """The run, entered, in a process that never leaves it by itself."""
    os.environ["ASSAY_QUIET"] = "1"
    return Run("forks", "run", sagemaker_session=Session(str(store))).__enter__()


def log_some(run: Run, writer: int, notes: Notes, scratch: Path, calls: int = SOME) -> None:
    for number in range(calls):
        notes.begin(writer, number)
        log(run, writer, number, scratch)
        notes.returned(writer, number)


def in_child(act: Callable[[], object]) -> int:
    """The number of a forked child that does something and ends as children of `os.fork` do."""
    child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException:  # noqa: BLE001 - shown by the exit code, and here
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return child


def exit_of(child: int) -> int:
    """The exit code of a forked child."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    stop = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < stop, "what was waited for does not happen"
        time.sleep(0.01)


def fork_in_the_block(store: Path, notes: Notes, scratch: Path) -> None:
    os.environ["ASSAY_QUIET"] = "1"
    with Run("forks", "run", sagemaker_session=Session(str(store))) as run:
        log_some(run, 0, notes, scratch)
        inherited = in_child(lambda: log_some(run, 1, notes, scratch))
        loaded = in_child(lambda: log_some(load_run().__enter__(), 2, notes, scratch))

        def log_and_fork() -> None:
            log_some(run, 3, notes, scratch)
            assert 0 == exit_of(in_child(lambda: log_some(run, 4, notes, scratch)))
            log_some(run, 5, notes, scratch)

        grand = in_child(log_and_fork)
        log_some(run, 6, notes, scratch)
        assert [0, 0, 0] == [exit_of(child) for child in (inherited, loaded, grand)]


def test_children_and_grandchildren_that_end_by_os_exit_lose_nothing(
    forkserver: BaseContext, store: Path, tmp_path: Path
) -> None:
    notes = Notes(tmp_path / "notes", 7, CALLS)

    assert 0 == live(forkserver, fork_in_the_block, store, notes, tmp_path)

    assert {writer: set(range(SOME)) for writer in range(7)} == found(store)
    run = load_run("run", "forks", Session(str(store)))
    # The child that entered by load_run() never left: it died within the run.
    assert "Stopped" == run.status, [(a, a.process["pid"], a.message) for a in run.attempts]
    assert ["Completed", "Stopped"] + ["Ended"] * 3 == sorted(
        (attempt.status for attempt in run.attempts), key=["Completed", "Stopped", "Ended"].index
    )


def work_in_a_pool(number: int) -> int:
    with load_run() as run:
        run.log_metric(f"pool/{number}", number, step=number)
        run.log_parameter(f"pool.{number}", os.getpid())
    return number


def use_pools(store: Path) -> None:
    os.environ["ASSAY_QUIET"] = "1"
    with Run("forks", "run", sagemaker_session=Session(str(store))) as run:
        run.log_metric("parent", 1.0)
        for method, first in (("fork", 0), ("spawn", 100)):
            with multiprocessing.get_context(method).Pool(2) as pool:
                assert list(range(first, first + 20)) == pool.map(work_in_a_pool, range(first, first + 20))
                pool.close()
                pool.join()


def test_workers_of_pools_find_the_run(forkserver: BaseContext, store: Path) -> None:
    assert 0 == live(forkserver, use_pools, store)

    run = load_run("run", "forks", Session(str(store)))
    expected = {f"pool/{number}": number for number in (*range(20), *range(100, 120))}
    assert expected | {"parent": 1.0} == {name: summary.last for name, summary in run.metrics.items()}
    assert [1] * 41 == [summary.count for summary in run.metrics.values()]
    assert {f"pool.{number}" for number in (*range(20), *range(100, 120))} == set(run.parameters)
    assert "Completed" == run.status


def be_a_killed_child(store: Path, notes: Notes, scratch: Path) -> None:
    os.environ["ASSAY_QUIET"] = "1"
    with Run("forks", "run", sagemaker_session=Session(str(store))) as run:
        child = in_child(lambda: log_some(run, 1, notes, scratch, CALLS))
        log_some(run, 0, notes, scratch)
        while len(notes.of(1)) < 500:
            time.sleep(0.001)
        os.kill(child, signal.SIGKILL)
        assert -signal.SIGKILL == exit_of(child)
        # The parent reads, and so finds what its child left; and it goes on.
        there = read_back(run).numbers
        assert set(range(SOME)) == there[0]
        assert set() == notes.returned_of(1) - there[1]


def test_what_a_killed_child_logged_is_there_for_its_parent(
    forkserver: BaseContext, store: Path, tmp_path: Path
) -> None:
    notes = Notes(tmp_path / "notes", 2, CALLS)

    assert 0 == live(forkserver, be_a_killed_child, store, notes, tmp_path)

    there = found(store)
    assert [] == [kind_of(number) for number in notes.returned_of(1) - there[1]]
    assert "Completed" == load_run("run", "forks", Session(str(store))).status


def leave_a_child(store: Path, notes: Notes, scratch: Path) -> None:
    """Die at once, by SIGKILL, while a forked child goes on for as long as the file `go` is missing."""
    run = enter(store)
    log_some(run, 0, notes, scratch)

    def outlive() -> None:
        log_some(run, 1, notes, scratch)
        stop = time.monotonic() + PATIENCE_S
        while not (scratch / "go").exists() and time.monotonic() < stop:
            time.sleep(0.01)
        log_some(run, 2, notes, scratch)
        (scratch / "done").touch()

    in_child(outlive)
    while len(notes.of(1)) < SOME:
        time.sleep(0.001)
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_parent_is_seen_as_dead_while_its_child_lives_and_logs_on(
    forkserver: BaseContext, store: Path, tmp_path: Path
) -> None:
    notes = Notes(tmp_path / "notes", 3, CALLS)

    assert -signal.SIGKILL == live(forkserver, leave_a_child, store, notes, tmp_path)

    run = load_run("run", "forks", Session(str(store)))
    assert "Stopped" == run.status
    wait_until(lambda: "1/row/0" in run.metrics and run.metrics["1/row/0"].last_step == SOME - 1)
    assert {writer: set(range(SOME)) for writer in (0, 1)} == found(store)

    (tmp_path / "go").touch()
    wait_until((tmp_path / "done").exists)
    wait_until(lambda: "InProgress" not in {attempt.status for attempt in run.attempts})

    assert {writer: set(range(SOME)) for writer in range(3)} == found(store)
    assert ["Stopped", "Ended"] == [attempt.status for attempt in run.attempts]
    assert "Stopped" == run.status


def fork_with_threads(store: Path, notes: Notes, scratch: Path) -> None:
    """A forked child whose threads log at once, all for the first time, while the parent's threads log on."""
    sys.setswitchinterval(1e-6)
    os.environ["ASSAY_QUIET"] = "1"

    def log_in_threads(run: Run, writers: range) -> None:
        barrier = threading.Barrier(len(writers))
        failures: list[BaseException] = []

        def work(writer: int) -> None:
            try:
                barrier.wait()
                log_some(run, writer, notes, scratch)
            except BaseException as error:
                failures.append(error)
                raise

        threads = [threading.Thread(target=work, args=(writer,)) for writer in writers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures

    with Run("forks", "run", sagemaker_session=Session(str(store))) as run:
        log_some(run, 0, notes, scratch)
        children = [in_child(partial(log_in_threads, run, range(first, first + 8))) for first in (10, 20, 30)]
        log_in_threads(run, range(1, 9))
        assert [0, 0, 0] == [exit_of(child) for child in children]


@pytest.mark.parametrize("attempt", range(4))
def test_threads_of_a_forked_child_that_log_at_once_share_its_journal(
    forkserver: BaseContext, store: Path, tmp_path: Path, attempt: int
) -> None:
    notes = Notes(tmp_path / "notes", 38, CALLS)

    assert 0 == live(forkserver, fork_with_threads, store, notes, tmp_path)

    expected = [*range(9), *range(10, 18), *range(20, 28), *range(30, 38)]
    assert {writer: set(range(SOME)) for writer in expected} == found(store)
    assert 4 == len(load_run("run", "forks", Session(str(store))).attempts)


def fork_on_a_full_disk(store: Path, notes: Notes, scratch: Path) -> None:
    os.environ["ASSAY_QUIET"] = "1"
    with Run("forks", "run", sagemaker_session=Session(str(store))) as run:
        log_some(run, 0, notes, scratch)

        def log_while_full() -> None:
            steps = Steps(store, 1, full, lasting=True)
            steps.begin(names=False)
            for number in range(24):
                log(run, 1, number, scratch)
            assert 24 == run.refused
            steps.end()
            log_some(run, 2, notes, scratch)

        child = in_child(log_while_full)
        log_some(run, 3, notes, scratch)
        assert 0 == exit_of(child)


def test_calls_of_a_child_that_can_make_no_journal_are_refused_until_it_can(
    forkserver: BaseContext, store: Path, tmp_path: Path
) -> None:
    notes = Notes(tmp_path / "notes", 4, CALLS)

    assert 0 == live(forkserver, fork_on_a_full_disk, store, notes, tmp_path)

    assert {writer: set(range(SOME)) for writer in (0, 2, 3)} == found(store)


FORKS = 120


def fork_while_the_store_is_busy(store: Path) -> None:
    os.environ["ASSAY_QUIET"] = "1"
    ended = threading.Event()
    with Run("forks", "run", sagemaker_session=Session(str(store))) as run:

        def keep_busy() -> None:
            while not ended.is_set():
                run.log_metric("parent", 1.0)
                run.flush()

        def log_and_flush() -> None:
            run.log_metric("child", 1.0)
            run.flush()

        thread = threading.Thread(target=keep_busy)
        thread.start()
        for _ in range(FORKS):
            assert 0 == exit_of(in_child(log_and_flush))
        ended.set()
        thread.join()


def test_a_fork_beside_a_thread_that_uses_the_store_leaves_the_child_able_to(
    forkserver: BaseContext, store: Path
) -> None:
    assert 0 == live(forkserver, fork_while_the_store_is_busy, store)

    assert FORKS == load_run("run", "forks", Session(str(store))).metrics["child"].count


def die_within_a_transaction(store: Path, scratch: Path, journal: str) -> None:
    os.environ["ASSAY_QUIET"], os.environ["ASSAY_SQLITE_JOURNAL"] = "1", journal
    run = enter(store)
    run.log_metric("loss", 0.5)
    run.flush()

    def outlive() -> None:
        (scratch / "lives").touch()
        wait_until((scratch / "go").exists)

    def fork_and_die(statement: str) -> None:
        if statement.startswith("INSERT"):
            in_child(outlive)
            wait_until((scratch / "lives").exists)
            os.kill(os.getpid(), signal.SIGKILL)

    with SqliteDatabase(str(store / "catalog.db"), writable=True).write() as connection:
        connection.set_trace_callback(fork_and_die)
        connection.execute("INSERT INTO names (name) VALUES ('of a transaction that never ends')")


@pytest.mark.parametrize("journal", ["wal", "rollback"])
def test_a_child_does_not_hold_the_store_for_its_parent_who_died_in_a_transaction(
    forkserver: BaseContext, store: Path, tmp_path: Path, journal: str
) -> None:
    assert -signal.SIGKILL == live(forkserver, die_within_a_transaction, store, tmp_path, journal)

    began = time.monotonic()
    run = Run("forks", "run", sagemaker_session=Session(str(store)))
    assert 0.5 == run.metrics["loss"].last
    assert "Stopped" == run.status
    assert time.monotonic() - began < 5
    (tmp_path / "go").touch()


def log_while_the_store_is_held(store: Path, notes: Notes, scratch: Path) -> None:
    os.environ["ASSAY_QUIET"] = "1"
    with Run("forks", "run", sagemaker_session=Session(str(store))) as run:
        log_some(run, 0, notes, scratch)
        run.flush()
        with open(store / "catalog.db.lock", "rb") as lock:
            while not system.try_lock(lock.fileno()):
                time.sleep(0.001)
            began = time.monotonic()
            child = in_child(lambda: log_some(run, 1, notes, scratch))
            log_some(run, 2, notes, scratch)
            assert 0 == exit_of(child)
            assert time.monotonic() - began < 3, "a log call waited for the store"


def test_log_calls_of_parent_and_child_do_not_wait_for_the_store(
    forkserver: BaseContext, store: Path, tmp_path: Path
) -> None:
    notes = Notes(tmp_path / "notes", 3, CALLS)

    assert 0 == live(forkserver, log_while_the_store_is_held, store, notes, tmp_path)

    assert {writer: set(range(SOME)) for writer in range(3)} == found(store)
