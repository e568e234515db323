"""`assay runs`: the runs of a store as a table, or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from assay.cli.usage import Flag, Json

if TYPE_CHECKING:
    from assay.cli.listing import Listing

SCREENFUL = 50
"""Runs in a table where no limit is given."""


def runs(
    *,
    experiment: str | None = None,
    filter: str | None = None,  # noqa: A002 (what users type)
    sort: str = "created",
    ascending: Flag = False,
    limit: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    json: Json = False,
    store: str | None = None,
) -> int:
    """List runs: their state, times, metrics and parameters.

    A metric's column shows its last value, or its best one (marked by an
    arrow) where `define_metric` said what is best. Columns that do not fit
    the screen are left out of the table, never out of the JSON.

        assay runs --experiment digits --sort metrics.val/accuracy
        assay runs --filter "metrics.loss < 0.1 and params.lr in (0.1, 0.3)"
        assay runs --sort params.lr --ascending --limit 10
        assay runs --json | jq '.[] | {run_name, loss: .metrics.loss.last}'

    Args:
        experiment: Only runs of this experiment.
        filter: Only runs that it picks, in the language of docs/filters.md: metrics.NAME, params.NAME, tags.NAME,
            status, created and others, compared and put together by and, or, not.
        sort: name, experiment, status, created, started, ended, duration, metrics.NAME or params.NAME; the greatest
            or latest first, runs without it last. Or several, each with its direction: "params.depth, created desc".
        ascending: The least or earliest first.
        limit: At most so many. A table shows 50 where this is left out, JSON all.
        json: Print a JSON array with everything, NaN and infinities as strings.
        store: Folder or server (URL) of the store. Left out, `assay where` says which.
    """
    from assay.cli.document import print_json, run_document
    from assay.cli.listing import list_records
    from assay.cli.usage import console, find_store

    session = find_store(store)
    if session is None:
        return _nothing_yet(json)
    if limit is None and not json:
        limit = SCREENFUL
    listing = list_records(session.fresh_store(), experiment, text=filter, sort=sort, ascending=ascending, limit=limit)
    if json:
        print_json([run_document(run, metrics) for run, metrics in listing.rows])
        return 0
    from assay.cli.run_table import run_table

    screen = console()
    if not listing.rows:
        picked = "that the filter picks " if filter else ""
        screen.print(f"No runs {picked}in {session.location}", soft_wrap=True)
        return 0
    screen.print(run_table(listing.rows, screen.width))
    screen.print(_footer(listing, session.location), style="dim", soft_wrap=True)
    return 0


def _nothing_yet(json: bool) -> int:
    from assay.place import where

    if json:
        print("[]")
        return 0
    print(f"No runs yet: there is no store in {where()[0]}. `assay demo` makes one; so does the first run you log.")
    return 0


def _footer(listing: Listing, location: str) -> str:
    from assay.cli.wording import amount

    shown = len(listing.rows)
    if listing.total is None:
        more = f"the first {amount(shown, 'run')} of more (--limit)" if listing.more else amount(shown, "run")
    elif listing.more:
        more = f"{shown} of {amount(listing.total, 'run')} (all: --limit {listing.total})"
    else:
        more = amount(listing.total, "run")
    return f"{more} in {location} · all about one: assay show RUN"
