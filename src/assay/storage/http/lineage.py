"""Lineage, asked of a server."""

from __future__ import annotations

from typing import Any

from assay.storage.http.connection import Server
from assay.storage.lineage import NODE_LIMIT, Lineage, LineageArtifact, LineageLink, LineageRun, Lineages


class HttpLineages(Lineages):
    """What came from what in a server's store."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def of_run(self, run_uid: str, *, limit: int = NODE_LIMIT) -> Lineage:
        return self._ask(run=run_uid, limit=limit)

    def of_object(self, *, sha256: str | None = None, value: str | None = None, limit: int = NODE_LIMIT) -> Lineage:
        return self._ask(sha256=sha256, value=value, limit=limit)

    def of_experiment(self, name: str, *, limit: int = NODE_LIMIT) -> Lineage:
        return self._ask(experiment=name, limit=limit)

    def _ask(self, **query: Any) -> Lineage:
        answer = self._server.ask("GET", "/v1/lineage", query=query)
        return Lineage(
            [LineageRun(**one) for one in answer["runs"]],
            [LineageArtifact(**one) for one in answer["artifacts"]],
            [LineageLink(**one) for one in answer["links"]],
            answer["truncated"],
        )
