"""A full disk: the constructor raises; inside a run, calls are refused, said so and counted, and training goes on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay import load_run
from tests.behaviour.processes import Processes

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no file system of a given size here")

FILL = """
import os, resource, signal
def fill():
    # Leave no space: on a file system of the test's own by filling it, else by a limit on this process's files.
    if os.path.ismount(os.path.dirname(os.environ["ASSAY_STORE"])):
        with open(os.path.dirname(os.environ["ASSAY_STORE"]) + "/filler", "ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError:
                    pass
    else:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
def free():
    if os.path.ismount(os.path.dirname(os.environ["ASSAY_STORE"])):
        os.unlink(os.path.dirname(os.environ["ASSAY_STORE"]) + "/filler")
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


@pytest.fixture(autouse=True)
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: Path) -> Iterator[Path]:
    """The test's store on a file system of 48 MB where one can be mounted."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = False
    if os.geteuid() == 0:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)], capture_output=True, check=False
        )
        mounted = done.returncode == 0
    monkeypatch.setenv("ASSAY_STORE", str(folder / "store"))
    monkeypatch.delenv("ASSAY_QUIET")
    yield folder
    if mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def run_and_hear(processes: Processes, script: str) -> tuple[list[str], list[str]]:
    """The lines that a script writes to stdout and to stderr."""
    process = processes.start(FILL + script)
    output, errors = process.communicate(timeout=60)
    assert 0 == process.returncode, errors
    return output.splitlines(), errors.splitlines()


def test_the_constructor_raises_when_the_disk_is_full(processes: Processes) -> None:
    output, _ = run_and_hear(
        processes,
        """
from assay import Run
fill()
for attempt in range(2):
    try:
        with Run("digits", "baseline") as run:
            print("entered")
    except OSError as error:
        print(type(error).__name__, error)
free()
with Run("digits", "baseline") as run:
    run.log_metric("loss", 1.0)
""",
    )

    assert 2 == len(output)
    assert all(line.startswith("RefusedError") for line in output)
    assert 1 == load_run("baseline", "digits").metrics["loss"].count


def test_entering_raises_when_the_disk_is_full_and_the_run_can_be_entered_later(processes: Processes) -> None:
    output, _ = run_and_hear(
        processes,
        """
from assay import Run
run = Run("digits", "baseline")
fill()
try:
    with run:
        print("entered")
except OSError as error:
    print(type(error).__name__)
free()
with run:
    run.log_metric("loss", 1.0)
""",
    )

    assert ["RefusedError"] == output
    run = load_run("baseline", "digits")
    assert ("Completed", 1) == (run.status, run.metrics["loss"].count)


EVENTS = """
import logging
from assay import Run
logging.basicConfig(format="LOGGED %(levelname)s %(message)s")
with Run("digits", "baseline") as run:
    run.log_parameter("before", 1)
    run.log_metric("loss", 0.5, step=0)
    fill()
    for number in range(2000):
        run.log_parameter(f"during {number}", "x" * 1000)
    refused = run.refused
    print(refused)
    free()
    run.log_parameter("after", 1)
    run.log_metric("loss", 0.25, step=1)
    print(run.refused)
print(run.refused)
"""


def test_a_refused_call_does_not_end_the_training_and_is_counted(processes: Processes) -> None:
    output, _ = run_and_hear(processes, EVENTS)

    refused = int(output[0])
    run = load_run("baseline", "digits")
    assert [str(refused)] * 3 == output
    assert 0 < refused <= 2000
    kept = run.parameters
    assert (1, 1) == (kept.pop("before"), kept.pop("after"))
    assert 2000 - refused == len(kept)
    assert [0.5, 0.25] == run.metric_history("loss").values.tolist()
    assert ("Completed", refused) == (run.status, run.refused)


def test_the_first_refusal_is_told_once_and_again_when_the_block_ends(processes: Processes) -> None:
    output, errors = run_and_hear(processes, EVENTS)

    logged = [line for line in errors if line.startswith("LOGGED WARNING") and "refused" in line]
    said = [line for line in errors if line.startswith("assay: ") and "refused" in line]
    assert (2, 2) == (len(logged), len(said))
    assert "digits/baseline" in said[0]
    assert output[-1] in said[1]


def test_refused_metrics_are_counted_and_every_accepted_one_is_kept(processes: Processes) -> None:
    output, _ = run_and_hear(
        processes,
        """
