"""The manifest of a backup: read as it was written, and named where it is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assay.errors import DamagedError, StoreError
from assay.serving.backup import back_up
from assay.serving.backup_folder import read_manifest
from assay.serving.opening import Workspaces
from tests.serving.filled import fill
from tests.serving.places import folder_place


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    with Workspaces(folder_place(tmp_path / "store")) as workspaces:
        store = workspaces.open_store("main")
        fill(store)
        store.close()
        done = back_up(workspaces, str(tmp_path / "backups"))

    assert done.manifest == read_manifest(done.path)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": "x"}', '{"format": 1}', "{"])
def test_a_damaged_manifest_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, "utf-8")

    with pytest.raises(DamagedError, match="is damaged"):
        read_manifest(str(tmp_path))


def test_a_manifest_of_a_newer_assay_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 2, "assay": "9.0"}), "utf-8")

    with pytest.raises(StoreError, match=r"newer Assay \(9.0\)"):
        read_manifest(str(tmp_path))
