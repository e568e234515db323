"""A store of the test's own, and processes that can be killed without harm to the test."""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import BaseContext
from pathlib import Path

import pytest

from tests.system.team import postgres, server

__all__ = ["postgres", "server"]


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, isolated: Path) -> Path:
    """The folder of the test's store, which does not exist as yet."""
    folder = tmp_path / "store"
    monkeypatch.setenv("ASSAY_QUIET", "1")
    return folder


@pytest.fixture(scope="session")
def forkserver() -> BaseContext:
    """Processes that are forks of one that has only imported things: a start of Python takes longer than they live."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["assay", "assay.run", "assay.loading", "assay.media.text", "numpy", "pcodec"])
    return context
