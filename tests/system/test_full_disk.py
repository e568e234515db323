"""A full disk at each step: the constructor raises, calls are refused and counted, what was not refused is there."""

from __future__ import annotations

import errno
import itertools
import json
import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assay import AssayError, Run, Session, load_run
from assay.errors import RefusedError
from tests.system.numbered import kind_of, log, read_back
from tests.system.steps import Steps, full

ONE_OF_EACH = sorted({kind_of(number): number for number in range(23, -1, -1)}.values())
LATER = [number + 24 for number in ONE_OF_EACH]
REFUSED = "a call was refused"


class Life:
    """A run's life on a disk that is full for one step, or from one on until the first half of its calls is made.

    Attributes:
        error: What the constructor or the block raised.
        refused: The calls that were refused.
        kept: Those that were not.
        count: What `run.refused` said in the end.
    """

    def __init__(self, folder: Path, at: int, *, lasting: bool = False) -> None:
        self.error: BaseException | None = None
        self.refused: set[int] = set()
        self.kept: set[int] = set()
        self.count = 0
        self.steps = Steps(folder / "store", at, full, lasting=lasting)
        self.steps.begin(names=False)
        try:
            with Run("full", "disk", sagemaker_session=Session(str(folder / "store"))) as run:
                for number in (*ONE_OF_EACH, *LATER):
                    if number == LATER[0]:
                        self.steps.at = self.steps.at if not lasting else 0
                    before = run.refused
                    log(run, 0, number, folder)
                    (self.kept if run.refused == before else self.refused).add(number)
                    self.count = run.refused
        except OSError as error:
            self.error = error
        finally:
            self.steps.end()


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], int]:
    """How often it was said, since this was last asked, that a call was refused."""
    caplog.set_level(logging.WARNING, "assay")

    def count() -> int:
        found = sum(REFUSED in record.getMessage() for record in caplog.records)
        caplog.clear()
        return found

    return count


def lives(tmp_path: Path, *, lasting: bool) -> Iterator[tuple[str, Path, Life]]:
    """A life for each step at which the disk may be full: the step, its folder, and the life."""
    for at in itertools.count(1):
        folder = tmp_path / str(at)
        folder.mkdir()
        life = Life(folder, at, lasting=lasting)
        if len(life.steps.taken) < at or (lasting and not life.refused and life.error is None):
            return
        yield f"{at} {life.steps.taken[at - 1]}", folder, life


@pytest.mark.parametrize("lasting", [False, True], ids=["for one step", "from a step on"])
def test_a_disk_that_is_full_at_any_step_costs_the_calls_that_it_refused_and_no_others(
    tmp_path: Path, said: Callable[[], int], lasting: bool
) -> None:
    steps = 0
    for step, folder, life in lives(tmp_path, lasting=lasting):
        steps += 1
        assert bool(life.refused) == said(), step
        assert len(life.refused) == life.count, step
        if life.error is not None:
            assert isinstance(life.error, AssayError), step
            assert set() == life.kept | life.refused, step
            continue
        run = load_run("disk", "full", Session(str(folder / "store")))
        found = read_back(run)
        assert life.kept == found.numbers.get(0, set()), step
        assert [] == found.without_bytes, step
        assert set(LATER) <= life.kept or not lasting, step
        assert len(life.refused) == run.refused, step
        assert "Completed" == run.status, step

    assert steps > 15


def test_calls_raise_at_a_full_disk_where_that_is_asked_for(store: Path, tmp_path: Path) -> None:
    steps = Steps(store, 1, full, lasting=True)
    with Run("full", "disk", sagemaker_session=Session(str(store), on_refused="raise")) as run:
        steps.begin(names=False)
        for number in ONE_OF_EACH:
            with pytest.raises(RefusedError) as caught:
                log(run, 0, number, tmp_path)
            assert isinstance(caught.value, OSError)
            assert errno.ENOSPC == caught.value.errno
        steps.end()
        for number in LATER:
            log(run, 0, number, tmp_path)

    assert set(LATER) == read_back(run).numbers[0]
    assert len(ONE_OF_EACH) == run.refused


def test_calls_are_kept_again_where_each_must_be_durable(store: Path, tmp_path: Path) -> None:
    steps = Steps(store, 1, full, lasting=True)
    with Run("full", "disk", sagemaker_session=Session(str(store), durability="always")) as run:
        for number in ONE_OF_EACH:
            log(run, 0, number, tmp_path)
        steps.begin(names=False)
        for number in LATER:
            log(run, 0, number, tmp_path)
        steps.end()
        assert len(LATER) == run.refused
        for number in LATER:
            log(run, 1, number, tmp_path)

    found = read_back(run).numbers
    assert set(ONE_OF_EACH) <= found[0]
    assert set(LATER) == found[1]


