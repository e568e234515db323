"""Tidying up: trash, restore, delete, rename, move, retag and gc, as parts of `Session` and `Run`.

What is trashed keeps everything and its name is free at once; `restore` brings it back. What is deleted is gone, and a
process that still logs to it learns so. Objects, which artifacts share, go with `gc`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from assay.errors import InvalidInputError, InvalidTypeError
from assay.formats.names import artifact_name, check_names
from assay.formats.names import display_name as checked_display_name
from assay.formats.values import tag_dict

if TYPE_CHECKING:
    from assay.cleanup import Collection
    from assay.storage.contract import Store
    from assay.storage.tidying import Trashed


class Tidying:
    """The part of `Session` that tidies up.

    A run is given as a `Run`, as "experiment/run" or by its id; runs as one of these or an iterable of them; an
    experiment as an `Experiment`, by name or by its id. Where nothing can be done, nothing is changed.
    """

    def fresh_store(self, run_uid: str | None = None) -> Store:
        """The store, up to date."""
        raise TypeError(f"Tidying is a part of Session and is not used alone (of {run_uid})")

    def trash(
        self, runs: Any = None, *, experiment: Any = None, artifact: str | None = None, is_output: bool | None = None
    ) -> list[str]:
        """Put runs, an experiment with its runs, or an artifact of a run into the trash; names are free at once.

        Args:
            runs: The runs.
            experiment: The experiment, in place of runs.
            artifact: The artifact's name; then `runs` is its run.
            is_output: Which of an output and an input of that name; by default both.

        Returns:
            The names of what was not in the trash yet.

        Raises:
            NotFoundError: There is no such thing; the message names the nearest.
        """
        return self._change("trash", runs, experiment, artifact, is_output)

    def restore(
        self,
        runs: Any = None,
        *,
        experiment: Any = None,
        artifact: str | None = None,
        is_output: bool | None = None,
        name: str | None = None,
    ) -> list[str]:
        """Take runs, an experiment or an artifact out of the trash; of several of one name the last that was trashed.

        Args:
            runs: The runs.
            experiment: The experiment, in place of runs.
            artifact: The artifact's name; then `runs` is its run.
            is_output: Which of an output and an input of that name; by default both.
            name: Another name for it, where its own has been taken.

        Returns:
            The names of what was in the trash.

        Raises:
            NotFoundError: There is no such thing in the trash; the message names the nearest.
            InvalidInputError: Its name is taken, or its experiment is in the trash.
        """
        return self._change("restore", runs, experiment, artifact, is_output, name)

    def delete(
        self, runs: Any = None, *, experiment: Any = None, artifact: str | None = None, is_output: bool | None = None
    ) -> list[str]:
        """Delete for good: runs, an experiment with all of its runs, or an artifact; in or outside the trash.

        A process that logs to a deleted run is told so by a warning and goes on. The bytes of artifacts go with `gc`.

        Args:
            runs: The runs.
            experiment: The experiment, in place of runs.
            artifact: The artifact's name; then `runs` is its run.
            is_output: Which of an output and an input of that name; by default both.

        Returns:
            The names of what was deleted.

        Raises:
            NotFoundError: There is no such thing; the message names the nearest.
        """
        return self._change("delete", runs, experiment, artifact, is_output)

    def trashed(self) -> list[Trashed]:
        """What is in the trash, the last trashed first."""
        return self.fresh_store().trash.contents()

    def rename(self, run: Any = None, *, experiment: Any = None, to: str) -> str:
        """Give a run or an experiment another name; ids stay, and so do the display names that were chosen.

        Args:
            run: The run.
            experiment: The experiment, in place of a run.
            to: The name, by the rules of names.

        Returns:
            The name in lower case.

        Raises:
            InvalidInputError: The name is not allowed, or taken.
        """
        _check_one_of(run, experiment)
        store = self.fresh_store()
        name = _new_name(to, experiment is not None)
        if experiment is not None:
            store.renaming.rename_experiment(_experiment_uid(store, experiment, "living"), name, to)
        else:
            store.renaming.rename_run(_one_run_uid(store, run, "living"), name, to)
        return name

    def move(self, runs: Any, *, to: Any) -> list[str]:
        """Move runs to another experiment, which exists.

        Returns:
            The names of those that were elsewhere.

        Raises:
            ExperimentNotFoundError: There is no such experiment; the message names the nearest.
            InvalidInputError: It has a run of one of these names already.
        """
        store = self.fresh_store()
        name = getattr(to, "experiment_name", to)
        experiment = check_names(name, None)[0]
        return store.renaming.move_runs(_run_uids(store, runs, "living"), experiment)

    def retag(
        self,
        runs: Any,
        *,
        set: Mapping[str, str] | Sequence[Any] | None = None,  # noqa: A002 - what it does
        remove: Iterable[str] = (),
    ) -> list[str]:
        """Set and remove tags of many runs at once.

        Args:
            runs: The runs.
            set: Tags that each of them has afterwards.
            remove: Keys of tags that none of them has afterwards.

        Returns:
            The names of the runs that changed.

        Raises:
            InvalidInputError: A run would have too many tags, or a key is both set and removed.
        """
        given = tag_dict(set)
        if isinstance(remove, str):
            raise InvalidTypeError(f"remove is a list of keys, not a str ({remove!r})")
        removed = [str(key) for key in remove]
        both = sorted(given.keys() & frozenset(removed))
        if both:
            raise InvalidInputError(f"tag {both[0]!r} is both set and removed")
        store = self.fresh_store()
        return store.renaming.retag(_run_uids(store, runs, "living"), given, removed)

    def gc(self, *, older_than: timedelta = timedelta(0), dry_run: bool = False) -> Collection:
        """Empty the trash and give back the space of all that nothing needs, while others go on logging and reading.

        Args:
            older_than: Only what has been in the trash for at least so long; by default everything in it.
            dry_run: Only say what each would free.

        Returns:
            What each frees or freed, and the size of the store's folder before and after.

        Raises:
            StoreError: Another one is at it.
        """
        from assay.cleanup import collect

        return collect(self, older_than=older_than, dry_run=dry_run)  # type: ignore[arg-type]

    def _change(
        self,
        act: str,
        runs: Any,
        experiment: Any,
        artifact: str | None,
        is_output: bool | None,
        name: str | None = None,
    ) -> list[str]:
        _check_one_of(runs, experiment)
        if artifact is not None and experiment is not None:
            raise InvalidInputError("an artifact belongs to a run: give the run in place of the experiment")
        if artifact is not None and name is not None:
            raise InvalidInputError("an artifact is restored under its own name")
        store = self.fresh_store()
        new = None if name is None else _new_name(name, experiment is not None)
        if artifact is not None:
            run = _one_run_uid(store, runs, "any")
            store.trash.change_artifact(run, artifact_name(artifact), act, is_output=is_output)
            return [artifact]
        state = {"trash": "living", "restore": "trashed", "delete": "any"}[act]
        if experiment is not None:
            uid = _experiment_uid(store, experiment, state)
            if act == "restore":
                return [store.trash.restore_experiment(uid, name=new)]
            return [store.trash.trash_experiment(uid) if act == "trash" else store.trash.delete_experiment(uid)]
        uids = _run_uids(store, runs, state)
        if act == "restore":
            if new is not None and len(uids) != 1:
                raise InvalidInputError(f"{len(uids)} runs can't have one name ({new!r}); restore them one by one")
            return store.trash.restore_runs(uids, name=new)
        return store.trash.trash_runs(uids) if act == "trash" else store.trash.delete_runs(uids)


class RunTidying:
    """The part of `Run` that tidies up."""

    session: Any
    _uid: str
    experiment_name: str
    run_name: str

    def trash(self, *, artifact: str | None = None) -> None:
        """Put the run, or an artifact of it, into the trash; the name is free at once."""
        self.session.trash(self, artifact=artifact)

    def restore(self, *, artifact: str | None = None, name: str | None = None) -> None:
        """Take the run, or an artifact of it, out of the trash, under another name where that is given.

        Raises:
            InvalidInputError: The name is taken, or the run's experiment is in the trash.
        """
        if self.session.restore(self, artifact=artifact, name=name) and artifact is None:
            self._learn_names()

    def delete(self, *, artifact: str | None = None) -> None:
        """Delete the run, or an artifact of it, for good; a process that logs to it is told so by a warning."""
        self.session.delete(self, artifact=artifact)

    def rename(self, name: str) -> None:
        """Give the run another name; its id stays.

        Raises:
            InvalidInputError: The name is not allowed, or taken.
        """
        self.session.rename(self, to=name)
        self._learn_names()

    def move(self, experiment: Any) -> None:
        """Move the run to another experiment, which exists.

        Raises:
            ExperimentNotFoundError: There is no such experiment; the message names the nearest.
            InvalidInputError: It has a run of that name already.
        """
        self.session.move(self, to=experiment)
        self._learn_names()

    def _learn_names(self) -> None:
        from assay.formats.names import run_group_name

        record = self.session.fresh_store(self._uid).run(self._uid)
        self.experiment_name, self.run_name = record.experiment_name, record.name
        self.run_group_name = run_group_name(record.experiment_name)


def _check_one_of(runs: Any, experiment: Any) -> None:
    if (runs is None) == (experiment is None):
        raise InvalidInputError("give either runs or experiment=…")


def _new_name(name: Any, is_experiment: bool) -> str:
    if not isinstance(name, str):
        raise InvalidTypeError(f"a name must be a str, not {type(name).__name__} ({name!r})")
    checked_display_name("to", name, "")
    return check_names(name, None)[0] if is_experiment else check_names("x", name)[1]


def _run_uids(store: Store, runs: Any, state: str) -> list[str]:
    """The ids of runs that were given in any of the ways that the session takes."""
    if isinstance(runs, str) or hasattr(runs, "_uid") or not isinstance(runs, Iterable):
        runs = [runs]
    return list(dict.fromkeys(_one_run_uid(store, one, state) for one in runs))


def _one_run_uid(store: Store, run: Any, state: str) -> str:
    if isinstance(run, str):
        return store.addressing.run_uid(run, state)
    if not isinstance(getattr(run, "_uid", None), str):
        raise InvalidTypeError(f"a run is a Run, 'experiment/run' or an id, not {type(run).__name__}")
    run._settle(store)
    uid: str = run._uid
    store.addressing.run_names([uid])  # it may have been deleted
    return uid


def _experiment_uid(store: Store, experiment: Any, state: str) -> str:
    known = getattr(experiment, "id", experiment)
    if not isinstance(known, str):
        raise InvalidTypeError(f"an experiment is an Experiment, its name or its id, not {type(experiment).__name__}")
    return store.addressing.experiment_uid(known, state)
