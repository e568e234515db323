"""What can be seen of the layers only by running: the face is cheap, and ARCHITECTURE.md names every room."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "assay"


def test_import_assay_loads_only_the_standard_library() -> None:
    code = """
import sys
before = set(sys.modules)
import assay
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(loaded - set(sys.stdlib_module_names)))
"""

    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()

    assert ["assay"] == loaded


def test_version_stands_in_one_place() -> None:
    import assay

    assert version("assay") == assay.__version__


def test_architecture_names_every_room_of_the_package() -> None:
    rooms = {
        path.stem if path.suffix == ".py" else path.name
        for path in PACKAGE.iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and not path.name.startswith("__")
    }
    table = (ROOT / "ARCHITECTURE.md").read_text("utf-8").partition("\n## ")[0]

    missing = sorted(room for room in rooms if f"`{room}" not in table)

    assert [] == missing
