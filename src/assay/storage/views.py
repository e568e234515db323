"""Saved views: ways to look at an experiment's runs, kept under a name for all who work with them.

A view is what stands in an address of the page: filter, columns, order, groups, axes. A store keeps the texts and reads
nothing into them, so a page of another version takes of a view what it knows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from assay.errors import InvalidInputError

MOST_VIEWS = 100
"""Of one experiment: more nobody finds their way through."""
MOST_BYTES = 8_000
"""Of one view's texts, as JSON in UTF-8: an address that can still be mailed."""
NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view of an experiment under a name.

    Attributes:
        name: Unique in its experiment.
        texts: What the address says, by the names that it has there.
        saved_us: When it was last saved, microseconds since 1970.
    """

    name: str
    texts: dict[str, str]
    saved_us: int


def view_name(given: str) -> str:
    """The name as it is kept.

    Raises:
        InvalidInputError: It is blank, too long, has signs that can't be seen, or would be several parts of an address.
    """
    name = given.strip()
    if not 1 <= len(name) <= NAME_LENGTH or not name.isprintable() or "/" in name or name in (".", ".."):
        raise InvalidInputError(
            f"a view's name has 1 to {NAME_LENGTH} characters that can be seen, / not among them; "
            f"not {given[:NAME_LENGTH]!r}"
        )
    return name


class Views(ABC):
    """The saved views of a store's experiments; they go with their experiment."""

    @abstractmethod
    def list_views(self, experiment_name: str) -> list[SavedView]:
        """The views of an experiment, by name.

        Raises:
            ExperimentNotFoundError: There is none of that name.
        """

    @abstractmethod
    def save_view(self, experiment_name: str, name: str, texts: Mapping[str, str]) -> SavedView:
        """Keep a view, in place of the one of that name.

        Raises:
            ExperimentNotFoundError: There is none of that name.
            InvalidInputError: The name is none, the texts are too long, or the experiment has too many views.
        """

    @abstractmethod
    def delete_view(self, experiment_name: str, name: str) -> None:
        """Delete a view.

        Raises:
            NotFoundError: There is none of that name.
        """
