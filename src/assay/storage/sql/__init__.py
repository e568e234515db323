"""The SQL store, on SQLite."""

from __future__ import annotations
