"""`Experiment`: what its runs have in common."""

from __future__ import annotations

from datetime import datetime
from time import time_ns
from typing import Any

from assay.errors import ExperimentNotFoundError, nearest
from assay.formats.moments import moment
from assay.formats.names import check_names, display_name, new_uid, run_group_name
from assay.formats.values import tag_dict
from assay.session import Session, open_session
from assay.storage.contract import ExperimentRecord


class TrialSummary:
    """A run group of an experiment; each experiment has one.

    Attributes:
        trial_name: Its name.
        creation_time: When the experiment was created.
    """

    def __init__(self, trial_name: str, creation_time: datetime | None) -> None:
        self.trial_name = trial_name
        self.creation_time = creation_time

    def __repr__(self) -> str:
        return f"TrialSummary(trial_name={self.trial_name!r})"


class Experiment:
    """An experiment, loaded from a store or created in it.

    Attributes:
        experiment_name: In lower case.
        display_name: As people see it; kept by `save`.
        description: What people should know, in Markdown; kept by `save`, or at once when it is set.
        tags: By key; kept by `save`.
        creation_time: In UTC.
    """

    def __init__(self, session: Session, record: ExperimentRecord) -> None:
        self._session = session
        self._take(record)

    def _take(self, record: ExperimentRecord) -> None:
        self._record = record
        self.experiment_name = record.name
        self.display_name = record.display_name
        self._description = record.description
        self.tags = dict(record.tags)
        self.creation_time = moment(record.created_us)

    @classmethod
    def load(cls, experiment_name: str, sagemaker_session: Any = None) -> Experiment:
        """The experiment of that name.

        Raises:
            ExperimentNotFoundError: There is none; the message names the nearest.
        """
        name, _ = check_names(experiment_name, None)
        session = open_session(sagemaker_session)
        found = {record.name: record for record in session.fresh_store().experiments()}
        if name not in found:
            raise ExperimentNotFoundError(
                f"no experiment {name!r}{nearest(name, found)} in {session.location}; to create it: "
                f"Experiment.create(experiment_name={name!r})"
            )
        return cls(session, found[name])

    @classmethod
    def create(
        cls,
        experiment_name: str,
        display_name: str | None = None,
        description: str | None = None,
        tags: Any = None,
        sagemaker_session: Any = None,
    ) -> Experiment:
        """A new experiment.

        Raises:
            InvalidInputError: It exists already, or the name is not allowed.
        """
        name, _ = check_names(experiment_name, None)
        session = open_session(sagemaker_session)
        record = ExperimentRecord(
            uid=new_uid(),
            name=name,
            display_name=_display_name(display_name, experiment_name),
            description=description or "",
            tags=tag_dict(tags),
            created_us=time_ns() // 1000,
            run_count=0,
        )
        return cls(session, session.store.save_experiment(record, create=True))

    @property
    def id(self) -> str:
        """The experiment's id, given once; names may change, ids do not."""
        return self._record.uid

    @property
    def description(self) -> str:
        """What people should know of the experiment, in Markdown; setting it keeps it."""
        return self._description

    @description.setter
    def description(self, text: str) -> None:
        self._description = str(text)
        self.save()

    def save(self) -> Experiment:
        """Keep the display name, the description and the tags as they are now."""
        old = self._record
        record = ExperimentRecord(
            uid=old.uid,
            name=old.name,
            display_name=_display_name(self.display_name, old.name),
            description=self._description,
            tags=tag_dict(self.tags),
            created_us=old.created_us,
            run_count=old.run_count,
        )
        self._take(self._session.store.save_experiment(record))
        return self

    def trash(self) -> None:
        """Put the experiment into the trash, with its runs; its name is free at once."""
        self._session.trash(experiment=self)

    def restore(self, *, name: str | None = None) -> None:
        """Take the experiment out of the trash, with the runs that were not trashed by themselves.

        Raises:
            InvalidInputError: Its name is taken; it can be restored under another one.
        """
        if self._session.restore(experiment=self, name=name):
            self._learn()

    def rename(self, name: str) -> None:
        """Give the experiment another name; its id stays.

        Raises:
            InvalidInputError: The name is not allowed, or taken.
        """
        self._session.rename(experiment=self, to=name)
        self._learn()

    def _learn(self) -> None:
        found = {record.uid: record for record in self._session.store.experiments()}
        if self.id in found:
            self._take(found[self.id])

    def delete(self) -> None:
        """Delete the experiment, which must have no runs.

        Raises:
            InvalidInputError: It has runs.
        """
        self._session.store.delete_experiment(self.experiment_name)

    def _delete_all(self, action: str) -> None:
        """Delete the experiment with all of its runs; `action` must be `--force`."""
        if action != "--force":
            from assay.errors import InvalidInputError

            raise InvalidInputError(
                "Must confirm with string '--force' in order to delete the experiment and its runs."
            )
        self._session.store.delete_experiment(self.experiment_name, with_runs=True)

    def list_trials(
        self,
        created_before: datetime | None = None,
        created_after: datetime | None = None,
        sort_by: str | None = None,
        sort_order: str | None = None,
    ) -> list[TrialSummary]:
        """The run groups of the experiment: here always the one that its runs are in."""
        created = self.creation_time
        if created is not None and (
            (created_before is not None and created > created_before)
            or (created_after is not None and created < created_after)
        ):
            return []
        return [TrialSummary(run_group_name(self.experiment_name), created)]

    def __repr__(self) -> str:
        return f"Experiment(experiment_name={self.experiment_name!r})"


def _display_name(given: str | None, default: str) -> str:
    return display_name("display_name", given, default)
