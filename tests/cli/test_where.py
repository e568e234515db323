"""`assay where` names the store that a session without one would use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assay import Session
from tests.cli.conftest import Assay


def test_the_environment_names_it(assay: Assay, store: Path) -> None:
    said = assay("where")

    assert [str(store), "because ASSAY_STORE names it"] == said.lines[:2]
    assert "no store yet" in said.lines[2]
    assert not store.exists()


def test_the_nearest_folder_is_it(assay: Assay, isolated: Path) -> None:
    near = isolated / ".assay"
    near.mkdir()

    said = assay("where")

    assert str(near) == said.lines[0]
    assert "nearest .assay folder" in said.lines[1]


def test_the_data_folder_is_it(assay: Assay, isolated: Path) -> None:
    said = assay("where")

    assert "data folder" in said.lines[1]
    assert said.lines[0].startswith(str(isolated))


@pytest.mark.usefixtures("runs")
def test_where_agrees_with_a_session(assay: Assay) -> None:
    document = json.loads(assay("where", "--json").out)

    assert {"location": Session().location, "reason": "ASSAY_STORE names it", "exists": True} == document
