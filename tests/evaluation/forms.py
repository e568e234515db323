"""The forms in which users hold their labels and scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from tests.tensor import Tensor

FORMS: dict[str, Callable[[list[Any]], Any]] = {
    "list": list,
    "tuple": tuple,
    "numpy": np.array,
    "column": lambda values: np.array(values)[:, None],
    "list of numpy scalars": lambda values: list(np.array(values)),
    "list of 0-d arrays": lambda values: [np.array(value) for value in values],
    "pandas": lambda values: pd.Series(values, index=range(7, 7 + len(values))),
    "pandas frame": lambda values: pd.DataFrame({"only": values}),
    "pandas nullable": lambda values: pd.Series(pd.array(values)),
    "pandas category": lambda values: pd.Series(values, dtype="category"),
    "polars": lambda values: pl.Series(values=values),
    "polars frame": lambda values: pl.DataFrame({"only": values}),
    "torch": Tensor,
}
