"""A store's check-up: is everything there, and is it what was written; mended where that is asked for and can be done.

It looks at what the store itself keeps: the catalog's file and tables, and objects. Journals are the write path's
(`assay.recording.recovery`), and are to be recovered before the tables are looked at.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections import defaultdict
from datetime import UTC, datetime

from assay.errors import ChecksumError, DamagedError, ObjectMissingError, RefusedError
from assay.storage.disk_objects import DiskObjects
from assay.storage.finding import Checkup, Finding
from assay.storage.sql.checkup import CatalogCheckup
from assay.storage.sql.header import header_fault, rebuild_header
from assay.storage.sql.rewrite import locked
from assay.storage.sql.sqlite import SqliteDatabase
from assay.storage.sql.store import CATALOG_FILE, OBJECTS_FOLDER

DIRECTORY = "directory"
"""The kind of an artifact whose object lists the objects of its files."""
DAMAGED_FOLDER = "damaged"
"""Below the store: what a repair took out of the way, a folder for each repair."""
LEFTOVER_S = 3600
"""A temporary file that is older belongs to nobody who still writes to it."""


def damaged_folder(folder: str) -> str:
    """Where a repair that starts now moves things; it is made when the first is moved."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    return os.path.join(folder, DAMAGED_FOLDER, stamp)


def check_header(checkup: Checkup, *, damaged: str | None) -> bool:
    """Look at the first bytes of the catalog, without which nothing else can be looked at.

    Args:
        checkup: Takes the finding.
        damaged: Where a repair keeps what stood there before; None repairs nothing.

    Returns:
        Whether the catalog can be opened now.

    Raises:
        RefusedError: It is to be repaired and can't be written.
    """
    path = os.path.join(checkup.location, CATALOG_FILE)
    if not os.path.exists(path):
        what = "the catalog is missing: restore it from a backup"
        if not _holds_data(checkup.location):
            what = "there is no catalog, so this folder is no store yet; the first run that is logged to it makes one"
        checkup.findings.append(Finding("catalog", path, what))
        return False
    fault = header_fault(path)
    if fault is None:
        return True
    finding = Finding("catalog", path, fault, repairable=os.path.getsize(path) > 0)
    if damaged is not None and finding.repairable:
        _is_writable(path, needed=True)
        os.makedirs(damaged, exist_ok=True)
        kept = os.path.join(damaged, "catalog-first-page.bin")
        try:
            with locked(path):
                rebuild_header(path, kept)
        except DamagedError as error:
            finding = Finding("catalog", path, f"{fault}; {error}")
        else:
            finding = finding.mended(f"its first page was made anew; what stood there is kept in {kept}")
    checkup.findings.append(finding)
    return bool(finding.repaired)


def _is_writable(path: str, *, needed: bool) -> bool:
    writable = os.access(path, os.W_OK) and os.access(os.path.dirname(path), os.W_OK)
    if needed and not writable:
        folder = os.path.dirname(path)
        raise RefusedError(f"the store {folder} is read-only: it can be checked, not repaired", path=path)
    return writable


def _holds_data(folder: str) -> bool:
    return any(os.path.isdir(os.path.join(folder, name)) for name in (OBJECTS_FOLDER, "journals"))


def check_contents(checkup: Checkup, *, damaged: str | None) -> None:
    """Look at the catalog's tables and at every object; its header is right.

    Raises:
        RefusedError: It is to be repaired and can't be written.
        StoreVersionError: A newer Assay wrote it.
    """
    path = os.path.join(checkup.location, CATALOG_FILE)
    database = SqliteDatabase(path, writable=_is_writable(path, needed=damaged is not None))
    try:
        CatalogCheckup(database, checkup, damaged).check()
        _check_objects(checkup, database, damaged)
    finally:
        database.close()


