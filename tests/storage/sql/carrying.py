"""Runs out of a store into a file, and from a file into a store."""

from __future__ import annotations

from pathlib import Path

from assay.storage.export_file import ExportReader
from assay.storage.sql.store import SqlStore
from assay.storage.transfer import Exported, Imported


def bring_in(store: SqlStore, path: Path) -> Imported:
    with ExportReader(str(path)) as file:
        return store.transfers.import_runs(file)


def send_out(store: SqlStore, path: Path, *runs: str) -> Exported:
    return store.transfers.export_runs(str(path), list(runs) or None, None, None)


def new_store(folder: Path) -> SqlStore:
    folder.mkdir()
    return SqlStore(str(folder))
