from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Assay


@pytest.fixture
def exported(assay: Assay, runs: Path, tmp_path: Path) -> Path:
    path = tmp_path / "runs.assay"
    assert 0 == assay("export", "-o", str(path)).code
    return path


def test_import_names_the_runs_that_came(assay: Assay, exported: Path, tmp_path: Path) -> None:
    said = assay("import", str(exported), "--store", str(tmp_path / "other"))

    assert (0, "") == (said.code, said.err)
    assert ["+ digits/third", "+ digits/first", "+ digits/second", "+ letters/first"] == said.lines[:4]
    assert f"4 runs imported: {tmp_path / 'other'}" == said.lines[4]


def test_imported_runs_are_shown_as_the_first_ones(assay: Assay, exported: Path, tmp_path: Path) -> None:
    assay("import", str(exported), "--store", str(tmp_path / "other"))

    here, there = (
        json.loads(assay("show", "letters/first", "--json", "--store", str(tmp_path / store)).out)
        for store in ("store", "other")
    )
    for document in (here, there):
        document.pop("store")
        for artifact in document["artifacts"]:
            artifact.pop("uri")
    assert here == there


def test_import_again_says_what_was_skipped(assay: Assay, exported: Path) -> None:
    said = assay("import", str(exported))

    assert 0 == said.code
    assert "digits/third is here already" == said.lines[0]
    assert said.lines[-1].startswith("0 runs imported, 4 skipped: ")


def test_import_says_under_which_name_a_run_came(assay: Assay, exported: Path, tmp_path: Path) -> None:
    from assay import Run, Session

    Run("letters", "first", sagemaker_session=Session(tmp_path / "other"))

    said = assay("import", str(exported), "--store", str(tmp_path / "other"))

    assert "letters/first is letters/first-2 here: another run has its name" in said.lines


def test_import_json_has_everything(assay: Assay, exported: Path, tmp_path: Path) -> None:
    found = json.loads(assay("import", str(exported), "--json", "--store", str(tmp_path / "other")).out)

    assert {"runs": 4, "renamed": 0, "skipped": 0, "trashed": 0} == {
        name: len(found[name]) for name in ("runs", "renamed", "skipped", "trashed")
    }
    assert 2 == found["experiments"]


def test_a_damaged_file_is_one_line_and_makes_no_store(assay: Assay, exported: Path, tmp_path: Path) -> None:
    exported.write_bytes(exported.read_bytes()[:-1])

    said = assay("import", str(exported), "--store", str(tmp_path / "other"))

    assert (1, "") == (said.code, said.out)
    (line,) = said.err.splitlines()
    assert f"{exported} is cut short or was altered" in line
    assert not (tmp_path / "other").exists()


def test_a_file_that_is_not_there_is_said_so(assay: Assay, tmp_path: Path) -> None:
    said = assay("import", "missing.assay", "--store", str(tmp_path / "other"))

    assert 1 == said.code
    assert "can't read missing.assay: No such file or directory" in said.err
    assert not (tmp_path / "other").exists()
