"""Lineage in the catalog: breadth first over the table of artifacts, a statement for each step and direction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assay.errors import ArtifactNotFoundError, ExperimentNotFoundError, InvalidInputError, nearest
from assay.storage.lineage import (
    LINK_LIMIT,
    NODE_LIMIT,
    Lineage,
    LineageArtifact,
    LineageLink,
    LineageRun,
    Lineages,
    artifact_key,
)
from assay.storage.sql.addressing import RUNS, run_number
from assay.storage.sql.database import Connection, Database
from assay.storage.sql.dialect import Sql
from assay.storage.sql.runs import LIVING

Identity = tuple[str | None, str | None]
"""SHA-256 and value of an artifact: the one, or where there is none the other."""

_IDENTITY = "a.sha256, CASE WHEN a.sha256 IS NULL THEN a.value END"
_CONTENT = "coalesce(a.sha256, a.value)"
_HASH_START, _VALUE_START = "substr({}, 1, 16)", "substr({}, 1, 128)"
"""What the index `artifacts_by_content` has of each; see `schema`."""
_START = f"coalesce({_HASH_START.format('a.sha256')}, {_VALUE_START.format('a.value')})"
_THERE = f"a.trashed_us IS NULL AND {_CONTENT} IS NOT NULL"
_LOGGED = "artifacts a JOIN runs ON runs.id = a.run_id JOIN experiments ON experiments.id = runs.experiment_id"
_MET = (
    f"EXISTS (SELECT 1 FROM artifacts b WHERE {_START.replace('a.', 'b.')} = {_START} "
    f"AND b.is_output = 1 - a.is_output AND coalesce(b.sha256, b.value) = {_CONTENT} AND b.trashed_us IS NULL)"
)
"""Whether an output is an input somewhere, or the other way round."""


class SqlLineages(Lineages):
    """What came from what in a catalog."""

    def __init__(self, database: Database, location: str) -> None:
        self._database = database
        self._location = location

    def of_run(self, run_uid: str, *, limit: int = NODE_LIMIT) -> Lineage:
        with self._database.read() as connection:
            walk = _Walk(connection, limit)
            walk.follow([run_number(connection, self._location, run_uid)], [])
            return walk.found()

    def of_object(self, *, sha256: str | None = None, value: str | None = None, limit: int = NODE_LIMIT) -> Lineage:
        if (sha256 is None) == (value is None):
            raise InvalidInputError("an artifact is asked for by its sha256 or by its value, exactly one of them")
        with self._database.read() as connection:
            walk = _Walk(connection, limit)
            walk.follow([], [(sha256, value)])
            found = walk.found()
        if not found.artifacts:
            said = f"the SHA-256 {sha256}" if value is None else f"the value {value[:100]!r}"
            raise ArtifactNotFoundError(f"no run in {self._location} has logged an artifact with {said}")
        return found

    def of_experiment(self, name: str, *, limit: int = NODE_LIMIT) -> Lineage:
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT id FROM experiments WHERE name = ? AND trashed_us IS NULL", (name,)
            ).fetchone()
            if row is None:
                known = [one for (one,) in connection.execute("SELECT name FROM experiments WHERE trashed_us IS NULL")]
                raise ExperimentNotFoundError(f"no experiment {name!r}{nearest(name, known)} in {self._location}")
            walk = _Walk(connection, limit)
            walk.gather(int(row[0]))
            return walk.found()


def among(artifacts: Sequence[Identity]) -> Sql:
    """The condition that an artifact, `a`, is one of these: by the index, then by all of it."""
    hashes = [sha256 for sha256, _ in artifacts if sha256 is not None]
    values = [value for sha256, value in artifacts if sha256 is None]
    # Bound one by one, and cut by the database: it alone knows how long a text is as it keeps it.
    near = ", ".join([_HASH_START.format("?")] * len(hashes) + [_VALUE_START.format("?")] * len(values))
    exact = [
        f"{condition} IN ({', '.join('?' * len(several))})"
        for condition, several in (("a.sha256", hashes), ("a.sha256 IS NULL AND a.value", values))
        if several
    ]
    return Sql(f"{_START} IN ({near}) AND ({' OR '.join(exact)})", (*hashes, *values, *hashes, *values))


class _Walk:
    """Runs and artifacts that were met so far, in one state of the catalog.

    What leads on is taken first, the nearest before the farther; what ends where it is fills up the room that is left.
    """

    def __init__(self, connection: Connection, limit: int) -> None:
        self._connection = connection
        self._limit = limit
        self._runs: dict[int, None] = {}
        self._artifacts: dict[Identity, None] = {}
        self._truncated = False

    def follow(self, runs: Sequence[int], artifacts: Sequence[Identity]) -> None:
        """Take these, what they came from, and what came from them; both ways in turn, so that neither starves."""
        self._take_runs(runs)
        self._take_artifacts(artifacts)
        ways = [_Way(False, runs, artifacts), _Way(True, runs, artifacts)]
        while any(way.goes_on for way in ways):
            for way in ways:
                met = self._connecting(way.runs, outputs=way.down)
                users = self._runs_of(way.artifacts, outputs=not way.down, seen=way.seen_runs)
                way.step(self._take_runs(users), self._take_artifacts(met))
        for way in ways:
            self._take_artifacts(self._ending(list(way.seen_runs), outputs=way.down))

    def gather(self, experiment_id: int) -> None:
        """Take the newest runs of an experiment that have artifacts, these, and the runs elsewhere next to them."""
        room = self._limit // 2 + 1
        rows = self._connection.execute(
            "SELECT runs.id FROM runs WHERE runs.experiment_id = ? AND runs.trashed_us IS NULL AND EXISTS (SELECT 1 "
            f"FROM artifacts a WHERE a.run_id = runs.id AND {_THERE}) ORDER BY runs.created_us DESC, runs.id DESC "
            "LIMIT ?",
            (experiment_id, room + 1),
        ).fetchall()
        self._truncated |= len(rows) > room
        runs = self._take_runs([int(run_id) for (run_id,) in rows[:room]])
        for outputs in (False, True):
            self._take_artifacts(self._artifacts_of(runs, outputs, "a.step IS NULL", shared=True))
        for outputs in (False, True):
            met = self._take_artifacts(self._connecting(runs, outputs=outputs))
            self._take_runs(self._runs_of(met, outputs=not outputs, seen=self._runs))
        for outputs in (False, True):
            self._take_artifacts(self._ending(runs, outputs=outputs))

    def _take_runs(self, runs: Iterable[int]) -> list[int]:
        """Those of the runs for which there is room, or was."""
        taken = []
        for run_id in runs:
            if run_id in self._runs or self._has_room():
                self._runs[run_id] = None
                taken.append(run_id)
        return taken

    def _take_artifacts(self, artifacts: Iterable[Identity]) -> list[Identity]:
        taken = []
        for one in artifacts:
            if one in self._artifacts or self._has_room():
                self._artifacts[one] = None
                taken.append(one)
        return taken

    def _has_room(self) -> bool:
        has_room = len(self._runs) + len(self._artifacts) < self._limit
        self._truncated |= not has_room
        return has_room

    def _connecting(self, runs: Sequence[int], *, outputs: bool) -> list[Identity]:
        """The outputs of runs that are inputs of any, or their inputs that are outputs of any."""
        return self._artifacts_of(runs, outputs, _MET)

    def _ending(self, runs: Sequence[int], *, outputs: bool) -> list[Identity]:
        """The outputs of runs, or their inputs, without items of series of media."""
        return self._artifacts_of(runs, outputs, "a.step IS NULL")

    def _artifacts_of(
        self, runs: Sequence[int], outputs: bool, condition: str, *, shared: bool = False
    ) -> list[Identity]:
        """What a condition picks of the outputs of runs, or of their inputs; of what several share, the most shared."""
        if not runs:
            return []
        which = self._connection.dialect.one_of("a.run_id", list(runs))
        order = "HAVING count(DISTINCT a.run_id) > 1 ORDER BY count(DISTINCT a.run_id) DESC," if shared else "ORDER BY"
        rows = self._connection.execute(
            f"SELECT {_IDENTITY} FROM artifacts a WHERE {which.text} AND a.is_output = ? AND {_THERE} AND {condition} "
            f"GROUP BY 1, 2 {order} min(a.id) LIMIT ?",
            (*which.values, int(outputs), self._limit + 1),
        )
        return [(sha256, value) for sha256, value in rows.fetchall()]

    def _runs_of(self, artifacts: Sequence[Identity], *, outputs: bool, seen: dict[int, None]) -> list[int]:
        """The runs, the newest first, that have any of the artifacts as an output, or as an input."""
        if not artifacts:
            return []
        which = among(artifacts)
        rows = self._connection.execute(
            f"SELECT DISTINCT a.run_id FROM {_LOGGED} WHERE {which.text} AND a.is_output = ? AND {_THERE} "
            f"AND {LIVING} ORDER BY a.run_id DESC LIMIT ?",
            (*which.values, int(outputs), self._limit + len(seen) + 1),
        )
        return [int(run_id) for (run_id,) in rows.fetchall() if run_id not in seen]

    def found(self) -> Lineage:
        """What was met, with the links between."""
        if not self._runs and not self._artifacts:
            return Lineage(truncated=self._truncated)
        uids = self._described_runs()
        artifacts = self._described_artifacts()
        links = self._links(uids) if uids and artifacts else []
        return Lineage(list(uids.values()), artifacts, links, self._truncated)

    def _described_runs(self) -> dict[int, LineageRun]:
        which = self._connection.dialect.one_of("runs.id", list(self._runs))
        rows = self._connection.execute(
            "SELECT runs.id, runs.uid, runs.name, runs.display_name, experiments.name, runs.status "
            f"FROM {RUNS} WHERE {which.text} ORDER BY runs.created_us DESC, runs.id DESC",
            which.values,
        )
        return {int(row[0]): LineageRun(*row[1:]) for row in rows.fetchall()}

    def _described_artifacts(self) -> list[LineageArtifact]:
        """Each by the first output of its bytes, or the first input, with how many runs there are of either."""
        if not self._artifacts:
            return []
        which = among(list(self._artifacts))
        rows = self._connection.execute(
            f"SELECT {_IDENTITY}, a.is_output, count(DISTINCT a.run_id), min(a.id) FROM {_LOGGED} "
            f"WHERE {which.text} AND {_THERE} AND {LIVING} GROUP BY 1, 2, 3",
            which.values,
        )
        counts: dict[Identity, dict[int, tuple[int, int]]] = {}
        for sha256, value, is_output, count, first in rows.fetchall():
            counts.setdefault((sha256, value), {})[int(is_output)] = (int(count), int(first))
        firsts = {several.get(1, several.get(0, (0, 0)))[1]: one for one, several in counts.items()}
        shown = self._connection.dialect.one_of("a.id", list(firsts))
        details = self._connection.execute(
            "SELECT a.id, a.name, a.kind, a.media_type, a.size_bytes FROM artifacts a "
            f"WHERE {shown.text} ORDER BY a.id",
            shown.values,
        )
        found = []
        for first, name, kind, media_type, size_bytes in details.fetchall():
            sha256, value = firsts[int(first)]
            made_by, used_by = (counts[sha256, value].get(direction, (0, 0))[0] for direction in (1, 0))
            key = artifact_key(sha256, value)
            found.append(LineageArtifact(key, name, kind, media_type, size_bytes, sha256, value, made_by, used_by))
        return found

    def _links(self, runs: dict[int, LineageRun]) -> list[LineageLink]:
        by_run = self._connection.dialect.one_of("a.run_id", list(runs))
        which = among(list(self._artifacts))
        rows = self._connection.execute(
            f"SELECT a.run_id, {_IDENTITY}, a.is_output, a.name FROM artifacts a WHERE {by_run.text} "
            f"AND {which.text} AND {_THERE} GROUP BY 1, 2, 3, 4, 5 ORDER BY min(a.id) LIMIT ?",
            (*by_run.values, *which.values, LINK_LIMIT + 1),
        ).fetchall()
        self._truncated |= len(rows) > LINK_LIMIT
        return [
            LineageLink(runs[int(run_id)].uid, artifact_key(sha256, value), bool(is_output), name)
            for run_id, sha256, value, is_output, name in rows[:LINK_LIMIT]
        ]


class _Way:
    """One direction of a walk: what was met last, to be gone on from, and all runs that were met."""

    def __init__(self, down: bool, runs: Sequence[int], artifacts: Sequence[Identity]) -> None:
        self.down = down
        self.runs = list(runs)
        self.artifacts = list(artifacts)
        self.seen_runs = dict.fromkeys(runs)
        self._seen_artifacts = dict.fromkeys(artifacts)

    @property
    def goes_on(self) -> bool:
        """Whether anything new was met last."""
        return bool(self.runs or self.artifacts)

    def step(self, runs: Iterable[int], artifacts: Iterable[Identity]) -> None:
        """Go on from what of these was not met before in this direction."""
        self.runs = [one for one in runs if one not in self.seen_runs]
        self.artifacts = [one for one in artifacts if one not in self._seen_artifacts]
        self.seen_runs |= dict.fromkeys(self.runs)
        self._seen_artifacts |= dict.fromkeys(self.artifacts)
