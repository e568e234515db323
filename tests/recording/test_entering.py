"""Entering a run that exists: a power cut leaves no writer inside of which no journal tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay import Run, Session, system


def test_the_journal_is_on_the_disk_before_the_store_knows_of_its_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_QUIET", "1")
    session = Session(tmp_path / "store")
    with Run("digits", "again", sagemaker_session=session):
        pass
    steps: list[str] = []

    def watch(step: str, path: str) -> None:
        kind = "journal" if path.endswith(".events") else "folder" if path == session.journals else "catalog"
        steps.append(f"{step} {kind}")

    run = Run("digits", "again", sagemaker_session=session)
    monkeypatch.setattr(system, "observer", watch)
    with run:
        monkeypatch.setattr(system, "observer", None)
        entered = list(steps)

    assert {"sync journal", "sync_folder folder", "commit catalog"} <= set(entered)
    committed = entered.index("commit catalog")
    assert entered.index("sync journal") < committed
    assert entered.index("sync_folder folder") < committed
