"""`assay gc`: giving back space."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from assay.cli.usage import Flag, Json

if TYPE_CHECKING:
    from assay.cleanup import Collection

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
SHOWN = 20
"""So many things of the trash are printed one by one, the greatest first."""


def gc(*, dry_run: Flag = False, older_than: str = "0d", json: Json = False, store: str | None = None) -> int:
    """Empty the trash, and give back the space of all that nothing needs.

    It frees what is in the trash, objects that no artifact names, what
    processes left that died while they stored an object, and the catalog's
    empty pages. Objects that others share stay, so the sizes it prints are
    what really goes. Others may go on logging and reading: what they need is
    never collected.

    --dry-run says all this and changes nothing. What was in the trash can't
    be restored afterwards; --older-than spares what was put there lately.

        assay gc --dry-run
        assay gc
        assay gc --older-than 30d

    Args:
        dry_run: Only say what each would free.
        older_than: Of the trash, only what has been in it for so long: 90m, 12h, 30d, 2w.
        json: Print a JSON object with everything, for programs.
        store: Folder of the store. Left out, `assay where` says which.
    """
    from assay.cli.meant import open_store

    session = open_store(store)
    report = session.gc(older_than=_age(older_than), dry_run=dry_run)
    if json:
        from dataclasses import asdict

        from assay.cli.document import print_json

        print_json(asdict(report))
    else:
        _print(report, session.location)
    return 0


def _age(text: str) -> timedelta:
    from assay.cli.usage import UsageError

    match = re.fullmatch(r"(\d+)\s*([smhdw])", text.strip().lower())
    if match is None:
        raise UsageError(f"--older-than takes a number and a unit (s, m, h, d, w) such as 30d, not {text!r}")
    try:
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError as error:
        raise UsageError(f"--older-than {text} is too long") from error


def _print(report: Collection, location: str) -> None:
    from assay.cli.wording import amount, size

    frees = "would free" if report.dry_run else "freed"
    for one in report.freed[:SHOWN]:
        parts = f"{size(one.row_bytes)} of the catalog, {size(one.object_bytes)} of objects"
        print(f"{one.kind} {one.name}: {frees} {size(one.row_bytes + one.object_bytes)} ({parts})")
    rest = report.freed[SHOWN:]
    if rest:
        total = sum(one.row_bytes + one.object_bytes for one in rest)
        print(f"{amount(len(rest), 'more thing')} of the trash: {frees} {size(total)}")
    for count, thing, size_bytes in (
        (report.shared_bytes, "objects that only several of these share", report.shared_bytes),
        (report.unnamed, f"{amount(report.unnamed, 'object')} that no artifact names", report.unnamed_bytes),
        (report.leftovers, f"{amount(report.leftovers, 'file')} of processes that died", report.leftover_bytes),
        (report.page_bytes, "empty pages of the catalog", report.page_bytes),
    ):
        if count:
            print(f"{thing}: {frees} {size(size_bytes)}")
    for why in report.kept:
        print(f"kept: {why}")
    then = "about " if report.dry_run else ""
    print(f"{location}: {size(report.before_bytes)} before, {then}{size(report.after_bytes)} after")
    if report.dry_run:
        print("Nothing was changed; to free it: assay gc")
