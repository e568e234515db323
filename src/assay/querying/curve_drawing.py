"""Curves over the unit square as SVG for notebooks, every text escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Told apart by readers of any colour vision. Source: Okabe and Ito, Color Universal Design, 2008."""
_SIDE, _MARGIN, _LINE = 220, 24, 16


def curves_svg(title: str, lines: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> str:
    """Curves laid over each other.

    Args:
        title: Stands above.
        lines: For each name in the legend, where the vertices stand across and up, from 0 to 1.
    """
    height = _SIDE + 2 * _MARGIN + _LINE * len(lines)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_SIDE + 2 * _MARGIN}" height="{height}" font-size="12">',
        f'<text x="{_MARGIN}" y="16">{escape(title)}</text>',
        f'<rect x="{_MARGIN}" y="{_MARGIN}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#999"/>',
    ]
    for index, (name, (xs, ys)) in enumerate(lines.items()):
        colour = _COLOURS[index % len(_COLOURS)]
        points = " ".join(
            f"{_MARGIN + x * _SIDE:.1f},{_MARGIN + (1 - y) * _SIDE:.1f}" for x, y in zip(xs, ys, strict=True)
        )
        below = _SIDE + 2 * _MARGIN + _LINE * index
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        parts.append(f'<text x="{_MARGIN}" y="{below}" fill="{colour}">{escape(name)}</text>')
    return "".join([*parts, "</svg>"])
