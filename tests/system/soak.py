"""How much the tests of a server go through: a little in `make test`, all of it in `make soak`."""

from __future__ import annotations

import os

LONG = os.environ.get("SOAK", "") not in ("", "0")
KILLS = int(os.environ.get("SOAK_KILLS", "24" if LONG else "3"))
"""So often a process is killed, each time at another moment."""
CUT_EVERY_BYTES = 1 if LONG else 13
"""A connection is cut after so many bytes, then after twice as many, and so on; and around the edges in any case."""
ROUNDS = 10 if LONG else 1
"""So often two servers begin anew to fold at once."""
PATIENCE_S = 1800.0 if LONG else 120.0
"""Whatever takes longer has failed."""
SEED = int(os.environ.get("SOAK_SEED", "11"))
"""Decides the moments."""
