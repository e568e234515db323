"""Tidying up on a server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from assay.storage.http.connection import Server
from assay.storage.http.pages import every
from assay.storage.tidying import Addressing, Renaming, Trash, Trashed


class HttpAddressing(Addressing):
    """Who is meant, asked of a server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def run_uid(self, given: str, state: str) -> str:
        return self._resolve("run", given, state)

    def experiment_uid(self, given: str, state: str) -> str:
        return self._resolve("experiment", given, state)

    def _resolve(self, kind: str, given: str, state: str) -> str:
        wanted = {"kind": kind, "given": given, "state": state}
        return str(self._server.ask("POST", "/v1/resolve", document=wanted)["uid"])

    def run_names(self, uids: Sequence[str]) -> list[str]:
        return list(self._server.ask("POST", "/v1/run-names", document={"runs": list(uids)})["names"])

    def matching_runs(self, filter_text: str, experiment: str | None, *, trashed: bool) -> list[str]:
        wanted = {"filter": filter_text, "experiment": experiment, "trashed": trashed}
        found: list[str] = []
        token = None
        while True:
            answer = self._server.ask("POST", "/v1/matching", document={**wanted, "token": token})
            found += answer["runs"]
            token = answer["next_token"]
            if token is None:
                return found


class HttpTrash(Trash):
    """The trash of a server's store."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def contents(self) -> list[Trashed]:
        return [Trashed(**one) for one in every(self._server, "/v1/trash")]

    def _act(self, act: str, **what: Any) -> Any:
        return self._server.ask("POST", f"/v1/trash/{act}", document=what)

    def trash_runs(self, uids: Sequence[str]) -> list[str]:
        return list(self._act("trash", runs=list(uids))["names"])

    def restore_runs(self, uids: Sequence[str], *, name: str | None = None) -> list[str]:
        return list(self._act("restore", runs=list(uids), name=name)["names"])

    def delete_runs(self, uids: Sequence[str]) -> list[str]:
        return list(self._act("delete", runs=list(uids))["names"])

    def trash_experiment(self, uid: str) -> str:
        return str(self._act("trash", experiment=uid)["names"][0])

    def restore_experiment(self, uid: str, *, name: str | None = None) -> str:
        return str(self._act("restore", experiment=uid, name=name)["names"][0])

    def delete_experiment(self, uid: str) -> str:
        return str(self._act("delete", experiment=uid)["names"][0])

    def change_artifact(self, run_uid: str, name: str, act: str, *, is_output: bool | None = None) -> int:
        which = {"run": run_uid, "name": name, "is_output": is_output}
        return int(self._act(act, artifact=which)["count"])


class HttpRenaming(Renaming):
    """Other names and places, asked of a server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def rename_run(self, uid: str, name: str, display_name: str) -> None:
        named = {"name": name, "display_name": display_name}
        self._server.ask("POST", f"/v1/runs/{quote(uid, safe='')}/name", document=named)

    def rename_experiment(self, uid: str, name: str, display_name: str) -> None:
        named = {"name": name, "display_name": display_name}
        self._server.ask("POST", f"/v1/experiments/{quote(uid, safe='')}/name", document=named)

    def move_runs(self, uids: Sequence[str], experiment_name: str) -> list[str]:
        wanted = {"runs": list(uids), "experiment": experiment_name}
        return list(self._server.ask("POST", "/v1/move", document=wanted)["names"])

    def retag(self, uids: Sequence[str], given: Mapping[str, str], removed: Sequence[str]) -> list[str]:
        wanted = {"runs": list(uids), "set": dict(given), "remove": list(removed)}
        return list(self._server.ask("POST", "/v1/retag", document=wanted)["names"])
