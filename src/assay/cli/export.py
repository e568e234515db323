"""`assay export`: runs into one file."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from assay.cli.usage import Json


def export(
    *run: str,
    experiment: str | None = None,
    filter: str | None = None,  # noqa: A002 (the option's name)
    output: Annotated[str, Parameter(name=["--output", "-o"])],
    json: Json = False,
    store: str | None = None,
) -> int:
    """Write runs into one file, which `assay import` brings into another store.

    The file has everything: parameters, points, artifacts with their bytes,
    attempts. It is a tar archive with a checksum over all of it. Without
    runs, an experiment or a filter it has the whole store.

        assay export digits/baseline digits/wide -o two.assay
        assay export --experiment digits --filter "metrics.loss < 0.1" -o good.assay

    Args:
        run: EXPERIMENT/RUN, or RUN alone where only one experiment has it.
        experiment: All runs of this experiment.
        filter: Only runs that it picks, such as "metrics.loss < 0.1 and params.depth in (4, 6)".
        output: The file; an export that is there already is replaced once the new one is whole.
        json: Print a JSON object.
        store: Folder or server (URL) of the store. Left out, `assay where` says which.
    """
    from assay.cli import wording
    from assay.cli.usage import UsageError, find_store
    from assay.errors import StoreError
    from assay.place import where

    if run and (experiment is not None or filter is not None):
        raise UsageError("RUN is given, or --experiment and --filter, not both")
    session = find_store(store)
    if session is None:
        raise StoreError(f"there is nothing to export: there is no store in {where()[0]} yet")
    done = session.export_runs(output, runs=list(run) or None, experiment_name=experiment, filter=filter)
    if json:
        from dataclasses import asdict

        from assay.cli.document import print_json

        print_json(asdict(done))
        return 0
    held = f"{wording.amount(done.runs, 'run')} of {wording.amount(done.experiments, 'experiment')}"
    size = wording.size(done.size_bytes)
    print(f"{held}, {wording.amount(done.objects, 'object')}: {size} in {done.path}")
    return 0
