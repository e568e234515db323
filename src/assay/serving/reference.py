"""The API's document: what the framework makes of the routes, with what it can't know of them, and a page of it.

The page is one HTML text without scripts, so that it can be read where no other server can be reached.
"""

from __future__ import annotations

import html
import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

DESCRIPTION = (
    'Experiment tracking on a store of your own. Errors are answered as {"error": {"type", "message"}}. Lists come in '
    "pages: `limit` and `token`, with `next_token` in the answer. Every write may be sent again. Within v1 fields and "
    "resources are only added."
)
BINARY = {"type": "string", "format": "binary"}
ERRORS = {
    "description": "Why not.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["type", "message"],
            "properties": {
                "type": {"type": "string", "description": "The error's name in `assay.errors`."},
                "message": {"type": "string", "description": "What failed, on which thing, what was found."},
                "problem": {"type": "string", "description": "Of a filter or an order: what is wrong with it."},
                "text": {"type": "string", "description": "Of a filter or an order: as it was given."},
                "column": {"type": "integer", "description": "Of a filter or an order: where in it, from 1."},
            },
        }
    },
}
SECURITY = {
    "token": {"type": "http", "scheme": "bearer", "description": "`assay_…`, made by an admin of the workspace."}
}


def document_of(app: Litestar) -> dict[str, Any]:
    """The OpenAPI document of an application."""
    document = dict(app.openapi_schema.to_schema())
    document["info"] = {**document["info"], "description": DESCRIPTION}
    handlers = list(_handlers(app))
    # The types as msgspec itself checks them: bounds within lists, and what their docstrings say.
    types = {kind for _, _, handler in handlers for kind in _types(handler)}
    _, schemas = msgspec.json.schema_components(sorted(types, key=str), ref_template="#/components/schemas/{name}")
    document["components"] = {"schemas": {**schemas, "Error": ERROR}, "securitySchemes": SECURITY}
    for path, method, handler in handlers:
        operation = document["paths"][path][method]
        _describe(operation, handler, path)
        _complete(operation, handler.opt)
    return document


