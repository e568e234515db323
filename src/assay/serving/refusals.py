"""Errors as answers: each of our errors has a status and goes over the wire by its name."""

from __future__ import annotations

import logging
import math
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException

from assay import errors
from assay.formats.filter_error import FilterError

STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (errors.RunExistsError, 409),
    (errors.InvalidInputError, 400),
    (errors.NotSignedInError, 401),
    (errors.ForbiddenError, 403),
    (errors.RateLimitedError, 429),
    (errors.RunDeletedError, 410),
    (errors.NotFoundError, 404),
    (errors.UnavailableError, 503),
    (errors.SequenceError, 409),
    (errors.RefusedError, 507),
)
"""From the particular to the general; what stands in no line is the server's own trouble: 500."""

OWN_TROUBLE = {
    500: "the server can't do this: something of its store is damaged, or was not foreseen; its log says more",
    503: "the server can't do this now: it is stopping, has too much to do, or its database or bucket does not answer; "
    "ask again later",
    507: "the server has no space, or no permission, to store this; nothing was taken, and its log says more",
}
"""What is said of errors whose own message is for those who run the server."""

GONE = "client disconnected prematurely"
"""What the framework says, as a fault of the server, where a client went before its request was whole."""

logger = logging.getLogger("assay.server")


def status_of(error: Exception) -> int:
    """The status that an error is answered with."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def error_body(error: Exception) -> dict[str, Any]:
    """What the body of an answer says of an error.

    What is the server's own trouble goes into its log: the message may name its folders, its database, its tables.
    """
    told: dict[str, Any] = {"type": type(error).__name__, "message": _public_text(error)}
    if isinstance(error, FilterError):
        told |= {"problem": error.problem, "text": error.text, "column": error.column}
    return {"error": told}


def _public_text(error: Exception) -> str:
    if isinstance(error, errors.RefusedError) and error.filename is None and error.__cause__ is None:
        return str(error)  # a rule of the server's, such as a quota: no system said it
    return OWN_TROUBLE.get(status_of(error)) or str(error)


def answer_deep(_: Request[Any, Any, Any], error: RecursionError) -> Response[dict[str, Any]]:  # noqa: ARG001
    """The answer to a body that nests so deep that it can't be read."""
    message = "the body nests deeper than anything that Assay writes; nothing was changed"
    return Response({"error": {"type": "InvalidInputError", "message": message}}, status_code=400)


def answer_assay_error(request: Request[Any, Any, Any], error: errors.AssayError) -> Response[dict[str, Any]]:
    """The answer to a request that one of our errors ended."""
    status = status_of(error)
    if status >= 500:
        logger.error("%s %s: %s", request.method, request.url.path, error)
    return Response(error_body(error), status_code=status, headers=_headers(error))


def answer_about_what_came(error: errors.AssayError) -> Response[Any]:
    """The answer to bytes that are damaged as they came, where the same error would else tell of the store's own."""
    told = {"type": type(error).__name__, "message": str(error)}
    return Response({"error": told}, status_code=422)


def answer_http_exception(_: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    """The answer to a request that the framework refused: no such address, a body that is not what was asked for."""
    detail = str(error.detail)
    for found in getattr(error, "extra", None) or ():
        if isinstance(found, dict):
            detail += f"; {found.get('key', 'body')}: {found.get('message', '')}"
    status = HTTPStatus.BAD_REQUEST if detail == GONE else error.status_code  # nobody reads it, but it stands in logs
    kind = {404: "NotFoundError", 405: "InvalidInputError"}.get(status, "InvalidInputError")
    body = {"error": {"type": kind if status < 500 else "StoreError", "message": detail}}
    return Response(body, status_code=status, headers=error.headers)


def answer_unforeseen(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    """The answer to what nobody foresaw: it is logged in full, and says nothing of the server's insides."""
    logger.error("%s %s: %s", request.method, request.url.path, type(error).__name__, exc_info=error)
    message = "the server met something that it did not foresee; its log says more"
    return Response({"error": {"type": "StoreError", "message": message}}, status_code=500)


def _headers(error: Exception) -> dict[str, str]:
    if isinstance(error, errors.NotSignedInError):
        return {"WWW-Authenticate": 'Bearer realm="assay"'}
    if isinstance(error, errors.RateLimitedError):
        return {"Retry-After": str(math.ceil(error.retry_after_s))}
    if isinstance(error, errors.UnavailableError):
        return {"Retry-After": "1"}
    return {}
