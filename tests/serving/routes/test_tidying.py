"""Trash, other names and tags, as a server's clients have them."""

from __future__ import annotations

import pytest

from assay.errors import ArtifactNotFoundError, InvalidInputError, RunDeletedError, RunNotFoundError
from assay.storage.contract import ExperimentRecord, RunQuery
from tests.serving.routes.conftest import Api
from tests.storage.writing import NOW_US, artifact, rows, run_spec


def test_a_run_goes_into_the_trash_and_back_under_another_name(api: Api) -> None:
    run = api.run("put-away")

    put = api.store.trash.trash_runs([run.uid])
    inside = [(one.kind, one.name) for one in api.store.trash.contents() if one.id == run.uid]
    back = api.store.trash.restore_runs([run.uid], name="back")

    assert ["of-put-away/put-away"] == put
    assert [("run", "of-put-away/put-away")] == inside
    assert ["of-put-away/back"] == back
    assert run.uid == api.store.find_run("of-put-away", "back").uid


def test_a_deleted_run_says_that_it_was_deleted(api: Api) -> None:
    run = api.run("deleted")

    assert ["of-deleted/deleted"] == api.store.trash.delete_runs([run.uid])
    with pytest.raises(RunDeletedError):
        api.store.run(run.uid)
    assert 410 == api.http.get(f"/v1/runs/{run.uid}").status_code


def test_an_experiment_goes_with_its_runs(api: Api) -> None:
    run = api.run("whole")
    uid = api.store.addressing.experiment_uid("of-whole", "living")

    assert "of-whole" == api.store.trash.trash_experiment(uid)
    assert [] == api.store.list_runs(RunQuery("of-whole")).runs
    assert "again" == api.store.trash.restore_experiment(uid, name="again")
    assert [run.uid] == [one.uid for one in api.store.list_runs(RunQuery("again")).runs]
    assert "again" == api.store.trash.delete_experiment(uid)


def test_artifacts_of_a_name_are_trashed_restored_and_deleted(api: Api) -> None:
    writer = api.writer("items")
    writer.send(*(artifact("picture", kind="image", step=step) for step in (1, 2)))
    change = api.store.trash.change_artifact

    counts = [change(writer.run.uid, "picture", act) for act in ("trash", "restore", "delete")]

    assert [2, 2, 2] == counts
    with pytest.raises(ArtifactNotFoundError):
        change(writer.run.uid, "picture", "trash")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"runs": ["a"], "experiment": "b"},
        {"runs": ["a"], "name": "x"},
        {"artifact": {"run": "a", "name": "b"}, "name": "x"},
    ],
    ids=["nothing", "two things", "a name", "a name for an artifact"],
)
def test_what_is_to_be_trashed_is_one_thing_without_a_name(api: Api, document: dict[str, object]) -> None:
    assert 400 == api.http.post("/v1/trash/trash", json=document).status_code


def test_names_places_and_tags_change_and_ids_stay(api: Api) -> None:
    run = api.run("before")
    api.store.save_experiment(ExperimentRecord("to-here", "to-here", "To here", "", {}, NOW_US, 0), create=True)

    api.store.renaming.rename_run(run.uid, "after", "After")
    moved = api.store.renaming.move_runs([run.uid], "to-here")
    tagged = api.store.renaming.retag([run.uid], {"team": "vision"}, ["none"])
    api.store.renaming.rename_experiment("to-here", "there", "There")

    changed = api.store.run(run.uid)
    assert ["of-before/after"] == moved
    assert ["to-here/after"] == tagged
    assert ("there", "after", "After", {"team": "vision"}) == (
        changed.experiment_name,
        changed.name,
        changed.display_name,
        changed.tags,
    )


@pytest.mark.parametrize("name", ["..", "a/b", "a\0b", "ä", "x" * 60, "-a", ""])
def test_a_name_against_the_rules_is_refused(api: Api, name: str) -> None:
    run = api.store.open_run(run_spec("rules", "kept"))[0]

    with pytest.raises(InvalidInputError):
        api.store.renaming.rename_run(run.uid, name, name)


def test_a_run_is_meant_by_its_id_or_its_names(api: Api) -> None:
    run = api.run("meant")
    find = api.store.addressing.run_uid

    assert {run.uid} == {find(one, "living") for one in (run.uid, "of-meant/meant", "MEANT")}
    assert ["of-meant/meant"] == api.store.addressing.run_names([run.uid])
    with pytest.raises(RunNotFoundError, match="nearest: 'of-meant/meant'"):
        find("of-meant/ment", "living")


def test_a_filter_picks_runs_by_what_was_logged_just_now(api: Api) -> None:
    writer = api.writer("picked")
    writer.send(rows("loss", [0.125]))

    found = api.store.addressing.matching_runs("metrics.loss = 0.125", "of-picked", trashed=False)

    assert [writer.run.uid] == found
