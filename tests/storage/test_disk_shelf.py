"""A collection of objects in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.storage.disk_objects import DiskObjects
from assay.storage.objects import Objects
from tests.storage.shelf_contract import ShelfContract


class TestDiskShelf(ShelfContract):
    @pytest.fixture
    def objects(self, tmp_path: Path) -> Objects:
        return DiskObjects(str(tmp_path / "objects"))

    def pin_on(self, objects: Objects, day: str, sha256: str) -> None:
        assert isinstance(objects, DiskObjects)
        path = Path(objects.folder) / "pins" / day / sha256
        path.parent.mkdir()
        path.touch()
