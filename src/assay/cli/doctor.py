"""`assay doctor`: whether a store is whole, and repairing what can be repaired."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from assay.cli.usage import Flag, Json

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from assay.storage.finding import Checkup, Finding


def doctor(*, repair: Flag = False, json: Json = False, store: str | None = None) -> int:
    """Check whether a store is whole; repair what can be repaired.

    It looks at the catalog's file and tables, at what dead writers left in
    journals, and at every checksum: of chunks, of segments that are yet to
    be folded, of objects. Each fault names its file and the runs it touches.
    The exit code is 1 where something is wrong. Without --repair nothing is
    changed.

    A repair recovers journals, gives an overwritten catalog its header back,
    derives summaries anew from their points, and moves what is damaged into
    the folder `damaged` of the store. It deletes no point and no object.

        assay doctor
        assay doctor --repair --store /data/experiments

    Args:
        repair: Repair what can be repaired.
        json: Print a JSON object with every finding, for programs.
        store: Folder of the store. Left out, `assay where` says which.
    """
    from assay.cli.examination import examine
    from assay.cli.usage import console
    from assay.errors import StoreError
    from assay.session import Session

    session = Session(store)
    session.check_is_folder("assay doctor")
    folder = session.location
    if not os.path.isdir(folder):
        if store is not None:
            raise StoreError(f"no store in {folder}: there is no such folder")
        print(f"No store yet in {folder}: there is nothing to check.")
        return 0
    checkup = examine(folder, repair=repair)
    if json:
        from dataclasses import asdict

        from assay.cli.document import print_json

        print_json({"is_whole": checkup.is_whole, **asdict(checkup)})
    else:
        _print(checkup, console(), repaired=repair)
    return 0 if checkup.is_whole else 1


def _print(checkup: Checkup, out: Console, *, repaired: bool) -> None:
    from rich.padding import Padding
    from rich.text import Text

    for finding in checkup.findings:
        mark, style = _mark(finding)
        out.print(Text.assemble((mark, style), " ", (finding.kind, "bold"), " ", finding.path), soft_wrap=True)
        out.print(Padding(Text(finding.what), (0, 0, 0, 2)))
        if finding.runs:
            out.print(Text(f"  touches {', '.join(finding.runs)}", "dim"), soft_wrap=True)
        if finding.repaired:
            out.print(Text(f"  repaired: {finding.repaired}", "green"), soft_wrap=True)
    out.print(Text(checkup.location, "dim"), soft_wrap=True)
    out.print(Text(_looked_at(checkup), "dim"))
    out.print(_verdict(checkup, repaired=repaired))


def _mark(finding: Finding) -> tuple[str, str]:
    if finding.repaired:
        return "✓", "green"
    return ("·", "dim") if finding.harmless else ("✗", "red")


def _looked_at(checkup: Checkup) -> str:
    from assay.cli import wording

    counts = dict(checkup.counts)
    object_bytes = counts.pop("object_bytes", 0)
    parts = [
        wording.amount(counts.get(f"{thing}s", 0), thing)
        for thing in ("experiment", "run", "point", "chunk", "segment", "journal", "object")
        if f"{thing}s" in counts
    ]
    if not parts:
        return "nothing could be looked at"
    return f"{', '.join(parts)} ({wording.size(object_bytes)})" if "objects" in counts else ", ".join(parts)


def _verdict(checkup: Checkup, *, repaired: bool) -> Text:
    from rich.text import Text

    from assay.cli import wording

    wrong = [finding for finding in checkup.findings if not finding.harmless and not finding.repaired]
    if not wrong:
        mended = any(finding.repaired for finding in checkup.findings)
        return Text("The store is whole again." if mended else "The store is whole.", "green")
    faults = (wording.amount(len(wrong), "fault"), "red")
    repairable = sum(finding.repairable for finding in wrong)
    if repaired:
        rest = " can't be repaired: restore what is named from a backup. All else in the store can be read."
    elif repairable:
        rest = f", of which {repairable} can be repaired: assay doctor --repair"
    else:
        rest = ", none of which can be repaired: restore what is named from a backup."
    return Text.assemble(faults, rest)
