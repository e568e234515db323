"""A catalog of every earlier format is brought to this one with all it holds; one that can't be written is read."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.errors import StoreVersionError
from assay.storage.contract import RunQuery
from assay.storage.disk_objects import DiskObjects
from assay.storage.sql import migrations, schema
from assay.storage.sql.header import rebuild_header
from assay.storage.sql.postgres import PostgresSchema
from assay.storage.sql.postgres_dialect import POSTGRES
from assay.storage.sql.sqlite import SqliteDatabase
from assay.storage.sql.store import SqlStore
from tests.postgres import drop_schema, new_schema, open_database, pool
from tests.storage import small_store
from tests.storage.sql import format_1
from tests.storage.sql.contents import runs_of
from tests.storage.writing import Writer, new_run, parameters, rows


def as_format_1(folder: Path) -> None:
    """Make the catalog in a folder one of format 1 that holds the same."""
    new, old = folder / "catalog.db", folder / "old.db"
    with contextlib.closing(sqlite3.connect(old, isolation_level=None)) as connection:
        for pragma in ("page_size=2048", "auto_vacuum=INCREMENTAL", "journal_mode=WAL"):
            connection.execute(f"PRAGMA {pragma}")
        for statement in (format_1.VIEWS + format_1.TABLES).split(";\n"):
            connection.execute(" ".join(statement.split()))
        connection.execute("ATTACH ? AS new", (str(new),))
        for (table,) in connection.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'").fetchall():
            columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
        connection.execute("DETACH new")
        connection.execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
        connection.execute("PRAGMA user_version=1")
    for name in ("catalog.db", "catalog.db-wal", "catalog.db-shm"):
        (folder / name).unlink(missing_ok=True)
    old.rename(new)


def facts_of(folder: Path) -> tuple[int, set[tuple[str, str]]]:
    """The format of a catalog, and its tables, views and indexes with their texts but for the spaces in these."""
    with contextlib.closing(sqlite3.connect(folder / "catalog.db")) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        found = connection.execute("SELECT name, coalesce(sql, '') FROM sqlite_schema").fetchall()
        return version, {(name, "".join(text.split())) for name, text in found}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The folder of a store of format 1, with chunks, tails and objects."""
    small_store.fill(tmp_path / "old").close()
    as_format_1(tmp_path / "old")
    return tmp_path / "old"


def test_a_catalog_of_format_1_comes_forward_with_all_it_holds(old: Path, tmp_path: Path) -> None:
    small_store.fill(tmp_path / "new").close()
    assert 1 == facts_of(old)[0]

    store = SqlStore(str(old))

    assert runs_of(tmp_path / "new") == runs_of(store)
    store.close()
    assert facts_of(tmp_path / "new") == facts_of(old)


def test_what_came_forward_is_logged_to_and_counts_changes(old: Path) -> None:
    store = SqlStore(str(old))
    before = store.revisions(["uid-first"])["uid-first"]

    Writer(store, store.run("uid-first")).leave(rows("loss", [1.0], first_step=9000))
    store.renaming.retag(["uid-first"], {"team": "vision"}, [])

    assert before + 3 == store.revisions(["uid-first"])["uid-first"]  # let in, a segment, a tag
    assert 3001 == store.summaries("uid-first")["loss"].count
    store.close()


def test_a_catalog_of_format_1_that_cannot_be_written_is_read(old: Path) -> None:
    store = SqlStore(str(old), writable=False)

    assert {"first", "second", "short", "open"} == {run.name for run in store.list_runs(RunQuery("digits")).runs}
    assert 3000 == len(store.history("uid-first", "loss"))
    assert [None] == [attempt.heard_us for attempt in store.attempts("uid-first")]
    assert {"uid-first": 1} == store.revisions(["uid-first"])
    store.close()
    assert 1 == facts_of(old)[0]


