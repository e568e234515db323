"""Writers: a process's connection to a run."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from assay.storage.contract import Store, WriterSpec

Uid = Annotated[str, msgspec.Meta(min_length=8, max_length=64, pattern="^[0-9a-zA-Z_-]+$")]


class NewWriter(msgspec.Struct):
    """A writer that opens a run."""

    run: str
    entered: bool
    process: dict[str, Any]
    opened_us: Annotated[int, msgspec.Meta(ge=0, lt=2**62)]


class OpenedWriter(msgspec.Struct):
    """What a writer learns when it opens a run."""

    attempt: int
    last_steps: dict[str, int]


class WriterState(msgspec.Struct):
    """The number of the segment that the store waits for; null once the writer has ended."""

    next_segment: int | None


class WriterIds(msgspec.Struct):
    """Some writers, by their ids."""

    writers: Annotated[list[str], msgspec.Meta(max_length=10_000)]


@put("/v1/writers/{uid:str}", sync_to_thread=True, opt={"role": "writer"})
def open_writer(store: NamedDependency[Store], uid: FromPath[str], data: JSONBody[NewWriter]) -> OpenedWriter:
    """Let a writer into a run; an entered one makes it InProgress."""
    opened = store.open_writer(data.run, WriterSpec(uid, data.entered, data.process, data.opened_us))
    return OpenedWriter(opened.attempt, opened.last_steps)


@get("/v1/writers/{uid:str}", sync_to_thread=True, opt={"role": "writer"})
def read_writer(store: NamedDependency[Store], uid: FromPath[str]) -> WriterState:
    """Which segment is next; 0 for a writer that is not known."""
    return WriterState(store.next_segment(uid))


@post("/v1/heartbeats", sync_to_thread=True, status_code=200, opt={"role": "writer"})
def hear(store: NamedDependency[Store], data: JSONBody[WriterIds]) -> None:
    """Let the store know that writers live although they have nothing to say."""
    store.heartbeat(data.writers)


HANDLERS = (open_writer, read_writer, hear)
