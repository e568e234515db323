"""The API's document, for programs and for people."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from assay.serving.reference import document_of, page_of

STYLED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_MADE = "reference"


def _document(request: Request[Any, Any, Any]) -> dict[str, Any]:
    state = request.app.state
    made: dict[str, Any] | None = state.get(_MADE)
    if made is None:
        made = document_of(request.app)
        state[_MADE] = made
    return made


@get("/v1/openapi.json", sync_to_thread=True, opt={"role": "anyone"})
def read_document(request: Request[Any, Any, Any]) -> dict[str, Any]:
    """This API as an OpenAPI document; needs no token."""
    return _document(request)


@get("/v1/docs", sync_to_thread=True, opt={"role": "anyone", "gives": ("text/html; charset=utf-8",)})
def read_page(request: Request[Any, Any, Any]) -> Response[str]:
    """This API as a page; it loads nothing from elsewhere, and needs no token."""
    return Response(page_of(_document(request)), media_type="text/html", headers={"content-security-policy": STYLED})


HANDLERS = (read_document, read_page)
