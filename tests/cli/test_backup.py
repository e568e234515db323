"""`assay backup` and `assay restore-backup`: what they say and how they fail; `tests/serving` has what is in one."""

from __future__ import annotations

import json
import os
from pathlib import Path

from assay import Session, load_run
from tests.cli.conftest import Assay
from tests.serving.command import server_command


def test_a_backup_beside_a_server_is_restored_elsewhere(assay: Assay, runs: Path, tmp_path: Path) -> None:
    with server_command() as command:
        said = assay("backup", str(tmp_path / "backups"), width=200)
        command.tell()
        assert 0 == command.end()
    assert 0 == said.code
    path, summary = said.lines
    assert os.path.exists(os.path.join(path, "manifest.json"))
    assert summary.startswith("1 workspace and ")

    back = assay("restore-backup", str(tmp_path / "backups"), "--store", str(tmp_path / "restored"), width=200)

    assert 0 == back.code
    assert f"Restored {path} to {tmp_path / 'restored'}" in back.out
    again = load_run("first", "digits", sagemaker_session=Session(tmp_path / "restored"))
    assert 50 == len(again.metric_history("loss"))


def test_json_says_what_was_copied(assay: Assay, runs: Path, tmp_path: Path) -> None:
    first = json.loads(assay("backup", str(tmp_path / "backups"), "--json").out)
    second = json.loads(assay("backup", str(tmp_path / "backups"), "--json").out)

    assert (["main"], [], []) == (first["workspaces"], first["missing"], first["damaged"])
    assert first["objects"] == first["new_objects"] == second["objects"] > 0
    assert 0 == second["new_objects"]
    restored = json.loads(assay("restore-backup", first["path"], "--store", str(tmp_path / "restored"), "--json").out)
    assert (first["path"], first["objects"]) == (restored["path"], restored["objects"])


def test_a_damaged_object_is_named_and_the_exit_code_is_1(assay: Assay, runs: Path, tmp_path: Path) -> None:
    path = next(path for path in sorted((runs / "objects").glob("??/*")))
    os.chmod(path, 0o600)
    path.write_bytes(b"damaged")

    said = assay("backup", str(tmp_path / "backups"))

    assert 1 == said.code
    assert f"object {path.name} is damaged and not in the backup" in said.err


def test_what_can_not_be_is_one_line(assay: Assay, runs: Path, tmp_path: Path) -> None:
    for arguments, told in (
        (("backup", str(tmp_path / "backups"), "--store", str(tmp_path / "typo")), "nothing to back up"),
        (("restore-backup", str(tmp_path / "typo"), "--store", str(tmp_path / "new")), "there is no backup in"),
    ):
        said = assay(*arguments)

        assert (1, "") == (said.code, said.out)
        (line,) = said.err.splitlines()
        assert told in line
    assay("backup", str(tmp_path / "backups"))
    assert "is not empty" in assay("restore-backup", str(tmp_path / "backups")).err
