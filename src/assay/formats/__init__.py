"""Bytes, text and records that last; no I/O."""

from __future__ import annotations