from assay import Run
with Run("digits", "baseline") as run:
    run.log_metrics({f"m{number}": 0.0 for number in range(100)}, step=-1)
    run.flush()
    fill()
    step = 0
    while run.refused < 100 and step < 300_000:
        run.log_metrics({f"m{number}": float(step) for number in range(100)}, step=step)
        step += 1
    print(step, run.refused)
    free()
""",
    )

    step, refused = map(int, output[0].split())
    run = load_run("baseline", "digits")
    assert 100 == refused
    assert step - refused + 1 == run.metrics["m0"].count == run.metrics["m99"].count
    history = run.metric_history("m7")
    assert history.steps[1:].tolist() == [int(value) for value in history.values[1:]]


def test_a_refused_file_is_counted_and_leaves_nothing_behind(processes: Processes, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(os.urandom(2**20))
    output, _ = run_and_hear(
        processes,
        f"""
from assay import Run
with Run("digits", "baseline") as run:
    fill()
    run.log_file({str(tmp_path / "large")!r})
    print(run.refused)
    free()
    run.log_file({str(tmp_path / "large")!r}, name="again")
""",
    )

    run = load_run("baseline", "digits")
    assert ["1"] == output
    assert ["again"] == list(run.artifacts())
    assert (tmp_path / "large").read_bytes() == run.artifacts()["again"].read_bytes()
    assert not list(Path(os.environ["ASSAY_STORE"]).rglob("new-*"))


def test_a_session_may_ask_for_an_error_instead(processes: Processes) -> None:
    output, _ = run_and_hear(
        processes,
        """
from assay import Run, Session
try:
    with Run("digits", "baseline", sagemaker_session=Session(on_refused="raise")) as run:
        run.log_parameter("before", 1)
        fill()
        for number in range(2000):
            run.log_parameter(f"during {number}", "x" * 1000)
except OSError as error:
    free()
    print(type(error).__name__)
""",
    )

    assert ["RefusedError"] == output
    run = load_run("baseline", "digits")
    assert 1 == run.parameters["before"]
    assert "InProgress" != run.status


def test_a_block_may_be_left_while_the_disk_is_full_and_what_was_accepted_follows(
    processes: Processes, small_disk: Path
) -> None:
    output, errors = run_and_hear(
        processes,
        """
from assay import Run
with Run("digits", "baseline") as run:
    run.log_parameter("before", 1)
    for step in range(100):
        run.log_metric("loss", step / 7, step=step)
    fill()
    for number in range(2000):
        run.log_parameter(f"during {number}", "x" * 1000)
    refused = run.refused
print(refused, run.refused)
""",
    )
    (small_disk / "filler").unlink(missing_ok=True)

    within, after = map(int, output[0].split())
    assert 0 < within <= after
    assert any("refused" in line for line in errors[-2:])
    run = load_run("baseline", "digits")
    assert run.parameters["before"] == 1
    assert 2000 - within == sum(name.startswith("during") for name in run.parameters)
    assert [step / 7 for step in range(100)] == run.metric_history("loss").values.tolist()
    assert run.status in ("Completed", "Stopped")


@pytest.mark.parametrize("options", [{"on_refused": "ignore"}, {"durability": "never"}])
def test_other_ways_are_refused(options: dict[str, str]) -> None:
    from assay import Session

    with pytest.raises(ValueError, match=next(iter(options))):
        Session(**options)  # type: ignore[arg-type, unused-ignore]