def _handlers(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if handler.resolve_include_in_schema():
                    for method in handler.http_methods:
                        yield route.path_format, str(method).lower(), handler


def _types(handler: HTTPRouteHandler) -> Iterator[type[msgspec.Struct]]:
    signature = handler.parsed_fn_signature
    fields = [signature.return_type, *(one for name, one in signature.parameters.items() if name == "data")]
    while fields:
        field = fields.pop()
        fields += field.inner_types
        if isinstance(field.annotation, type) and issubclass(field.annotation, msgspec.Struct):
            yield field.annotation


def _describe(operation: dict[str, Any], handler: HTTPRouteHandler, path: str) -> None:
    function: Any = handler.fn
    while not hasattr(function, "__name__"):  # one that runs in a thread is wrapped
        function = function.func
    summary, _, rest = inspect.cleandoc(function.__doc__).partition("\n")
    role = handler.opt["role"]
    needs = "Needs no token." if role == "anyone" else f"Needs the role {role}."
    operation["summary"] = summary
    operation["description"] = f"{rest.strip()}\n\n{needs}".strip()
    operation["operationId"] = function.__name__
    operation["tags"] = [path.removeprefix("/v1").strip("/").partition("/")[0]]
    operation["security"] = [] if role == "anyone" else [{"token": []}]


def _complete(operation: dict[str, Any], opt: Mapping[str, Any]) -> None:
    answers = {status: one for status, one in operation.get("responses", {}).items() if status < "400"}
    for status, one in answers.items():
        if "gives" in opt:
            one["content"] = {media_type: {"schema": BINARY} for media_type in opt["gives"]}
        if status == "204":
            one.pop("content", None)
    for status, text in opt.get("statuses", {}).items():
        answers[str(status)] = {**ERRORS, "description": text} if status == 422 else {"description": text}
        if status == 206:
            answers["206"]["content"] = {media_type: {"schema": BINARY} for media_type in opt["gives"]}
    operation["responses"] = {**answers, "default": ERRORS}
    if "takes" in opt:
        operation["requestBody"] = {"required": True, "content": {opt["takes"]: {"schema": BINARY}}}


def page_of(document: Mapping[str, Any]) -> str:
    """The document as a page to read."""
    parts = [_HEAD, f"<h1>{_text(document['info']['title'])} API v1</h1><p>{_text(DESCRIPTION)}</p>"]
    parts.append("<p>The same for programs: <a href='/v1/openapi.json'>/v1/openapi.json</a></p>")
    for path, methods in sorted(document["paths"].items()):
        for method, operation in methods.items():
            parts.append(f"<h2><b>{method.upper()}</b> {_text(path)}</h2><p>{_text(operation.get('summary', ''))}</p>")
            parts.append(f"<p>{_text(operation.get('description', ''))}</p>")
            parts += _table("Parameters", [_parameter(one) for one in operation.get("parameters", ())])
            parts += _bodies("Takes", operation.get("requestBody", {}))
            for status, answer in operation["responses"].items():
                parts += _bodies(f"Answers {status}", answer)
    parts.append("<h1>Types</h1>")
    for name, schema in sorted(document["components"]["schemas"].items()):
        parts.append(f"<h2 id='{_text(name)}'>{_text(name)}</h2><p>{_text(schema.get('description', ''))}</p>")
        required = schema.get("required", ())
        fields = [
            (field, _type(one), "" if field in required else "may be left out", one.get("description", ""))
            for field, one in schema.get("properties", {}).items()
        ]
        parts += _table("Fields", fields)
    parts.append("</main></html>")
    return "".join(parts)


_HEAD = (
    "<!doctype html><html lang='en'><meta charset='utf-8'><title>Assay API v1</title>"
    "<style>body{font:16px/1.5 system-ui,sans-serif;color:#1b1f24;background:#fff}"
    "main{max-width:60rem;margin:2rem auto;padding:0 1rem}h1{margin-top:3rem}h2{font-size:1rem;margin:2.5rem 0 0;"
    "font-family:ui-monospace,monospace;font-weight:400;overflow-wrap:anywhere}p{margin:.25rem 0;white-space:pre-line}"
    "table{border-collapse:collapse;margin:.5rem 0;width:100%}caption{text-align:left;font-weight:600}"
    "td{border-top:1px solid #d5d9de;padding:.15rem .5rem .15rem 0;vertical-align:top;overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{color:#e6e9ed;background:#15181c}a{color:#8ab4f8}td{border-color:#3a3f46}}"
    "</style><main>"
)


def _text(text: object) -> str:
    return html.escape(str(text))


def _table(title: str, rows: Sequence[tuple[str, ...]]) -> list[str]:
    if not rows:
        return []
    cells = ("".join(f"<td>{one if one.startswith('<a ') else _text(one)}</td>" for one in row) for row in rows)
    return [f"<table><caption>{_text(title)}</caption>", *(f"<tr>{one}</tr>" for one in cells), "</table>"]


def _parameter(parameter: Mapping[str, Any]) -> tuple[str, ...]:
    need = "needed" if parameter.get("required") else "may be left out"
    return (
        parameter["name"],
        parameter["in"],
        _type(parameter.get("schema", {})),
        need,
        parameter.get("description", ""),
    )


def _bodies(title: str, holder: Mapping[str, Any]) -> list[str]:
    rows = [(media_type, _type(one.get("schema", {}))) for media_type, one in holder.get("content", {}).items()]
    return _table(title, rows) if rows else []


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = _text(schema["$ref"].rpartition("/")[2])
        return f"<a href='#{name}'>{name}</a>"
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return " or ".join(_plain(one) for one in schema[key])
    return _plain(schema)


def _plain(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    kind = schema.get("type", "any")
    kind = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{kind} of {_plain(schema['items'])}" if "items" in schema else kind
