"""The contract of carrying runs between stores in one file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.storage.export_file import ExportReader


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds.

    Attributes:
        path: The file.
        runs: How many runs.
        experiments: How many experiments, those without runs among them.
        objects: How many objects, each of them once.
        size_bytes: How long the file is.
    """

    path: str
    runs: int
    experiments: int
    objects: int
    size_bytes: int


@dataclass(slots=True)
class Imported:
    """What an import did. Runs are named `experiment/run`.

    Attributes:
        runs: What was imported, under its name here.
        renamed: Of these, those whose name was taken by another run: their name in the file, and here.
        skipped: What is here already, by its id.
        trashed: Of what was skipped, what lies in the trash here.
        experiments: How many experiments were made.
    """

    runs: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    trashed: list[str] = field(default_factory=list)
    experiments: int = 0

    def skip(self, state: tuple[str, bool] | None) -> bool:
        """Whether a run of this state, its name and whether it is in the trash, is here and so is skipped."""
        if state is None:
            return False
        name, is_trashed = state
        self.skipped.append(name)
        self.trashed += [name] if is_trashed else []
        return True

    def add(self, other: Imported) -> None:
        """Add what another part of the file came to."""
        self.runs += other.runs
        self.renamed |= other.renamed
        self.skipped += other.skipped
        self.trashed += other.trashed
        self.experiments += other.experiments


class Transfers(ABC):
    """Exports from, and imports into, one store."""

    @abstractmethod
    def export_runs(
        self, path: str, runs: Sequence[str] | None, experiment_name: str | None, filter_text: str | None
    ) -> Exported:
        """Write runs into a file.

        Args:
            path: The file; an export that is there already is replaced once the new one is whole.
            runs: Ids or `experiment/run`; None takes the two others.
            experiment_name: All runs of this experiment; None takes all experiments.
            filter_text: Of these only what this filter picks.

        Raises:
            NotFoundError: There is no such run or experiment, or the filter picks none.
            InvalidInputError: There is something else of that path.
            FilterError: The filter can't be read.
            RefusedError: The file can't be written.
            DamagedError: Something of the runs is damaged; the message names it, and no file is left.
        """

    @abstractmethod
    def import_runs(self, file: ExportReader) -> Imported:
        """Bring the runs of an export, which is whole, into the store, each whole or not at all.

        Raises:
            DamagedError: It holds what Assay does not write.
            RefusedError: The store is read-only, or there is no space; what was imported by then is whole.
            StoreError: Objects are being collected here.
        """
