"""`assay retag`: tags of many runs at once."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from assay.cli.meant import FilterOption


def retag(
    *runs: str,
    set: Annotated[tuple[str, ...], Parameter(name="--set", negative="", show_default=False)] = (),  # noqa: A002
    remove: Annotated[tuple[str, ...], Parameter(negative="", show_default=False)] = (),
    experiment: str | None = None,
    filter: FilterOption = None,  # noqa: A002 - the option's name
    store: str | None = None,
) -> int:
    """Set and remove tags of many runs at once.

        assay retag digits/lr-0.1 --set team=vision --set stage=done --remove draft
        assay retag --experiment digits --filter 'metrics.loss < 0.1' --set good=yes

    Args:
        runs: EXPERIMENT/RUN, or RUN alone where only one experiment has it.
        set: KEY=VALUE, a tag that each run has afterwards.
        remove: The key of a tag that none has afterwards.
        experiment: The experiment of the runs.
        filter: The runs that this filter picks.
        store: Folder or server (URL) of the store. Left out, `assay where` says which.
    """
    from assay.cli.meant import meant_runs, open_store, runs_listed
    from assay.cli.usage import UsageError

    if not runs and filter is None:
        raise UsageError("name the runs, or give --filter")
    if not set and not remove:
        raise UsageError("say what changes: --set KEY=VALUE or --remove KEY")
    given = {}
    for pair in set:
        key, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"--set takes KEY=VALUE, not {pair!r}")
        given[key] = value
    session = open_store(store)
    changed = session.retag(meant_runs(session, runs, experiment, filter), set=given, remove=remove)
    print(f"Retagged {runs_listed(changed)}.")
    return 0
