"""`assay export`: runs into one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from assay.cli.usage import Flag, Json

if TYPE_CHECKING:
    from assay.session import Session


def export(
    *run: str,
    experiment: str | None = None,
    filter: str | None = None,  # noqa: A002 (the option's name)
    output: Annotated[str | None, Parameter(name=["--output", "-o"])] = None,
    html: Flag = False,
    max_artifact: float | None = None,
    json: Json = False,
    store: str | None = None,
) -> int:
    """Write runs into one file, which `assay import` brings into another store.

    The file has everything: parameters, points, artifacts with their bytes,
    attempts. It is a tar archive with a checksum over all of it. Without
    runs, an experiment or a filter it has the whole store.

        assay export digits/baseline digits/wide -o two.assay
        assay export --experiment digits --filter "metrics.loss < 0.1" -o good.assay

    With --html it is one page that any browser opens, without a server or a
    network, with the charts and all points of the runs.

        assay export --html digits/baseline

    Args:
        run: EXPERIMENT/RUN, or RUN alone where only one experiment has it.
        experiment: All runs of this experiment.
        filter: Only runs that it picks, such as "metrics.loss < 0.1 and params.depth in (4, 6)".
        output: The file; an export that is there already is replaced once the new one is whole. Of a page it may be
            left out: RUN.html, or EXPERIMENT.html of several runs, in this folder.
        html: Write a page to look at.
        max_artifact: MB; longer artifacts are left out of a page. By default 5, and all together four times as much.
        json: Print a JSON object.
        store: Folder or server (URL) of the store. Left out, `assay where` says which.
    """
    from assay.cli import wording
    from assay.cli.meant import meant_runs
    from assay.cli.usage import UsageError, find_store
    from assay.errors import StoreError
    from assay.place import where

    if run and (experiment is not None or filter is not None):
        raise UsageError("RUN is given, or --experiment and --filter, not both")
    session = find_store(store)
    if session is None:
        raise StoreError(f"there is nothing to export: there is no store in {where()[0]} yet")
    if html:
        uids = meant_runs(session, run, experiment, filter if run else filter or "")
        return _save_page(session, uids, output, 5.0 if max_artifact is None else max_artifact, json=json)
    if output is None:
        raise UsageError("--output says which file is written, such as -o runs.assay; a page (--html) needs none")
    if max_artifact is not None:
        raise UsageError("--max-artifact is of pages: give --html too, or leave it out")
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


def _save_page(session: Session, uids: list[str], output: str | None, max_artifact: float, *, json: bool) -> int:
    import os
    from dataclasses import asdict
    from urllib.parse import urlsplit

    from assay.cli import wording
    from assay.cli.meant import listed
    from assay.serving.saved_page import file_name, save_page_as

    store = session.fresh_store()
    url = urlsplit(session.location)
    is_server = url.scheme in ("http", "https")
    # Not the whole path: whoever gets the file need not know how this machine is arranged.
    place = url.netloc.rpartition("@")[2] if is_server else os.path.basename(session.location)
    path = os.path.expanduser(output) if output else file_name(store, uids)
    done = save_page_as(store, uids, path, place=place, most_artifact_bytes=int(max_artifact * 1e6))
    if json:
        from assay.cli.document import print_json

        print_json({"path": path, **asdict(done)})
        return 0
    held = f"{wording.amount(done.runs, 'run')}, {wording.amount(done.points, 'point')}"
    print(f"{held}, {wording.amount(done.objects, 'artifact')}: {wording.size(done.size_bytes)} in {path}")
    if done.left_out:
        print(f"left out, longer than --max-artifact or not here: {listed(done.left_out)}")
    return 0
