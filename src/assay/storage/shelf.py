"""The shelf: what a collection does with objects, wherever they lie.

It takes the objects that nothing seems to name off the shelf, looks again who needs them, and puts these back; how that
is safe while others store, name and read them stands in `assay.storage.collection`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.storage.objects import ObjectInfo

ASIDE_FOLDER = "aside"
"""Where a collection moves objects while it makes sure that nothing names them."""
PINS_FOLDER = "pins"
"""Where pins lie: `pins/<day>/<sha256>`, each an empty file. Days go whole, so no pin goes while it is renewed."""
DAY_S = 86_400
SKEW_DAYS = 1
"""By how many days the clocks of servers that share a store may be apart."""


class Shelf(ABC):
    """The objects of a store, as a collection handles them."""

    @abstractmethod
    def lock(self, *, shared: bool, patience_s: float) -> AbstractContextManager[None]:
        """Be the only one that collects, or with `shared` one of those who let nobody collect.

        Raises:
            StoreError: Others did not let go of it within `patience_s`.
        """

    @abstractmethod
    def collectable(self) -> Iterator[ObjectInfo]:
        """The objects that may be collected if nothing names them, by name; not those that are too young for that."""

    @abstractmethod
    def pinned(self) -> set[str]:
        """The objects that somebody has pinned beside the objects, in the last days."""

    @abstractmethod
    def set_aside(self, names: Iterable[str]) -> list[str]:
        """Move objects aside; those that were there."""

    @abstractmethod
    def put_back(self, names: Iterable[str]) -> None:
        """Move objects back that lie aside, so that they will outlive a power cut."""

    @abstractmethod
    def put_back_all(self) -> None:
        """Put back what collections that were killed left aside."""

    @abstractmethod
    def drop(self, names: Iterable[str]) -> int:
        """Delete objects that lie aside; how many bytes they had."""

    @abstractmethod
    def leftovers(self) -> list[tuple[str, int]]:
        """The files, with their sizes, of processes that died while they stored an object."""

    @abstractmethod
    def drop_old_pins(self) -> None:
        """Delete the pins that hold no longer."""


def day_of(time_s: float) -> str:
    """The name of the folder of pins that are made at a time."""
    return f"{int(time_s // DAY_S):06d}"


def holds(day: str, time_s: float, *, days: int) -> bool:
    """Whether a pin of that day holds at that time, if it is to hold for so many days."""
    return day >= day_of(time_s - (days + SKEW_DAYS) * DAY_S)
