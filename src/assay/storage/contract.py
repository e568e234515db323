"""The contract of a store: what the rest of Assay may ask of the place where runs live.

A store keeps experiments, runs, writers, points and artifacts. It knows nothing of `Run`, journals or threads; it is
handed events and rows, and hands back records. Every call either happens whole or changes nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assay.formats.columns import Columns
from assay.formats.event import Event
from assay.formats.segment import Rows
from assay.formats.summary import Summary
from assay.storage.objects import Objects

if TYPE_CHECKING:
    from assay.errors import AssayError
    from assay.storage.lineage import Lineages
    from assay.storage.parcel import Parcel
    from assay.storage.search import FoundRuns, SearchQuery
    from assay.storage.tidying import Addressing, Renaming, Trash
    from assay.storage.transfer import Transfers
    from assay.storage.usage import Usages
    from assay.storage.views import Views


@dataclass(frozen=True, slots=True)
class RunSpec:
    """A run to create, or to open where it exists.

    Attributes:
        uid: The id the run gets if it is created; ids never change.
        experiment_uid: The id the experiment gets if it is created.
        experiment_name: In lower case.
        run_name: In lower case.
        if_exists: `open` the run of that name, make a `new` one under the next free name, or `error`.
        tags: Given to what is created; what exists keeps its own.
        created_us: Microseconds since 1970.
    """

    uid: str
    experiment_uid: str
    experiment_name: str
    run_name: str
    experiment_display_name: str
    run_display_name: str
    tags: dict[str, str]
    created_us: int
    if_exists: str = "open"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What the catalog says of a run; times in microseconds since 1970, None where there is none as yet.

    `trashed_us` is when it, or its experiment, went into the trash; None for one that is in use.
    """

    uid: str
    experiment_uid: str
    experiment_name: str
    experiment_display_name: str
    name: str
    display_name: str
    description: str
    status: str | None
    status_message: str | None
    start_us: int | None
    end_us: int | None
    created_us: int
    parameters: dict[str, Any]
    tags: dict[str, str]
    goals: dict[str, dict[str, Any]]
    refused: int
    trashed_us: int | None = None


@dataclass(frozen=True, slots=True)
class ExperimentRecord:
    """What the catalog says of an experiment.

    What its newest runs tell is left out where a record is saved: `changed_us`, when it or one of them was last made,
    begun, heard of or ended; `running_count`, how many of them are in progress.
    """

    uid: str
    name: str
    display_name: str
    description: str
    tags: dict[str, str]
    created_us: int
    run_count: int
    changed_us: int | None = field(default=None, compare=False)
    running_count: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Activity:
    """How many runs of an experiment were created in a stretch of time that begins at `start_us`."""

    experiment_name: str
    start_us: int
    run_count: int


@dataclass(frozen=True, slots=True)
class WriterSpec:
    """A writer that opens a run.

    Attributes:
        uid: The writer's id.
        entered: Whether it stands for a `with` block; a forked child's first log call opens a run without one.
        process: The writing process, as `system.Process` gives it.
        opened_us: Microseconds since 1970.
    """

    uid: str
    entered: bool
    process: dict[str, Any]
    opened_us: int


@dataclass(frozen=True, slots=True)
class Opening:
    """What the store must know of a writer that it may not have met.

    Attributes:
        run_uid: The run that it opens.
        writer: Who it is.
        run_spec: The run itself, which began while the store was away: it is made where there is none of that id.
    """

    run_uid: str
    writer: WriterSpec
    run_spec: RunSpec | None = None


