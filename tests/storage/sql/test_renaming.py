"""Names, places and tags in a catalog: what is changed is changed for all to see, or not at all."""

from __future__ import annotations

import pytest

from assay.errors import ExperimentNotFoundError, InvalidInputError, RunDeletedError
from assay.storage.sql.store import SqlStore
from tests.storage.writing import Writer, new_run, parameters, rows


def test_a_writer_goes_on_under_a_new_name_and_in_another_experiment(store: SqlStore) -> None:
    run = new_run(store, "digits", "baseline")
    new_run(store, "letters", "other")
    writer = Writer(store, run)
    writer.send(rows("loss", [1.0]))

    store.renaming.rename_run(run.uid, "renamed", "Renamed")
    store.renaming.move_runs([run.uid], "letters")
    writer.leave(rows("loss", [2.0], first_step=1))

    found = store.find_run("letters", "renamed")
    assert (run.uid, "Renamed", "Completed") == (found.uid, found.display_name, found.status)
    assert 2 == store.summaries(run.uid)["loss"].count


def test_a_name_may_be_given_again_in_another_case(store: SqlStore) -> None:
    run = new_run(store, "digits", "baseline", run_display_name="baseline")

    store.renaming.rename_run(run.uid, "baseline", "BaseLine")

    assert ("baseline", "BaseLine") == (store.run(run.uid).name, store.run(run.uid).display_name)


def test_a_name_that_is_taken_by_what_is_in_the_trash_is_free(store: SqlStore) -> None:
    old, new = new_run(store, "digits", "old"), new_run(store, "digits", "new")
    store.trash.trash_runs([old.uid])

    store.renaming.rename_run(new.uid, "old", "old")

    assert new.uid == store.find_run("digits", "old").uid


def test_runs_move_together_or_not_at_all(store: SqlStore) -> None:
    first, second = new_run(store, "digits", "first"), new_run(store, "digits", "second")
    new_run(store, "letters", "second")

    with pytest.raises(InvalidInputError, match="experiment 'letters' has a run 'second'"):
        store.renaming.move_runs([first.uid, second.uid], "letters")
    with pytest.raises(ExperimentNotFoundError, match=r"no experiment 'lettres' \(nearest: 'letters'\) to"):
        store.renaming.move_runs([first.uid], "lettres")

    assert {"digits"} == {store.run(run.uid).experiment_name for run in (first, second)}


def test_moving_to_where_a_run_is_changes_nothing(store: SqlStore) -> None:
    run = new_run(store, "digits", "baseline")

    assert [] == store.renaming.move_runs([run.uid], "digits")


def test_tags_that_are_set_stay_beside_those_that_were_there(store: SqlStore) -> None:
    run = new_run(store, "digits", "baseline", tags={"a": "1", "b": "2"})
    Writer(store, run).send(parameters({"lr": 0.1}))

    assert ["digits/baseline"] == store.renaming.retag([run.uid], {"b": "3", "c": "4"}, ["a"])

    assert {"b": "3", "c": "4"} == store.run(run.uid).tags
    assert {"lr": 0.1} == store.run(run.uid).parameters


def test_nothing_is_renamed_that_was_deleted(store: SqlStore) -> None:
    run = new_run(store, "digits", "baseline")
    store.trash.delete_runs([run.uid])

    with pytest.raises(RunDeletedError):
        store.renaming.rename_run(run.uid, "other", "other")
    with pytest.raises(RunDeletedError):
        store.renaming.retag([run.uid], {"a": "b"}, [])
    with pytest.raises(ExperimentNotFoundError, match="was it deleted"):
        store.renaming.rename_experiment("nobody", "other", "other")
