"""What can be read of a run: in or outside its `with` block, also while other processes log to it.

Each read asks the store: what this process logged is in it by then, what another one logged is at most a second old.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assay.artifact import Artifact
from assay.errors import ArtifactNotFoundError, nearest
from assay.formats.moments import moment
from assay.formats.names import run_group_name
from assay.formats.summary import Summary
from assay.querying.history import MetricHistory, check_view
from assay.session import Session
from assay.storage.contract import AttemptRecord, RunRecord, Store

if TYPE_CHECKING:
    from assay.lineage import RunLineage


class Attempt:
    """One `with` block on a run, or one child process that logged to it without one.

    Attributes:
        number: From 1.
        status: InProgress, Completed, Failed, Stopped; Ended for one without a `with` block.
        message: Why it failed or was stopped.
        traceback: The whole traceback of a failure.
        start_time: When it began.
        end_time: When it ended, None while it has not.
        heard_time: When its server last had word of it; None in a folder. Silence is no end: the network may be away.
        host: The machine.
        writer: The writer's id.
        process: Where it ran: host and pid.
    """

    __slots__ = (
        "end_time",
        "heard_time",
        "host",
        "message",
        "number",
        "process",
        "start_time",
        "status",
        "traceback",
        "writer",
    )

    def __init__(self, record: AttemptRecord) -> None:
        self.number = record.number
        self.status = record.status
        self.message = record.message
        self.traceback = record.traceback
        self.start_time = moment(record.start_us)
        self.end_time = moment(record.end_us)
        self.heard_time = moment(record.heard_us)
        self.host = str(record.process.get("host", ""))
        self.writer = record.writer
        self.process = record.process

    def __repr__(self) -> str:
        return f"<Attempt {self.number}: {self.status}, {self.host}, {self.start_time} to {self.end_time}>"


class RunView:
    """A run as it is in its store."""

    def _bind(self, session: Session, record: RunRecord) -> None:
        self.session = session
        self._uid = record.uid
        self.experiment_name = record.experiment_name
        self.run_name = record.name
        self.run_group_name = run_group_name(record.experiment_name)

    def _settle(self, store: Store) -> None:
        """Have the run be in the store."""
        raise TypeError(f"RunView is a part of Run and is not used alone (on {store.location})")

    def _store(self) -> Store:
        """The store, with all that this process logged to the run."""
        store = self.session.fresh_store(self._uid)
        self._settle(store)
        return store

    def _record(self) -> RunRecord:
        return self._store().run(self._uid)

    @property
    def id(self) -> str:
        """The run's id, given once; names may change, ids do not."""
        return self._uid

    @property
    def experiment_config(self) -> dict[str, str]:
        """What a job is given to find this run: ExperimentName, TrialName (the run group) and RunName."""
        return {
            "ExperimentName": self.experiment_name,
            "TrialName": self.run_group_name,
            "RunName": f"{self.experiment_name}-{self.run_name}",
        }

    @property
    def display_name(self) -> str:
        """The name as it was typed, or the display name that was given."""
        return self._record().display_name

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameters by name, in the order of logging."""
        return self._record().parameters

    @property
    def tags(self) -> dict[str, str]:
        """Tags by key."""
        return self._record().tags

    @property
    def status(self) -> str | None:
        """InProgress, Completed, Failed, Stopping or Stopped; None before the first `with`."""
        return self._record().status

    @property
    def status_message(self) -> str | None:
        """Why the run has its status, None where there is nothing to say."""
        return self._record().status_message

    @property
    def start_time(self) -> datetime | None:
        """When the run was first entered, in UTC."""
        return moment(self._record().start_us)

    @property
    def end_time(self) -> datetime | None:
        """When the run was last left, in UTC; None while it is InProgress."""
        return moment(self._record().end_us)

    @property
    def creation_time(self) -> datetime | None:
        """When the run was created, in UTC."""
        return moment(self._record().created_us)

    @property
    def url(self) -> str:
        """Where the run can be looked at."""
        if self.session.is_server:
            return f"{self.session.location}/#/runs/{self._uid}"
        return f"{self.session.location}#{self.experiment_name}/{self.run_name}"

    @property
    def metrics(self) -> dict[str, Summary]:
        """The summary of each metric by name, in alphabetical order."""
        store = self._store()
        goals = store.run(self._uid).goals
        found = store.summaries(self._uid)
        return {name: one.with_goal(goals.get(name, {}).get("goal")) for name, one in found.items()}

    def metric_history(
        self,
        name: str,
        max_points: int | None = None,
        first_step: int | None = None,
        end_step: int | None = None,
        *,
        repeated: str = "all",
    ) -> MetricHistory:
        """The points of a metric, by step, then time, then the order of logging.

        Args:
            name: The metric.
            max_points: At most so many points, at least 1: the least and the greatest of each stretch, so that every
                extreme is kept, with the first and the last. None gives all.
            first_step: The first step that is given, inclusive.
            end_step: The step to stop before, exclusive.
            repeated: Of points of one step `"all"`, or only the `"first"` or the `"last"`, by time and then by the
                order of logging.

        Raises:
            MetricNotFoundError: The run has no such metric; the message names the nearest.
            DamagedError: A part of it is damaged; the message names the file.
        """
        view = check_view(max_points, first_step, end_step, repeated)
        columns = self._store().history(
            self._uid,
            name,
            max_points=view.max_points,
            first_step=view.first_step,
            end_step=view.end_step,
            repeated=view.repeated,
        )
        return MetricHistory(name, columns)

    def artifacts(self, is_output: bool | None = None) -> dict[str, Artifact]:
        """Artifacts by name, the latest item of a series of media; charts are among them.

        Args:
            is_output: True gives outputs, False inputs; None gives both, of two with one name the output.
        """
        store = self._store()
        found: dict[str, Artifact] = {}
        for record in store.artifacts(self._uid):
            if is_output is not None and record.is_output != is_output:
                continue
            known = found.get(record.name)
            if known is None or record.is_output >= known.is_output:
                found[record.name] = Artifact(record, store.objects)
        return found

    def media(self, name: str) -> list[Artifact]:
        """What was logged under a name with steps, by step, then in the order of logging.

        Of a histogram an item has `edges` and `counts` as numpy arrays, and `histogram` with all that was counted.

        Raises:
            ArtifactNotFoundError: Nothing was; the message names the nearest.
        """
        store = self._store()
        records = store.artifacts(self._uid)
        found = [record for record in records if record.name == name]
        if not found:
            raise self._no_artifact(name, {record.name for record in records})
        found.sort(key=lambda record: (record.step is not None, record.step or 0))
        return [Artifact(record, store.objects) for record in found]

    def download_artifact(self, name: str, folder: str | os.PathLike[str]) -> str:
        """Write an artifact into a folder, which is made; it lies in there whatever its name.

        Returns:
            The path of the file; of the folder for what `log_directory` logged.

        Raises:
            ArtifactNotFoundError: There is none of that name, or the store holds none of its bytes.
            DamagedError: Its bytes are gone, or not those that were logged; the message names the file.
        """
        found = self.artifacts()
        if name not in found:
            raise self._no_artifact(name, set(found))
        return found[name].save(folder)

    def lineage(self) -> RunLineage:
        """What went into this run and which runs made that, what came out and which runs used it, and so on from these.

        An artifact is the same wherever its bytes are or, logged by `log_artifact`, wherever its value is: a run that
        logs as an input (`is_output=False`) what another one logged as an output came from that run, whatever either
        calls it. What is in the trash is left out.
        """
        from assay.lineage import lineage_of

        return lineage_of(self._uid, self._store().lineages.of_run(self._uid))

    def _no_artifact(self, name: str, known: set[str]) -> ArtifactNotFoundError:
        return ArtifactNotFoundError(
            f"no artifact {name!r} in run {self.run_name!r} of experiment {self.experiment_name!r}"
            f"{nearest(name, known)}"
        )

    @property
    def attempts(self) -> list[Attempt]:
        """The attempts at this run, first to last."""
        store = self._store()
        return [Attempt(record) for record in store.attempts(self._uid)]
