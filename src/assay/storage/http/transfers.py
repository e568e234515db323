"""Exports from, and imports into, a workspace of a server."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, TYPE_CHECKING

from assay import system
from assay.errors import AssayError, ChecksumError, InvalidInputError, RefusedError, UnavailableError
from assay.storage.http.connection import Server
from assay.storage.transfer import Exported, Imported, Transfers

if TYPE_CHECKING:
    from assay.storage.export_file import ExportReader

EXPORT_TYPE = "application/vnd.assay.export"
COUNTS = "Assay-Export"
PIECE_BYTES = 1 << 20
WAIT_S = 3600.0
"""How long the server may take over a file that it writes, or has read, before it answers."""


class HttpTransfers(Transfers):
    """Runs to a file and from it, over a server.

    Args:
        server: The server.
    """

    def __init__(self, server: Server) -> None:
        self._server = server

    def export_runs(
        self, path: str, runs: Sequence[str] | None, experiment_name: str | None, filter_text: str | None
    ) -> Exported:
        from assay.storage.export_file import ExportReader, is_replaceable

        path = os.path.abspath(path)
        if os.path.exists(path) and not is_replaceable(path):
            raise InvalidInputError(
                f"{path} is there already and is no export, so it is not replaced: name another file, or delete it"
            )
        wanted = {"runs": None if runs is None else list(runs), "experiment": experiment_name, "filter": filter_text}
        partial = f"{path}.{os.getpid()}.part"
        try:
            with _translated(path):
                counts = self._fetch(wanted, partial)
                with ExportReader(partial):  # it is whole
                    os.replace(partial, path)
                system.sync_folder(os.path.dirname(path))
        except ChecksumError as error:
            raise UnavailableError(f"the connection to {self._server.url} was cut; export again") from error
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(partial)
        return Exported(path, counts["runs"], counts["experiments"], counts["objects"], os.path.getsize(path))

    def _fetch(self, wanted: Mapping[str, object], path: str) -> dict[str, int]:
        with (
            open(path, "wb") as file,
            self._server.open(
                "POST", "/v1/exports", document=wanted, headers={"Accept": EXPORT_TYPE}, timeout_s=WAIT_S
            ) as answer,
        ):
            while piece := answer.read(PIECE_BYTES):
                file.write(piece)
            file.flush()
            system.sync(file.fileno())
            counts: dict[str, int] = json.loads(answer.headers[COUNTS])
        return counts

    def import_runs(self, file: ExportReader) -> Imported:
        with _opened(file.path) as body:
            done = self._server.ask(
                "POST", "/v1/imports", body=body, headers={"Content-Type": EXPORT_TYPE}, timeout_s=WAIT_S
            )
        return Imported(**{name: done[name] for name in Imported.__slots__})


def _opened(path: str) -> IO[bytes]:
    try:
        return open(path, "rb")
    except OSError as error:
        raise RefusedError(f"can't read {path}: {error.strerror or error}", cause=error) from error


@contextlib.contextmanager
def _translated(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, AssayError):
            raise
        raise RefusedError(f"can't write {path}: {error.strerror or error}", cause=error) from error