def test_a_call_of_many_metrics_is_kept_whole_or_not_at_all(store: Path) -> None:
    with Run("full", "disk", sagemaker_session=Session(str(store))) as run:
        run.log_metric("a", 0.5)  # its steps are ahead of b's from here on, so the call below makes a row of each
        steps = Steps(store, 1, full, lasting=True)
        steps.begin(names=False)
        run.log_metrics({"a": 1.5, "b": 2.5})
        steps.end()
        assert 1 == run.refused
        run.log_metrics({"a": 3.5, "b": 4.5})

    assert [0.5, 3.5] == run.metric_history("a").values.tolist()
    assert [4.5] == run.metric_history("b").values.tolist()


def test_a_flush_on_a_full_disk_says_so_and_the_next_one_sends_all(store: Path, tmp_path: Path) -> None:
    with Run("full", "disk", sagemaker_session=Session(str(store))) as run:
        for number in ONE_OF_EACH:
            log(run, 0, number, tmp_path)
        steps = Steps(store, 1, full, lasting=True)
        steps.begin(names=False)
        with pytest.raises(RefusedError, match=r"full/disk.*No space left"):
            run.flush()
        steps.end()
        run.flush()

        assert set(ONE_OF_EACH) == read_back(run).numbers[0]
        assert 0 == run.refused


def test_calls_of_a_run_that_arrived_by_pickle_are_refused_until_it_can_have_a_journal(
    store: Path, tmp_path: Path, said: Callable[[], int]
) -> None:
    with Run("full", "disk", sagemaker_session=Session(str(store))) as run:
        handle = pickle.loads(pickle.dumps(run))
        steps = Steps(store, 1, full, lasting=True)
        steps.begin(names=False)
        for number in ONE_OF_EACH:
            log(handle, 0, number, tmp_path)
        steps.end()
        assert len(ONE_OF_EACH) == handle.refused
        assert 1 == said()
        for number in LATER:
            log(handle, 0, number, tmp_path)

        assert set(LATER) == read_back(run).numbers[0]


FILL = """
import json, os, sys
from pathlib import Path
from assay import Run, Session
from tests.system.numbered import log

store, scratch, ballast, calls = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])

def fill(path):
    size = 1 << 20
    with open(path, "wb", buffering=0) as file:
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2

refused, kept = [], []
with Run("full", "disk", sagemaker_session=Session(str(store))) as run:
    for number in range(calls):
        if number == calls // 3:
            fill(ballast)
        if number == 2 * calls // 3:
            os.unlink(ballast)
        before = run.refused
        log(run, 0, number, scratch)
        (kept if run.refused == before else refused).append(number)
fill(ballast)
try:
    Run("full", "another", sagemaker_session=Session(str(store))).__enter__()
except OSError as error:
    print(json.dumps({"refused": refused, "kept": kept, "status": run.status, "error": error.errno}))
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MiB of its own."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = sys.platform == "linux" and os.getuid() == 0
    if mounted:
        command = ["mount", "-t", "tmpfs", "-o", "size=24m", "none", str(folder)]
        mounted = 0 == subprocess.run(command, stderr=subprocess.DEVNULL).returncode
    if not mounted:
        pytest.skip("only root of Linux, outside of containers that forbid it, can make a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_run_lives_through_a_disk_that_is_full_for_a_while(
    small_disk: Path, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    calls = 1500
    arguments = [small_disk / "store", tmp_path, small_disk / "ballast", calls]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FILL, *map(str, arguments)],
        cwd=pytestconfig.rootpath,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert "" != done.stdout, done.stderr
    life = json.loads(done.stdout)
    assert 1 == done.stderr.count(REFUSED)
    assert errno.ENOSPC == life["error"]
    assert "Completed" == life["status"]
    assert {"text", "file", "parameter"} <= {kind_of(number) for number in life["refused"]}
    assert set(range(calls // 3)) | set(range(2 * calls // 3, calls)) <= set(life["kept"])
    (small_disk / "ballast").unlink()
    run = load_run("disk", "full", Session(str(small_disk / "store")))
    found = read_back(run)
    not_kept = found.numbers[0] - set(life["kept"])
    assert set() == set(life["kept"]) - found.numbers[0]
    assert {"tag"} >= {kind_of(number) for number in not_kept}  # a later value of the tag speaks for earlier ones
    assert [] == found.without_bytes
    assert len(life["refused"]) == run.refused
