"""Looking at a folder of journals without changing anything."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass

from assay import system
from assay.recording.journal_files import events_files, unready_files, writer_of
from assay.recording.recovery import DAMAGED_FOLDER
from assay.recording.remains import JournalError, Remains


@dataclass(frozen=True, slots=True)
class JournalFinding:
    """A journal as an inspection finds it.

    Attributes:
        path: The file.
        run: `experiment/run`, `?` where it can't be told.
        state: `living`, `left` (its writer is dead), `damaged` (in parts), `unreadable`, `aside` (by an earlier
            recovery) or `orphan` (rows without an events file).
        detail: What there is to say of it.
    """

    path: str
    run: str
    state: str
    detail: str


def inspect(folder: str) -> list[JournalFinding]:
    """What lies in a folder of journals."""
    findings = [_finding(path) for path in events_files(folder)]
    with contextlib.suppress(FileNotFoundError):
        known = {writer_of(path) for path in (*events_files(folder), *unready_files(folder))}
        for name in sorted(os.listdir(folder)):
            if name.endswith(".rows") and writer_of(name) not in known:
                path = os.path.join(folder, name)
                findings.append(JournalFinding(path, "?", "orphan", "rows without an events file"))
    aside = os.path.join(folder, DAMAGED_FOLDER)
    with contextlib.suppress(FileNotFoundError):
        for name in sorted(os.listdir(aside)):
            path = os.path.join(aside, name)
            findings.append(JournalFinding(path, "?", "aside", "set aside by an earlier recovery"))
    return findings


def _finding(path: str) -> JournalFinding:
    try:
        remains = Remains(path)
    except (JournalError, OSError) as error:
        return JournalFinding(path, "?", "unreadable", str(error))
    if not (remains.abandoned or system.is_dead(remains.process)):
        return JournalFinding(path, remains.run, "living", "")
    if remains.is_damaged:
        return JournalFinding(path, remains.run, "damaged", remains.what_is_damaged())
    process = remains.process
    return JournalFinding(path, remains.run, "left", f"by process {process.pid} on {process.host}")
