"""`python -m assay.cli`: the `assay` command where no script of that name is on the path."""

from __future__ import annotations

import sys

from assay.cli.app import main

sys.exit(main())
