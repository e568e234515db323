"""A store with a few runs in it, and the command as a user calls it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from assay import Run, Session
from assay.cli import main


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Assay = Callable[..., Outcome]


@pytest.fixture
def assay(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Assay:
    """`assay(…)` runs a command at a width of 80, or of `width=…`."""

    def call(*arguments: str, width: int = 80) -> Outcome:
        monkeypatch.setenv("COLUMNS", str(width))
        capsys.readouterr()
        code = main(arguments)
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return call


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that `ASSAY_STORE` names; nothing is in it yet."""
    folder = tmp_path / "store"
    monkeypatch.setenv("ASSAY_STORE", str(folder))
    monkeypatch.setenv("ASSAY_QUIET", "1")
    return folder


@pytest.fixture
def runs(store: Path, tmp_path: Path) -> Path:
    """Experiment `digits` with three runs, and `letters` with one of a name that `digits` has too."""
    for lr, name in ((0.3, "third"), (0.1, "first"), (0.2, "second")):
        with Run("digits", name, tags={"team": "vision"}) as run:
            run.log_parameters({"lr": lr, "same": "everywhere", "layers": [64, 10]})
            run.define_metric("accuracy", goal="max")
            for step in range(50):
                run.log_metrics({"loss": 1 / (step + 1) + lr, "accuracy": math.sin(step / 16) * lr}, step=step)
            run.log_metric("odd", math.nan if lr == 0.1 else math.inf if lr == 0.2 else -math.inf)
            run.log_confusion_matrix([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2])
            run.log_text("notes", "words")
    model = tmp_path / "model.bin"
    model.write_bytes(bytes(1000))
    with pytest.raises(ZeroDivisionError):
        _fail(model)
    Session(store).store.close()  # so that the catalog's file holds everything, and tests can damage it
    return store


def _fail(model: Path) -> None:
    with Run("letters", "first", run_display_name="The First") as run:
        run.description = "Says *something*."
        run.log_file(model)
        run.log_artifact("data", "s3://bucket/data", media_type="text/csv", is_output=False)
        _ = 1 / 0
