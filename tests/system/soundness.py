"""Whether a store's folder is whole."""

from __future__ import annotations

from pathlib import Path

from assay.cli.examination import examine


def assert_folder_is_whole(folder: Path) -> None:
    """Every checksum, index, summary and object of a store is what it should be."""
    checkup = examine(str(folder), repair=False)

    assert [] == [f"{one.kind} {one.path}: {one.what}" for one in checkup.findings if not one.harmless]
