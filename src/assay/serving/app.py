"""The application: routes, errors, the OpenAPI document."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.types import ControllerRouterHandler

from assay.errors import AssayError
from assay.serving import refusals
from assay.serving.routes import experiments, health, points, runs, search, segments, writers
from assay.serving.site import Room, Site
from assay.storage.contract import Store

BODY_BYTES = 64 << 20
"""The largest body of a request; objects that are larger come in parts."""


def make_app(site: Site, *, version: str) -> Litestar:
    """The application that serves a site.

    Args:
        site: What it serves; closed when the application ends.
        version: Of this package, for the document.
    """

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        yield
        site.close()

    async def provide_room(request: Request[Any, Any, Any]) -> Room:
        return site.room(getattr(request.state, "workspace", "main"))

    async def provide_store(room: NamedDependency[Room]) -> Store:
        return room.store

    handlers: list[ControllerRouterHandler] = [
        *health.HANDLERS,
        *experiments.HANDLERS,
        *runs.HANDLERS,
        *writers.HANDLERS,
        *segments.HANDLERS,
        *points.HANDLERS,
        *search.HANDLERS,
    ]
    return Litestar(
        handlers,
        dependencies={"room": Provide(provide_room), "store": Provide(provide_store)},
        exception_handlers={
            AssayError: refusals.answer_assay_error,
            HTTPException: refusals.answer_http_exception,
            Exception: refusals.answer_unforeseen,
        },
        lifespan=[lifespan],
        openapi_config=OpenAPIConfig(title="Assay", version=version, path="/v1/docs"),
        request_max_body_size=BODY_BYTES,
        debug=False,
        logging_config=None,
    )
