"""Artifacts as a browser gets them: nothing that one user stored runs in the page of another."""

from __future__ import annotations

import io
import itertools

import httpx
import pytest

from tests.serving.routes.conftest import Api
from tests.storage.writing import Writer, artifact

_numbers = itertools.count()
SCRIPT = b"<html><script>alert(1)</script></html>"


def logged(api: Api, writer: Writer, name: str, data: bytes, media_type: str | None, **fields: object) -> None:
    info = api.store.objects.put(io.BytesIO(data))
    body = {"kind": "file", "value": None, "media_type": media_type, "sha256": info.sha256, "size_bytes": len(data)}
    writer.send(artifact(name, **{**body, **fields}))  # type: ignore[arg-type]


def content(api: Api, writer: Writer, name: str, **query: str) -> httpx.Response:
    return api.http.get(f"/v1/runs/{writer.run.uid}/content", params={"name": name, **query})


@pytest.mark.parametrize(
    "media_type",
    [
        "text/html",
        "image/svg+xml",
        "application/xhtml+xml",
        "text/xml",
        "application/pdf",
        "text/javascript",
        "x\r\ny: z",
        None,
    ],
)
def test_what_could_run_is_saved_and_never_shown(api: Api, media_type: str | None) -> None:
    writer = api.writer(f"saved-{next(_numbers)}")
    logged(api, writer, "page", SCRIPT, media_type)

    answer = content(api, writer, "page")

    assert SCRIPT == answer.content
    assert "application/octet-stream" == answer.headers["content-type"]
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "sandbox; default-src 'none'" == answer.headers["content-security-policy"]
    assert "nosniff" == answer.headers["x-content-type-options"]
    assert "same-origin" == answer.headers["cross-origin-resource-policy"]
    assert "y" not in answer.headers


@pytest.mark.parametrize(
    ("given", "told"),
    [("image/png", "image/png"), ("IMAGE/JPEG", "image/jpeg"), ("text/plain; x=1", "text/plain; charset=utf-8")],
)
def test_pictures_and_plain_text_are_shown(api: Api, given: str, told: str) -> None:
    writer = api.writer("shown-" + given.partition("/")[2].partition(";")[0].lower())
    logged(api, writer, "seen", SCRIPT, given)

    answer = content(api, writer, "seen")

    assert told == answer.headers["content-type"]
    assert answer.headers["content-disposition"].startswith("inline;")
    assert "sandbox; default-src 'none'" == answer.headers["content-security-policy"]
    assert "nosniff" == answer.headers["x-content-type-options"]


def test_a_name_can_not_break_out_of_its_header(api: Api) -> None:
    writer = api.writer("names")
    name = 'a/b"; x=y\r\nSet-Cookie: z=ü.bin'
    logged(api, writer, name, b"1", None)

    told = content(api, writer, name).headers

    assert "set-cookie" not in told
    assert (
        'attachment; filename="b__ x_ySet-Cookie_ z__.bin"; '
        "filename*=UTF-8''b%22%3B%20x%3DySet-Cookie%3A%20z%3D%C3%BC.bin" == told["content-disposition"]
    )


def test_the_last_of_several_is_given_or_the_one_of_a_step_or_side(api: Api) -> None:
    writer = api.writer("several")
    for step in (1, 2):
        logged(api, writer, "picture", b"step %d" % step, "image/png", kind="image", step=step)
    logged(api, writer, "data", b"in", None, is_output=False)
    logged(api, writer, "data", b"out", None)

    asked: list[dict[str, str]] = [{}, {"step": "1"}]
    assert [b"step 2", b"step 1"] == [content(api, writer, "picture", **one).content for one in asked]
    sides = [content(api, writer, "data", is_output=one).content for one in ("false", "true")]
    assert [b"in", b"out"] == sides


def test_a_range_of_an_artifact_can_be_read(api: Api) -> None:
    writer = api.writer("ranges")
    logged(api, writer, "film", b"0123456789", "video/mp4")

    answer = api.http.get(f"/v1/runs/{writer.run.uid}/content", params={"name": "film"}, headers={"Range": "bytes=2-4"})

    assert (206, b"234") == (answer.status_code, answer.content)


def test_what_has_no_bytes_is_not_found(api: Api) -> None:
    writer = api.writer("nothing")
    writer.send(artifact("link", value="s3://bucket/key"))

    for name in ("link", "lunk"):
        answer = content(api, writer, name)

        assert (404, "ArtifactNotFoundError") == (answer.status_code, answer.json()["error"]["type"])


def test_an_artifact_whose_upload_has_not_ended_says_so(api: Api) -> None:
    writer = api.writer("early")
    writer.send(artifact("model", kind="file", value=None, sha256="a" * 64, size_bytes=1))

    answer = content(api, writer, "model")

    assert 404 == answer.status_code
    assert "upload" in answer.json()["error"]["message"]
