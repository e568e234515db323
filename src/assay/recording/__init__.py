"""The write path: journals, the recorder, recovery."""

from __future__ import annotations
