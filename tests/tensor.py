"""A torch tensor as far as it can be told from outside; torch itself is too large for the development environment."""

from __future__ import annotations

from typing import Any

import numpy as np


class Tensor:
    """It must leave its graph before it becomes an array, and numpy has no counterpart for one of its types."""

    def __init__(self, values: Any, dtype: str | None = None, *, attached: bool = True) -> None:
        self.values = np.asarray(values)
        self.dtype = f"torch.{dtype or self.values.dtype}"
        self.attached = attached

    def __len__(self) -> int:
        return len(self.values)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    def detach(self) -> Tensor:
        return Tensor(self.values, self.dtype.removeprefix("torch."), attached=False)

    def cpu(self) -> Tensor:
        return self

    def float(self) -> Tensor:
        return Tensor(self.values.astype(np.float32), attached=self.attached)

    def item(self) -> Any:
        return self.values.item()

    def tolist(self) -> Any:
        return self.values.tolist()

    def numpy(self) -> np.ndarray[Any, Any]:
        if self.attached:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")
        if self.dtype == "torch.bfloat16":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.values
