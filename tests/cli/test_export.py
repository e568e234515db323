from __future__ import annotations

import json
from pathlib import Path

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
