"""`assay move`: runs to another experiment."""

from __future__ import annotations

from assay.cli.meant import FilterOption


def move(
    *runs: str,
    to: str,
    experiment: str | None = None,
    filter: FilterOption = None,  # noqa: A002 - the option's name
    store: str | None = None,
) -> int:
    """Move runs to another experiment, which exists.

    If one can't be moved, because a run of its name is there, none is.

        assay move digits/lr-0.1 digits/lr-0.3 --to archive
        assay move --experiment digits --filter 'created < now() - 30d' --to archive

    Args:
        runs: EXPERIMENT/RUN, or RUN alone where only one experiment has it.
        to: The experiment that they go to.
        experiment: The experiment of the runs.
        filter: The runs that this filter picks.
        store: Folder or server (URL) of the store. Left out, `assay where` says which.
    """
    from assay.cli.meant import meant_runs, open_store, runs_listed
    from assay.cli.usage import UsageError

    if not runs and filter is None:
        raise UsageError("name the runs, or give --filter")
    session = open_store(store)
    moved = session.move(meant_runs(session, runs, experiment, filter), to=to)
    print(f"Moved to {to.lower()} {runs_listed(moved)}.")
    return 0
