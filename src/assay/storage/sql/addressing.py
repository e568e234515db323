"""From what people and programs call a run or an experiment to its row, in the trash or not, and what became of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from assay.errors import ExperimentNotFoundError, RunDeletedError, RunNotFoundError, nearest
from assay.storage.sql.database import Connection, Thing

HUSK = "deleted-"
"""What stands before the id of a deleted run whose chunks are yet to go."""
IS_HUSK = "uid >= 'deleted-' AND uid < 'deleted.'"
"""Found by the index over ids; `LIKE` would look at every run."""
ARRIVING = f"{HUSK}import-"
"""What the id of a run begins with that an import has not brought in whole yet."""
FULL_NAME = "experiments.name || '/' || runs.name"
RUNS = "runs JOIN experiments ON experiments.id = runs.experiment_id"
_LIVES = "runs.trashed_us IS NULL AND experiments.trashed_us IS NULL"
_IN_TRASH = "runs.trashed_us IS NOT NULL"
_EXISTS = f"runs.uid NOT LIKE '{HUSK}%'"


def run_row(connection: Connection, location: str, uid: str) -> tuple[int, str, int | None]:
    """The number, the full name and the time of trashing of a run, in or outside the trash.

    Raises:
        RunNotFoundError: There is none of that id.
    """
    row: tuple[int, str, int | None] | None = connection.execute(
        f"SELECT runs.id, {FULL_NAME}, runs.trashed_us FROM {RUNS} WHERE runs.uid = ?", (uid,)
    ).fetchone()
    if row is None:
        raise not_there(connection, uid, f"the run with the id {uid} is not in {location}")
    return row


def run_number(connection: Connection, location: str, uid: str) -> int:
    """The number of a run.

    Raises:
        RunNotFoundError: There is none of that id.
    """
    row = connection.execute("SELECT id FROM runs WHERE uid = ?", (uid,)).fetchone()
    if row is None:
        raise not_there(connection, uid, f"the run with the id {uid} is not in {location}")
    return int(row[0])


def hold_runs(connection: Connection, uids: Sequence[str], *others: Thing) -> None:
    """Hold the runs of these ids, as far as there are such, and other things with them."""
    which = connection.dialect.one_of("uid", list(uids))
    found = connection.execute(f"SELECT id FROM runs WHERE {which.text}", which.values).fetchall()
    connection.hold(*others, *(("run", run_id) for (run_id,) in found))


def experiments_of(connection: Connection, uids: Sequence[str]) -> set[Thing]:
    """The experiments of runs, to be held: in them a name is taken, or becomes free."""
    which = connection.dialect.one_of("runs.uid", list(uids))
    found = connection.execute(f"SELECT DISTINCT experiments.name FROM {RUNS} WHERE {which.text}", which.values)
    return {("experiment", str(name)) for (name,) in found.fetchall()}


def experiment_row(connection: Connection, location: str, uid: str) -> tuple[int, str, int | None]:
    """The number, the name and the time of trashing of an experiment, in or outside the trash.

    Raises:
        ExperimentNotFoundError: There is none of that id.
    """
    row: tuple[int, str, int | None] | None = connection.execute(
        "SELECT id, name, trashed_us FROM experiments WHERE uid = ?", (uid,)
    ).fetchone()
    if row is None:
        raise ExperimentNotFoundError(f"the experiment with the id {uid} is not in {location}; was it deleted?")
    return row


def run_uid(connection: Connection, given: str, state: str) -> str:
    """The id of the run that is meant by its id, by `experiment/run`, or by `run` alone where only one is called so.

    Args:
        connection: Within a transaction.
        given: What it is called; case does not matter.
        state: One of `STATES`.

    Raises:
        RunNotFoundError: There is none there, or runs of several experiments are called so.
    """
    if connection.execute(f"SELECT 1 FROM runs WHERE uid = ? AND {_EXISTS}", (given,)).fetchone():
        return given
    experiment, slash, name = given.lower().rpartition("/")
    places = "SELECT id FROM experiments WHERE name = ?" if slash else "SELECT id FROM experiments WHERE ? = ''"
    # Each by an index: of the living by experiment and name, of the others by experiment.
    found: list[tuple[str, str]] = []
    for where in {"living": (_LIVES,), "trashed": (_IN_TRASH,), "any": (_LIVES, f"NOT ({_LIVES})")}[state]:
        found = (
            found
            or connection.execute(
                f"SELECT runs.uid, {FULL_NAME} FROM {RUNS} WHERE runs.experiment_id IN ({places}) AND runs.name = ? "
                f"AND {where} AND {_EXISTS} ORDER BY coalesce(runs.trashed_us, experiments.trashed_us) DESC",
                (experiment, name),
            ).fetchall()
        )
    if len({full_name for _, full_name in found}) > 1:
        several = ", ".join(sorted({full_name for _, full_name in found})[:5])
        raise RunNotFoundError(f"run {given!r} is in several experiments: {several}; say which")
    if found:
        return str(found[0][0])
    place = "in the trash" if state == "trashed" else "in the store"
    there = {"living": _LIVES, "trashed": _IN_TRASH, "any": "TRUE"}[state]
    known = [row[0] for row in connection.execute(f"SELECT {FULL_NAME} FROM {RUNS} WHERE {there} AND {_EXISTS}")]
    became = fate(connection, experiment, name) if slash and state == "living" else ""
    raise RunNotFoundError(f"no run {given!r} {place}{nearest(given, known)}{became}")


def experiment_uid(connection: Connection, given: str, state: str) -> str:
    """The id of the experiment that is meant by its id or its name.

    Raises:
        ExperimentNotFoundError: There is none there.
    """
    where = {"living": "trashed_us IS NULL", "trashed": "trashed_us IS NOT NULL", "any": "TRUE"}[state]
    row = connection.execute(
        f"SELECT uid FROM experiments WHERE uid = ? OR (name = ? AND {where}) "
        "ORDER BY uid = ? DESC, trashed_us IS NULL DESC, trashed_us DESC",
        (given, given.lower(), given),
    ).fetchone()
    if row is None:
        place = "in the trash" if state == "trashed" else "in the store"
        known = [one[0] for one in connection.execute(f"SELECT name FROM experiments WHERE {where}")]
        raise ExperimentNotFoundError(f"no experiment {given!r} {place}{nearest(given, known)}")
    return str(row[0])


def matching_runs(connection: Connection, filter_text: str, experiment: str | None, *, trashed: bool) -> list[str]:
    """The ids of the runs that a filter picks, in the trash or outside it.

    Raises:
        FilterError: The filter can't be read.
        ExperimentNotFoundError: There is no such experiment.
    """
    from assay.formats.filter import parse_filter
    from assay.storage.sql.orders import pick_runs

    tree = parse_filter(filter_text)
    experiment_id = None
    if experiment is not None:
        uid = experiment_uid(connection, experiment, "living")
        experiment_id = connection.execute("SELECT id FROM experiments WHERE uid = ?", (uid,)).fetchone()[0]
    state = "NOT NULL" if trashed else "NULL"
    condition = (
        f"runs.trashed_us IS {state} AND {_EXISTS} "
        "AND runs.experiment_id NOT IN (SELECT id FROM experiments WHERE trashed_us IS NOT NULL)"
    )
    picked = pick_runs(
        connection, tree, now_us=time.time_ns() // 1000, experiment_id=experiment_id, condition=condition
    )
    return [connection.execute("SELECT uid FROM runs WHERE id = ?", (one.run_id,)).fetchone()[0] for one in picked]


def not_there(connection: Connection, uid: str, otherwise: str) -> RunNotFoundError:
    """The error for a run or writer that no row has: it was deleted, or never there."""
    row = connection.execute("SELECT name, deleted_us FROM tombstones WHERE uid = ?", (uid,)).fetchone()
    if row is None:
        return RunNotFoundError(f"{otherwise}; was it deleted?")
    return RunDeletedError(f"run {row[0]!r} was deleted at {_when(row[1])}")


def fate(connection: Connection, experiment_name: str, run_name: str) -> str:
    """What became of a run of that name, as the end of a message; empty where nothing is known."""
    name = f"{experiment_name}/{run_name}"
    row = connection.execute(
        f"SELECT coalesce(runs.trashed_us, experiments.trashed_us) AS gone_us, experiments.trashed_us FROM {RUNS} "
        f"WHERE experiments.name = ? AND runs.name = ? AND {_EXISTS} AND NOT ({_LIVES}) ORDER BY gone_us DESC LIMIT 1",
        (experiment_name, run_name),
    ).fetchone()
    if row is not None:
        restore = f"--experiment {experiment_name}" if row[1] is not None else name
        return f"; a run of that name was put into the trash at {_when(row[0])}: assay restore {restore}"
    row = connection.execute("SELECT max(deleted_us) FROM tombstones WHERE name = ?", (name,)).fetchone()
    return f"; a run of that name was deleted at {_when(row[0])}" if row[0] is not None else ""


def _when(time_us: int) -> str:
    return f"{datetime.fromtimestamp(time_us / 1e6, UTC):%Y-%m-%d %H:%M:%S} UTC"
