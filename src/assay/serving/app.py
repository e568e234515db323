"""The application: routes, who may ask for them, errors, the OpenAPI document."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from litestar import Litestar, Request, Router
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ControllerRouterHandler

from assay.errors import AssayError
from assay.serving import page, refusals
from assay.serving.access.gate import Gate
from assay.serving.access.grant import Grant
from assay.serving.access.limits import MAX_JSON_BYTES
from assay.serving.access.workspace import MAIN
from assay.serving.admission import GRANT, ROLES, Admission
from assay.serving.envelope import Application, Envelope
from assay.serving.routes import (
    addressing,
    content,
    experiments,
    grouped,
    health,
    lineage,
    live,
    many_runs,
    members,
    objects,
    points,
    reference,
    renaming,
    runs,
    saving,
    search,
    segments,
    storage,
    transfers,
    trash,
    views,
    writers,
)
from assay.serving.site import Room, Site
from assay.storage.contract import Store

ROUTES = (
    health,
    experiments,
    views,
    runs,
    writers,
    segments,
    points,
    grouped,
    many_runs,
    search,
    addressing,
    trash,
    renaming,
    lineage,
    storage,
    live,
    objects,
    content,
    transfers,
    saving,
    members,
    reference,
    page,
)


def make_app(site: Site, gate: Gate, *, version: str) -> Application:
    """The application that serves a site.

    Args:
        site: What it serves; closed when the application ends.
        gate: Who may do what.
        version: Of this package, for the document.
    """
    return Envelope(cast("Application", make_routes(site, gate, version=version)), site.metrics)


def _load_numbers() -> None:
    """Load what points are read with: 0.2 s that the first view of a chart need not wait for."""
    import numpy as np  # noqa: F401
    import pcodec  # noqa: F401


def make_routes(site: Site, gate: Gate, *, version: str) -> Litestar:
    """The routes alone, without the envelope of their answers."""
    admission = Admission(gate)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        loading = asyncio.create_task(asyncio.to_thread(_load_numbers))
        yield
        await loading
        await site.end()

    async def provide_room(request: Request[Any, Any, Any]) -> Room:
        grant = request.scope["state"].get(GRANT)
        return await site.enter(MAIN if grant is None else grant.workspace)

    async def provide_store(room: NamedDependency[Room]) -> Store:
        return room.store

    async def provide_grant(request: Request[Any, Any, Any]) -> Grant:
        return cast("Grant", request.scope["state"][GRANT])

    async def provide_gate() -> Gate:
        return gate

    async def provide_site() -> Site:
        return site

    handlers: list[ControllerRouterHandler] = [one for module in ROUTES for one in module.HANDLERS]
    unnamed = [one for one in handlers if getattr(one, "opt", {}).get("role") not in ROLES]
    assert not unnamed, f"these routes say nothing of who may ask for them: {unnamed}"
    return Litestar(
        handlers,
        dependencies={
            "room": Provide(provide_room),
            "store": Provide(provide_store),
            "grant": Provide(provide_grant),
            "gate": Provide(provide_gate),
            "site": Provide(provide_site),
        },
        guards=[admission.guard],
        exception_handlers={
            AssayError: refusals.answer_assay_error,
            HTTPException: refusals.answer_http_exception,
            RecursionError: refusals.answer_deep,
            Exception: refusals.answer_unforeseen,
        },
        lifespan=[lifespan],
        openapi_config=OpenAPIConfig(
            title="Assay",
            version=version,
            render_plugins=[JsonRenderPlugin()],
            # Where the framework would serve it; `routes.reference` serves what is made of it.
            openapi_router=Router("/v1/.openapi", route_handlers=[], opt={"role": "anyone"}, include_in_schema=False),
        ),
        request_max_body_size=MAX_JSON_BYTES,
        debug=False,
        logging_config=None,
    )
