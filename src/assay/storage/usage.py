"""The contract of usage: what runs take, and what deleting them would give back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Usage:
    """What is taken.

    Attributes:
        runs: So many runs, those in the trash too.
        point_bytes: Chunks, and segments that are in none as yet.
        object_bytes: Artifacts' bytes; what several artifacts hold alike counts once.
    """

    runs: int = 0
    point_bytes: int = 0
    object_bytes: int = 0

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return self.point_bytes + self.object_bytes


@dataclass(slots=True)
class ExperimentUsage(Usage):
    """What an experiment takes; objects that it shares with others count in each.

    Attributes:
        name: Its name.
        trashed: Whether it is in the trash.
    """

    name: str = ""
    trashed: bool = False


@dataclass(slots=True)
class WorkspaceUsage(Usage):
    """What a workspace takes.

    Attributes:
        experiments: What each experiment of it takes, by id.
    """

    experiments: dict[str, ExperimentUsage] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrashedUsage:
    """What deleting a thing in the trash for good would free.

    Attributes:
        kind: `experiment`, `run` or `artifact`.
        id: The id of the experiment or the run; of an artifact, its run's.
        frees_bytes: Its points, and objects that nothing else names, in the trash or not.
        name: Of an artifact, its name; else empty.
        is_output: Of an artifact, whether it came out of its run; else None.
    """

    kind: str
    id: str
    frees_bytes: int
    name: str = ""
    is_output: bool | None = None


@dataclass(frozen=True, slots=True)
class TrashUsage:
    """What emptying the trash would free.

    Attributes:
        things: How many things are in it; what lies in a trashed run or experiment is a part of that.
        frees_bytes: All of it: more than the items together where several share an object with nothing else.
        items: Each of them, what frees most first.
    """

    things: int = 0
    frees_bytes: int = 0
    items: list[TrashedUsage] = field(default_factory=list)


class Usages(ABC):
    """What runs take in a store."""

    @abstractmethod
    def measure(self) -> WorkspaceUsage:
        """What all runs take, those in the trash too."""

    @abstractmethod
    def of_trash(self) -> TrashUsage:
        """What emptying the trash would free, in all and by thing."""

    @abstractmethod
    def frees(self, run_uids: Sequence[str]) -> int:
        """About so many bytes are given back when these runs are deleted for good; objects that others name are not.

        Args:
            run_uids: Runs in or outside the trash; ids of none count as nothing.
        """
