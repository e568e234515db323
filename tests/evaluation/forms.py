"""The forms in which users hold their labels and scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl


class Tensor:
    """A torch tensor as far as it can be told from outside: it must leave its graph and its device to become an array.

    torch itself is too large for the development environment.
    """

    def __init__(self, values: Any, dtype: str | None = None, *, attached: bool = True) -> None:
        self.values = np.asarray(values)
        self.dtype = f"torch.{dtype or self.values.dtype}"
        self.attached = attached

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    def __len__(self) -> int:
        return len(self.values)

    def detach(self) -> Tensor:
        return Tensor(self.values, self.dtype.removeprefix("torch."), attached=False)

    def cpu(self) -> Tensor:
        return self

    def float(self) -> Tensor:
        return Tensor(self.values.astype(np.float32), attached=self.attached)

    def numpy(self) -> np.ndarray[Any, Any]:
        if self.attached:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
        if self.dtype == "torch.bfloat16":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.values


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
