"""The contract of lineage: which runs made an artifact, which used it, and so on from run to run.

An artifact is the same wherever its bytes are: its identity is its SHA-256 or, where the store holds no bytes of it,
its value. What lies in the trash is left out. Every answer is bounded, and says when there is more.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field

NODE_LIMIT = 500
"""The most runs and artifacts of one answer: more than anybody can look at, and few enough to be laid out at once."""
LINK_LIMIT = 5000
"""The most links of one answer: 250 runs that each share 20 inputs."""


@dataclass(frozen=True, slots=True)
class LineageRun:
    """A run of a lineage; as of `RunRecord`."""

    uid: str
    name: str
    display_name: str
    experiment_name: str
    status: str | None


@dataclass(frozen=True, slots=True)
class LineageArtifact:
    """An artifact of a lineage, however many runs logged it.

    Attributes:
        key: What links call it.
        name: As the first run called it that made it; as the first that used it, where none did.
        sha256: Names its bytes; None where it is only a value.
        value: None where the store holds its bytes.
        made_by: How many runs logged it as an output, in this answer or not.
        used_by: How many runs logged it as an input, in this answer or not.
    """

    key: str
    name: str
    kind: str
    media_type: str | None
    size_bytes: int | None
    sha256: str | None
    value: str | None
    made_by: int
    used_by: int


@dataclass(frozen=True, slots=True)
class LineageLink:
    """That a run logged an artifact.

    Attributes:
        run: The run's id.
        artifact: The artifact's key.
        is_output: Whether it came out of the run; else it went in.
        name: What the run called it.
    """

    run: str
    artifact: str
    is_output: bool
    name: str


@dataclass(frozen=True, slots=True)
class Lineage:
    """Runs, artifacts, and what leads from one to the other.

    Attributes:
        runs: The newest first.
        artifacts: In the order of logging.
        links: Between these, in the order of logging.
        truncated: Whether there is more than is given.
    """

    runs: list[LineageRun] = field(default_factory=list)
    artifacts: list[LineageArtifact] = field(default_factory=list)
    links: list[LineageLink] = field(default_factory=list)
    truncated: bool = False


def artifact_key(sha256: str | None, value: str | None) -> str:
    """What links call an artifact: as long for a value of any length, and never the same for a value and for bytes."""
    if sha256 is not None:
        return f"sha256:{sha256}"
    return f"value:{hashlib.sha256((value or '').encode()).hexdigest()}"


class Lineages(ABC):
    """What came from what in a store.

    Items of a series of media, such as a picture at each step, are only given where a run took one as its input.
    """

    @abstractmethod
    def of_run(self, run_uid: str, *, limit: int = NODE_LIMIT) -> Lineage:
        """What went into a run, the runs that made that, and so on; and the same from what came out of it.

        Args:
            run_uid: The run, in or outside the trash.
            limit: The most runs and artifacts together; the nearest are kept.

        Raises:
            RunNotFoundError: There is none of that id.
        """

    @abstractmethod
    def of_object(self, *, sha256: str | None = None, value: str | None = None, limit: int = NODE_LIMIT) -> Lineage:
        """The runs that made an artifact, what went into these, and so on; and the same from the runs that used it.

        Args:
            sha256: The artifact's bytes.
            value: The artifact's value, where the store holds no bytes of it; exactly one of the two is given.
            limit: The most runs and artifacts together; the nearest are kept.

        Raises:
            InvalidInputError: Both are given, or neither.
            ArtifactNotFoundError: No run outside the trash has logged it.
        """

    @abstractmethod
    def of_experiment(self, name: str, *, limit: int = NODE_LIMIT) -> Lineage:
        """The runs of an experiment, what went in and came out, and the runs elsewhere that made or used some of it.

        Args:
            name: The experiment, in lower case.
            limit: The most runs and artifacts together; of runs the newest are kept.

        Raises:
            ExperimentNotFoundError: There is none of that name.
        """
