"""Small tables for notebooks, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

MOST_ROWS = 50
"""Rows a table shows; what is beyond is counted."""
_STYLE = "font-variant-numeric:tabular-nums;text-align:left"


def number(value: Any) -> str:
    """Four significant digits of a float, everything else as it is."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def table_html(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table, its cells escaped."""
    shown = list(rows)
    cells = "".join(f'<th style="{_STYLE}">{escape(name)}</th>' for name in head)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_STYLE}">{escape(number(cell))}</td>' for cell in row) + "</tr>"
        for row in shown[:MOST_ROWS]
    )
    more = f"<p>{len(shown) - MOST_ROWS} more</p>" if len(shown) > MOST_ROWS else ""
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>{more}"
