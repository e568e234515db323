from __future__ import annotations

import json
from pathlib import Path

import pytest

from assay.formats.saved_page import MARK, PLACE
from assay.serving import saved_page
from tests.cli.conftest import Assay


def test_export_says_what_it_wrote(assay: Assay, runs: Path, tmp_path: Path) -> None:
    path = tmp_path / "runs.assay"

    said = assay("export", "-o", str(path))

    assert (0, "") == (said.code, said.err)
    assert said.out.startswith("4 runs of 2 experiments, ")
    assert said.out.endswith(f" in {path}\n")
    assert path.exists()


def test_export_takes_runs_an_experiment_or_a_filter(assay: Assay, runs: Path, tmp_path: Path) -> None:
    def count(*arguments: str) -> int:
        return int(json.loads(assay("export", *arguments, "--json", "-o", str(tmp_path / "o.assay")).out)["runs"])

    assert 2 == count("digits/first", "letters/first")
    assert 1 == count("second")
    assert 3 == count("--experiment", "Digits")
    assert 2 == count("--experiment", "digits", "--filter", "params.lr < 0.25")
    assert 1 == count("--filter", "status = 'Failed'")


def test_export_json_has_everything(assay: Assay, runs: Path, tmp_path: Path) -> None:
    path = tmp_path / "runs.assay"

    found = json.loads(assay("export", "letters/first", "--json", "--output", str(path)).out)

    assert (str(path), 1, 1, 1, path.stat().st_size) == tuple(found.values())
    assert ["path", "runs", "experiments", "objects", "size_bytes"] == list(found)


def test_export_of_runs_and_a_filter_is_wrong_usage(assay: Assay, runs: Path) -> None:
    said = assay("export", "digits/first", "--filter", "params.lr < 1", "-o", "runs.assay")

    assert 2 == said.code
    assert "not both" in said.err
    assert 2 == assay("export", "digits/first").code


def test_export_of_what_is_not_there_names_the_nearest(assay: Assay, runs: Path) -> None:
    said = assay("export", "digits/fist", "-o", "runs.assay")

    assert 1 == said.code
    assert "nearest: 'digits/first'" in said.err
    assert not Path("runs.assay").exists()


def test_export_without_a_store_says_so(assay: Assay) -> None:
    said = assay("export", "-o", "runs.assay")

    assert 1 == said.code
    assert "there is nothing to export" in said.err


def test_export_to_a_folder_that_is_not_there_says_so(assay: Assay, runs: Path) -> None:
    said = assay("export", "-o", "no/such/folder/runs.assay")

    assert 1 == said.code
    assert "can't write" in said.err
    assert "No such file or directory" in said.err


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the build makes of the page, in short."""
    path = tmp_path / "template.html"
    path.write_text(f"{MARK}\n{PLACE}\n", encoding="utf-8")
    monkeypatch.setattr(saved_page, "TEMPLATE", str(path))


@pytest.mark.usefixtures("built", "runs")
def test_export_of_a_page_is_named_after_its_run_and_replaces_only_pages(
    assay: Assay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    said = assay("export", "--html", "digits/first")

    assert (0, "") == (said.code, said.err)
    assert said.out.startswith("1 run, ")
    assert said.out.endswith(" in first.html\n")
    assert (tmp_path / "first.html").read_text(encoding="ascii").startswith(MARK)
    assert 0 == assay("export", "--html", "digits/first").code
    (tmp_path / "first.html").write_text("mine", encoding="utf-8")
    said = assay("export", "--html", "digits/first")
    assert 1 == said.code
    assert "is no saved page" in said.err
    assert "mine" == (tmp_path / "first.html").read_text(encoding="utf-8")
    assert [] == list(tmp_path.glob("*.part"))


@pytest.mark.usefixtures("built", "runs")
def test_export_of_a_page_takes_an_experiment_and_names_what_it_leaves_out(assay: Assay, tmp_path: Path) -> None:
    path = tmp_path / "all.html"

    whole = json.loads(assay("export", "--html", "--experiment", "digits", "-o", str(path), "--json").out)
    small = json.loads(assay("export", "--html", "letters/first", "--max-artifact", "0", "-o", str(path), "--json").out)

    assert (str(path), 3, []) == (whole["path"], whole["runs"], whole["left_out"])
    assert (1, 0) == (len(small["left_out"]), small["objects"])
    assert small["size_bytes"] == path.stat().st_size
    assert 2 == assay("export", "digits/first", "--max-artifact", "1", "-o", str(path)).code
