"""Reading across series and runs."""

from __future__ import annotations
