"""`assay restore`: taking things out of the trash."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from assay.cli.meant import FilterOption


def restore(
    *runs: str,
    experiment: str | None = None,
    filter: FilterOption = None,  # noqa: A002 - the option's name
    artifact: str | None = None,
    name: Annotated[str | None, Parameter(name="--as")] = None,
    store: str | None = None,
) -> int:
    """Take runs, an experiment or an artifact out of the trash.

    Of several of one name it is the one that was trashed last; `assay trash`
    shows the ids of all, which can be given as well. Where the name has been
    taken, say --as.

        assay restore digits/lr-0.1
        assay restore digits/lr-0.1 --as lr-0.1-again
        assay restore --experiment old-tries
        assay restore digits/baseline --artifact model

    Args:
        runs: EXPERIMENT/RUN, RUN alone where only one experiment has it, or an id.
        experiment: The experiment of the runs; without runs and --filter the experiment itself, with its runs.
        filter: The trashed runs that this filter picks.
        artifact: This artifact of the run, in place of the run.
        name: Another name for what is restored.
        store: Folder or server (URL) of the store. Left out, `assay where` says which.
    """
    from assay.cli.meant import meant_runs, open_store, runs_listed
    from assay.cli.usage import UsageError

    session = open_store(store)
    if artifact is not None:
        if len(runs) != 1:
            raise UsageError("--artifact belongs to one run: name it")
        run = meant_runs(session, runs, experiment, filter)
        session.restore(run[0], artifact=artifact, name=name)
        print(f"Restored artifact {artifact!r} of {runs[0]}.")
    elif runs or filter is not None:
        done = session.restore(meant_runs(session, runs, experiment, filter, state="trashed"), name=name)
        print(f"Restored {runs_listed(done)}.")
    elif experiment is not None:
        (restored,) = session.restore(experiment=experiment, name=name)
        print(f"Restored experiment {restored} with its runs.")
    else:
        raise UsageError("name what to restore; `assay trash` shows what there is")
    return 0
