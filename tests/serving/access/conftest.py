"""Members of a server in a folder of the test's own, with a clock that the test moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.serving.access.file import AccessFile
from assay.serving.access.members import Members
from tests.serving.access.requests import Clock


@pytest.fixture
def database(tmp_path: Path) -> AccessFile:
    return AccessFile(str(tmp_path))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def members(database: AccessFile, clock: Clock) -> Members:
    return Members(database, clock_us=clock)
