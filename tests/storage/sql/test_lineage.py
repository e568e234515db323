"""Lineage in a catalog of very many runs: bounded, and found by the index on either database."""

from __future__ import annotations

import hashlib

import pytest

from assay.storage.lineage import NODE_LIMIT
from assay.storage.sql.lineage import among
from assay.storage.sql.postgres import PostgresDatabase
from assay.storage.sql.store import SqlStore

RUNS = 1000
DATA = "s3://bucket/a/path/that/begins/like/many/others/data.parquet"


def hashed(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    """A store of 1,000 runs that used the same data, of which each made a model and logged the same settings."""
    with store.database.write() as connection:
        connection.execute(
            "INSERT INTO experiments (id, uid, name, display_name, created_us, changed_us) "
            "VALUES (1, 'e', 'e', 'e', 1, 1)"
        )
        connection.executemany(
            "INSERT INTO runs (id, uid, experiment_id, name, display_name, created_us) VALUES (?, ?, 1, ?, '', ?)",
            [(number, f"r{number}", f"r{number}", number) for number in range(1, RUNS + 1)],
        )
        logged = [
            (number, *one)
            for number in range(1, RUNS + 1)
            for one in (
                (0, "data", DATA, None),
                (1, "model", None, hashed(f"weights {number}")),
                (1, "settings", None, hashed("settings")),
                (1, "note", f"{DATA}/{number}", None),
            )
        ]
        connection.executemany(
            "INSERT INTO artifacts (run_id, is_output, name, kind, value, sha256, created_us) "
            "VALUES (?, ?, ?, 'file', ?, ?, 1)",
            logged,
        )
    if isinstance(store.database, PostgresDatabase):
        with store.database.write() as connection:
            connection.execute("ANALYZE artifacts")
    return store


def test_an_artifact_that_a_thousand_runs_share_is_given_with_the_newest_of_them(filled: SqlStore) -> None:
    found = filled.lineages.of_object(value=DATA)

    assert (NODE_LIMIT, True) == (len(found.runs) + len(found.artifacts), found.truncated)
    assert "r1000" == found.runs[0].name
    assert [(0, RUNS)] == [(one.made_by, one.used_by) for one in found.artifacts]


def test_one_run_of_a_thousand_that_share_all_has_only_its_own(filled: SqlStore) -> None:
    found = filled.lineages.of_run("r7")

    assert (["r7"], False) == ([one.name for one in found.runs], found.truncated)
    assert {"data": (0, RUNS), "model": (1, 0), "settings": (RUNS, 0), "note": (1, 0)} == {
        one.name: (one.made_by, one.used_by) for one in found.artifacts
    }


def test_an_experiment_of_a_thousand_runs_is_given_with_what_they_share(filled: SqlStore) -> None:
    found = filled.lineages.of_experiment("e")

    assert (NODE_LIMIT, True) == (len(found.runs) + len(found.artifacts), found.truncated)
    assert {"data", "settings"} <= {one.name for one in found.artifacts}


@pytest.mark.parametrize("identity", [(hashed("settings"), None), (None, DATA)])
def test_artifacts_are_found_by_the_index(filled: SqlStore, identity: tuple[str | None, str | None]) -> None:
    which = among([identity, (hashed("weights 5"), None)])
    with filled.reading() as connection:
        explain = "EXPLAIN" if isinstance(filled.database, PostgresDatabase) else "EXPLAIN QUERY PLAN"
        plan = connection.execute(
            f"{explain} SELECT a.run_id FROM artifacts a WHERE {which.text} AND a.is_output = 1", which.values
        ).fetchall()

    assert "artifacts_by_content" in str(plan)
