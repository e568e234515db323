"""What runs take, asked of a server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assay.storage.http.connection import Server
from assay.storage.usage import ExperimentUsage, TrashedUsage, TrashUsage, Usages, WorkspaceUsage


class HttpUsages(Usages):
    """What runs take in a server's store."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def measure(self) -> WorkspaceUsage:
        answer = self._ask()
        experiments = {
            one["uid"]: ExperimentUsage(**{name: value for name, value in one.items() if name != "uid"})
            for one in answer["experiments"]
        }
        return WorkspaceUsage(answer["runs"], answer["point_bytes"], answer["object_bytes"], experiments)

    def of_trash(self) -> TrashUsage:
        trash = self._ask()["trash"]
        return TrashUsage(trash["things"], trash["frees_bytes"], [TrashedUsage(**one) for one in trash["items"]])

    def frees(self, run_uids: Sequence[str]) -> int:
        return int(self._server.ask("POST", "/v1/frees", document={"runs": list(run_uids)})["bytes"])

    def _ask(self) -> dict[str, Any]:
        answer: dict[str, Any] = self._server.ask("GET", "/v1/storage")
        return answer
