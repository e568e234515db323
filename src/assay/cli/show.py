"""`assay show`: all about one run, as pictures and tables or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.cli.usage import Json

if TYPE_CHECKING:
    from assay.session import Session
    from assay.storage.contract import RunRecord, Store


def show(run: str, /, *, experiment: str | None = None, json: Json = False, store: str | None = None) -> int:
    """Show all about one run: parameters, metrics, charts, artifacts, attempts.

    A metric's trend is drawn from its least to its greatest value. Names of
    artifacts are links to their bytes, in terminals that show links.

        assay show digits/baseline
        assay show baseline
        assay show baseline --experiment digits --json

    Args:
        run: EXPERIMENT/RUN, or RUN alone where only one experiment has it.
        experiment: The run's experiment, where RUN alone does not say it.
        json: Print a JSON object with everything, NaN and infinities as strings.
        store: Folder or server (URL) of the store. Left out, `assay where` says which.
    """
    from assay.cli.listing import summaries_of
    from assay.cli.usage import console, find_store
    from assay.errors import RunNotFoundError

    session = find_store(store)
    if session is None:
        raise RunNotFoundError(f"no run {run!r}: {empty_place()}")
    opened = session.fresh_store()
    record = find_record(opened, run, experiment)
    metrics = summaries_of(opened, record)
    if json:
        _print_document(opened, session, record)
        return 0
    from assay.cli.run_page import RunPage

    page = RunPage(opened, record, metrics, console())
    page.print()
    return 1 if page.damaged else 0


def empty_place() -> str:
    """Why there are no runs: the store that is meant is not there yet."""
    from assay.place import where

    return f"there is no store in {where()[0]} yet; name another by --store or ASSAY_STORE"


def find_record(store: Store, run: str, experiment: str | None) -> RunRecord:
    """The run that is meant by `experiment/run`, or by `run` alone where that is one run only.

    Raises:
        RunNotFoundError: There is none.
        UsageError: There are several of that name, or two experiments were named.
    """
    from assay.cli.usage import UsageError
    from assay.errors import RunNotFoundError, nearest
    from assay.storage.contract import RunQuery

    before, slash, name = run.rpartition("/")
    if slash and experiment is not None and before.lower() != experiment.lower():
        raise UsageError(f"{run!r} names the experiment {before!r}, and --experiment {experiment!r}; leave one out")
    experiment = before if slash else experiment
    if experiment is not None:
        return store.find_run(experiment.lower(), name.lower())
    runs = store.list_runs(RunQuery()).runs
    found = [one for one in runs if one.name == name.lower()]
    if not found:
        close = nearest(name, dict.fromkeys(one.name for one in runs))
        raise RunNotFoundError(f"no run {name!r}{close} in {store.location}; to see all: assay runs")
    if len(found) > 1:
        places = ", ".join(f"{one.experiment_name}/{one.name}" for one in found[:5])
        raise UsageError(f"run {name!r} is in {len(found)} experiments: {places}; say which")
    return found[0]


def _print_document(store: Store, session: Session, run: RunRecord) -> None:
    from assay.cli.document import artifact_document, attempt_document, print_json, run_document
    from assay.cli.listing import summaries_of

    document = run_document(run, summaries_of(store, run))
    document["artifacts"] = [
        artifact_document(artifact, None if artifact.sha256 is None else store.objects.uri(artifact.sha256))
        for artifact in store.artifacts(run.uid)
    ]
    document["attempts"] = [attempt_document(attempt) for attempt in store.attempts(run.uid)]
    document["store"] = session.location
    print_json(document)
