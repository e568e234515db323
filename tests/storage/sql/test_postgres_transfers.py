"""Runs from a folder into PostgreSQL and back through files: they are the same there, and the same again here."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.storage.sql import exporting, importing
from assay.storage.sql.store import SqlStore
from assay.storage.sql.usage import doomed_things
from tests.storage import small_store
from tests.storage.sql import random_stores
from tests.storage.sql.carrying import bring_in, send_out
from tests.storage.sql.conftest import new_store
from tests.storage.sql.contents import experiments_of, objects_of, runs_of

ENDED = ("digits/first", "digits/second", "digits/short")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a store with chunks, tails and objects."""
    small_store.fill(tmp_path / "here").close()
    return tmp_path / "here"


def test_runs_go_to_postgres_and_come_back_as_they_were(tmp_path: Path, folder: Path, postgres_store: SqlStore) -> None:
    here = SqlStore(str(folder))
    send_out(here, tmp_path / "there.assay", *ENDED)
    here.close()

    assert list(ENDED) == bring_in(postgres_store, tmp_path / "there.assay").runs
    send_out(postgres_store, tmp_path / "back.assay")
    with new_store("sqlite", tmp_path / "back") as back:
        bring_in(back, tmp_path / "back.assay")

        expected = runs_of(folder)
        del expected["uid-open"]
        assert expected == runs_of(postgres_store)
        assert expected == runs_of(back)
        assert objects_of(folder) == objects_of(tmp_path / "back")


def test_a_large_run_comes_into_postgres_in_many_transactions(
    tmp_path: Path, folder: Path, postgres_store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "GROUP_RUNS", 2)
    monkeypatch.setattr(importing, "LARGE_BYTES", 100)
    monkeypatch.setattr(importing, "BATCH_BYTES", 100)
    here = SqlStore(str(folder))
    send_out(here, tmp_path / "there.assay", *ENDED)
    here.close()

    bring_in(postgres_store, tmp_path / "there.assay")

    expected = runs_of(folder)
    del expected["uid-open"]
    assert expected == runs_of(postgres_store)
    assert [*ENDED] == bring_in(postgres_store, tmp_path / "there.assay").skipped


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_what_ended_is_the_same_on_postgres(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = random_stores.fill(data, folder / "here", ended=True)
        send_out(store, folder / "runs.assay")
        store.close()
        with new_store("postgres", folder / "there") as there:
            bring_in(there, folder / "runs.assay")

            assert runs_of(folder / "here") == runs_of(there)
            assert experiments_of(folder / "here") == experiments_of(there)


def test_what_is_due_in_the_trash_is_told_on_postgres_too(
    tmp_path: Path, folder: Path, postgres_store: SqlStore
) -> None:
    here = SqlStore(str(folder))
    send_out(here, tmp_path / "there.assay", *ENDED)
    bring_in(postgres_store, tmp_path / "there.assay")
    for store in (here, postgres_store):
        store.trash.trash_runs(["uid-first", "uid-short"])
        store.trash.change_artifact("uid-second", "model", "trash")

    told = []
    for store in (here, postgres_store):
        with store.reading() as connection:
            doomed = doomed_things(connection, 1 << 60, {"uid-short"})
        told.append((sorted((one.kind, one.name, one.row_bytes) for one in doomed.things.values()), doomed.spared))

    assert told[0] == told[1]
    assert ["artifact", "run"] == [kind for kind, _, _ in told[1][0]]
    here.close()


def test_the_views_for_other_programs_show_the_same_on_both(
    tmp_path: Path, folder: Path, postgres_store: SqlStore
) -> None:
    here = SqlStore(str(folder))
    send_out(here, tmp_path / "there.assay")
    bring_in(postgres_store, tmp_path / "there.assay")
    for store in (here, postgres_store):
        store.trash.trash_runs(["uid-open"])

    shown = []
    for store in (here, postgres_store):
        with store.reading() as connection:
            shown.append(
                {
                    view: sorted(map(repr, map(tuple, connection.execute(f"SELECT * FROM {view}").fetchall())))
                    for view in ("v1_runs", "v1_parameters", "v1_metrics", "v1_artifacts")
                }
            )

    assert shown[0] == shown[1]
    assert [3, 2, 5, 2] == [len(rows) for rows in shown[1].values()]
    here.close()
