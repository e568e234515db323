"""Transactions that ran into each other, and are done again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from assay.errors import StoreError

TRIES = 5
"""Two that met once are past each other when they come again; that many only fail where something else is wrong."""
PAUSE_S = 0.02
"""The longest pause before the second try, doubled before each later one: by chance, so that the two part."""

P = ParamSpec("P")
T = TypeVar("T")


class ConflictError(StoreError):
    """Two transactions met; asked again, this one will likely come through. Nothing was changed."""


def retried(call: Callable[P, T]) -> Callable[P, T]:
    """Let a call that is one transaction be made again where that ran into another one."""

    @wraps(call)
    def call_again(*args: P.args, **kwargs: P.kwargs) -> T:
        for number in range(TRIES - 1):
            try:
                return call(*args, **kwargs)
            except ConflictError:
                time.sleep(random.random() * PAUSE_S * 2**number)
        return call(*args, **kwargs)

    return call_again
