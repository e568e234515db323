"""What hypothesis fills stores with: runs of several writers that log everything there is, in any order."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from assay.formats.event import Event
from assay.formats.segment import Rows
from assay.storage.sql.store import SqlStore
from tests.formats.points import doubles, rows
from tests.storage.writing import NOW_US, Writer, run_spec

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
names = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=8)
plain: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**53 + 1, -(2**63), 2**64, 10**40])
    | doubles
    | texts
    | st.just({})
)
values = plain | st.lists(plain, max_size=3)
moments_us = st.integers(NOW_US, NOW_US + 50)
bodies = st.binary(max_size=40)


@st.composite
def events(draw: st.DrawFn, store: SqlStore) -> Event:
    kind = draw(st.sampled_from(["parameters", "tags", "description", "goal", "refused", "value", "file", "directory"]))
    body: dict[str, Any]
    if kind == "parameters":
        body = {"values": draw(st.dictionaries(names, values, max_size=3))}
    elif kind == "tags":
        body = {"values": draw(st.dictionaries(names, texts, max_size=2))}
    elif kind == "description":
        body = {"text": draw(texts)}
    elif kind == "goal":
        body = {"name": draw(names), "goal": draw(st.sampled_from(["min", "max", None])), "step_metric": None}
    elif kind == "refused":
        body = {"calls": draw(st.integers(1, 9))}
    else:
        body = {"name": draw(names), "is_output": draw(st.booleans()), "kind": kind, "step": None}
        body |= {"caption": draw(st.none() | texts), "media_type": draw(st.none() | texts)}
        body |= stored(draw, store, kind)
        if kind == "file":
            body["step"] = draw(st.none() | st.integers(-3, 3))
        kind = "artifact"
    return Event(draw(moments_us) * 1000, kind, body)


def stored(draw: st.DrawFn, store: SqlStore, kind: str) -> dict[str, Any]:
    if kind == "value":
        return {"value": draw(texts)}
    if kind == "file":
        one = store.objects.put(io.BytesIO(draw(bodies)))
        return {"sha256": one.sha256, "size_bytes": one.size_bytes}
    files = []
    for number in range(draw(st.integers(0, 3))):
        one = store.objects.put(io.BytesIO(draw(bodies)))
        files.append({"path": f"f/{number}", "sha256": one.sha256, "size_bytes": one.size_bytes})
    listing = store.objects.put(io.BytesIO(json.dumps({"files": files}).encode()))
    return {"sha256": listing.sha256, "size_bytes": listing.size_bytes}


@st.composite
def segments(draw: st.DrawFn, store: SqlStore) -> list[Event | Rows]:
    return [*draw(st.lists(events(store), max_size=3)), *draw(st.lists(rows(), max_size=2))]


def fill(data: st.DataObject, folder: Path, *, ended: bool) -> SqlStore:
    """A store of a few runs.

    Args:
        data: What hypothesis draws with.
        folder: Where the store is made.
        ended: Whether every writer has ended.
    """
    draw = data.draw
    folder.mkdir()
    store = SqlStore(str(folder))
    for number in range(draw(st.integers(1, 3))):
        spec = run_spec(draw(st.sampled_from(["digits", "letters"])), f"run-{number}", tags={"number": str(number)})
        run, _ = store.open_run(spec)
        for index in range(draw(st.integers(0, 3))):
            writer = Writer(store, run, entered=draw(st.booleans()), opened_us=draw(moments_us), pid=index)
            for parts in draw(st.lists(segments(store), max_size=3)):
                writer.send(*parts)
            if ended or draw(st.booleans()):
                status = draw(st.sampled_from(["Completed", "Failed", "Stopped"]))
                said: dict[str, Any] = {"message": draw(st.none() | texts), "traceback": draw(st.none() | texts)}
                writer.leave(*draw(segments(store)), status=status, time_us=draw(moments_us), **said)
    return store
