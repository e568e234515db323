"""`Run`: what a user logs with, and reads with."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from time import time_ns
from types import TracebackType
from typing import Any

from assay import current, system
from assay.errors import InvalidInputError, UnavailableError
from assay.formats import names
from assay.formats.colour import COLOUR_TAG, colour_of, colour_text
from assay.formats.values import flat_parameters, metric_name, tag_dict
from assay.logged import ArtifactLogging
from assay.recording.progress import UploadProgress
from assay.recording.recorder import recorder
from assay.session import Session, open_session, say
from assay.storage.contract import RunRecord, RunSpec
from assay.tidying import RunTidying
from assay.writing import RunWriting, fields_of, outcome_of

IF_EXISTS = ("open", "new", "error")

logger = logging.getLogger("assay")


class Run(RunWriting, ArtifactLogging, RunTidying):
    """A run of an experiment: parameters, metrics, charts and artifacts, logged within `with`, read anywhere.

    Args:
        experiment_name: The experiment, which is created where it does not exist. In lower case it has at most 59
            characters: letters and digits, with `-`, `_` and `.` inside.
        run_name: The run, by the same rule; by default one is made up. A run of that name is opened again.
        experiment_display_name: The experiment's name as people see it; by default the name as it was typed.
        run_display_name: The run's name as people see it; by default the name as it was typed.
        tags: A dict, or a list of {"Key": …, "Value": …}, given to what is created.
        sagemaker_session: An `assay.Session`, or whatever it takes: a folder, a server's URL, an AWS session.
        artifact_bucket: For the store on Amazon SageMaker; of no meaning elsewhere.
        artifact_prefix: For the store on Amazon SageMaker; of no meaning elsewhere.
        if_exists: What to do about a run of that name: `"open"` it, make a `"new"` one named `name-2`, or `"error"`.

    Raises:
        InvalidInputError: A name is not allowed, or the run exists and `if_exists="error"`.
        RefusedError: There is no space, or no permission.
        AccessError: The server does not let the caller in, or not log.
        UnavailableError: The server does not answer and `if_exists` is not `"open"`; else the run begins without it.
    """

    def __init__(
        self,
        experiment_name: str,
        run_name: str | None = None,
        experiment_display_name: str | None = None,
        run_display_name: str | None = None,
        tags: Any = None,
        sagemaker_session: Any = None,
        artifact_bucket: str | None = None,
        artifact_prefix: str | None = None,
        *,
        if_exists: str = "open",
    ) -> None:
        if if_exists not in IF_EXISTS:
            raise InvalidInputError(f"if_exists is one of {IF_EXISTS}, not {if_exists!r}")
        experiment, run = names.check_names(experiment_name, run_name)
        spec = RunSpec(
            uid=names.new_uid(),
            experiment_uid=names.new_uid(),
            experiment_name=experiment,
            run_name=run,
            experiment_display_name=names.display_name(
                "experiment_display_name", experiment_display_name, experiment_name
            ),
            run_display_name=names.display_name("run_display_name", run_display_name, run_name or run),
            tags=tag_dict(tags),
            created_us=time_ns() // 1000,
            if_exists=if_exists,
        )
        session = open_session(sagemaker_session)
        record, created, begun, why = session.open_run(spec)
        while run_name is None and not created:  # a name that was made up is never one that exists
            spec = RunSpec(**{**fields_of(spec), "run_name": names.generated_run_name()})
            record, created, begun, why = session.open_run(spec)
        if not created:
            logger.info("The run (%s) under experiment (%s) already exists. Loading it.", record.name, experiment)
        self._set_up(session, record, begun)
        self._fresh = created
        if begun is not None:
            self._warn_of_absence(why)

    @classmethod
    def _of(cls, session: Session, record: RunRecord, *, loaded: bool = False, begun: RunSpec | None = None) -> Run:
        """A run that is in the store already, or that `begun` without it."""
        run = cls.__new__(cls)
        run._set_up(session, record, begun)
        run._loaded = loaded
        return run

    def _set_up(self, session: Session, record: RunRecord, begun: RunSpec | None = None) -> None:
        self._bind(session, record)
        self._begin(record, begun)
        self._loaded = False
        self._failure: BaseException | None = None
        self._tags = record.tags

    # The with block

    def __enter__(self) -> Run:
        loaded, self._load_next = self._loaded or self._load_next, False
        current.check_nesting(loaded=loaded)
        if self._pid != os.getpid() or self._adopted:
            self._become_own()
        with self._guard:
            if self._depth == 0:
                self._open_writer(entered=True)
                self._failure, self._warned = None, False
                say(f"assay: {self.experiment_name}/{self.run_name} → {self.session.location}{_fleeting(self.session)}")
            self._depth += 1
        current.enter(self, loaded=loaded)
        return self

    _load_next = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pid != os.getpid():  # a forked child falls out of its parent's block, which is not its to leave
            return
        with self._guard:
            self._depth -= 1
            outermost = current.leave(self, still_open=self._depth > 0)
            if outermost and error is not None and (self._failure is None or outcome_of(error)[0] == "Failed"):
                self._failure = error
            if self._depth > 0:
                return
            self._load_next = False
            try:
                self._leave(self._failure)
            except Exception as closing:
                # What happened in the block counts more than what happened while closing it.
                if error is None:
                    raise
                logger.warning("assay: %s/%s: %s", self.experiment_name, self.run_name, closing)

    def __reduce__(self) -> tuple[Any, ...]:
        inside = self._depth > 0 or self._adopted
        options = (self.session.durability, self.session.on_refused)
        known = (self._uid, self.experiment_name, self.run_name, self._begun)
        return _arrive, (self.session.location, options, known, inside, self._loaded)

    # Logging

    def log_parameter(self, name: str, value: Any) -> None:
        """Record a parameter; the last value of a name counts.

        Args:
            name: 1 to 320 characters.
            value: int, float, bool, str, None, a list of these; a dict becomes one parameter for each key, joined by
                `.`; numpy and torch scalars become Python's; anything else its text.

        Raises:
            InvalidInputError: The name or the value can't be kept.
            ContextError: Outside the `with` block.
        """
        self.log_parameters({name: value})

    def log_parameters(self, parameters: Mapping[str, Any]) -> None:
        """Record many parameters; the last value of a name counts.

        Args:
            parameters: A dict, a dataclass or a namespace, by the rules of `log_parameter`.

        Raises:
            InvalidInputError: A name or a value can't be kept; then none is.
            ContextError: Outside the `with` block.
        """
        self._check_inside()
        flat = flat_parameters(parameters)
        if flat:
            self._say("parameters", {"values": flat})

    def log_metric(self, name: str, value: float, timestamp: Any = None, step: int | None = None) -> None:
        """Record one point of a metric.

        Args:
            name: 1 to 255 characters; `/` groups.
            value: Whatever `float()` takes; NaN and infinities are kept.
            timestamp: A datetime (a naive one is local time) or seconds since 1970; by default now.
            step: An integer; by default one more than the step before, from 0.

        Raises:
            InvalidInputError: One of them can't be taken.
            ContextError: Outside the `with` block.
        """
        if (journal := self._try_journal()) is not None:
            journal.log_metric(name, value, timestamp, step)

    def log_metrics(self, values: Mapping[str, float], step: int | None = None, timestamp: Any = None) -> None:
        """Record a point of each of many metrics, at the cost of one call.

        Args:
            values: Values by name, by the rules of `log_metric`.
            step: The step of all; by default each metric counts its own.
            timestamp: The time of all; by default now.

        Raises:
            InvalidInputError: One of them can't be taken; then none is.
            ContextError: Outside the `with` block.
        """
        if (journal := self._try_journal()) is not None:
            journal.log_metrics(values, step, timestamp)

    def define_metric(self, name: str, goal: str | None = None, step_metric: str | None = None) -> None:
        """Say what is good of a metric, so that its summary has `best` and `best_step`.

        Args:
            name: The metric.
            goal: `"min"` or `"max"`.
            step_metric: The metric that its charts are drawn over by default.

        Raises:
            InvalidInputError: The goal is neither.
            ContextError: Outside the `with` block.
        """
        self._check_inside()
        if goal not in (None, "min", "max"):
            raise InvalidInputError(f"goal is 'min', 'max' or None, not {goal!r}")
        step_metric = None if step_metric is None else metric_name(step_metric)
        self._say("goal", {"name": metric_name(name), "goal": goal, "step_metric": step_metric})

    def set_tags(self, tags: Mapping[str, str]) -> None:
        """Set tags, also outside the `with` block; the last value of a key counts.

        Raises:
            InvalidInputError: There would be more than 50, or one is too long.
        """
        new = tag_dict(tags)
        # Within the block no call waits for the store: what others set meanwhile is not counted.
        self._tags = tag_dict({**(self._tags if self._depth > 0 or self._adopted else self.tags), **new})
        self._say_anywhere("tags", {"values": new})

    @property
    def color(self) -> str | None:
        """The colour in which the page draws the run, `#rrggbb`; None leaves it to the page.

        Can be set, also outside the `with` block: to `#rrggbb`, or to blue, vermillion, green, pink, orange, sky, olive
        or grey. It is kept as the tag `assay.color`.
        """
        return colour_of(self.tags)

    @color.setter
    def color(self, colour: str | None) -> None:
        if colour is not None:
            self.set_tags({COLOUR_TAG: colour_text(colour)})
            return
        self._tags = {key: value for key, value in self._tags.items() if key != COLOUR_TAG}
        self._say_anywhere("tags", {"values": {COLOUR_TAG: None}})

    @property
    def description(self) -> str:
        """What people should know of the run, in Markdown; can be set, also outside the `with` block."""
        return self._record().description

    @description.setter
    def description(self, text: str) -> None:
        if not isinstance(text, str):
            raise InvalidInputError(f"description must be a str, not {type(text).__name__}")
        self._say_anywhere("description", {"text": text})

    @property
    def refused(self) -> int:
        """How many calls the system refused: in the block this object is in, or else over all of the run."""
        if self._line is not None:
            return self._line.journal.refused
        return max(self._record().refused, self._refused_here)  # a disk that was full may not have taken the count yet

    def flush(self) -> None:
        """Return when everything this process logged to the run is durable in the store.

        Raises:
            AssayError: The store does not take it now; it is kept in the journal.
        """
        recorder.flush(self._uid)

    def close(self) -> None:
        """Send what is still to be sent; bounded in time, may be called at any time, and the run stays usable."""
        with UploadProgress() as progress:
            for left in recorder.close(self._uid, progress):
                say(f"assay: {left}")
                logger.warning("assay: %s", left)

    # How it shows itself

    def __repr__(self) -> str:
        return f"Run(experiment_name={self.experiment_name!r}, run_name={self.run_name!r})"

    def _repr_html_(self) -> str:
        from assay.display import run_html

        return run_html(self)

    @property
    def _trial_component(self) -> Any:
        from assay.trial_component import TrialComponent

        return TrialComponent(self)

    @property
    def _experiment(self) -> Any:
        from assay.experiment import Experiment

        return Experiment.load(self.experiment_name, sagemaker_session=self.session)


def _fleeting(session: Session) -> str:
    if session.is_server or system.file_system(session.location) != "overlay":
        return ""
    return " (this folder goes away with its container: mount one that lasts)"


def _arrive(
    location: str, options: tuple[str, str], known: tuple[str, str, str, RunSpec | None], inside: bool, loaded: bool
) -> Run:
    """A pickled run in another process: a handle on the same run, inside if it was inside."""
    durability, on_refused = options
    uid, experiment, name, begun = known
    session = Session(location, durability=durability, on_refused=on_refused)
    last_steps: dict[str, int] = {}
    try:
        store = session.store
        record = store.run(uid) if begun is None else store.open_run(begun)[0]
        begun = None
        if inside:
            last_steps = {name: one.last_step for name, one in store.summaries(record.uid).items()}
    except UnavailableError:
        if not inside:
            raise
        from assay import away

        # The worker of a training does not end because the server is away.
        record = away.unseen_run(begun or away.spec_of(uid, experiment, name))
    run = Run._of(session, record, loaded=loaded, begun=begun)
    run._adopted, run._last_steps = inside, last_steps
    return run
