"""`assay compare`: runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.cli.usage import Json

if TYPE_CHECKING:
    from assay.querying.comparison import Comparison


def compare(
    *runs: str,
    experiment: str | None = None,
    baseline: str | None = None,
    json: Json = False,
    store: str | None = None,
) -> int:
    """Show runs side by side: parameters that differ, metrics, ROC and precision-recall curves.

    Behind each metric stands how far it is from the baseline's; it is the
    best value where the run says what is best, else the last.

        assay compare digits/first digits/second
        assay compare first second third --experiment digits
        assay compare first second --experiment digits --baseline third --json

    Args:
        runs: EXPERIMENT/RUN each, or RUN alone where only one experiment has it.
        experiment: The runs' experiment, where RUN alone does not say it.
        baseline: The run that the others are held against; left out, the first.
        json: Print a JSON object with everything, NaN and infinities as strings.
        store: Folder or server (URL) of the store. Left out, `assay where` says which.
    """
    from assay.cli.show import empty_place, find_record
    from assay.cli.usage import UsageError, console, find_store
    from assay.errors import RunNotFoundError
    from assay.run import Run

    if len(runs) + (baseline is not None) < 2:
        raise UsageError("compare takes two runs or more, such as: assay compare digits/first digits/second")
    session = find_store(store)
    if session is None:
        raise RunNotFoundError(f"no run {runs[0]!r}: {empty_place()}")
    opened = session.fresh_store()

    def find(name: str) -> Run:
        return Run._of(session, find_record(opened, name, experiment), loaded=True)

    comparison = session.compare([find(name) for name in runs], None if baseline is None else find(baseline))
    if json:
        _print_document(comparison)
        return 0
    from assay.cli.comparison_page import ComparisonPage

    page = ComparisonPage(comparison, console())
    page.print()
    return 1 if page.damaged else 0


def _print_document(comparison: Comparison) -> None:
    from assay.cli.document import print_json, summary_document

    document: dict[str, Any] = {
        "runs": {
            label: {"experiment_name": run.experiment_name, "run_name": run.run_name, "uid": run.id}
            for label, run in comparison.runs.items()
        },
        "baseline": comparison.baseline,
        "parameters": comparison.parameters,
        "same_parameters": comparison.same_parameters,
        "metrics": {
            name: {run: summary_document(one) for run, one in found.items()}
            for name, found in comparison.metrics.items()
        },
        "differences": comparison.differences,
        "curves": [{"type": one.type, "title": one.title, "documents": one.documents} for one in comparison.curves],
    }
    print_json(document)
