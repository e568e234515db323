"""A whole examination of a store: the check-up of what the store keeps, and of the journals beside it.

The order matters: without its header the catalog can't be opened, and what dead writers left is to be in it before its
tables are looked at.
"""

from __future__ import annotations

import os
from dataclasses import replace

from assay.errors import AssayError, RefusedError
from assay.place import JOURNALS_FOLDER
from assay.recording.inspection import JournalFinding, inspect
from assay.recording.recovery import recover
from assay.storage.checkup import check_contents, check_header, damaged_folder
from assay.storage.finding import Checkup, Finding
from assay.storage.sql.store import SqlStore


def examine(folder: str, *, repair: bool = False) -> Checkup:
    """Look at everything in a store's folder, and mend what can be mended where that is asked for.

    Raises:
        RefusedError: It is to be repaired and can't be written.
        StoreVersionError: A newer Assay wrote it.
    """
    checkup = Checkup(folder)
    damaged = damaged_folder(folder) if repair else None
    try:
        can_be_opened = check_header(checkup, damaged=damaged)
        _check_journals(checkup, damaged if can_be_opened else None)
        if can_be_opened:
            check_contents(checkup, damaged=damaged)
    except OSError as error:
        if isinstance(error, AssayError):
            raise
        raise RefusedError(f"the check-up of {folder} ended early: {error}", cause=error) from error
    return checkup


def _check_journals(checkup: Checkup, damaged: str | None) -> None:
    folder = os.path.join(checkup.location, JOURNALS_FOLDER)
    found = inspect(folder)
    checkup.count("journals", sum(one.state not in ("aside", "orphan") for one in found))
    findings = {one.path: finding for one in found if (finding := _finding(one)) is not None}
    if damaged is not None and findings:
        _repair(checkup.location, folder, damaged, findings)
    checkup.findings += findings.values()


def _finding(journal: JournalFinding) -> Finding | None:
    runs = () if journal.run == "?" else (journal.run,)
    if journal.state == "living":
        return None
    if journal.state == "left":
        what = f"left {journal.detail}; whoever next logs or reads here brings it into the store"
        return Finding("journal", journal.path, what, runs, repairable=True, harmless=True)
    return Finding("journal", journal.path, journal.detail.removeprefix(f"{journal.path}: "), runs, repairable=True)


def _repair(location: str, folder: str, damaged: str, findings: dict[str, Finding]) -> None:
    store = SqlStore(location)
    try:
        done = recover(store, folder)
    except AssayError as error:
        for path, finding in findings.items():
            findings[path] = replace(finding, what=f"{finding.what}; it can't be recovered: {error}")
        return
    finally:
        store.close()
    for one in done:
        if one.path in findings and one.rows + one.events > 0:
            findings[one.path] = findings[one.path].mended(f"{one.rows} rows and {one.events} events recovered")
    _move_aside(folder, damaged, findings)


def _move_aside(folder: str, damaged: str, findings: dict[str, Finding]) -> None:
    """Move what recovery could not use to where repairs keep things, out of the sight of the next check-up."""
    for journal in inspect(folder):
        if journal.state in ("aside", "orphan"):
            name = os.path.basename(journal.path)
            kept = os.path.join(damaged, JOURNALS_FOLDER, name)
            os.makedirs(os.path.dirname(kept), exist_ok=True)
            os.replace(journal.path, kept)
            for path in (journal.path, os.path.join(folder, name)):
                if path in findings:
                    done = findings[path].repaired
                    findings[path] = findings[path].mended(f"{done}; moved to {kept}" if done else f"moved to {kept}")
