"""Carrying runs from store to store in one file, as a part of `Session`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from assay.errors import InvalidInputError, InvalidTypeError

if TYPE_CHECKING:
    from assay.storage.contract import Store
    from assay.storage.transfer import Exported, Imported


class Transferring:
    """The part of `Session` that exports and imports."""

    location: str

    def fresh_store(self, run_uid: str | None = None) -> Store:  # noqa: ARG002
        """The store, up to date."""
        raise TypeError("Transferring is a part of Session and is not used alone")

    def export_runs(
        self,
        path: str | os.PathLike[str],
        *,
        runs: Any = None,
        experiment_name: str | None = None,
        filter: str | None = None,  # noqa: A002 (what users type)
    ) -> Exported:
        """Write runs with all that belongs to them into one file, which `import_runs` brings into another store.

        Runs that are still logged to are written as they are in the store by then.

        Args:
            path: The file; an export that is there already is replaced once the new one is whole.
            runs: A `Run`, "experiment/run" or an id, or an iterable of them.
            experiment_name: In place of `runs`, all runs of this experiment; without either, all runs.
            filter: Of these only what it picks; docs/filters.md has the language.

        Returns:
            What was written: path, runs, experiments, objects, size_bytes.

        Raises:
            InvalidInputError: Both `runs` and one of the others were given, the filter can't be read, or there is
                something of that path that is no export.
            NotFoundError: There is no such run or experiment, or the filter picks none.
            RefusedError: The file can't be written.
            DamagedError: Something of the runs is damaged; the message names it, and no file is left.
        """
        if runs is not None and (experiment_name is not None or filter is not None):
            raise InvalidInputError("runs are given, or an experiment_name and a filter, not both")
        if experiment_name is not None and not isinstance(experiment_name, str):
            raise InvalidTypeError(f"experiment_name must be a str, not {type(experiment_name).__name__}")
        named = None if runs is None else self._names_of(runs)
        return self.fresh_store().transfers.export_runs(_path(path), named, experiment_name, filter)

    def import_runs(self, path: str | os.PathLike[str]) -> Imported:
        """Bring the runs of an export into this store, each whole or not at all.

        A run that is here already, by its id, is skipped. One whose name is taken by another run becomes `name-2`.

        Args:
            path: The file.

        Returns:
            What was done: runs, renamed, skipped, trashed (of what was skipped, what is in the trash), experiments.

        Raises:
            InvalidInputError: It is no export.
            ChecksumError: It was cut short or altered; nothing was changed.
            StoreVersionError: A newer Assay wrote it.
            DamagedError: It is whole, and holds what Assay does not write.
            RefusedError: It can't be read, or there is no space; what was imported by then is whole.
        """
        from assay.storage.export_file import ExportReader

        with ExportReader(_path(path)) as file:  # a store that is not there yet is made for a whole file only
            return self.fresh_store().transfers.import_runs(file)

    def _names_of(self, runs: Any) -> list[str]:
        from assay.view import RunView

        if isinstance(runs, str | RunView) or not isinstance(runs, Iterable):
            runs = [runs]
        return [self._name_of(run) for run in runs]

    def _name_of(self, run: Any) -> str:
        from assay.view import RunView

        if isinstance(run, str):
            return run
        if not isinstance(run, RunView):
            raise InvalidTypeError(f"a run is a Run, 'experiment/run' or an id, not {type(run).__name__}")
        if run.session.location != self.location:
            raise InvalidInputError(
                f"run {run.run_name!r} is in {run.session.location}, and this session exports {self.location}"
            )
        return run.id


def _path(path: str | os.PathLike[str]) -> str:
    found = os.path.expanduser(os.fsdecode(os.fspath(path)))
    if not found:
        raise InvalidInputError("the path of an export must not be empty")
    return found
