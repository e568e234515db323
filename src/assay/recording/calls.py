"""The calls that training makes a million times: closures over a journal's tables, with nothing in them to wait for.

Each finds its block by name, reserves a slot, stores the row's words and then its mark. Whatever is not plain (a
first call, a full block, a timestamp, a value that is no number yet) goes to the journal's slow path, which does the
same with every check. A plain method that took a lock measured 2-3 times slower.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import time_ns
from typing import Any

from assay.formats.rows import VOID

Slot = tuple[Callable[[], int], int, Any, Any, Callable[[], int]]
"""Of one metric: reserve a slot, the block's end, its words as doubles and as integers, count a step."""
RowSlot = tuple[Callable[[], int], int, Any, Any, Callable[..., None], Callable[[Any], tuple[float, ...]]]
"""Of several metrics: reserve a slot, the block's end, its bytes, its words as integers, the packer of a row, and what
picks a row's values out of a dict."""


def make_log_metric(slots: Mapping[str, Slot], slow: Callable[..., None]) -> Callable[..., None]:
    """A run's `log_metric` while it is entered."""
    clock = time_ns

    def log_metric(name: str, value: float, timestamp: Any = None, step: int | None = None) -> None:
        try:
            take, end, doubles, words, next_step = slots[name]
        except (KeyError, TypeError):
            return slow(name, value, timestamp, step)
        if timestamp is None:
            if step is None:
                try:
                    value = float(value)
                except (TypeError, ValueError, OverflowError):
                    return slow(name, value, timestamp, step)
                step = next_step()
            at = take()
            if at < end:
                try:
                    words[at + 1] = step
                    doubles[at + 2] = value
                except (TypeError, ValueError, OverflowError):
                    words[at] = VOID
                    return slow(name, value, timestamp, step)
                words[at] = clock()
                return None
        return slow(name, value, timestamp, step)

    return log_metric


def make_log_metrics(
    slots: Mapping[tuple[str, ...], RowSlot], likely: Mapping[int, RowSlot], slow: Callable[..., None]
) -> Callable[..., None]:
    """A run's `log_metrics` while it is entered.

    Args:
        slots: The slots by the names that a row has, in their order.
        likely: Of each number of names the slot shown last. A dict with exactly these names is found here, in whatever
            order it has them; to make a tuple of the names and look that up costs a third more.
        slow: The call with every check.
    """
    clock = time_ns

    def log_metrics(values: Mapping[str, float], step: int | None = None, timestamp: Any = None) -> None:
        if timestamp is None and step is not None and type(values) is dict:
            try:
                take, end, mapping, words, pack, pick = likely[len(values)]
                row = pick(values)
            except KeyError:
                try:
                    take, end, mapping, words, pack, pick = slots[tuple(values)]
                except (KeyError, TypeError):
                    return slow(values, step, timestamp)
                row = tuple(values.values())
            at = take()
            if at < end:
                try:
                    pack(mapping, at * 8 + 8, step, *row)
                except Exception:  # noqa: BLE001 - whatever the values raise, the slow path says it in full
                    words[at] = VOID
                    return slow(values, step, timestamp)
                words[at] = clock()
                return None
        return slow(values, step, timestamp)

    return log_metrics
