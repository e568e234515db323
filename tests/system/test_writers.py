"""Many writers at once, threads and processes, on one run and on many; a reader all the while."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

import pytest

from assay import Run, Session, list_runs, load_run
from tests.system.numbered import log, read_back

WRITERS = 8
CALLS = 960
PATIENCE_S = 100


def log_numbers(store: Path, scratch: Path, run_name: str, writer: int, barrier: Any) -> None:
    """Log as one of many processes that begin at the same moment."""
    os.environ["ASSAY_QUIET"] = "1"
    barrier.wait(PATIENCE_S)
    with Run("writers", run_name, sagemaker_session=Session(str(store))) as run:
        for number in range(CALLS):
            log(run, writer, number, scratch)


def read_until(store: Path, run_name: str, ended: Any, answer: Any) -> None:
    """Read a run again and again while others log to it; answers how often, and what went wrong."""
    os.environ["ASSAY_QUIET"] = "1"
    try:
        run = Run("writers", run_name, sagemaker_session=Session(str(store)))
        times, counts, lengths = 0, dict[str, int](), dict[str, int]()
        while not ended.is_set() or not times:
            times += 1
            now = {name: summary.count for name, summary in run.metrics.items()}
            assert all(now[name] >= count for name, count in counts.items()), "a count went back"
            for name in [name for name in now if name.endswith(("/point", "/row/7"))]:
                history = run.metric_history(name)
                assert len(history.steps) >= max(lengths.get(name, 0), now[name]), f"points of {name} went away"
                assert len(set(history.steps.tolist())) == len(history.steps), f"a point of {name} is there twice"
                lengths[name] = len(history.steps)
            counts = now
        answer.send(times)
    except BaseException as error:
        answer.send(repr(error))
        raise


@pytest.fixture
def hurry() -> Iterator[None]:
    """Threads that take turns every few instructions."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


class Reader:
    """A process that reads a run until it is told that the writers have ended."""

    def __init__(self, context: BaseContext, store: Path, run_name: str) -> None:
        self._ended = context.Event()
        self._mine, theirs = context.Pipe(duplex=False)
        arguments = (store, run_name, self._ended, theirs)
        self._process: Any = context.Process(target=read_until, args=arguments)  # type: ignore[attr-defined]
        self._process.start()

    def end(self) -> object:
        """How often it has read, or what went wrong."""
        self._ended.set()
        answer: object = self._mine.recv() if self._mine.poll(PATIENCE_S) else "the reader does not end"
        self._process.join()
        return answer


def run_at_once(context: BaseContext, target: Callable[..., None], arguments: list[tuple[object, ...]]) -> list[int]:
    """The exit codes of processes that begin at once."""
    barrier = context.Barrier(len(arguments))
    processes: list[Any] = []
    for some in arguments:
        processes.append(context.Process(target=target, args=(*some, barrier)))  # type: ignore[attr-defined]
        processes[-1].start()
    for process in processes:
        process.join(PATIENCE_S)
    return [process.exitcode for process in processes]


def test_threads_that_share_a_run_lose_nothing(
    forkserver: BaseContext, store: Path, tmp_path: Path, hurry: None
) -> None:
    failures: list[BaseException] = []

    def work(run: Run, writer: int) -> None:
        try:
            for number in range(CALLS):
                log(run, writer, number, tmp_path)
        except BaseException as error:  # noqa: BLE001 - shown by the thread that joins
            failures.append(error)

    with Run("writers", "threads", sagemaker_session=Session(str(store))) as run:
        reader = Reader(forkserver, store, "threads")
        threads = [threading.Thread(target=work, args=(run, writer)) for writer in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    reads = reader.end()

    assert [] == failures
    assert isinstance(reads, int), reads
    found = read_back(load_run("threads", "writers", Session(str(store))))
    assert {writer: set(range(CALLS)) for writer in range(WRITERS)} == found.numbers


def test_processes_that_share_a_run_lose_nothing(forkserver: BaseContext, store: Path, tmp_path: Path) -> None:
    reader = Reader(forkserver, store, "shared")

    codes = run_at_once(forkserver, log_numbers, [(store, tmp_path, "shared", writer) for writer in range(WRITERS)])

    reads = reader.end()
    assert [0] * WRITERS == codes
    assert isinstance(reads, int), reads
    run = load_run("shared", "writers", Session(str(store)))
    assert {writer: set(range(CALLS)) for writer in range(WRITERS)} == read_back(run).numbers
    assert "Completed" == run.status
    assert list(range(1, WRITERS + 1)) == [attempt.number for attempt in run.attempts]


def test_processes_with_a_run_each_lose_nothing(forkserver: BaseContext, store: Path, tmp_path: Path) -> None:
    codes = run_at_once(
        forkserver, log_numbers, [(store, tmp_path, f"own-{writer}", writer) for writer in range(WRITERS)]
    )

    assert [0] * WRITERS == codes
    runs = list_runs("writers", sagemaker_session=Session(str(store)))
    assert {f"own-{writer}" for writer in range(WRITERS)} == {run.run_name for run in runs}
    for run in runs:
        writer = int(run.run_name.removeprefix("own-"))
        assert {writer: set(range(CALLS))} == read_back(run).numbers
        assert "Completed" == run.status


STARTS = 32


def start(store: Path, name: str, answer: Any, barrier: Any) -> None:
    """Start a run at the same moment as others, log a little, and say how long each of the two took."""
    os.environ["ASSAY_QUIET"] = "1"
    barrier.wait(PATIENCE_S)
    with Run("starts", name, sagemaker_session=Session(str(store))) as run:
        run.log_parameters({"lr": 0.1, "name": name})
        run.log_metric("loss", 0.5, step=0)
    answer.put(name)


@pytest.mark.parametrize("journal", ["wal", "rollback"])
def test_processes_that_start_at_once_on_a_new_folder_all_get_their_run(
    forkserver: BaseContext, store: Path, monkeypatch: pytest.MonkeyPatch, journal: str
) -> None:
    names = [f"{journal}-{number}" for number in range(STARTS)]
    answers = forkserver.Queue()
    codes = run_at_once(forkserver, start_with, [(journal, store, name, answers) for name in names])

    assert [0] * STARTS == codes
    runs = list_runs("starts", sagemaker_session=Session(str(store)))
    assert set(names) == {run.run_name for run in runs}
    assert [("Completed", {"lr": 0.1, "name": run.run_name}, 0.5) for run in runs] == [
        (run.status, run.parameters, run.metrics["loss"].last) for run in runs
    ]


def start_with(journal: str, *arguments: Any) -> None:
    os.environ["ASSAY_SQLITE_JOURNAL"] = journal
    start(*arguments)


def test_threads_that_give_no_step_count_together(store: Path, hurry: None) -> None:
    calls = 5000

    def work(run: Run) -> None:
        for number in range(calls):
            run.log_metric("loss", number)
            if number % 10 == 0:
                run.log_metrics({"a": number, "b": -number})

    with Run("writers", "steps", sagemaker_session=Session(str(store))) as run:
        threads = [threading.Thread(target=work, args=(run,)) for _ in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert list(range(WRITERS * calls)) == run.metric_history("loss").steps.tolist()
    for name in ("a", "b"):
        assert list(range(WRITERS * calls // 10)) == run.metric_history(name).steps.tolist()
    assert sorted(list(range(calls)) * WRITERS) == sorted(run.metric_history("loss").values.tolist())
