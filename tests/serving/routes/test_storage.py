"""Storage over HTTP: what runs take, and what deleting them would free."""

from __future__ import annotations

import io
from typing import Any

from tests.serving.routes.conftest import Api, Guarded
from tests.storage.writing import artifact, rows


def test_storage_is_told_by_experiment_and_for_each_thing_in_the_trash(api: Api) -> None:
    sizes = {}
    for name, content in (("small", b"s" * 1_000), ("large", b"l" * 90_000)):
        writer, info = api.writer(name), api.store.objects.put(io.BytesIO(content))
        fields: dict[str, Any] = {"kind": "file", "value": None, "sha256": info.sha256, "size_bytes": info.size_bytes}
        writer.leave(artifact("weights", **fields), rows("loss", [0.5, 0.25]))
        sizes[name] = api.http.post("/v1/frees", json={"runs": [writer.run.uid]}).json()["bytes"]
    api.store.trash.trash_runs([writer.run.uid])

    found = api.http.get("/v1/storage").json()

    assert ["of-large", "of-small"] == [one["name"] for one in found["experiments"]]
    assert (2, 91_000, None, None) == tuple(found[one] for one in ("runs", "object_bytes", "keep_days", "quota_bytes"))
    assert found["point_bytes"] == sum(one["point_bytes"] for one in found["experiments"]) > 0
    (item,) = found["trash"]["items"]
    assert ("run", writer.run.uid, sizes["large"]) == (item["kind"], item["id"], item["frees_bytes"])
    assert (1, sizes["large"]) == (found["trash"]["things"], found["trash"]["frees_bytes"])
    assert sizes["small"] < 5_000 < 90_000 <= sizes["large"]


def test_what_is_no_list_of_ids_is_refused(api: Api) -> None:
    assert 400 == api.http.post("/v1/frees", json={"runs": ["../etc"]}).status_code
    assert 400 == api.http.post("/v1/frees", json={}).status_code


def test_storage_is_for_members_and_of_their_workspace(guarded: Guarded) -> None:
    with guarded.client() as nobody, guarded.client(guarded.token("viewer", "other")) as other:
        assert 401 == nobody.get("/v1/storage").status_code == nobody.post("/v1/frees", json={"runs": []}).status_code
        assert 0 == other.get("/v1/storage").json()["runs"]
