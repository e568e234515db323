"""Where runs live: the contract, and the stores that keep it."""

from __future__ import annotations
