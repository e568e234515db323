"""A server over an empty store, which a user's script finds as it would find its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assay import Run, Session
from assay.storage.sql.store import SqlStore
from tests.behaviour.processes import Processes
from tests.serving.running import serving


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, isolated: Path) -> Iterator[str]:
    """The URL of a server over an empty store, which `ASSAY_STORE` names."""
    folder = tmp_path / "served"
    folder.mkdir()
    monkeypatch.setenv("ASSAY_QUIET", "1")
    with serving(lambda _: SqlStore(str(folder))) as url:
        monkeypatch.setenv("ASSAY_STORE", url)
        yield url
        Session(url).store_as_is.close()


@pytest.fixture
def run(url: str) -> Iterator[Run]:
    """The run digits/baseline, entered."""
    with Run("digits", "baseline") as run:
        yield run


@pytest.fixture
def processes(tmp_path: Path, isolated: Path) -> Iterator[Processes]:
    """Processes that find the test's store as the test does."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    processes = Processes(folder)
    yield processes
    processes.close()
