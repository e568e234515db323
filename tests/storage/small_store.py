"""A small store for tests of what becomes of it: four runs, with chunks, tails and objects."""

from __future__ import annotations

import io
import os
import random
import sqlite3
import struct
from pathlib import Path

from assay.formats.event import Event
from assay.formats.rows import Layout
from assay.formats.segment import Rows
from assay.storage.contract import RunSpec, WriterSpec
from assay.storage.sql.store import SqlStore

POINTS = 3000
MODEL = b"weights of the model"


def rows_of(name: str, count: int, *, start: int = 0) -> Rows:
    # Full-entropy values: what compresses to nothing fills no page of the catalog.
    value = random.Random(name).random
    body = b"".join(struct.pack("=qqd", 1000 * (step + 1), step, value()) for step in range(start, start + count))
    return Rows(Layout((name,), stamped=False), count, body)


def fill(folder: Path) -> SqlStore:
    """Runs `first` and `second` of experiment `digits` with chunks, `short` and the open one `open` with a tail."""
    import numpy as np  # noqa: F401  # folded by numpy, as in a process that computes

    store = SqlStore(str(make(folder)))
    for name in ("first", "second"):
        writer = _enter(store, name)
        model = store.objects.put(io.BytesIO(MODEL + name.encode()))
        artifact = {"name": "model", "is_output": True, "kind": "file", "sha256": model.sha256}
        events = [
            Event(1, "parameters", {"values": {"lr": 0.1}}),
            Event(2, "artifact", {**artifact, "size_bytes": model.size_bytes}),
            Event(3_000_000, "leave", {"status": "Completed"}),
        ]
        store.append(writer, 0, events, [rows_of("loss", POINTS), rows_of("accuracy", 100)], final=True)
    store.append(_enter(store, "open"), 0, [], [rows_of("loss", 10)], final=False)
    leave = Event(3_000_000, "leave", {"status": "Completed"})
    store.append(_enter(store, "short"), 0, [leave], [rows_of("loss", 20)], final=True)
    return store


def make(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _enter(store: SqlStore, name: str) -> str:
    run, _ = store.open_run(RunSpec(f"uid-{name}", "uid-digits", "digits", name, "digits", name, {}, created_us=1))
    store.open_writer(run.uid, WriterSpec(f"writer-{name}", True, {"host": "here", "pid": 1}, opened_us=2))
    return f"writer-{name}"


def change(folder: Path, statement: str, *values: object) -> None:
    """Run one statement on a closed store's catalog, past everything that guards it."""
    connection = sqlite3.connect(folder / "catalog.db")
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def flip_bit(path: Path, at: int) -> None:
    os.chmod(path, 0o644)
    with open(path, "r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 1]))