@dataclass(frozen=True, slots=True)
class OpenedWriter:
    """What a writer learns when it opens a run.

    Attributes:
        attempt: Which attempt at the run this is, from 1.
        last_steps: The last step of each series that the run has already.
    """

    attempt: int
    last_steps: dict[str, int]


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One `with` block on a run, or one process that logged to it without entering.

    `heard_us` is when the store last heard from it, by the store's clock; None where the store does not listen, since
    it can ask for the process. Silence is no end: it may be a network, or a machine that is suspended.
    """

    number: int
    writer: str
    status: str
    message: str | None
    traceback: str | None
    start_us: int
    end_us: int | None
    process: dict[str, Any]
    heard_us: int | None = None


@dataclass(frozen=True, slots=True)
class ArtifactRecord:
    """What the catalog says of an artifact.

    Attributes:
        kind: `value`, `file`, `directory`, `image`, `figure`, `table`, `text` or the type of a chart's document.
        value: What `log_artifact` was given; None for artifacts whose bytes the store holds.
        sha256: Names the bytes in the store; None for artifacts that are only a value.
        step: Of an item of a series of media, else None.
    """

    name: str
    is_output: bool
    kind: str
    value: str | None
    media_type: str | None
    size_bytes: int | None
    sha256: str | None
    step: int | None
    caption: str | None
    created_us: int


@dataclass(frozen=True, slots=True)
class RunQuery:
    """Which runs of an experiment, in which order, from where on.

    Attributes:
        sort_by: `Name` or `CreationTime`.
        limit: The most runs that are returned, None for all.
        token: The `next_token` of the page before.
    """

    experiment_name: str | None = None
    created_after_us: int | None = None
    created_before_us: int | None = None
    sort_by: str = "CreationTime"
    descending: bool = True
    limit: int | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Runs, and the token of the page behind them where there is one."""

    runs: list[RunRecord]
    next_token: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """Which points of a series.

    Attributes:
        max_points: At most so many, None for all.
        first_step: The first step, inclusive.
        end_step: The step to stop before, exclusive.
        repeated: Of the points of one step `all`, the `first` or the `last`.
    """

    max_points: int | None = None
    first_step: int | None = None
    end_step: int | None = None
    repeated: str = "all"


ALL_POINTS = View()


@dataclass(slots=True)
class Appended:
    """What an append did: whether the segment was new, and what could not be applied (event, reason)."""

    accepted: bool
    set_aside: list[tuple[Event, str]] = field(default_factory=list)


