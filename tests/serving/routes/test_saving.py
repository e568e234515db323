"""Saved pages over HTTP: one file of the runs that an address names."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from assay.formats.saved_page import MARK, PLACE
from assay.serving import saved_page
from tests.serving.routes.conftest import Api, Guarded
from tests.storage.writing import artifact


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the build makes of the page, in short."""
    path = tmp_path / "saved.html"
    path.write_text(f"{MARK}\n<body>\n{PLACE}\n</body>", encoding="utf-8")
    monkeypatch.setattr(saved_page, "TEMPLATE", str(path))
    return path


def elements(text: str) -> dict[str, str]:
    return dict(re.findall(r'<script type="[a-z/]+" data-saved="([^"]*)">(.*?)</script>', text, re.DOTALL))


def test_page_holds_its_runs_and_is_saved_by_the_run_s_name(api: Api) -> None:
    writer = api.writer("saved")
    writer.leave(artifact("<b>data</b>", value="s3://bucket/x"))

    answer = api.http.get("/v1/page", params={"run": writer.run.uid})

    assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    assert "attachment; filename=\"saved.html\"; filename*=UTF-8''saved.html" == answer.headers["content-disposition"]
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.text.startswith(MARK)
    assert answer.text.endswith("</body>")
    found = elements(answer.text)
    head = json.loads(found["head"])
    assert ([writer.run.uid], api.url.removeprefix("http://")) == (head["runs"], head["store"])
    for part in ("", "/metrics", "/artifacts", "/attempts"):
        place = f"/v1/runs/{writer.run.uid}{part}"
        said = api.http.get(place).json()
        assert said == {name: one for name, one in json.loads(found[place]).items() if name in said}
    assert "<b>data" not in answer.text
    assert "end" == list(found)[-1]


def test_several_runs_of_one_experiment_are_named_by_it(api: Api) -> None:
    one, other = api.run("first"), api.run("second")

    answer = api.http.get("/v1/page", params={"run": [one.uid, other.uid]})

    assert 'filename="runs.html"' in answer.headers["content-disposition"]
    assert [one.uid, other.uid] == json.loads(elements(answer.text)["head"])["runs"]


@pytest.mark.parametrize(
    ("query", "status"),
    [({}, 400), ({"run": "nobody"}, 404), ({"run": "../etc"}, 400), ({"run": ["a"] * 501}, 400)],
)
def test_page_of_what_is_not_there_is_refused(api: Api, query: Any, status: int) -> None:
    assert status == api.http.get("/v1/page", params=query).status_code


def test_page_that_is_not_built_is_said_to_be_missing(api: Api, built: Path) -> None:
    run = api.run("unbuilt")
    built.unlink()

    answer = api.http.get("/v1/page", params={"run": run.uid})

    assert 404 == answer.status_code
    assert "make page" in answer.json()["error"]["message"]


def test_page_is_for_those_who_may_read(guarded: Guarded) -> None:
    import httpx

    assert 401 == httpx.get(f"{guarded.url}/v1/page", params={"run": "a"}).status_code
