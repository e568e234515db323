"""A store of the test's own, and processes that find it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assay import Run
from tests.behaviour.processes import Processes


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, isolated: Path) -> Path:
    """The folder of the test's store, which does not exist as yet."""
    folder = tmp_path / "store"
    monkeypatch.setenv("ASSAY_STORE", str(folder))
    monkeypatch.setenv("ASSAY_QUIET", "1")
    return folder


@pytest.fixture
def run(store: Path) -> Iterator[Run]:
    """The run digits/baseline, entered."""
    with Run(experiment_name="digits", run_name="baseline") as run:
        yield run


@pytest.fixture
def processes(tmp_path: Path, store: Path) -> Iterator[Processes]:
    folder = tmp_path / "scripts"
    folder.mkdir()
    processes = Processes(folder)
    yield processes
    processes.close()