def _check_objects(checkup: Checkup, database: SqliteDatabase, damaged: str | None) -> None:
    folder = os.path.join(checkup.location, OBJECTS_FOLDER)
    objects = DiskObjects(folder)
    # Objects are stored before artifacts name them: what is named now must be there, what is there may be named later.
    named = _named_objects(database, objects)
    stored = set()
    unnamed, unnamed_bytes = 0, 0
    for info in objects.list():
        stored.add(info.sha256)
        checkup.count("objects")
        checkup.count("object_bytes", info.size_bytes)
        users = named.get(info.sha256, [])
        try:
            for _ in objects.read_checked(info.sha256):
                pass
        except (ChecksumError, OSError) as error:
            checkup.findings.append(_damaged_object(objects.path(info.sha256), users, error, damaged))
        except ObjectMissingError:  # deleted in the meantime
            continue
        if not users:
            unnamed, unnamed_bytes = unnamed + 1, unnamed_bytes + info.size_bytes
    for sha256 in sorted(named.keys() - stored):
        users = named[sha256]
        if os.path.exists(objects.aside(sha256)) or os.path.exists(objects.path(sha256)):
            what = f"a collection looks at the object of {_artifacts(users)}, or was killed; the next one puts it back"
            checkup.findings.append(Finding("object", objects.aside(sha256), what, _runs(users), harmless=True))
            continue
        what = f"the object of {_artifacts(users)} is missing; logging the same bytes again brings it back"
        checkup.findings.append(Finding("object", objects.path(sha256), what, _runs(users)))
    if unnamed:
        what = f"{unnamed} objects ({unnamed_bytes:,} bytes) are named by no artifact: replaced, or not yet recorded"
        checkup.findings.append(Finding("object", folder, what, harmless=True))
    _check_leftovers(checkup, folder, damaged)


def _named_objects(database: SqliteDatabase, objects: DiskObjects) -> dict[str, list[tuple[str, str]]]:
    """The users, (run, artifact), of each object that an artifact names, or that the listing of a directory names."""
    named: dict[str, list[tuple[str, str]]] = defaultdict(list)
    listings = []
    with database.read() as connection:
        rows = connection.execute(
            "SELECT sha256, kind, experiments.name || '/' || runs.name, artifacts.name FROM artifacts "
            "JOIN runs ON runs.id = run_id JOIN experiments ON experiments.id = experiment_id "
            "WHERE sha256 IS NOT NULL ORDER BY artifacts.id"
        )
        for sha256, kind, run, name in rows:
            named[sha256].append((run, name))
            if kind == DIRECTORY:
                listings.append((sha256, run, name))
    for sha256, run, name in listings:
        # A listing that is damaged or gone is reported as an object like any other.
        with contextlib.suppress(DamagedError, OSError):
            for entry in json.loads(b"".join(objects.read_checked(sha256)))["files"]:
                named[entry["sha256"]].append((run, f"{name}/{entry['path']}"))
    return named


def _damaged_object(path: str, users: list[tuple[str, str]], error: Exception, damaged: str | None) -> Finding:
    whose = f"of {_artifacts(users)}" if users else "that no artifact names"
    if isinstance(error, OSError):
        return Finding("object", path, f"the object {whose} can't be read: {error}", _runs(users))
    what = f"the object {whose} is damaged: its bytes are not those that were stored"
    finding = Finding("object", path, what, _runs(users), repairable=True)
    if damaged is None:
        return finding
    kept = os.path.join(damaged, OBJECTS_FOLDER, os.path.basename(path))
    os.makedirs(os.path.dirname(kept), exist_ok=True)
    os.replace(path, kept)
    return finding.mended(f"moved to {kept}; logging the same bytes again brings it back")


def _check_leftovers(checkup: Checkup, folder: str, damaged: str | None) -> None:
    old = time.time() - LEFTOVER_S
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        path = os.path.join(folder, name)
        if name.startswith("new-") and os.path.isfile(path) and os.stat(path).st_mtime < old:
            what = "a process died while it stored an object; the call never returned"
            finding = Finding("object", path, what, repairable=True, harmless=True)
            if damaged is not None:
                os.unlink(path)
                finding = finding.mended("deleted")
            checkup.findings.append(finding)


def _artifacts(users: list[tuple[str, str]]) -> str:
    first = ", ".join(f"artifact {name!r} of {run}" for run, name in users[:3])
    return first + (f" and {len(users) - 3} more" if len(users) > 3 else "")


def _runs(users: list[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(run for run, _ in users))
