"""`assay doctor` names the file of each fault; what the library finds is told, repaired, and gone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from assay import load_run
from tests.cli.conftest import Assay, Outcome
from tests.storage.small_store import flip_bit

KILLED = """
import os, signal
from assay import Run
with Run("digits", "killed") as run:
    run.log_parameter("lr", 0.1)
    for step in range(100):
        run.log_metric("loss", step / 7, step=step)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def killed(store: Path) -> Path:
    """A store in which a process was killed while it logged."""
    subprocess.run([sys.executable, "-c", KILLED], timeout=60)
    return store


def journal_of(folder: Path) -> Path:
    (path,) = folder.glob("journals/*.events")
    return path


def findings(said: Outcome) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(said.out)["findings"]
    return found


def test_a_whole_store(assay: Assay, runs: Path) -> None:
    said = assay("doctor")

    assert (0, "The store is whole.") == (said.code, said.lines[-1])
    assert "2 experiments, 4 runs" in said.out
    assert json.loads(assay("doctor", "--json").out)["is_whole"]


def test_no_store_is_nothing_to_check(assay: Assay, store: Path) -> None:
    said = assay("doctor")

    assert 0 == said.code
    assert "nothing to check" in said.out


def test_a_folder_that_is_no_store_is_a_fault(assay: Assay, tmp_path: Path) -> None:
    said = assay("doctor", "--store", str(tmp_path))

    assert 1 == said.code
    assert "no store yet" in said.out


def test_a_dead_writers_journal_is_no_fault_and_is_recovered(assay: Assay, killed: Path) -> None:
    path = journal_of(killed)

    found = assay("doctor")
    repaired = assay("doctor", "--repair")

    assert 0 == found.code
    assert str(path) in found.out
    assert "touches digits/killed" in found.out
    assert "100 rows and" in repaired.out
    assert not path.exists()
    assert (0, []) == (assay("doctor").code, findings(assay("doctor", "--json")))
    assert (100, 0.1) == (
        load_run("killed", "digits").metrics["loss"].count,
        load_run("killed", "digits").parameters["lr"],
    )


def test_a_journal_that_is_none_is_named_and_moved_aside(assay: Assay, killed: Path) -> None:
    path = journal_of(killed)
    flip_bit(path, 2)

    found = assay("doctor")
    repaired = assay("doctor", "--repair")

    assert 1 == found.code
    assert f"✗ journal {path}" in found.out
    assert 0 == repaired.code
    kept = {one.name for one in killed.glob("damaged/*/journals/*")}
    assert path.name in kept
    assert [] == [one.name for one in killed.glob("journals/*") if one.name.startswith(path.stem)]
    assert [] == findings(assay("doctor", "--json"))


def test_a_torn_journal_is_named_and_what_is_whole_of_it_recovered(assay: Assay, killed: Path) -> None:
    path = journal_of(killed)
    data = path.read_bytes()
    at = data.index(b'"lr"')  # within the event of the parameter, which then counts as never logged
    flip_bit(path, at)

    found = assay("doctor")
    repaired = assay("doctor", "--repair")

    assert 1 == found.code
    assert "belong to no whole event" in found.out
    assert 0 == repaired.code
    assert path.name in {one.name for one in killed.glob("damaged/*/journals/*")}
    run = load_run("killed", "digits")
    assert (100, {}) == (run.metrics["loss"].count, run.parameters)


def test_what_an_earlier_recovery_set_aside_is_still_told(assay: Assay, killed: Path) -> None:
    path = journal_of(killed)
    flip_bit(path, 2)
    assert 0 == assay("runs").code  # opens the store, and so recovers

    said = assay("doctor")

    assert 1 == said.code
    assert path.name in said.out
    assert 0 == assay("doctor", "--repair").code
    assert 0 == assay("doctor").code


def test_an_overwritten_header_is_named_and_repaired(assay: Assay, runs: Path) -> None:
    subprocess.run([sys.executable, "-m", "assay.cli", "runs"], capture_output=True, timeout=60)
    with (runs / "catalog.db").open("r+b") as file:
        file.write(b"\xff" * 100)

    found = subprocess.run([sys.executable, "-m", "assay.cli", "doctor"], capture_output=True, text=True, timeout=60)
    repaired = subprocess.run(
        [sys.executable, "-m", "assay.cli", "doctor", "--repair"], capture_output=True, text=True, timeout=60
    )
    listed = subprocess.run([sys.executable, "-m", "assay.cli", "runs"], capture_output=True, text=True, timeout=60)

    assert 1 == found.returncode
    assert f"✗ catalog {runs / 'catalog.db'}" in found.stdout
    assert "1 fault, of which 1 can be repaired: assay doctor --repair" in found.stdout
    assert (0, "The store is whole again.") == (repaired.returncode, repaired.stdout.splitlines()[-1])
    assert (0, True) == (listed.returncode, "4 runs in" in listed.stdout)


def test_what_can_not_be_repaired_is_said_so(assay: Assay, runs: Path) -> None:
    path = next(runs.glob("objects/*/*"))
    path.unlink()

    found = assay("doctor")
    repaired = assay("doctor", "--repair")

    assert (1, 1) == (found.code, repaired.code)
    assert str(path) in found.out
    assert "none of which can be repaired" in found.lines[-1]
    assert "can't be repaired: restore what is named from a backup." in repaired.out
