"""`assay sync`: sending what waits for servers."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from assay.cli.usage import Flag, Json, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.syncing import Synced, Waiting, Watch

SHOWN = 20
"""So many of the runs that wait are named."""


def sync(
    *,
    list_: Annotated[Flag, Parameter(name="--list")] = False,
    json: Json = False,
    store: str | None = None,
) -> int:
    """Send what runs have logged while their server was away.

    What is logged to a server waits on this machine until the server has
    taken it. Runs that are still going send for themselves, and whoever next
    opens a store sends what processes have left that ended; this does it at
    once, for every server, and waits for it. It may be interrupted and
    called again: nothing is sent twice.

    Exits with 0 when nothing is left, and with 1 when a server is away or
    refuses something; then it says what is kept where.

        assay sync
        assay sync --list
        assay sync --store https://assay.example.com

    Args:
        list_: Only say what waits.
        json: Print JSON, for programs.
        store: Only send what waits for this server.
    """
    from assay import place, syncing

    urls = syncing.outboxes()
    if store is not None:
        url = place.location_of(store)
        if not place.is_server(url):
            raise UsageError(f"sync sends to servers, and {url} is a folder: what is logged to it lies there already")
        urls = [url]
    found = [syncing.waiting(url) for url in urls]
    if list_:
        _print_waiting(found, json=json)
        return 0
    done = [_sync(one, quiet=json) for one in found]
    if json:
        from dataclasses import asdict

        from assay.cli.document import print_json

        print_json([asdict(one) for one in done])
    elif not done:
        print("Nothing waits: no run has been logged to a server from here.")
    return 1 if any(one.problems or not one.left.is_empty for one in done) else 0


def _print_waiting(found: list[Waiting], *, json: bool) -> None:
    from assay.cli.wording import amount, size

    if json:
        from dataclasses import asdict

        from assay.cli.document import print_json

        print_json([asdict(one) for one in found])
        return
    for one in found:
        living = f"; {amount(one.living, 'writer')} still going" if one.living else ""
        if one.is_empty:
            print(f"{one.url}: nothing waits{living}")
            continue
        print(f"{one.url}: {_what(one)} in {one.folder}{living}")
        for run in sorted(one.runs)[:SHOWN]:
            print(f"  {run}")
        if len(one.runs) > SHOWN:
            print(f"  and {len(one.runs) - SHOWN} more")
    if not found:
        print("Nothing waits: no run has been logged to a server from here.")
    elif any(not one.is_empty for one in found):
        total = sum(one.journal_bytes + one.object_bytes for one in found)
        print(f"{size(total)} of this disk; to send it: assay sync")


def _what(one: Waiting) -> str:
    """What waits, in a few words."""
    from assay.cli.wording import amount, size

    parts = []
    if one.runs:
        parts.append(f"what {amount(len(one.runs), 'writer')} left")
    if one.objects:
        parts.append(f"the bytes of {amount(one.objects, 'artifact')} ({size(one.object_bytes)})")
    return " and ".join(parts)


def _sync(one: Waiting, *, quiet: bool) -> Synced:
    from assay import syncing
    from assay.cli.wording import amount

    with _progress(one, quiet=quiet) as (segments, uploads):
        done = syncing.sync(one.url, segments=segments, uploads=uploads)
    if quiet:
        return done
    rows, events = sum(found.rows for found in done.recovered), sum(found.events for found in done.recovered)
    if done.recovered or done.objects:
        parts = f"{amount(rows, 'row')}, {amount(events, 'event')} and {amount(done.objects, 'artifact')}"
        print(f"{one.url}: sent {parts} of {amount(len(done.recovered), 'writer')}")
    for found in done.recovered:
        if found.note:
            print(f"{found.run}: {found.note}")
    for problem in done.problems:
        print(f"assay: {one.url}: {problem}", file=sys.stderr)
    if not done.left.is_empty:
        print(f"assay: {one.url}: {_what(done.left)} is kept in {one.folder}", file=sys.stderr)
    elif not done.problems:
        print(f"{one.url}: nothing is left to send")
    return done


@contextmanager
def _progress(one: Waiting, *, quiet: bool) -> Iterator[tuple[Watch, Watch]]:
    """What shows how far it is, where somebody looks: of segments, and of artifacts."""
    if quiet or one.is_empty or not sys.stderr.isatty():
        yield _nobody, _nobody
        return
    from rich import progress
    from rich.console import Console

    from assay.cli.wording import size

    columns: list[Any] = [progress.TextColumn("{task.description}"), progress.BarColumn(), progress.TimeElapsedColumn()]
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        of_segments = bar.add_task("segments", total=max(1, one.journal_bytes))
        of_uploads = bar.add_task("artifacts", total=max(1, one.object_bytes))

        def segments(count: int, size_bytes: int) -> None:
            bar.update(of_segments, description=f"{count} segments, {size(size_bytes)}", completed=size_bytes)

        def uploads(count: int, size_bytes: int) -> None:
            text = f"{count} artifacts left, {size(size_bytes)}"
            bar.update(of_uploads, description=text, completed=max(0, one.object_bytes - size_bytes))

        yield segments, uploads


def _nobody(count: int, size_bytes: int) -> None:
    """Nobody looks."""
