"""Charts in a terminal: curves in braille dots, and a confusion matrix in shades."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from rich.console import Group, RenderableType
from rich.style import Style
from rich.text import Text

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each of a braille character's eight dots, row by row. Source: Unicode block U+2800."""
_BLANK = 0x2800
_LABEL_WIDTH = 6
"""A class's label is cut to this in a matrix."""


def curve(xs: Sequence[float], ys: Sequence[float], *, width: int, height: int, style: str = "cyan") -> RenderableType:
    """A curve over the unit square.

    Args:
        xs: Across, from 0 to 1, one a vertex.
        ys: Up, from 0 to 1, one a vertex.
        width: Characters across, the axis included.
        height: Lines, the axis included.
        style: Of the curve.
    """
    return overlay([(xs, ys, style)], width=width, height=height)


def overlay(
    curves: Sequence[tuple[Sequence[float], Sequence[float], str]], *, width: int, height: int
) -> RenderableType:
    """Curves over the unit square, laid over each other: where two meet, the later one's style shows.

    Args:
        curves: Of each where its vertices stand across and up, from 0 to 1, and its style.
        width: Characters across, the axis included.
        height: Lines, the axis included.
    """
    columns, lines = width - 2, height - 1
    cells = [[0] * columns for _ in range(lines)]
    styles = [[""] * columns for _ in range(lines)]
    for xs, ys, style in curves:
        drawn = [[0] * columns for _ in range(lines)]
        for start, end in pairwise(zip(xs, ys, strict=True)):
            _draw_line(drawn, start, end)
        for line, row in enumerate(drawn):
            for column, dots in enumerate(row):
                if dots:
                    cells[line][column] |= dots
                    styles[line][column] = style
    text = Text(no_wrap=True)
    for index, row in enumerate(cells):
        text.append("1" if index == 0 else " ", "dim")
        text.append("┤" if index == 0 else "│", "dim")
        for cell, style in zip(row, styles[index], strict=True):
            text.append(chr(_BLANK + cell) if cell else " ", style)
        text.append("\n")
    text.append("0└" + "─" * (columns - 1) + "1", "dim")
    return text


def _draw_line(cells: list[list[int]], start: tuple[float, float], end: tuple[float, float]) -> None:
    across, down = len(cells[0]) * 2 - 1, len(cells) * 4 - 1
    x0, y0, x1, y1 = start[0] * across, (1 - start[1]) * down, end[0] * across, (1 - end[1]) * down
    steps = max(1, int(max(abs(x1 - x0), abs(y1 - y0)) + 0.5))
    for at in range(steps + 1):
        x, y = round(x0 + (x1 - x0) * at / steps), round(y0 + (y1 - y0) * at / steps)
        if 0 <= x <= across and 0 <= y <= down:
            cells[y // 4][x // 2] |= _DOTS[y % 4][x % 2]


def matrix(counts: Sequence[Sequence[int]], labels: Sequence[Any]) -> RenderableType:
    """A confusion matrix: true labels down, predicted labels across, shaded by the share of their row."""
    names = [str(label)[:_LABEL_WIDTH] for label in labels]
    cell = max([len(str(count)) for row in counts for count in row] + [len(name) for name in names]) + 1
    margin = max(len(name) for name in names) + 1
    lines = [Text(" " * margin + "".join(name.rjust(cell) for name in names), "dim", no_wrap=True)]
    for at, (name, row) in enumerate(zip(names, counts, strict=True)):
        line = Text(name.rjust(margin), "dim", no_wrap=True)
        total = sum(row) or 1
        for column, count in enumerate(row):
            line.append(str(count).rjust(cell) if count else "·".rjust(cell), _shade(count / total, at == column))
        lines.append(line)
    return Group(*lines)


def matrix_width(counts: Sequence[Sequence[int]], labels: Sequence[Any]) -> int:
    """How many characters `matrix` takes across."""
    names = [len(str(label)[:_LABEL_WIDTH]) for label in labels]
    cell = max([len(str(count)) for row in counts for count in row] + names) + 1
    return max(names) + 1 + cell * len(names)


def _shade(share: float, right: bool) -> Style:
    if share == 0:
        return Style(dim=True)
    # White on a shade of its own is readable on dark and light terminals alike.
    if right:
        return Style(color="white", bgcolor=f"rgb(0,{int(50 + 100 * share)},{int(30 + 40 * share)})")
    return Style(color="white", bgcolor=f"rgb({int(48 + 150 * min(1.0, 3 * share))},32,32)")
