"""`assay trash`: putting runs, experiments and artifacts out of sight, to be restored or to be freed by `assay gc`."""

from __future__ import annotations

from assay.cli.meant import FilterOption
from assay.cli.usage import Json

SCREENFUL = 50
"""So many things are listed, the last trashed first, before the rest is only counted."""


def trash(
    *runs: str,
    experiment: str | None = None,
    filter: FilterOption = None,  # noqa: A002 - the option's name
    artifact: str | None = None,
    json: Json = False,
    store: str | None = None,
) -> int:
    """Put runs, an experiment or an artifact into the trash, or show what is in it.

    Names are free at once. `assay restore` brings things back, `assay gc`
    frees their space. Without runs, --experiment and --filter the trash is
    listed.

        assay trash digits/lr-0.1 digits/lr-0.3
        assay trash --experiment digits --filter 'metrics.loss > 1'
        assay trash --experiment old-tries
        assay trash digits/baseline --artifact model
        assay trash

    Args:
        runs: EXPERIMENT/RUN, or RUN alone where only one experiment has it.
        experiment: The experiment of the runs; without runs and --filter the experiment itself, with all of its runs.
        filter: The runs that this filter picks.
        artifact: This artifact of the run, in place of the run.
        json: Print a JSON array of what is in the trash.
        store: Folder or server (URL) of the store. Left out, `assay where` says which.
    """
    from assay.cli.meant import meant_runs, open_store, runs_listed
    from assay.cli.usage import UsageError

    session = open_store(store)
    if artifact is not None:
        if len(runs) != 1:
            raise UsageError("--artifact belongs to one run: name it")
        run = meant_runs(session, runs, experiment, filter)
        session.trash(run[0], artifact=artifact)
        print(f"Trashed artifact {artifact!r} of {runs[0]}.")
    elif runs or filter is not None:
        changed = session.trash(meant_runs(session, runs, experiment, filter))
        print(f"Trashed {runs_listed(changed)}.")
    elif experiment is not None:
        (name,) = session.trash(experiment=experiment)
        print(f"Trashed experiment {name} with its runs; back: assay restore --experiment {name}")
    else:
        _show(session, json=json)
    return 0


def _show(session: object, *, json: bool) -> None:
    from dataclasses import asdict

    from assay.cli import wording
    from assay.cli.document import print_json
    from assay.formats.moments import moment
    from assay.session import Session

    assert isinstance(session, Session)
    contents = session.trashed()
    if json:
        print_json([asdict(one) for one in contents])
        return
    for one in contents[:SCREENFUL]:
        name = f"{one.name} of {one.run}" if one.kind == "artifact" else one.name
        more = f" with {wording.amount(one.run_count, 'run')}" if one.kind == "experiment" else ""
        identity = "" if one.kind == "artifact" else f"  (id {one.id})"
        print(f"{wording.moment(moment(one.trashed_us))}  {one.kind} {name}{more}{identity}")
    if len(contents) > SCREENFUL:
        print(f"… and {len(contents) - SCREENFUL:,} more (all: --json)")
    print("The trash is empty." if not contents else "Back: assay restore. What they take: assay gc --dry-run")
