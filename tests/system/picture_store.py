"""Runs whose ids, times and values are the same each time, so that a picture of the page is too.

They go to the store as a recorder hands them over: a script that logs would have today's times.
"""

from __future__ import annotations

import io
import math
import random
from pathlib import Path
from typing import Any

from assay.evaluation.confusion import confusion_matrix
from assay.evaluation.precision_recall import precision_recall
from assay.evaluation.roc import roc_curve
from assay.formats.evaluation import encode_document
from assay.formats.event import Event
from assay.formats.rows import Layout
from assay.formats.segment import Rows
from assay.media.histogram import encode_histogram
from assay.media.image import encode_image
from assay.storage.contract import Opening, RunSpec, WriterSpec
from assay.storage.sql.store import SqlStore

NOON_US = 1_764_072_000_000_000
"""2025-11-25 12:00 UTC, which is now in the pictures."""
MINUTE_US = 60_000_000
STEPS = 240
RUNS = 12
NAMES = ("train/loss", "val/loss", "val/accuracy", "train/lr")
LAYERS = ("conv1", "conv2", "head")
CLASSES = ("cat", "dog", "fox", "owl", "hen", "cow")


def uid_of(number: int) -> str:
    """The id of a run."""
    return f"{number:020x}"


def fill(folder: Path) -> None:
    """Make the store."""
    folder.mkdir()
    store = SqlStore(str(folder))
    try:
        for number in range(RUNS):
            _log(store, number)
    finally:
        store.close()


def _log(store: SqlStore, number: int) -> None:
    draw = random.Random(number)
    start_us = NOON_US - (RUNS - number) * 47 * MINUTE_US
    name = f"resnet-{number + 1:02}"
    tags = {"team": "vision", "stage": "sweep" if number % 3 else "baseline"}
    spec = RunSpec(uid_of(number), "e" * 20, "animals", name, "Animals", name, tags, start_us)
    store.open_run(spec)
    process = {"host": f"gpu-{number % 3}", "pid": 4000 + number, "user": "ada", "python": "3.11.7"}
    writer = WriterSpec(f"{number:019x}w", True, process, start_us)
    lr, width = 10 ** -(1 + number % 4), 32 * (1 + number % 3)
    given = {"lr": lr, "width": width, "optimizer": ("adam", "lion")[number % 2], "epochs": 24, "seed": 0}
    events = [
        _said(start_us, "parameters", {"values": given}),
        _said(start_us, "goal", {"name": "val/loss", "goal": "min", "step_metric": None}),
        _said(start_us, "goal", {"name": "val/accuracy", "goal": "max", "step_metric": None}),
        *_artifacts(store, number, draw, start_us),
    ]
    if number == RUNS - 1:
        text = "**Best so far.** The wide one with `lion`; see [the notes](https://example.org/notes) of the sweep."
        events.append(_said(start_us, "description", {"text": text}))
    end_us = start_us + (12 + number) * MINUTE_US
    outcome: dict[str, Any] = {"status": "Completed"}
    if number == 4:
        message = "FloatingPointError: the loss is not finite"
        outcome = {"status": "Failed", "message": message, "traceback": f"Traceback …\n{message}\n"}
    events.append(_said(end_us, "leave", outcome))
    rows = [_rows(number, draw, start_us, end_us)]
    store.append(writer.uid, 0, events, rows, final=True, opening=Opening(uid_of(number), writer))


def _said(time_us: int, kind: str, body: dict[str, Any]) -> Event:
    return Event(time_us * 1000, kind, body)


def _rows(number: int, draw: random.Random, start_us: int, end_us: int) -> Rows:
    import numpy as np

    words = np.empty((STEPS, 2 + len(NAMES)), np.int64)
    words[:, 0] = np.linspace(start_us * 1000, end_us * 1000, STEPS).astype(np.int64)
    words[:, 1] = np.arange(STEPS)
    for step in range(STEPS):
        fall = math.exp(-step / (30 + 8 * (number % 5)))
        loss = 2.1 * fall + 0.08 + 0.02 * (number % 4) + draw.gauss(0, 0.04)
        held = 2.0 * fall + 0.2 + 0.03 * (number % 4) + draw.gauss(0, 0.02)
        if number == 4 and step > 200:
            loss = math.nan
        values = (loss, held, 0.97 - 0.8 * fall - 0.01 * (number % 4) + draw.gauss(0, 0.006), 0.1 * fall)
        words[step, 2:] = np.array(values).view(np.int64)
    return Rows(Layout(NAMES, stamped=False), STEPS, words.tobytes())


def _artifacts(store: SqlStore, number: int, draw: random.Random, start_us: int) -> list[Event]:
    import numpy as np

    def kept(name: str, kind: str, data: bytes, media_type: str, **more: Any) -> Event:
        stored = store.objects.put(io.BytesIO(data))
        body = {"name": name, "is_output": True, "kind": kind, "media_type": media_type, **more}
        return _said(start_us, "artifact", {**body, "sha256": stored.sha256, "size_bytes": stored.size_bytes})

    truth = [draw.randrange(len(CLASSES)) for _ in range(400)]
    guess = [one if draw.random() < 0.8 else draw.randrange(len(CLASSES)) for one in truth]
    is_fox = [int(one == 2) for one in truth]
    score = [min(1, max(0, 0.3 + 0.35 * one + draw.gauss(0, 0.2))) for one in is_fox]
    documents = [
        confusion_matrix([CLASSES[one] for one in truth], [CLASSES[one] for one in guess]),
        roc_curve(is_fox, score),
        precision_recall(is_fox, score),
    ]
    found = [kept(one["title"], one["type"], encode_document(one), "application/json") for one in documents]
    noise = np.random.default_rng(number)
    for step in range(0, STEPS, 40):
        spread = encode_histogram(noise.normal(0, 1 + step / STEPS, 4_000), 32)
        found.append(kept("weights/head", "histogram", spread.body, spread.media_type, step=step))
        waves = np.sin(np.linspace(0, 6 + step / 40, 96))[:, None] * np.cos(np.linspace(0, 9, 128))[None, :]
        picture = encode_image((waves + 1) / 2)
        found.append(kept("feature map", "image", picture.body, picture.media_type, step=step, caption="layer 3"))
    found.append(kept("animals.csv", "file", b"name,legs\nowl,2\nfox,4\n", "text/csv", is_output=False))
    found.append(kept("model.pt", "file", b"weights" * (500 + number), "application/octet-stream"))
    log = "".join(f"\x1b[32mINFO\x1b[0m epoch {one}: loss {2.1 * math.exp(-one / 5):.3f}\n" for one in range(24))
    found.append(kept("train.log", "file", log.encode(), "text/plain"))
    return found
