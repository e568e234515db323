"""The colour in which a run is drawn, as the tag `assay.color` keeps it: `#rrggbb`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from assay.errors import InvalidInputError, InvalidTypeError

COLOUR_TAG = "assay.color"
"""The tag that holds a run's colour."""

PALETTE: Mapping[str, str] = {
    "blue": "#0072b2",
    "vermillion": "#d55e00",
    "green": "#009e73",
    "pink": "#cc79a7",
    "orange": "#e69f00",
    "sky": "#56b4e9",
    "olive": "#a89a00",
    "grey": "#4d4d4d",
}
"""Eight that colour-blind people can tell apart; the page has a lighter one of each for a dark ground.

Source: Okabe and Ito, https://jfly.uni-koeln.de/color/ (2008).
"""

_FORM = re.compile(r"#[0-9a-fA-F]{6}")


def colour_text(colour: Any) -> str:
    """A colour as it is kept, from `#rrggbb` in any case or a name of the palette.

    Raises:
        InvalidInputError: It is neither.
    """
    if not isinstance(colour, str):
        raise InvalidTypeError(f"a colour is '#rrggbb', a name or None, not {type(colour).__name__} ({colour!r:.60})")
    named = PALETTE.get(colour.lower())
    if named is None and not _FORM.fullmatch(colour):
        raise InvalidInputError(f"a colour is '#rrggbb' or one of {', '.join(PALETTE)}; found {colour[:40]!r}")
    return named or colour.lower()


def colour_of(tags: Mapping[str, str]) -> str | None:
    """The colour that tags hold, None where they hold none."""
    text = tags.get(COLOUR_TAG)
    return text.lower() if text is not None and _FORM.fullmatch(text) else None
