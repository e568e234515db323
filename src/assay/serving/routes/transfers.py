"""Exports and imports: runs as one file, over a file of the server's own that is deleted behind it."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator
from typing import IO, Any

import msgspec
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from assay.errors import AssayError, DamagedError, RefusedError, StoreVersionError
from assay.serving.access.limits import MAX_BODY_BYTES
from assay.serving.refusals import answer_about_what_came
from assay.serving.routes.fields import Given, Text
from assay.serving.streams import FileAnswer, Pieces
from assay.storage.contract import Store
from assay.storage.export_file import ExportReader
from assay.storage.transfer import Exported, Imported

EXPORT_TYPE = "application/vnd.assay.export"
COUNTS = "assay-export"
"""The header that tells what an export holds, as JSON."""
IMPORT_BYTES = 1 << 40


class Export(msgspec.Struct):
    """Which runs are exported: these, or those of an experiment, or those that a filter picks, or all."""

    runs: list[Given] | None = None
    experiment: Given | None = None
    filter: Text | None = None


class ImportedDocument(msgspec.Struct):
    """What an import did; runs are named `experiment/run`."""

    runs: list[str]
    renamed: dict[str, str]
    skipped: list[str]
    trashed: list[str]
    experiments: int


@post(
    "/v1/exports",
    status_code=200,
    opt={"role": "viewer", "gives": (EXPORT_TYPE,)},
    request_max_body_size=MAX_BODY_BYTES,
)
async def export_runs(store: NamedDependency[Store], data: JSONBody[Export]) -> Response[Any]:
    """A file of runs with all that belongs to them; docs/export.md says what can be done with it."""
    file, done = await asyncio.to_thread(_export, store, data)
    counts = {"runs": done.runs, "experiments": done.experiments, "objects": done.objects}
    headers = {
        "content-type": EXPORT_TYPE,
        "content-disposition": 'attachment; filename="runs.assay"',
        COUNTS: json.dumps(counts),
    }
    return Pieces(FileAnswer(file, done.size_bytes, headers))


def _export(store: Store, which: Export) -> tuple[IO[bytes], Exported]:
    with tempfile.TemporaryDirectory(prefix="assay-export-") as folder:
        path = os.path.join(folder, "runs.assay")
        done = store.transfers.export_runs(path, which.runs, which.experiment, which.filter)
        return open(path, "rb"), done  # it goes on to be read when its name is gone


@post(
    "/v1/imports",
    status_code=200,
    opt={"role": "writer", "takes": EXPORT_TYPE, "statuses": {422: "It is damaged, or a newer Assay wrote it."}},
    request_max_body_size=IMPORT_BYTES,
)
async def import_runs(request: Request[Any, Any, Any], store: NamedDependency[Store]) -> Response[ImportedDocument]:
    """Bring the runs of an export into the workspace, each whole or not at all; what is here already is skipped."""
    folder = await asyncio.to_thread(lambda: tempfile.TemporaryDirectory(prefix="assay-import-"))
    try:
        path = os.path.join(folder.name, "runs.assay")
        await _receive(request.stream(), path)
        done = await asyncio.to_thread(_import, store, path)
    except (DamagedError, StoreVersionError) as error:
        return answer_about_what_came(error)
    finally:
        await asyncio.to_thread(folder.cleanup)
    return Response(ImportedDocument(done.runs, done.renamed, done.skipped, done.trashed, done.experiments))


async def _receive(pieces: AsyncIterator[bytes], path: str) -> None:
    file = await asyncio.to_thread(open, path, "wb")
    try:
        async for piece in pieces:
            await asyncio.to_thread(file.write, piece)
    except OSError as error:
        if isinstance(error, AssayError):
            raise
        raise RefusedError("the server has no room for the file; nothing was imported", cause=error, path="") from error
    finally:
        await asyncio.to_thread(file.close)


def _import(store: Store, path: str) -> Imported:
    try:
        with ExportReader(path) as file:
            return store.transfers.import_runs(file)
    except AssayError as error:
        raise _about_what_came(error, path) from error


def _about_what_came(error: AssayError, path: str) -> AssayError:
    """The same error, which names what the client sent and not the server's own file."""
    return type(error)(str(error).replace(path, "what was sent"))


HANDLERS = (export_runs, import_runs)
