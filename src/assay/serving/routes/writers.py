"""Writers: a process's connection to a run."""

from __future__ import annotations

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from assay.serving.access.limits import MAX_BODY_BYTES
from assay.serving.routes.fields import Anything, PathUid, TimeUs, Uid, Uids
from assay.storage.contract import Store, WriterSpec


class NewWriter(msgspec.Struct):
    """A writer that opens a run."""

    run: Uid
    entered: bool
    process: Anything
    opened_us: TimeUs


class OpenedWriter(msgspec.Struct):
    """What a writer learns when it opens a run."""

    attempt: int
    last_steps: dict[str, int]


class WriterState(msgspec.Struct):
    """The number of the segment that the store waits for; null once the writer has ended."""

    next_segment: int | None


class WriterIds(msgspec.Struct):
    """Some writers, by their ids."""

    writers: Uids


@put("/v1/writers/{uid:str}", sync_to_thread=True, opt={"role": "writer"})
def open_writer(store: NamedDependency[Store], uid: PathUid, data: JSONBody[NewWriter]) -> OpenedWriter:
    """Let a writer into a run; an entered one makes it InProgress."""
    opened = store.open_writer(data.run, WriterSpec(uid, data.entered, data.process, data.opened_us))
    return OpenedWriter(opened.attempt, opened.last_steps)


@get("/v1/writers/{uid:str}", sync_to_thread=True, opt={"role": "writer"})
def read_writer(store: NamedDependency[Store], uid: PathUid) -> WriterState:
    """Which segment is next; 0 for a writer that is not known."""
    return WriterState(store.next_segment(uid))


@post(
    "/v1/heartbeats",
    sync_to_thread=True,
    status_code=204,
    opt={"role": "writer"},
    request_max_body_size=MAX_BODY_BYTES,
)
def hear(store: NamedDependency[Store], data: JSONBody[WriterIds]) -> None:
    """Let the store know that writers live although they have nothing to say."""
    store.heartbeat(data.writers)


HANDLERS = (open_writer, read_writer, hear)
