"""Without scikit-learn: the three calls say how to get it, and lengths are checked all the same."""

from __future__ import annotations

import subprocess
import sys

import pytest

CALLS = {
    "log_precision_recall": "from assay.evaluation.precision_recall import precision_recall as call",
    "log_roc_curve": "from assay.evaluation.roc import roc_curve as call",
    "log_confusion_matrix": "from assay.evaluation.confusion import confusion_matrix as call",
}


def outcome(statement: str, arguments: str) -> list[str]:
    """Calls in a Python whose scikit-learn can't be imported: the error's bases and, last, its message."""
    code = f"""
import sys
sys.modules["sklearn"] = None
{statement}
try:
    call({arguments})
except Exception as error:
    print(*(base.__name__ for base in type(error).__mro__), error, sep="\\n")
"""
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.splitlines()


@pytest.mark.parametrize("call", CALLS)
def test_chart_without_scikit_learn_names_the_extra(call: str) -> None:
    *bases, message = outcome(CALLS[call], "[0, 1], [0, 1]")

    assert {"MissingExtraError", "ImportError"} <= set(bases)
    assert message.startswith(f"{call} needs scikit-learn")
    assert message.endswith('pip install "assay[sklearn]"')


@pytest.mark.parametrize("call", CALLS)
def test_chart_without_scikit_learn_checks_lengths_first(call: str) -> None:
    *bases, message = outcome(CALLS[call], "[0, 1, 1], [0, 1]")

    assert "ValueError" in bases
    assert message.endswith("(3 vs 2).")


def test_evaluation_is_imported_without_a_third_party_package() -> None:
    code = (
        "\n".join(["import sys", "before = set(sys.modules)", *CALLS.values()])
        + """
loaded = {name.partition(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)
print(*sorted(loaded))
"""
    )

    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()

    assert ["assay"] == loaded
