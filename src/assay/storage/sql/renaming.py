"""Other names, other experiments, other tags: what can be changed about runs that are there. Ids always stay."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence

from assay.errors import ExperimentNotFoundError, InvalidInputError, nearest
from assay.formats.values import tag_dict
from assay.storage.sql.addressing import experiment_row, experiments_of, hold_runs, run_row
from assay.storage.sql.conflicts import retried
from assay.storage.sql.database import Connection, Database
from assay.storage.sql.runs import bump
from assay.storage.tidying import Renaming


class SqlRenaming(Renaming):
    """Changes to the names, places and tags of a catalog's runs. Each call happens whole or changes nothing."""

    def __init__(self, database: Database, location: str) -> None:
        self._database = database
        self._location = location

    @retried
    def rename_run(self, uid: str, name: str, display_name: str) -> None:
        """Give a run another name; its display name follows where it was only the name as it was typed.

        Raises:
            InvalidInputError: The name is taken.
        """
        with self._database.write() as connection:
            hold_runs(connection, [uid], *experiments_of(connection, [uid]))
            run_id, full_name, _ = run_row(connection, self._location, uid)
            experiment_id, experiment, old, shown = connection.execute(
                "SELECT experiment_id, experiments.name, runs.name, runs.display_name FROM runs "
                "JOIN experiments ON experiments.id = experiment_id WHERE runs.id = ?",
                (run_id,),
            ).fetchone()
            _check_free(
                connection, run_id, experiment_id, name, f"run {full_name!r} can't be named {name!r}", experiment
            )
            shown = display_name if shown.lower() == old else shown
            connection.execute("UPDATE runs SET name = ?, display_name = ? WHERE id = ?", (name, shown, run_id))
            bump(connection, [run_id])

    @retried
    def rename_experiment(self, uid: str, name: str, display_name: str) -> None:
        """Give an experiment another name.

        Raises:
            InvalidInputError: The name is taken.
        """
        with self._database.write() as connection:
            _, old, _ = experiment_row(connection, self._location, uid)
            connection.hold(("experiment", old), ("experiment", name))
            experiment_id, old, _ = experiment_row(connection, self._location, uid)
            if connection.execute(
                "SELECT 1 FROM experiments WHERE name = ? AND trashed_us IS NULL AND id != ?", (name, experiment_id)
            ).fetchone():
                raise InvalidInputError(
                    f"experiment {old!r} can't be named {name!r}: there is an experiment of that name"
                )
            (shown,) = connection.execute(
                "SELECT display_name FROM experiments WHERE id = ?", (experiment_id,)
            ).fetchone()
            shown = display_name if shown.lower() == old else shown
            connection.execute(
                "UPDATE experiments SET name = ?, display_name = ?, changed_us = ? WHERE id = ?",
                (name, shown, time.time_ns() // 1000, experiment_id),
            )
            connection.execute("UPDATE runs SET revision = revision + 1 WHERE experiment_id = ?", (experiment_id,))

    @retried
    def move_runs(self, uids: Sequence[str], experiment_name: str) -> list[str]:
        """Move runs to another experiment, which exists; the names of those that were elsewhere.

        Raises:
            ExperimentNotFoundError: There is no such experiment.
            InvalidInputError: It has a run of that name.
        """
        with self._database.write() as connection:
            hold_runs(connection, uids, ("experiment", experiment_name), *experiments_of(connection, uids))
            row = connection.execute(
                "SELECT id FROM experiments WHERE name = ? AND trashed_us IS NULL", (experiment_name,)
            ).fetchone()
            if row is None:
                known = [one[0] for one in connection.execute("SELECT name FROM experiments WHERE trashed_us IS NULL")]
                raise ExperimentNotFoundError(
                    f"no experiment {experiment_name!r}{nearest(experiment_name, known)} to move runs to; to create "
                    f"it: Experiment.create(experiment_name={experiment_name!r})"
                )
            moved = []
            for uid in uids:
                run_id, full_name, _ = run_row(connection, self._location, uid)
                old_id, name = connection.execute(
                    "SELECT experiment_id, name FROM runs WHERE id = ?", (run_id,)
                ).fetchone()
                if old_id != row[0]:
                    _check_free(connection, run_id, row[0], name, f"run {full_name!r} can't be moved", experiment_name)
                    connection.execute("UPDATE runs SET experiment_id = ? WHERE id = ?", (row[0], run_id))
                    bump(connection, [run_id])
                    moved.append(full_name)
            if moved:
                connection.execute(
                    "UPDATE experiments SET changed_us = ? WHERE id = ?", (time.time_ns() // 1000, row[0])
                )
        return moved

    @retried
    def retag(self, uids: Sequence[str], given: Mapping[str, str], removed: Sequence[str]) -> list[str]:
        """Set and remove tags of many runs; the names of those that changed.

        Raises:
            InvalidInputError: One would have too many tags.
        """
        with self._database.write() as connection:
            changed = []
            hold_runs(connection, uids)
            for uid in uids:
                run_id, full_name, _ = run_row(connection, self._location, uid)
                old = json.loads(connection.execute("SELECT tags FROM runs WHERE id = ?", (run_id,)).fetchone()[0])
                kept = {key: value for key, value in old.items() if key not in removed}
                try:
                    new = tag_dict({**kept, **given})
                except InvalidInputError as error:
                    raise InvalidInputError(f"run {full_name!r}: {error}") from error
                if new != old:
                    connection.execute(
                        "UPDATE runs SET tags = ? WHERE id = ?", (json.dumps(new, ensure_ascii=False), run_id)
                    )
                    bump(connection, [run_id])
                    changed.append(full_name)
        return changed


def _check_free(connection: Connection, run_id: int, experiment_id: int, name: str, what: str, experiment: str) -> None:
    if connection.execute(
        "SELECT 1 FROM runs WHERE experiment_id = ? AND name = ? AND trashed_us IS NULL AND id != ?",
        (experiment_id, name, run_id),
    ).fetchone():
        raise InvalidInputError(f"{what}: experiment {experiment!r} has a run {name!r}")
