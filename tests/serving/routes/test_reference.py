"""The API's document and its page: complete, and nothing of it comes from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

from tests.serving.routes.conftest import Api
from tests.storage.writing import rows

API = Path(__file__).parents[3] / "docs" / "api.md"


def test_every_operation_says_what_it_does_and_who_may_ask(api: Api) -> None:
    document = api.http.get("/v1/openapi.json").json()
    operations = [one for methods in document["paths"].values() for one in methods.values()]

    assert len(operations) > 40
    assert len(operations) == len({one["operationId"] for one in operations})
    for one in operations:
        assert re.fullmatch(r"[A-Z`].*[.:;,\w`)]", one["summary"])
        assert "Needs" in one["description"]
        assert "default" in one["responses"]


def test_every_type_that_is_named_is_there_and_explained(api: Api) -> None:
    answer = api.http.get("/v1/openapi.json")
    schemas = answer.json()["components"]["schemas"]

    assert set(re.findall(r"#/components/schemas/(\w+)", answer.text)) <= schemas.keys()
    assert [] == [name for name, one in schemas.items() if not one.get("description") and name != "Error"]


def test_the_page_loads_nothing_from_elsewhere_and_runs_no_script(api: Api) -> None:
    answer = api.http.get("/v1/docs")

    assert "text/html; charset=utf-8" == answer.headers["content-type"]
    assert [] == re.findall(r"<script|<link|<img|<iframe|src=|url\(|@import|https?://", answer.text)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]


def test_the_page_names_every_address(api: Api) -> None:
    page = api.http.get("/v1/docs").text

    assert [] == [path for path in api.http.get("/v1/openapi.json").json()["paths"] if path not in page]


def test_the_guide_names_every_address_with_its_methods_and_no_other(api: Api) -> None:
    document = api.http.get("/v1/openapi.json").json()
    drawn = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}

    named = set(re.findall(r"^\| `(GET|HEAD|POST|PUT|DELETE) (/[^`?]*)", API.read_text("utf-8"), re.MULTILINE))

    assert drawn == named


def test_every_answer_keeps_browsers_from_guessing_framing_and_caching(api: Api) -> None:
    for path in ("/v1/health", "/v1/runs", "/nowhere", "/v1/runs/%00"):
        headers = api.http.get(path).headers

        assert "nosniff" == headers["x-content-type-options"]
        assert "DENY" == headers["x-frame-options"]
        assert "no-referrer" == headers["referrer-policy"]
        assert "no-store" == headers["cache-control"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers


def test_what_the_server_counts_names_nobody(api: Api) -> None:
    writer = api.writer("counted-secretly")
    writer.send(rows("loss", [0.5] * 7))

    text = api.http.get("/metrics").text

    assert float(re.findall(r"^assay_ingested_points_total (\S+)$", text, re.MULTILINE)[0]) >= 7
    assert 'route="/v1/segments"' in text
    assert "counted-secretly" not in text
