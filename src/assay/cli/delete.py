"""`assay delete`: deleting for good, in or outside the trash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cli.meant import FilterOption
from assay.cli.usage import Flag

if TYPE_CHECKING:
    from assay.session import Session


def delete(
    *runs: str,
    experiment: str | None = None,
    filter: FilterOption = None,  # noqa: A002 - the option's name
    artifact: str | None = None,
    yes: Flag = False,
    store: str | None = None,
) -> int:
    """Delete runs, an experiment or an artifact for good.

    It says what it will delete, and asks; a script gives --yes. The files
    that artifacts hold, which others may share, are freed by `assay gc`.

        assay delete digits/lr-0.1
        assay delete --experiment digits --filter 'status = "Failed"' --yes
        assay delete --experiment old-tries --yes

    Args:
        runs: EXPERIMENT/RUN, RUN alone where only one experiment has it, or an id; what lives goes before what is in
            the trash.
        experiment: The experiment of the runs; without runs and --filter the experiment itself, with all of its runs.
        filter: The runs outside the trash that this filter picks.
        artifact: This artifact of the run, in place of the run.
        yes: Do not ask.
        store: Folder or server (URL) of the store. Left out, `assay where` says which.
    """
    from assay.cli.meant import confirm, meant_runs, open_store, run_names, runs_listed
    from assay.cli.usage import UsageError

    session = open_store(store)
    if artifact is not None:
        if len(runs) != 1:
            raise UsageError("--artifact belongs to one run: name it")
        run = meant_runs(session, runs, experiment, filter, state="any")
        confirm(f"This deletes artifact {artifact!r} of {runs[0]}.", yes=yes)
        session.delete(run[0], artifact=artifact)
        print("Deleted. Its bytes are freed by: assay gc")
    elif runs or filter is not None:
        uids = meant_runs(session, runs, experiment, filter, state="any")
        if not uids:
            print("No run to delete.")
            return 0
        confirm(f"This deletes {runs_listed(run_names(session, uids))}.", yes=yes)
        print(f"Deleted {runs_listed(session.delete(uids))}.")
    elif experiment is not None:
        uid = session.fresh_store().addressing.experiment_uid(experiment, "any")
        count = _count_runs(session, uid)
        confirm(f"This deletes experiment {experiment} with all of its runs, {count:,} in number.", yes=yes)
        (name,) = session.delete(experiment=uid)
        print(f"Deleted experiment {name}.")
    else:
        raise UsageError("name what to delete")
    return 0


def _count_runs(session: Session, experiment_uid: str) -> int:
    """How many runs an experiment has, in and outside the trash."""
    trashed = session.trashed()
    for one in trashed:
        if one.kind == "experiment" and one.id == experiment_uid:
            return one.run_count
    for record in session.store.experiments():
        if record.uid == experiment_uid:
            inside = [one for one in trashed if one.kind == "run" and one.name.rpartition("/")[0] == record.name]
            return record.run_count + len(inside)
    return 0
