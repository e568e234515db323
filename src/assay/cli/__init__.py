"""The `assay` command: `main` is what the console script calls; each command is one file."""

from __future__ import annotations

from assay.cli.app import main

__all__ = ["main"]
