"""The lineage of runs, experiments and artifacts over HTTP: one of them at a time, by what can be in an address."""

from __future__ import annotations

import pytest

from tests.serving.routes.conftest import Api, Guarded
from tests.storage.writing import artifact


def test_a_run_s_lineage_names_its_artifacts_and_leads_to_the_runs_that_used_them(api: Api) -> None:
    maker, user = api.writer("maker"), api.writer("user")
    maker.leave(artifact("<i>data</i>", value="s3://bucket/a b&c=d"))
    user.leave(artifact("input", is_output=False, value="s3://bucket/a b&c=d"))

    found = api.http.get("/v1/lineage", params={"run": maker.run.uid}).json()

    assert {maker.run.uid: "of-maker", user.run.uid: "of-user"} == {
        one["uid"]: one["experiment_name"] for one in found["runs"]
    }
    (data,) = found["artifacts"]
    assert ("<i>data</i>", "s3://bucket/a b&c=d", None, 1, 1) == (
        data["name"],
        data["value"],
        data["sha256"],
        data["made_by"],
        data["used_by"],
    )
    assert [(maker.run.uid, True, "<i>data</i>"), (user.run.uid, False, "input")] == [
        (one["run"], one["is_output"], one["name"]) for one in found["links"]
    ]
    assert {data["key"]} == {one["artifact"] for one in found["links"]}
    assert found == api.http.get("/v1/lineage", params={"value": data["value"]}).json()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"run": "a", "experiment": "b"}, 400),
        ({"run": "nobody"}, 404),
        ({"experiment": "nothing"}, 404),
        ({"value": "nothing"}, 404),
        ({"sha256": "0" * 64}, 404),
        ({"sha256": "0" * 63}, 400),
        ({"run": "../etc"}, 400),
        ({"value": "x" * 8001}, 400),
        ({"run": "nobody", "limit": "501"}, 400),
        ({"run": "nobody", "limit": "0"}, 400),
    ],
)
def test_what_can_not_be_answered_is_refused(api: Api, query: dict[str, str], status: int) -> None:
    assert status == api.http.get("/v1/lineage", params=query).status_code


def test_lineage_stays_within_its_workspace_and_is_for_members(guarded: Guarded) -> None:
    with guarded.client() as nobody, guarded.client(guarded.token("viewer", "other")) as other:
        assert (401, 404) == tuple(
            one.get("/v1/lineage", params={"run": "nobody"}).status_code for one in (nobody, other)
        )