class Store(ABC):
    """Where runs live."""

    location: str
    """Where that is, for people: a folder's path or a URL."""

    objects: Objects
    """The bytes of artifacts."""

    addressing: Addressing
    """Which run or experiment is meant."""

    trash: Trash
    """What was put away."""

    renaming: Renaming
    """Other names and places."""

    transfers: Transfers
    """Runs to a file and from it."""

    lineages: Lineages
    """What came from what."""

    usages: Usages
    """What runs take."""

    views: Views
    """Saved ways to look at experiments."""

    @property
    @abstractmethod
    def writable(self) -> bool:
        """Whether anything can be logged here."""

    @property
    @abstractmethod
    def is_there(self) -> bool:
        """Whether what was opened is still what is there under its name."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections; the next call takes them again."""

    @abstractmethod
    def open_run(self, spec: RunSpec) -> tuple[RunRecord, bool]:
        """Create the experiment and the run where they don't exist.

        Returns:
            The run, and whether it was created.

        Raises:
            RunExistsError: It exists and `if_exists` is `error`.
        """

    @abstractmethod
    def find_run(self, experiment_name: str, run_name: str) -> RunRecord:
        """The run of that name.

        Raises:
            RunNotFoundError: There is none.
        """

    @abstractmethod
    def run(self, uid: str) -> RunRecord:
        """The run of that id.

        Raises:
            RunNotFoundError: There is none.
        """

    @abstractmethod
    def list_runs(self, query: RunQuery) -> Page:
        """The runs that a query asks for; none for an experiment that does not exist.

        Raises:
            InvalidInputError: The token is not one that this query's page before gave.
        """

    @abstractmethod
    def search_runs(self, query: SearchQuery) -> FoundRuns:
        """The runs that a filter picks; none of an experiment that does not exist.

        Raises:
            FilterError: The filter or the order can't be read.
            InvalidInputError: The token is not one that this query's page before gave.
        """

    @abstractmethod
    def open_writer(self, run_uid: str, spec: WriterSpec) -> OpenedWriter:
        """Let a writer into a run; an entered one makes it InProgress."""

    @abstractmethod
    def next_segment(self, writer_uid: str) -> int | None:
        """The number of the segment that a writer sends next, 0 for one that is not known; None if it has ended."""

    @abstractmethod
    def append(
        self,
        writer_uid: str,
        index: int,
        events: Sequence[Event],
        rows: Sequence[Rows],
        *,
        final: bool,
        opening: Opening | None = None,
    ) -> Appended:
        """Take a writer's segment: apply its events, keep its rows.

        With `opening`, a writer that the store has not met is let into its run first, in the same transaction.

        Idempotent by (writer, index): a segment that is already here is not taken again. `final` ends the writer:
        an event `leave` among the events says how.

        Raises:
            SequenceError: The segment before this one is missing.
            RefusedError: There is no space, or no permission; nothing was taken.
        """

    @abstractmethod
    def take(self, parcels: Sequence[Parcel]) -> list[Appended | AssayError]:
        """Take segments of several writers, each as `append` does; what came of each, in order.

        What is wrong with one, such as a run that was deleted, keeps none of the others away.

        Raises:
            RefusedError: There is no space, or no permission; nothing was taken.
            StoreError: The store is away; sent again, nothing will be taken twice.
        """

    @abstractmethod
    def heartbeat(self, writer_uids: Sequence[str]) -> None:
        """Let the store know that writers live although they have nothing to say; unknown ones are passed over."""

    @abstractmethod
    def revisions(self, run_uids: Sequence[str]) -> dict[str, int]:
        """A number for each run that grows with everything that is logged to it or changed about it."""

    @abstractmethod
    def apply(self, run_uid: str, events: Sequence[Event]) -> None:
        """Apply events that belong to no writer, such as tags set outside a `with` block."""

    @abstractmethod
    def summaries(self, run_uid: str) -> dict[str, Summary]:
        """The summary of each series of a run, by name in alphabetical order."""

    @abstractmethod
    def run_summaries(
        self, run_uids: Sequence[str], names: Sequence[str] | None = None
    ) -> dict[str, dict[str, Summary]]:
        """The summaries of many runs, as `summaries` gives those of one; runs that are not there are left out.

        Args:
            run_uids: The runs.
            names: Only series of these names, as far as a run has them; None for all.
        """

    @abstractmethod
    def history(
        self,
        run_uid: str,
        name: str,
        *,
        max_points: int | None = None,
        first_step: int | None = None,
        end_step: int | None = None,
        repeated: str = "all",
    ) -> Columns:
        """The points of a series with first_step <= step < end_step, by step, then time, then logging.

        With `max_points`, at most so many, among them the least and the greatest of each stretch. With `repeated`
        "first" or "last", only the earliest or latest of the points of each step.

        Raises:
            MetricNotFoundError: The run has no such series.
        """

    @abstractmethod
    def histories(self, run_uids: Sequence[str], names: Sequence[str], view: View) -> dict[tuple[str, str], Columns]:
        """The series of these names in these runs, by run and name; series that a run lacks are left out.

        Each is what `history` gives of it: it depends on no other that is asked for.
        """

    @abstractmethod
    def writer_histories(
        self, run_uids: Sequence[str], names: Sequence[str], view: View
    ) -> dict[tuple[str, str, str], Columns]:
        """What each writer logged of these series, by run, name and the writer's id, the earliest writer first.

        Each is thinned by itself: what one process, or one attempt, wrote is seen whole however far out one looks.
        """

    @abstractmethod
    def stream_histories(
        self, run_uid: str, names: Sequence[str] | None = None, view: View = ALL_POINTS
    ) -> Iterator[tuple[str, Columns]]:
        """The series of a run by name, in order and in pieces, never one of them whole in memory.

        They are as they were when the first piece was asked for; `view.max_points` is not looked at.

        Raises:
            StoreError: The run was deleted meanwhile.
        """

    @abstractmethod
    def artifacts(self, run_uid: str) -> list[ArtifactRecord]:
        """The artifacts of a run, in the order of logging."""

    @abstractmethod
    def attempts(self, run_uid: str) -> list[AttemptRecord]:
        """The attempts at a run, first to last."""

    @abstractmethod
    def last_attempts(self, run_uids: Sequence[str]) -> dict[str, AttemptRecord]:
        """The last attempt at each of many runs, without its traceback; runs that have none are left out."""

    @abstractmethod
    def activity(self, since_us: int, bucket_us: int) -> list[Activity]:
        """How many runs each experiment got from `since_us` on, in stretches of `bucket_us`; without the empty ones."""

    @abstractmethod
    def experiments(self) -> list[ExperimentRecord]:
        """All experiments, the last changed first."""

    @abstractmethod
    def save_experiment(self, record: ExperimentRecord, *, create: bool = False) -> ExperimentRecord:
        """Create an experiment, or keep what changed of one: display name, description, tags.

        Raises:
            InvalidInputError: `create` and it exists already.
            ExperimentNotFoundError: Not `create` and there is none.
        """

    @abstractmethod
    def delete_experiment(self, name: str, *, with_runs: bool = False) -> None:
        """Delete an experiment; one that has runs only if `with_runs`.

        Raises:
            ExperimentNotFoundError: There is none.
            InvalidInputError: It has runs.
        """
