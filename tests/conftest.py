"""What every test stands on: no setting of the machine reaches it, and nothing that it writes outlives it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

pytest_plugins = ["tests.seaweed"]

# How long one example takes says more about the machine's other work than about the code.
hypothesis.settings.register_profile(
    "assay", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("assay")

# Job environments name a run to whatever `load_run()` is called in them.
JOB_VARIABLES = frozenset({"TRAINING_JOB_ARN", "PROCESSING_JOB_ARN"})
SETTINGS = ("ASSAY_", "AWS_", "AZURE_", "GOOGLE_")
"""How variables begin that say what Assay does, and where and as whom it stores objects."""


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config) -> Iterator[Path]:
    """A home and a working folder of the test's own, and none of Assay's environment variables.

    A store that is opened without being named is therefore the data folder below this home. Child processes inherit it.

    Yields:
        The home; the working folder is `work` in it.
    """
    for name in [name for name in os.environ if name.startswith(SETTINGS) or name in JOB_VARIABLES]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    work = home / "work"
    work.mkdir(parents=True)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.setenv("LOCALAPPDATA", str(home / "data"))
    monkeypatch.chdir(work)
    # A list of the machine's fonts takes seconds to make: once a checkout, not once a home.
    monkeypatch.setenv("MPLCONFIGDIR", str(pytestconfig.cache.mkdir("matplotlib")))
    monkeypatch.setenv("MPLBACKEND", "Agg")
    yield home
    if "assay.stores" in sys.modules:  # a process of thousands of tests opens thousands of stores
        sys.modules["assay.stores"].close_stores()
