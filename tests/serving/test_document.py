"""The page's types are made from what this server serves, and from nothing that somebody typed."""

from __future__ import annotations

from pathlib import Path

from assay.serving.document import api_document

CHECKED_IN = Path(__file__).parents[2] / "web" / "src" / "api" / "openapi.json"
HOW = f"make it anew: .venv/bin/python -m assay.serving.document > {CHECKED_IN.name} in web/src/api/"


def test_page_is_typed_by_the_document_that_is_served() -> None:
    assert api_document() == CHECKED_IN.read_text(encoding="utf-8"), HOW


def test_document_is_the_same_each_time() -> None:
    assert api_document() == api_document()
