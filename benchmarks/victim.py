"""The process that is killed: it logs everything that a run takes, at random, and notes each call that returned."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.notes import Noted, State, open_notes

if TYPE_CHECKING:
    from assay import Run

LEAVING = 0.15
"""The share of writers that leave their block after some time, as far as they live to do so."""
CALLS = 2_000
"""After how many calls they leave, at the most."""
EVERY = {Noted.POINT: 1000, Noted.ROW: 500, Noted.PARAMETER: 60, Noted.TAG: 30, Noted.CHART: 6, Noted.FILE: 12}
"""How often each kind is chosen, in relation to the others."""


def file_bytes(writer: int, number: int) -> bytes:
    """The bytes of a writer's file of that number."""
    draw = random.Random(f"{writer} {number}")
    return draw.randbytes(draw.randrange(200_000))


def log_until_killed(folder: str, name: str, writer: int, notes_path: str, seed: int) -> None:
    """Make, enter, log to and leave a run, for as long as this process lives."""
    from assay import Run, Session

    os.environ["ASSAY_QUIET"] = "1"
    draw = random.Random(seed)
    kinds = draw.choices(list(EVERY), list(EVERY.values()), k=CALLS)
    calls = islice(kinds, draw.randrange(CALLS)) if draw.random() < LEAVING else cycle(kinds)
    with open_notes(Path(notes_path), writer) as notes:
        notes[Noted.STATE] = State.BEGUN
        run = Run(experiment_name="kills", run_name=name, sagemaker_session=Session(folder))
        notes[Noted.STATE] = State.MADE
        with run:
            notes[Noted.STATE] = State.ENTERED
            log = _calls(run, writer, Path(f"{notes_path}.{writer}.file"))
            for kind in calls:
                number = notes[kind]
                log[kind](number)
                notes[kind] = number + 1
            notes[Noted.STATE] = State.LEAVING
        notes[Noted.STATE] = State.LEFT


def _calls(run: Run, writer: int, file: Path) -> dict[Noted, Callable[[int], object]]:
    def log_file(number: int) -> None:
        file.write_bytes(file_bytes(writer, number))  # the same file each time: the run must have taken a copy
        run.log_file(str(file), name=f"file-{writer}-{number}")

    def log_chart(number: int) -> None:
        labels = [0, 1] + [1] * number
        run.log_confusion_matrix(labels, labels, title=f"chart-{writer}-{number}")

    return {
        Noted.POINT: lambda number: run.log_metric(f"point-{writer}", number, step=number),
        Noted.ROW: lambda number: run.log_metrics({f"a-{writer}": number, f"b-{writer}": -number}, step=number),
        Noted.PARAMETER: lambda number: run.log_parameter(f"parameter-{writer}-{number}", number),
        Noted.TAG: lambda number: run.set_tags({f"tag-{writer}": str(number)}),
        Noted.CHART: log_chart,
        Noted.FILE: log_file,
    }
