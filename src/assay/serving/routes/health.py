"""Whether the server works, what it is, and what it counts."""

from __future__ import annotations

from importlib.metadata import version

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from assay.serving.metrics import MEDIA_TYPE
from assay.serving.site import Site
from assay.storage.contract import Store

API_VERSION = 1
"""The greatest version of the API that is served; smaller ones are served beside it."""
VERSION = version("assay")


class Health(msgspec.Struct):
    """What a client learns of a server before anything else."""

    status: str
    version: str
    api: int
    writable: bool


@get("/v1/health", sync_to_thread=True, opt={"role": "anyone"})
def read_health(store: NamedDependency[Store]) -> Health:
    """Whether the server and its database answer; needs no token."""
    store.next_segment("health")
    return Health("ok", VERSION, API_VERSION, store.writable)


@get("/metrics", sync_to_thread=True, opt={"role": "viewer", "gives": (MEDIA_TYPE,)})
def read_metrics(site: NamedDependency[Site]) -> Response[bytes]:
    """What the server counts, for Prometheus; it names no workspace, no run and nobody."""
    return Response(site.metrics.text(), media_type=MEDIA_TYPE)


HANDLERS = (read_health, read_metrics)
