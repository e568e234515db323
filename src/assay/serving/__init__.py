"""The server over a store: what a team's programs and browsers ask, and who may do what."""

from __future__ import annotations
