"""The trash: experiments, runs and artifacts that are put away, taken back, or deleted for good.

What is trashed keeps its row, with the time; listings leave it out and its name is free at once. Deleting leaves a
tombstone, from which a living writer learns of it. A deleted run's small rows go in one transaction, which makes a husk
of it: a row that no id leads to. Its chunks follow a few MiB at a time, so that writers never wait for long, and the
husk goes last: its number is given to no other run while a chunk still bears it. Whoever next deletes finishes what a
kill left of that.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from assay.errors import ArtifactNotFoundError, InvalidInputError, nearest
from assay.storage.sql.addressing import (
    ARRIVING,
    FULL_NAME,
    HUSK,
    IS_HUSK,
    RUNS,
    experiment_row,
    experiments_of,
    hold_runs,
    run_row,
)
from assay.storage.sql.conflicts import retried
from assay.storage.sql.database import Connection, Database
from assay.storage.sql.runs import bump
from assay.storage.sql.views import forget_views
from assay.storage.tidying import Trash, Trashed

GROUP = 250
"""So many runs are deleted in one transaction."""
CHUNK_BYTES = 8 << 20
"""So many bytes of chunks are."""
_SMALL_TABLES = ("parameters", "artifacts", "series", "tail", "writers")


class SqlTrash(Trash):
    """The trash of a catalog. What can't be done is found out before anything is changed."""

    def __init__(self, database: Database, location: str) -> None:
        self._database = database
        self._location = location

    def contents(self) -> list[Trashed]:
        """What is in it, the last trashed first; what lies in a trashed run or experiment is not told apart."""
        with self._database.read() as connection:
            found = [
                Trashed("experiment", uid, name, trashed_us, run_count=run_count)
                for uid, name, trashed_us, run_count in connection.execute(
                    "SELECT uid, name, trashed_us, (SELECT count(*) FROM runs WHERE experiment_id = experiments.id) "
                    "FROM experiments WHERE trashed_us IS NOT NULL"
                )
            ]
            found += [
                Trashed("run", *row)
                for row in connection.execute(
                    f"SELECT runs.uid, {FULL_NAME}, runs.trashed_us FROM {RUNS} "
                    f"WHERE runs.trashed_us IS NOT NULL AND runs.uid NOT LIKE '{HUSK}%'"
                )
            ]
            found += [
                Trashed("artifact", uid, name, trashed_us, run, bool(is_output))
                for uid, name, trashed_us, run, is_output in connection.execute(
                    f"SELECT DISTINCT runs.uid, artifacts.name, artifacts.trashed_us, {FULL_NAME}, is_output "
                    f"FROM artifacts JOIN runs ON runs.id = run_id JOIN experiments ON experiments.id = experiment_id "
                    "WHERE artifacts.trashed_us IS NOT NULL"
                )
            ]
        return sorted(found, key=lambda one: -one.trashed_us)

    @retried
    def trash_runs(self, uids: Sequence[str]) -> list[str]:
        """Put runs into the trash; the names of those that were not there yet."""
        with self._database.write() as connection:
            now_us = time.time_ns() // 1000
            changed = []
            hold_runs(connection, uids)
            for uid in uids:
                run_id, name, trashed_us = run_row(connection, self._location, uid)
                if trashed_us is None:
                    connection.execute("UPDATE runs SET trashed_us = ? WHERE id = ?", (now_us, run_id))
                    bump(connection, [run_id])
                    changed.append(name)
        return changed

    @retried
    def restore_runs(self, uids: Sequence[str], *, name: str | None = None) -> list[str]:
        """Take runs out of the trash, one of them under another name where that is given; their names by then.

        Raises:
            InvalidInputError: The name is taken, or the run's experiment is in the trash.
        """
        with self._database.write() as connection:
            restored = []
            hold_runs(connection, uids, *experiments_of(connection, uids))
            for uid in uids:
                run_id, full_name, trashed_us = run_row(connection, self._location, uid)
                if trashed_us is None:
                    continue
                experiment_id, experiment, gone_us, old_name = connection.execute(
                    f"SELECT experiments.id, experiments.name, experiments.trashed_us, runs.name FROM {RUNS} "
                    "WHERE runs.id = ?",
                    (run_id,),
                ).fetchone()
                if gone_us is not None:
                    raise InvalidInputError(
                        f"run {full_name!r} can't be restored: its experiment {experiment!r} is in the trash; "
                        "restore that first"
                    )
                wanted = name or old_name
                if connection.execute(
                    "SELECT 1 FROM runs WHERE experiment_id = ? AND name = ? AND trashed_us IS NULL",
                    (experiment_id, wanted),
                ).fetchone():
                    raise InvalidInputError(
                        f"run {full_name!r} can't be restored: there is a run {wanted!r} in experiment "
                        f"{experiment!r} by now; restore it under another name, or rename that one"
                    )
                connection.execute("UPDATE runs SET trashed_us = NULL, name = ? WHERE id = ?", (wanted, run_id))
                bump(connection, [run_id])
                restored.append(f"{experiment}/{wanted}")
        return restored

    def delete_runs(self, uids: Sequence[str]) -> list[str]:
        """Delete runs for good, wherever they are; the names of those that were."""
        uids = list(dict.fromkeys(uids))
        with self._database.read() as connection:
            names = [run_row(connection, self._location, uid)[1] for uid in uids]
        for start in range(0, len(uids), GROUP):
            with self._database.write() as connection:
                hold_runs(connection, uids[start : start + GROUP])
                for uid in uids[start : start + GROUP]:
                    self._make_husk(connection, uid)
            self.finish()
        return names

    def empty_runs(self, before_us: int, spared: set[str]) -> list[str]:
        """Delete the runs that were trashed at that time or before, with the experiments that were; their names.

        Args:
            before_us: Microseconds since 1970.
            spared: Ids of runs that stay, because somebody writes to them; their experiments stay too.
        """
        names = []
        with self._database.read() as connection:
            due = self.due_runs(connection, before_us, spared)
        for start in range(0, len(due), GROUP):
            with self._database.write() as connection:
                hold_runs(connection, [uid for uid, _ in due[start : start + GROUP]])
                for uid, name in due[start : start + GROUP]:
                    # Somebody may have restored it, or deleted it, meanwhile.
                    if connection.execute(
                        f"SELECT 1 FROM {RUNS} WHERE runs.uid = ? "
                        "AND (runs.trashed_us <= ? OR experiments.trashed_us <= ?)",
                        (uid, before_us, before_us),
                    ).fetchone():
                        self._make_husk(connection, uid)
                        names.append(name)
            self.finish()
        with self._database.write() as connection:
            due_experiments = self.due_experiments(connection, before_us)
            connection.hold(*(("experiment", name) for _, _, name in due_experiments))
            for experiment_id, uid, name in self.due_experiments(connection, before_us):
                if not connection.execute("SELECT 1 FROM runs WHERE experiment_id = ?", (experiment_id,)).fetchone():
                    self._bury(connection, uid, name)
                    forget_views(connection, experiment_id)
                    connection.execute("DELETE FROM experiments WHERE id = ?", (experiment_id,))
                    names.append(name)
            connection.execute("DELETE FROM artifacts WHERE trashed_us <= ?", (before_us,))
        return names

    @staticmethod
    def due_runs(connection: Connection, before_us: int, spared: set[str]) -> list[tuple[str, str]]:
        """The runs (id, name) that have been in the trash since that time, by themselves or with their experiment."""
        found = connection.execute(
            f"SELECT runs.uid, {FULL_NAME} FROM {RUNS} WHERE runs.uid NOT LIKE '{HUSK}%' "
            "AND (runs.trashed_us <= ? OR experiments.trashed_us <= ?) ORDER BY runs.id",
            (before_us, before_us),
        )
        return [(uid, name) for uid, name in found if uid not in spared]

    @staticmethod
    def due_experiments(connection: Connection, before_us: int) -> list[tuple[int, str, str]]:
        """The experiments (number, id, name) that have been in the trash since that time."""
        return connection.execute(
            "SELECT id, uid, name FROM experiments WHERE trashed_us <= ? ORDER BY id", (before_us,)
        ).fetchall()

    def finish(self, *, arriving: bool = False) -> None:
        """Delete the chunks of husks, and then these.

        Args:
            arriving: Also what an import has not brought in whole; nobody imports at the time.
        """
        which = f"SELECT id FROM runs WHERE {IS_HUSK}" + ("" if arriving else f" AND uid NOT LIKE '{ARRIVING}%'")
        while True:
            with self._database.read() as connection:
                if not connection.execute(f"{which} LIMIT 1").fetchone():
                    return
            with self._database.write() as connection:
                connection.hold(("husks", 0))
                left = CHUNK_BYTES
                for (run_id,) in connection.execute(which).fetchall():
                    left -= _delete_chunks(connection, run_id, left)
                    if left <= 0:
                        break
                    for table in _SMALL_TABLES:
                        connection.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))
                    connection.execute("DELETE FROM runs WHERE id = ?", (run_id,))

    def _make_husk(self, connection: Connection, uid: str) -> None:
        run_id, name, _ = run_row(connection, self._location, uid)
        self._bury(connection, uid, name)
        for (writer,) in connection.execute("SELECT uid FROM writers WHERE run_id = ? AND end_us IS NULL", (run_id,)):
            self._bury(connection, writer, name)
        connection.execute(
            "DELETE FROM set_aside WHERE writer_id IN (SELECT id FROM writers WHERE run_id = ?)", (run_id,)
        )
        for table in _SMALL_TABLES:
            connection.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))
        connection.execute(
            "UPDATE runs SET uid = ? || uid, trashed_us = coalesce(trashed_us, ?), parameters = '{}', tags = '{}', "
            "description = '' WHERE id = ?",
            (HUSK, time.time_ns() // 1000, run_id),
        )

    @staticmethod
    def _bury(connection: Connection, uid: str, name: str) -> None:
        connection.execute(
            "INSERT INTO tombstones (uid, name, deleted_us) VALUES (?, ?, ?) "
            "ON CONFLICT (uid) DO UPDATE SET name = excluded.name, deleted_us = excluded.deleted_us",
            (uid, name, time.time_ns() // 1000),
        )

    @retried
    def trash_experiment(self, uid: str) -> str:
        """Put an experiment into the trash, and all of its runs out of sight with it; its name."""
        with self._database.write() as connection:
            experiment_id, name, trashed_us = self._held_experiment(connection, uid)
            if trashed_us is None:
                connection.execute(
                    "UPDATE experiments SET trashed_us = ? WHERE id = ?", (time.time_ns() // 1000, experiment_id)
                )
        return name

    @retried
    def restore_experiment(self, uid: str, *, name: str | None = None) -> str:
        """Take an experiment out of the trash, with the runs that were not trashed by themselves; its name by then.

        Raises:
            InvalidInputError: The name is taken.
        """
        with self._database.write() as connection:
            experiment_id, old_name, trashed_us = self._held_experiment(connection, uid, name)
            if trashed_us is None:
                return old_name
            wanted = name or old_name
            if connection.execute(
                "SELECT 1 FROM experiments WHERE name = ? AND trashed_us IS NULL", (wanted,)
            ).fetchone():
                raise InvalidInputError(
                    f"experiment {old_name!r} can't be restored: there is an experiment {wanted!r} by now; restore "
                    "it under another name, or rename that one"
                )
            connection.execute(
                "UPDATE experiments SET trashed_us = NULL, name = ? WHERE id = ?", (wanted, experiment_id)
            )
        return wanted

    def delete_experiment(self, uid: str) -> str:
        """Delete an experiment for good with all of its runs, those in the trash too; its name."""
        with self._database.write() as connection:  # from here on nobody makes a run in it
            experiment_id, name, _ = self._held_experiment(connection, uid)
            connection.execute(
                "UPDATE experiments SET trashed_us = coalesce(trashed_us, ?) WHERE id = ?",
                (time.time_ns() // 1000, experiment_id),
            )
            self._bury(connection, uid, name)
        while True:
            with self._database.write() as connection:
                runs = connection.execute(
                    f"SELECT uid FROM runs WHERE experiment_id = ? AND uid NOT LIKE '{HUSK}%' LIMIT {GROUP}",
                    (experiment_id,),
                ).fetchall()
                hold_runs(connection, [run for (run,) in runs])
                for (run,) in runs:
                    self._make_husk(connection, run)
            self.finish()
            if not runs:
                break
        with self._database.write() as connection:
            forget_views(connection, experiment_id)
            # What is being imported into it stays in the trash with it.
            connection.execute(
                "DELETE FROM experiments WHERE id = ? AND id NOT IN (SELECT experiment_id FROM runs)", (experiment_id,)
            )
        return name

    @retried
    def change_artifact(self, run_uid: str, name: str, act: str, *, is_output: bool | None = None) -> int:
        """Trash, restore or delete an artifact of a run, all steps of a series of media; how many rows that were.

        Args:
            run_uid: The run.
            name: The artifact.
            act: `trash`, `restore` or `delete`.
            is_output: Which of an output and an input of that name; None means both.

        Raises:
            ArtifactNotFoundError: There is none; to be restored, none in the trash.
            InvalidInputError: It can't be restored: one of that name was logged since.
        """
        with self._database.write() as connection:
            hold_runs(connection, [run_uid])
            run_id, full_name, _ = run_row(connection, self._location, run_uid)
            state = {"trash": "trashed_us IS NULL", "restore": "trashed_us IS NOT NULL", "delete": "TRUE"}[act]
            found = connection.execute(
                f"SELECT id, is_output, step, trashed_us FROM artifacts WHERE run_id = ? AND name = ? AND {state} "
                "AND is_output = coalesce(?, is_output) ORDER BY id",
                (run_id, name, None if is_output is None else int(is_output)),
            ).fetchall()
            if not found:
                known = [row[0] for row in connection.execute("SELECT name FROM artifacts WHERE run_id = ?", (run_id,))]
                place = f"in the trash of run {full_name!r}" if act == "restore" else f"in run {full_name!r}"
                raise ArtifactNotFoundError(f"no artifact {name!r} {place}{nearest(name, set(known) - {name})}")
            if act == "delete":
                connection.executemany("DELETE FROM artifacts WHERE id = ?", [row[:1] for row in found])
            elif act == "trash":
                now_us = time.time_ns() // 1000
                connection.executemany(
                    "UPDATE artifacts SET trashed_us = ? WHERE id = ?", [(now_us, row[0]) for row in found]
                )
            else:
                found = _last_trashed(found)
                for artifact_id, direction, step, _ in found:
                    if (
                        step is None
                        and connection.execute(
                            "SELECT 1 FROM artifacts WHERE run_id = ? AND name = ? AND is_output = ? AND step IS NULL "
                            "AND trashed_us IS NULL",
                            (run_id, name, direction),
                        ).fetchone()
                    ):
                        raise InvalidInputError(
                            f"artifact {name!r} of run {full_name!r} can't be restored: one of that name was logged "
                            "since; trash that one first"
                        )
                    connection.execute("UPDATE artifacts SET trashed_us = NULL WHERE id = ?", (artifact_id,))
            bump(connection, [run_id])
        return len(found)

    def _held_experiment(self, connection: Connection, uid: str, *others: str | None) -> tuple[int, str, int | None]:
        """The row of an experiment, once its name, and others, are held."""
        _, name, _ = experiment_row(connection, self._location, uid)
        connection.hold(("experiment", name), *(("experiment", other) for other in others if other is not None))
        return experiment_row(connection, self._location, uid)


def _delete_chunks(connection: Connection, run_id: int, enough: int) -> int:
    """Delete chunks of a run until that is enough; how many bytes they had."""
    ids, size_bytes = [], 0
    for chunk_id, chunk_bytes in connection.execute(
        "SELECT id, length(body) + length(extremes) FROM chunks WHERE run_id = ?", (run_id,)
    ):
        ids.append((chunk_id,))
        size_bytes += chunk_bytes
        if size_bytes >= enough:
            break
    connection.executemany("DELETE FROM chunks WHERE id = ?", ids)
    return size_bytes


def _last_trashed(found: list[Any]) -> list[Any]:
    """Of artifacts of one name without a step that were trashed one after another, the last of each direction."""
    last = {row[1]: row for row in sorted(found, key=lambda row: (row[3], row[0])) if row[2] is None}
    return [row for row in found if row[2] is not None or last[row[1]] is row]
