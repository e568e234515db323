"""Requests whose answer was lost are sent again: the second one changes nothing."""

from __future__ import annotations

import pytest

from assay.formats.segment import encode_segment
from assay.formats.wire import encode_parcel, encode_parcels
from assay.storage.contract import RunQuery
from tests.serving.routes.conftest import Api
from tests.storage.writing import rows, run_spec


@pytest.mark.parametrize("if_exists", ["open", "new", "error"])
def test_a_run_is_created_once(api: Api, if_exists: str) -> None:
    spec = run_spec(f"once-{if_exists}", "run", if_exists=if_exists)

    answers = [api.store.open_run(spec) for _ in range(2)]

    assert [spec.uid, spec.uid] == [run.uid for run, _ in answers]
    assert [True, True] == [created for _, created in answers]
    assert [spec.uid] == [run.uid for run in api.store.list_runs(RunQuery(f"once-{if_exists}")).runs]


def test_a_segment_is_taken_once_and_says_so(api: Api) -> None:
    run = api.run("segments-once")
    opening = {"run": run.uid, "entered": True, "process": {}, "opened_us": 1}
    head = {"writer": "once", "index": 0, "final": True, "opening": opening}
    body = encode_parcels([encode_parcel(head, [], encode_segment([rows("loss", [0.5, 0.25])]))])

    answers = [api.http.post("/v1/segments", content=body).json()["items"] for _ in range(2)]

    assert [[{"accepted": True}], [{"accepted": False}]] == answers
    assert [0.5, 0.25] == api.store.history(run.uid, "loss").values.tolist()
    assert {"next_segment": None} == api.http.get("/v1/writers/once").json()


def test_a_segment_that_overtook_another_says_which_is_missing(api: Api) -> None:
    writer = api.writer("overtaken")
    head = {"writer": writer.uid, "index": 3, "final": False, "opening": None}

    (item,) = api.http.post("/v1/segments", content=encode_parcels([encode_parcel(head, [], b"")])).json()["items"]

    assert "SequenceError" == item["error"]["type"]
    assert {"next_segment": 0} == api.http.get(f"/v1/writers/{writer.uid}").json()


def test_what_was_put_away_renamed_or_tagged_stays_so(api: Api) -> None:
    run = api.run("again")
    acts = [
        ("/v1/retag", {"runs": [run.uid], "set": {"a": "b"}}),
        (f"/v1/runs/{run.uid}/name", {"name": "other", "display_name": "Other"}),
        ("/v1/trash/trash", {"runs": [run.uid]}),
    ]

    for path, document in acts:
        statuses = [api.http.post(path, json=document).status_code for _ in range(2)]

        assert statuses[0] == statuses[1] < 300, path
    deleted = [api.http.post("/v1/trash/delete", json={"runs": [run.uid]}).status_code for _ in range(2)]
    assert [200, 410] == deleted
