"""Saved views over HTTP: who may read and keep them."""

from __future__ import annotations

from tests.serving.routes.conftest import Api, Guarded


def test_a_view_is_kept_under_its_name_and_found_by_everyone(api: Api) -> None:
    api.run("seen")
    path = "/v1/experiments/of-seen/views"
    kept = api.http.put(f"{path}/the%20best%3F%20now", json={"texts": {"sort": "-metrics.acc", "cols": "metrics.acc"}})

    assert (200, "the best? now") == (kept.status_code, kept.json()["name"])
    assert {"items": [kept.json()]} == api.http.get(path).json()
    assert 204 == api.http.delete(f"{path}/the%20best%3F%20now").status_code
    assert 404 == api.http.delete(f"{path}/the%20best%3F%20now").status_code
    assert {"items": []} == api.http.get(path).json()


def test_texts_that_are_none_are_refused(api: Api) -> None:
    api.run("refusing")
    path = "/v1/experiments/of-refusing/views/one"
    answers = [
        api.http.put(path, json={"texts": texts}).status_code
        for texts in ({"a": 1}, {"a": "x" * 8001}, {"a" * 101: ""}, {str(one): "" for one in range(101)}, None)
    ]

    assert [400] * 5 == answers
    assert 404 == api.http.get("/v1/experiments/nothing/views").status_code


def test_viewers_read_views_and_writers_keep_them(guarded: Guarded) -> None:
    with (
        guarded.client() as nobody,
        guarded.client(guarded.token("viewer")) as viewer,
        guarded.client(guarded.token("writer")) as writer,
    ):
        path = "/v1/experiments/nothing/views"
        assert (401, 404) == tuple(one.get(path).status_code for one in (nobody, viewer))
        assert (401, 403, 404) == tuple(
            one.put(f"{path}/a", json={"texts": {}}).status_code for one in (nobody, viewer, writer)
        )
