"""Whether the server works, and what it is."""

from __future__ import annotations

from importlib.metadata import version

import msgspec
from litestar import get
from litestar.di import NamedDependency

from assay.storage.contract import Store

API_VERSION = 1
"""The greatest version of the API that is served; smaller ones are served beside it."""


class Health(msgspec.Struct):
    """What a client learns of a server before anything else."""

    status: str
    version: str
    api: int
    writable: bool


@get("/v1/health", sync_to_thread=True)
def read_health(store: NamedDependency[Store]) -> Health:
    """Whether the store answers."""
    return Health("ok", version("assay"), API_VERSION, store.writable)


HANDLERS = (read_health,)
