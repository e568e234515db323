"""A whole examination of a store: the check-up of what the store keeps, and of the journals beside it.

The order matters: without its header the catalog can't be opened, and what dead writers left is to be in it before its
tables are looked at.
"""

from __future__ import annotations

import os

from assay.errors import AssayError
from assay.recording.inspection import JournalFinding, inspect
from assay.recording.recovery import recover
from assay.session import JOURNALS_FOLDER
from assay.storage.checkup import check_contents, check_header, damaged_folder
from assay.storage.finding import Checkup, Finding
from assay.storage.sql.store import SqlStore

_LEFT = "its writer ended without carrying it to the store; whoever next opens the store does that"


def examine(folder: str, *, repair: bool = False) -> Checkup:
    """Look at everything in a store's folder, and mend what can be mended where that is asked for.

    Raises:
        RefusedError: It is to be repaired and can't be written.
        StoreVersionError: A newer Assay wrote it.
    """
    checkup = Checkup(folder)
    damaged = damaged_folder(folder) if repair else None
    can_be_opened = check_header(checkup, damaged=damaged)
    _check_journals(checkup, damaged if can_be_opened else None)
    if can_be_opened:
        check_contents(checkup, damaged=damaged)
    return checkup


def _check_journals(checkup: Checkup, damaged: str | None) -> None:
    folder = os.path.join(checkup.location, JOURNALS_FOLDER)
    found = inspect(folder)
    checkup.count("journals", len({one.path for one in found if one.state not in ("aside", "orphan")}))
    how: dict[str, str] = {}
    if damaged is not None and any(one.state in ("left", "damaged", "unreadable") for one in found):
        how = _recover(checkup.location, folder)
    for journal in found:
        finding = _finding(journal)
        if finding is None:
            continue
        if damaged is not None:
            done = how.get(journal.path, "")
            moved = _move_aside(journal.path, folder, damaged) if journal.state != "left" else ""
            finding = finding.mended("; ".join(part for part in (done, moved) if part))
        checkup.findings.append(finding)


def _recover(location: str, folder: str) -> dict[str, str]:
    store = SqlStore(location)
    try:
        done = recover(store, folder)
    except AssayError as error:
        return dict.fromkeys((one.path for one in inspect(folder)), f"could not be recovered: {error}")
    finally:
        store.close()
    return {
        one.path: f"{one.rows} rows and {one.events} events recovered" + (f"; {one.note}" if one.note else "")
        for one in done
    }


def _finding(journal: JournalFinding) -> Finding | None:
    runs = () if journal.run == "?" else (journal.run,)
    if journal.state == "living":
        return None
    if journal.state == "left":
        return Finding("journal", journal.path, _LEFT, runs, repairable=True, harmless=True)
    return Finding("journal", journal.path, journal.detail, runs, repairable=True)


def _move_aside(path: str, folder: str, damaged: str) -> str:
    """Move a journal, or what recovery set aside of it, to where a repair keeps things."""
    for place in (path, os.path.join(folder, "damaged", os.path.basename(path))):
        if os.path.exists(place):
            kept = os.path.join(damaged, JOURNALS_FOLDER, os.path.basename(path))
            os.makedirs(os.path.dirname(kept), exist_ok=True)
            os.replace(place, kept)
            return f"moved to {kept}"
    return ""
