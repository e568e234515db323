"""Saved views, kept by a server."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from assay.storage.http.connection import Server
from assay.storage.views import SavedView, Views, view_name


class HttpViews(Views):
    """The saved views of a server's experiments."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def list_views(self, experiment_name: str) -> list[SavedView]:
        answer = self._server.ask("GET", _path(experiment_name))
        return [SavedView(**one) for one in answer["items"]]

    def save_view(self, experiment_name: str, name: str, texts: Mapping[str, str]) -> SavedView:
        path = f"{_path(experiment_name)}/{quote(view_name(name), safe='')}"
        return SavedView(**self._server.ask("PUT", path, document={"texts": dict(texts)}))

    def delete_view(self, experiment_name: str, name: str) -> None:
        self._server.ask("DELETE", f"{_path(experiment_name)}/{quote(name, safe='')}")


def _path(experiment_name: str) -> str:
    return f"/v1/experiments/{quote(experiment_name, safe='')}/views"
