"""The two calls that log a metric, so that tests can hold both to the same."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from assay import Run

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1


def bits(values: Any) -> list[bytes]:
    return [struct.pack("<d", value) for value in values]


def log_one(run: Run, call: str, value: Any, name: str = "loss", **options: Any) -> None:
    """Log a value of one metric by either call."""
    if call == "log_metric":
        run.log_metric(name, value, **options)
    else:
        run.log_metrics({name: value}, **options)


both = pytest.mark.parametrize("call", ["log_metric", "log_metrics"])
# The first call of a name goes another way than later ones.
first_and_later = pytest.mark.parametrize("earlier", [False, True], ids=["first", "later"])
