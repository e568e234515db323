"""`assay gc`: what it says is freed, and that the folder gets smaller."""

from __future__ import annotations

import json
from pathlib import Path

from assay import Run, Session, load_run
from tests.cli.conftest import Assay


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def big_run(name: str, tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(name.encode() * 100_000)
    with Run("digits", name) as run:
        run.log_file(tmp_path / "big")


def test_a_dry_run_says_what_each_would_free_and_changes_nothing(assay: Assay, runs: Path, tmp_path: Path) -> None:
    big_run("goes", tmp_path)
    Session().trash("digits/goes")

    said = assay("gc", "--dry-run", width=200)

    assert "run digits/goes: would free 39" in said.lines[0]
    assert "390.6 KiB of objects)" in said.lines[0]
    assert "before, about " in said.lines[-2]
    assert "Nothing was changed; to free it: assay gc" == said.lines[-1]
    assert ["digits/goes"] == [one.name for one in Session().trashed()]


def test_the_folder_gets_smaller_by_what_is_printed(assay: Assay, runs: Path, tmp_path: Path) -> None:
    big_run("goes", tmp_path)
    Session().trash("digits/goes")
    before = size_of(runs)

    said = assay("gc", width=200)

    assert "run digits/goes: freed " in said.lines[0]
    assert size_of(runs) < before - 400_000
    assert f"{size_of(runs) / 1024:.1f} KiB after" in said.lines[-1]
    assert 3 == len(load_run("first", "digits").metrics)


def test_json_holds_every_figure(assay: Assay, runs: Path, tmp_path: Path) -> None:
    big_run("goes", tmp_path)
    Session().trash("digits/goes")

    report = json.loads(assay("gc", "--json").out)

    assert [("run", "digits/goes", 400_000)] == [
        (one["kind"], one["name"], one["object_bytes"]) for one in report["freed"]
    ]
    assert size_of(runs) == report["after_bytes"]


def test_an_age_spares_what_was_trashed_lately(assay: Assay, runs: Path) -> None:
    Session().trash("digits/first")

    assert "run digits/first" not in assay("gc", "--older-than", "1h").out
    assert "run digits/first: freed" in assay("gc", "--older-than", "0s").out


def test_many_things_are_counted_behind_the_greatest(assay: Assay, store: Path) -> None:
    for number in range(51):
        Run("digits", f"run-{number}")
    Session().trash([f"digits/run-{number}" for number in range(51)])

    assert "… and 1 more (all: --json)" in assay("trash").out

    said = assay("gc", width=200)

    assert "31 more things of the trash: freed " in said.out
    assert "The trash is empty.\n" == assay("trash").out
