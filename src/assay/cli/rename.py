"""`assay rename`: other names for runs and experiments."""

from __future__ import annotations


def rename(*names: str, experiment: str | None = None, store: str | None = None) -> int:
    """Give a run or an experiment another name.

    Ids stay, so whoever logs to it goes on. A name that is taken is refused.

        assay rename digits/lr-0.1 baseline
        assay rename --experiment digits handwriting

    Args:
        names: The run, as EXPERIMENT/RUN or RUN alone, and its new name; of an experiment the new name alone.
        experiment: The experiment of the run; with one name only, the experiment to rename.
        store: Folder or server (URL) of the store. Left out, `assay where` says which.
    """
    from assay.cli.meant import meant_runs, open_store, run_names
    from assay.cli.usage import UsageError

    session = open_store(store)
    if len(names) == 1 and experiment is not None:
        new = session.rename(experiment=experiment, to=names[0])
        print(f"Experiment {experiment.lower()} is {new} now.")
    elif len(names) == 2:
        (uid,) = meant_runs(session, names[:1], experiment, None)
        (old,) = run_names(session, [uid])
        session.rename(uid, to=names[1])
        print(f"Run {old} is {run_names(session, [uid])[0]} now.")
    else:
        raise UsageError("give a run and its new name, or --experiment and the experiment's new name")
    return 0