def test_a_catalog_comes_forward_by_one_format_after_another(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_store.fill(tmp_path / "new").close()
    for version in range(2, schema.VERSION + 1):
        with monkeypatch.context() as patched:
            patched.setattr(schema, "VERSION", version)
            SqlStore(str(old)).close()
        assert version == facts_of(old)[0]

    assert facts_of(tmp_path / "new") == facts_of(old)


@pytest.mark.parametrize("size_bytes", [100, 2048])
def test_a_catalog_that_came_forward_gets_an_overwritten_first_page_back(old: Path, size_bytes: int) -> None:
    SqlStore(str(old)).close()
    before, catalog = facts_of(old), old / "catalog.db"
    with catalog.open("r+b") as file:
        file.write(b"\xff" * size_bytes)

    rebuild_header(str(catalog), str(old / "aside"))

    assert before == facts_of(old)
    store = SqlStore(str(old))
    assert 3000 == len(store.history("uid-first", "loss"))
    assert ["first"] == [one.name for one in store.lineages.of_run("uid-first").runs]
    store.close()


def test_a_catalog_of_format_1_that_cannot_be_written_shows_what_came_from_what(old: Path) -> None:
    store = SqlStore(str(old), writable=False)

    found = store.lineages.of_run("uid-first")

    assert (["first"], ["model"]) == ([one.name for one in found.runs], [one.name for one in found.artifacts])
    store.close()


def test_a_process_of_the_older_assay_goes_on_when_another_brings_the_catalog_forward(old: Path) -> None:
    with contextlib.closing(sqlite3.connect(old / "catalog.db", isolation_level=None)) as older:
        insert = "INSERT INTO runs (uid, experiment_id, name, display_name, created_us) VALUES (?, 1, ?, 'x', 5)"
        older.execute(insert, ("before", "before"))
        store = SqlStore(str(old))

        older.execute(insert, ("after", "after"))

        assert {0} == set(store.revisions(["before", "after"]).values())
        store.close()


def test_a_migration_that_is_undone_leaves_the_older_format(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: object) -> None:
        raise OSError("the disk went away")

    monkeypatch.setitem(migrations.MIGRATIONS, schema.VERSION + 1, fail)
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    before = facts_of(old)

    with pytest.raises(OSError, match="went away"):
        SqliteDatabase(str(old / "catalog.db"), writable=True)

    assert before == facts_of(old)


@pytest.fixture
def old_schema(tmp_path: Path) -> Iterator[str]:
    """A PostgreSQL schema with the tables of format 1, which holds a store of that format's rows."""
    small_store.fill(tmp_path / "source").close()
    as_format_1(tmp_path / "source")
    name = new_schema()
    with (
        PostgresSchema(pool(), name).write() as connection,
        contextlib.closing(sqlite3.connect(tmp_path / "source" / "catalog.db")) as source,
    ):
        for statement in schema.statements(format_1.TABLES + format_1.VIEWS):
            connection.execute(POSTGRES.definition(statement))
        tables = [
            row[0] for row in source.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid")
        ]
        for table in tables:
            found = source.execute(f"SELECT * FROM {table}").fetchall()
            marks = ", ".join("?" for _ in source.execute(f"SELECT * FROM {table} LIMIT 0").description)
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", found)
            if found and any(column[1] == "id" for column in source.execute(f"PRAGMA table_info({table})")):
                connection.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                )
    yield name
    drop_schema(name)


def test_tables_of_format_1_in_postgres_come_forward_with_all_they_hold(old_schema: str, tmp_path: Path) -> None:
    objects = DiskObjects(str(tmp_path / "source" / "objects"))
    store = SqlStore(open_database(old_schema), objects)

    SqlStore(open_database(old_schema), objects)  # opened again, nothing is left to do
    run = new_run(store, "digits", "later")
    Writer(store, run).leave(parameters({"lr": 1}), rows("loss", [1.0]))

    found = runs_of(store)
    del found[run.uid]
    assert runs_of(tmp_path / "source") == found
    assert {run.uid: 2} == store.revisions([run.uid])


def test_tables_of_a_newer_assay_are_refused(postgres_store: SqlStore) -> None:
    database = postgres_store.database
    with database.write() as connection:
        connection.execute("UPDATE facts SET value = ? WHERE name = 'format'", (str(schema.VERSION + 1),))

    with pytest.raises(StoreVersionError, match=r"newer Assay .* pip install --upgrade assay"):
        open_database(database.schema)  # type: ignore[attr-defined]
