"""`assay import`: the runs of an export into a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cli.usage import Json

if TYPE_CHECKING:
    from assay.storage.transfer import Imported

_NAMED = 20
"""Runs that are named; what is beyond is counted."""


def import_(file: str, /, *, json: Json = False, store: str | None = None) -> int:
    """Bring the runs of an export into a store.

    The whole file is checked before anything is changed. Each run comes in
    whole or not at all. Those that are here already are skipped, so a file
    can be imported again. A run whose name is taken by another becomes
    NAME-2.

        assay import runs.assay
        assay import runs.assay --store /data/experiments

    Args:
        file: What `assay export` wrote.
        json: Print a JSON object: runs, renamed, skipped, trashed, experiments.
        store: Folder of the store, made where it does not exist, or a server's URL. Left out, `assay where` says which.
    """
    from assay.session import Session

    session = Session(store)
    done = session.import_runs(file)
    if json:
        from dataclasses import asdict

        from assay.cli.document import print_json

        print_json(asdict(done))
        return 0
    _print(done, session.location)
    return 0


def _print(done: Imported, location: str) -> None:
    from assay.cli import wording

    for name in done.runs[:_NAMED]:
        print(f"+ {name}")
    if len(done.runs) > _NAMED:
        print(f"+ {len(done.runs) - _NAMED:,} more")
    for before, name in done.renamed.items():
        print(f"{before} is {name} here: another run has its name")
    trashed = set(done.trashed)
    for name in done.skipped[:_NAMED]:
        where = "is here already, in the trash: assay restore" if name in trashed else "is here already"
        print(f"{name} {where}")
    if len(done.skipped) > _NAMED:
        print(f"{len(done.skipped) - _NAMED:,} more are here already")
    skipped = f", {len(done.skipped):,} skipped" if done.skipped else ""
    print(f"{wording.amount(len(done.runs), 'run')} imported{skipped}: {location}")
