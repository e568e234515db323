"""The trash of a catalog: what goes in comes out as it was; what is deleted leaves nothing but its tombstone."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from assay import system
from assay.errors import (
    ArtifactNotFoundError,
    ExperimentNotFoundError,
    InvalidInputError,
    RunDeletedError,
    RunNotFoundError,
)
from assay.storage.contract import RunQuery
from assay.storage.sql import trash
from assay.storage.sql.addressing import experiment_uid, matching_runs, run_uid
from assay.storage.sql.store import SqlStore
from tests.storage.writing import Writer, artifact, new_run, parameters, rows

LATER_US = 1 << 60


def logged_run(store: SqlStore, name: str, experiment: str = "digits") -> str:
    """A run with something in every table; its id."""
    run = new_run(store, experiment, name)
    writer = Writer(store, run)
    points = rows("loss", [float(step) for step in range(3000)])
    writer.leave(parameters({"lr": 0.1}), artifact("model"), points)
    return run.uid


class KilledError(Exception):
    pass


def die_behind_the_commit(step: str, path: str) -> None:
    if step == "commit":
        raise KilledError


def table_sizes(store: SqlStore) -> dict[str, int]:
    tables = ("experiments", "runs", "writers", "parameters", "artifacts", "series", "chunks", "tail", "set_aside")
    with store.reading() as connection:
        return {
            table: count
            for table in tables
            if (count := connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        }


def names(store: SqlStore) -> list[str]:
    return sorted(f"{run.experiment_name}/{run.name}" for run in store.list_runs(RunQuery()).runs)


def experiment(store: SqlStore, name: str = "digits", state: str = "living") -> str:
    with store.reading() as connection:
        return experiment_uid(connection, name, state)


def test_trash_hides_a_run_and_restore_brings_it_back_whole(store: SqlStore) -> None:
    uid = logged_run(store, "baseline")
    before, whole = table_sizes(store), store.run(uid)

    assert ["digits/baseline"] == store.trash.trash_runs([uid])
    assert [] == names(store)
    assert [("run", uid, "digits/baseline")] == [(one.kind, one.id, one.name) for one in store.trash.contents()]

    assert ["digits/baseline"] == store.trash.restore_runs([uid])
    assert [] == store.trash.contents()
    assert (before, whole) == (table_sizes(store), store.run(uid))


def test_trashing_what_is_in_the_trash_changes_nothing(store: SqlStore) -> None:
    uid = logged_run(store, "baseline")
    store.trash.trash_runs([uid])
    before = store.trash.contents()

    assert [] == store.trash.trash_runs([uid])
    assert before == store.trash.contents()


def test_a_name_is_free_at_once_and_restoring_it_then_is_an_error(store: SqlStore) -> None:
    old = logged_run(store, "baseline")
    store.trash.trash_runs([old])
    new = logged_run(store, "baseline")

    with pytest.raises(InvalidInputError, match="there is a run 'baseline' in experiment 'digits' by now"):
        store.trash.restore_runs([old])
    assert [new] == [run.uid for run in store.list_runs(RunQuery()).runs]

    assert ["digits/older"] == store.trash.restore_runs([old], name="older")
    assert ["digits/baseline", "digits/older"] == names(store)


def test_of_several_runs_all_are_trashed_or_none(store: SqlStore) -> None:
    uid = logged_run(store, "baseline")

    with pytest.raises(RunNotFoundError):
        store.trash.trash_runs([uid, "nobody"])

    assert ["digits/baseline"] == names(store)


def test_an_experiment_takes_its_runs_along_and_leaves_those_in_the_trash_that_went_before(store: SqlStore) -> None:
    first, second = logged_run(store, "first"), logged_run(store, "second")
    store.trash.trash_runs([first])
    uid = experiment(store)

    store.trash.trash_experiment(uid)
    assert [] == names(store)
    assert [] == store.experiments()
    with pytest.raises(InvalidInputError, match="its experiment 'digits' is in the trash"):
        store.trash.restore_runs([first])

    assert "digits" == store.trash.restore_experiment(uid)
    assert ["digits/second"] == names(store)
    assert second == store.find_run("digits", "second").uid


def test_an_experiment_whose_name_was_taken_is_restored_under_another(store: SqlStore) -> None:
    logged_run(store, "first")
    uid = experiment(store)
    store.trash.trash_experiment(uid)
    logged_run(store, "first")

    with pytest.raises(InvalidInputError, match="there is an experiment 'digits' by now"):
        store.trash.restore_experiment(uid)

    assert "letters" == store.trash.restore_experiment(uid, name="letters")
    assert ["digits/first", "letters/first"] == names(store)


def test_deleting_leaves_nothing_but_a_tombstone_and_touches_no_other_run(store: SqlStore) -> None:
    stays = logged_run(store, "stays")
    before, whole = table_sizes(store), store.history(stays, "loss").values.tolist()
    goes = logged_run(store, "goes")

    assert ["digits/goes"] == store.trash.delete_runs([goes, goes])

    assert before == table_sizes(store)
    assert whole == store.history(stays, "loss").values.tolist()
    for ask in (store.run, store.summaries, store.artifacts):
        with pytest.raises(RunDeletedError, match="run 'digits/goes' was deleted at 20"):
            ask(goes)
    with pytest.raises(RunNotFoundError, match="a run of that name was deleted at 20"):
        store.find_run("digits", "goes")


def test_a_living_writer_learns_that_its_run_was_deleted(store: SqlStore) -> None:
    run = new_run(store, "digits", "baseline")
    writer = Writer(store, run)
    writer.send(parameters({"lr": 0.1}))

    store.trash.delete_runs([run.uid])

    with pytest.raises(RunDeletedError, match="run 'digits/baseline' was deleted"):
        writer.send(parameters({"lr": 0.2}))


def test_a_deleted_run_s_number_is_given_to_no_run_while_chunks_bear_it(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes = logged_run(store, "goes")
    monkeypatch.setattr(system, "observer", die_behind_the_commit)
    with pytest.raises(KilledError):
        store.trash.delete_runs([goes])
    monkeypatch.undo()

    new = logged_run(store, "new")

    assert 3000 == store.summaries(new)["loss"].count
    assert ["digits/new"] == names(store)
    assert [] == store.trash.contents()
    store.trash.finish()
    assert {1} == {table_sizes(store)[table] for table in ("runs", "experiments", "chunks")}


def test_chunks_of_many_bytes_go_in_several_transactions(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trash, "CHUNK_BYTES", 100)
    uids = [logged_run(store, f"run-{number}") for number in range(5)]

    store.trash.delete_runs(uids)

    assert {"experiments": 1} == table_sizes(store)


def test_deleting_an_experiment_deletes_its_runs_those_in_the_trash_too(store: SqlStore) -> None:
    trashed, living = logged_run(store, "trashed"), logged_run(store, "living")
    store.trash.trash_runs([trashed])

    assert "digits" == store.trash.delete_experiment(experiment(store))

    assert {} == table_sizes(store)
    for uid in (trashed, living):
        with pytest.raises(RunDeletedError):
            store.run(uid)
    with pytest.raises(ExperimentNotFoundError):
        experiment(store, "digits", "any")


def test_an_experiment_with_runs_is_not_deleted_unless_asked_for(store: SqlStore) -> None:
    uid = logged_run(store, "baseline")
    store.trash.trash_runs([uid])
    before = table_sizes(store)

    with pytest.raises(InvalidInputError, match=r"has 1 runs \(1 of them in the trash\)"):
        store.delete_experiment("digits")

    assert before == table_sizes(store)
    assert ["digits"] == [one.name for one in store.experiments()]


def test_emptying_takes_what_is_old_enough_and_spares_what_is_logged_to(store: SqlStore) -> None:
    old, busy, young = (logged_run(store, name) for name in ("old", "busy", "young"))
    store.trash.trash_runs([old, busy])
    before_us = store.trash.contents()[0].trashed_us
    store.trash.trash_runs([young])

    assert ["digits/old"] == store.trash.empty_runs(before_us, {busy})
    assert {"digits/busy", "digits/young"} == {one.name for one in store.trash.contents()}

    assert ["digits/busy", "digits/young"] == sorted(store.trash.empty_runs(LATER_US, set()))
    assert [] == store.trash.contents()


def test_an_experiment_stays_in_the_trash_while_a_run_of_it_is_logged_to(store: SqlStore) -> None:
    busy = logged_run(store, "busy")
    idle = logged_run(store, "idle")
    store.trash.trash_experiment(experiment(store))

    assert ["digits/idle"] == store.trash.empty_runs(LATER_US, {busy})
    assert ["experiment"] == [one.kind for one in store.trash.contents()]
    assert busy == store.run(busy).uid
    with pytest.raises(RunDeletedError):
        store.run(idle)


def test_an_artifact_goes_and_comes_back_and_a_new_one_of_its_name_stays(store: SqlStore) -> None:
    uid = logged_run(store, "baseline")

    assert 1 == store.trash.change_artifact(uid, "model", "trash")
    assert [] == store.artifacts(uid)
    assert [("artifact", "model", "digits/baseline")] == [
        (one.kind, one.name, one.run) for one in store.trash.contents()
    ]
    store.apply(uid, [artifact("model", value="new")])
    with pytest.raises(InvalidInputError, match="one of that name was logged since"):
        store.trash.change_artifact(uid, "model", "restore")
    assert ["new"] == [one.value for one in store.artifacts(uid)]

    assert 2 == store.trash.change_artifact(uid, "model", "delete")
    with pytest.raises(ArtifactNotFoundError, match="no artifact 'model' in the trash of run 'digits/baseline'"):
        store.trash.change_artifact(uid, "model", "restore")


def test_of_an_input_and_an_output_of_one_name_one_can_be_meant(store: SqlStore) -> None:
    uid = logged_run(store, "baseline")
    store.apply(uid, [artifact("model", is_output=False)])

    store.trash.change_artifact(uid, "model", "trash", is_output=False)

    assert [True] == [one.is_output for one in store.artifacts(uid)]


def test_all_steps_of_a_series_of_media_go_and_come_back_together(store: SqlStore) -> None:
    uid = logged_run(store, "baseline")
    store.apply(uid, [artifact("picture", step=step) for step in range(3)])

    assert 3 == store.trash.change_artifact(uid, "picture", "trash")
    assert 3 == store.trash.change_artifact(uid, "picture", "restore")
    assert [0, 1, 2] == [one.step for one in store.artifacts(uid) if one.name == "picture"]


def test_of_an_artifact_trashed_twice_the_last_comes_back(store: SqlStore) -> None:
    uid = logged_run(store, "baseline")
    store.trash.change_artifact(uid, "model", "trash")
    store.apply(uid, [artifact("model", value="second")])
    store.trash.change_artifact(uid, "model", "trash")

    store.trash.change_artifact(uid, "model", "restore")

    assert ["second"] == [one.value for one in store.artifacts(uid)]


def test_a_name_finds_what_lives_what_was_trashed_last_or_either(store: SqlStore) -> None:
    first = logged_run(store, "baseline")
    store.trash.trash_runs([first])
    second = logged_run(store, "baseline")
    store.trash.trash_runs([second])

    with store.reading() as connection:
        assert second == run_uid(connection, "Digits/Baseline", "trashed")
        assert second == run_uid(connection, "baseline", "any")
        assert first == run_uid(connection, first, "trashed")
        with pytest.raises(RunNotFoundError, match="a run of that name was put into the trash at 20"):
            run_uid(connection, "digits/baseline", "living")
    third = logged_run(store, "baseline")
    with store.reading() as connection:
        assert third == run_uid(connection, "digits/baseline", "any")


def test_a_name_of_runs_of_two_experiments_alone_is_refused(store: SqlStore) -> None:
    logged_run(store, "baseline")
    logged_run(store, "baseline", "letters")

    with store.reading() as connection, pytest.raises(RunNotFoundError, match="digits/baseline, letters/baseline"):
        run_uid(connection, "baseline", "living")


def test_a_filter_picks_runs_in_the_trash_or_outside_it(store: SqlStore) -> None:
    stays, goes = logged_run(store, "stays"), logged_run(store, "goes")
    store.trash.trash_runs([goes])

    with store.reading() as connection:
        assert [stays] == matching_runs(connection, "metrics.loss > 1", None, trashed=False)
        assert [goes] == matching_runs(connection, "metrics.loss > 1", "digits", trashed=True)
        assert [] == matching_runs(connection, "metrics.loss < 1", "digits", trashed=True)


def test_compacting_makes_the_file_smaller(folder_store: SqlStore) -> None:
    store = folder_store
    chance = random.Random(1)
    uids = []
    for number in range(20):
        run = new_run(store, "digits", f"run-{number}")
        Writer(store, run).leave(rows("loss", [chance.random() for _ in range(3000)]))
        uids.append(run.uid)
    store.compact()
    full = Path(store.path).stat().st_size
    store.trash.delete_runs(uids[1:])

    store.compact()

    assert Path(store.path).stat().st_size < full / 2
    assert 0 == Path(store.path + "-wal").stat().st_size
    assert 3000 == store.summaries(uids[0])["loss"].count


def test_a_run_that_is_being_imported_goes_only_when_nobody_imports(store: SqlStore) -> None:
    uid = logged_run(store, "arriving")
    with store.database.write() as connection:
        connection.execute("UPDATE runs SET uid = 'deleted-import-1', trashed_us = 1 WHERE uid = ?", (uid,))
    whole = table_sizes(store)

    store.trash.finish()
    assert whole == table_sizes(store)

    store.trash.finish(arriving=True)
    assert {"experiments": 1} == table_sizes(store)
