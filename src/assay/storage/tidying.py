"""The contract of tidying up in a store: which run is meant, the trash, other names and places.

Every call happens whole or changes nothing. What is trashed keeps its row; its name is free at once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

STATES = ("living", "trashed", "any")
"""Where something is looked for; `any` prefers what lives, else takes what was trashed last."""
ACTS = ("trash", "restore", "delete")


@dataclass(frozen=True, slots=True)
class Trashed:
    """One thing in the trash.

    Attributes:
        kind: `experiment`, `run` or `artifact`.
        id: The id of the experiment or the run; of an artifact, its run's.
        name: `experiment`, `experiment/run`, or the artifact's own name.
        trashed_us: When it was put there, microseconds since 1970.
        run: Of an artifact, `experiment/run`; else empty.
        is_output: Of an artifact, whether it came out of its run; else None.
        run_count: How many runs an experiment takes along; else 0.
    """

    kind: str
    id: str
    name: str
    trashed_us: int
    run: str = ""
    is_output: bool | None = None
    run_count: int = 0


class Addressing(ABC):
    """From what people call a run or an experiment to its id."""

    @abstractmethod
    def run_uid(self, given: str, state: str) -> str:
        """The id of a run that is meant by its id, by `experiment/run`, or by `run` alone where only one is called so.

        Args:
            given: What it is called; case does not matter.
            state: One of `STATES`.

        Raises:
            RunNotFoundError: There is none there, or runs of several experiments are called so.
        """

    @abstractmethod
    def run_names(self, uids: Sequence[str]) -> list[str]:
        """`experiment/run` of each, in or outside the trash.

        Raises:
            RunNotFoundError: There is none of one of the ids.
        """

    @abstractmethod
    def experiment_uid(self, given: str, state: str) -> str:
        """The id of the experiment that is meant by its id or its name.

        Raises:
            ExperimentNotFoundError: There is none there.
        """

    @abstractmethod
    def matching_runs(self, filter_text: str, experiment: str | None, *, trashed: bool) -> list[str]:
        """The ids of the runs that a filter picks, in the trash or outside it.

        Raises:
            FilterError: The filter can't be read.
            ExperimentNotFoundError: There is no such experiment.
        """


class Trash(ABC):
    """The trash of a store."""

    @abstractmethod
    def contents(self) -> list[Trashed]:
        """What is in it, the last trashed first; what lies in a trashed run or experiment is not told apart."""

    @abstractmethod
    def trash_runs(self, uids: Sequence[str]) -> list[str]:
        """Put runs into the trash; the names of those that were not there yet."""

    @abstractmethod
    def restore_runs(self, uids: Sequence[str], *, name: str | None = None) -> list[str]:
        """Take runs out of the trash, one of them under another name where that is given; their names by then.

        Raises:
            InvalidInputError: The name is taken, or the run's experiment is in the trash.
        """

    @abstractmethod
    def delete_runs(self, uids: Sequence[str]) -> list[str]:
        """Delete runs for good, wherever they are; the names of those that were."""

    @abstractmethod
    def trash_experiment(self, uid: str) -> str:
        """Put an experiment into the trash, and all of its runs out of sight with it; its name."""

    @abstractmethod
    def restore_experiment(self, uid: str, *, name: str | None = None) -> str:
        """Take an experiment out of the trash, with the runs that were not trashed by themselves; its name by then.

        Raises:
            InvalidInputError: The name is taken.
        """

    @abstractmethod
    def delete_experiment(self, uid: str) -> str:
        """Delete an experiment for good with all of its runs, those in the trash too; its name."""

    @abstractmethod
    def change_artifact(self, run_uid: str, name: str, act: str, *, is_output: bool | None = None) -> int:
        """Trash, restore or delete an artifact of a run, all steps of a series of media; how many items that were.

        Args:
            run_uid: The run.
            name: The artifact.
            act: One of `ACTS`.
            is_output: Which of an output and an input of that name; None means both.

        Raises:
            ArtifactNotFoundError: There is none; to be restored, none in the trash.
            InvalidInputError: It can't be restored: one of that name was logged since.
        """


class Renaming(ABC):
    """Other names, other experiments, other tags for runs that are there. Ids always stay."""

    @abstractmethod
    def rename_run(self, uid: str, name: str, display_name: str) -> None:
        """Give a run another name; its display name follows where it was only the name as it was typed.

        Raises:
            InvalidInputError: The name is taken.
        """

    @abstractmethod
    def rename_experiment(self, uid: str, name: str, display_name: str) -> None:
        """Give an experiment another name.

        Raises:
            InvalidInputError: The name is taken.
        """

    @abstractmethod
    def move_runs(self, uids: Sequence[str], experiment_name: str) -> list[str]:
        """Move runs to another experiment, which exists; the names of those that were elsewhere.

        Raises:
            ExperimentNotFoundError: There is no such experiment.
            InvalidInputError: It has a run of that name.
        """

    @abstractmethod
    def retag(self, uids: Sequence[str], given: Mapping[str, str], removed: Sequence[str]) -> list[str]:
        """Set and remove tags of many runs; the names of those that changed.

        Raises:
            InvalidInputError: One would have too many tags.
        """
