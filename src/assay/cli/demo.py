from __future__ import annotations


def demo() -> int:
    """X."""
