"""The page's files: anybody may have them, browsers keep what never changes, and nothing else of the disk is there."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from assay.serving import page
from assay.serving.opening import Workspaces
from assay.serving.settings import Place
from tests.serving.running import serving

SCRIPT = "console.log('the page');" * 100


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a built page."""
    folder = tmp_path / "page"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Assay</title>", encoding="utf-8")
    (folder / "look.js").write_text("'use strict'", encoding="utf-8")
    (folder / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    (folder / "assets" / "index-AbCd1234.js").write_text(SCRIPT, encoding="utf-8")
    (folder / "assets" / "plain.txt").write_text("plain", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    monkeypatch.setattr(page, "FOLDER", str(folder))
    return folder


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    workspaces = Workspaces(Place(str(tmp_path / "store")))
    with (
        serving(workspaces.open_store) as url,
        httpx.Client(base_url=url, headers={"accept-encoding": "identity"}) as one,
    ):
        yield one
    workspaces.close()


def test_page_is_asked_for_each_time_and_runs_scripts_of_its_own_alone(built: Path, client: httpx.Client) -> None:
    answer = client.get("/")

    assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    assert "no-cache" == answer.headers["cache-control"]
    policy = dict(one.strip().split(" ", 1) for one in answer.headers["content-security-policy"].split(";"))
    assert ("'none'", "'self'", "'self'") == (policy["default-src"], policy["script-src"], policy["connect-src"])
    assert "nosniff" == answer.headers["x-content-type-options"]
    assert "same-origin" == answer.headers["cross-origin-resource-policy"]


def test_file_with_its_hash_in_its_name_is_kept_for_good(built: Path, client: httpx.Client) -> None:
    answer = client.get("/assets/index-AbCd1234.js")

    assert (200, SCRIPT) == (answer.status_code, answer.text)
    assert "text/javascript; charset=utf-8" == answer.headers["content-type"]
    assert "immutable" in answer.headers["cache-control"]
    assert "no-cache" == client.get("/assets/plain.txt").headers["cache-control"]


def test_what_is_packed_unpacks_to_the_same(built: Path, client: httpx.Client) -> None:
    with client.stream("GET", "/assets/index-AbCd1234.js", headers={"accept-encoding": "br, gzip;q=0.8"}) as answer:
        packed = b"".join(answer.iter_raw())

    assert "gzip" == answer.headers["content-encoding"]
    assert SCRIPT == gzip.decompress(packed).decode()
    assert len(SCRIPT) > len(packed)


def test_what_a_browser_has_is_not_sent_again(built: Path, client: httpx.Client) -> None:
    tag = client.get("/").headers["etag"]
    again = client.get("/", headers={"if-none-match": tag})

    assert (304, b"") == (again.status_code, again.content)
    (built / "index.html").write_text("<!doctype html><title>Assay, newer</title>", encoding="utf-8")
    assert 200 == client.get("/", headers={"if-none-match": tag}).status_code


@pytest.mark.parametrize(
    "path", ["/assets/..%2f..%2fsecret.txt", "/assets/%2e%2e/secret.txt", "/assets/%00", "/assets/gone.js", "/assets/"]
)
def test_nothing_beside_the_page_is_there(built: Path, client: httpx.Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code in (400, 404)
    assert "secret" not in answer.text


def test_page_that_is_not_built_says_how_to_build_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: httpx.Client
) -> None:
    monkeypatch.setattr(page, "FOLDER", str(tmp_path / "nothing"))
    answer = client.get("/")

    assert 503 == answer.status_code
    assert "make page" in answer.text


def test_page_is_not_part_of_the_api(built: Path, client: httpx.Client) -> None:
    assert {"/v1", "/met"} == {path[:4].rstrip("/") for path in client.get("/v1/openapi.json").json()["paths"]}
