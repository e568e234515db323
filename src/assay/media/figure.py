"""Figures as others see them: matplotlib's as the picture it is, plotly's as JSON that stays interactive."""

from __future__ import annotations

import io
import sys
from typing import Any

from assay.errors import InvalidInputError, InvalidTypeError
from assay.media.encoded import Encoded
from assay.media.text import utf8

PLOTLY_MEDIA_TYPE = "application/vnd.plotly.v1+json"
"""The media type under which notebooks keep plotly's figures."""


def encode_figure(figure: Any) -> Encoded:
    """Encodes a figure; neither the figure nor matplotlib's backend is changed.

    Args:
        figure: A matplotlib Figure or Axes, the `matplotlib.pyplot` module (its current figure), whatever keeps its
            Figure as `figure` or `figure_` (seaborn's grids, scikit-learn's displays), or a plotly Figure.

    Raises:
        InvalidTypeError: It is none of these.
        InvalidInputError: `matplotlib.pyplot` has no open figure.
    """
    plotly = sys.modules.get("plotly.basedatatypes")  # whoever holds a figure has imported what it is from
    if plotly is not None and isinstance(figure, plotly.BaseFigure):
        return Encoded(utf8(figure.to_json(), "the plotly figure"), PLOTLY_MEDIA_TYPE, ".json")
    found = _matplotlib_figure(figure)
    if found is None:
        raise InvalidTypeError(
            "a figure must be a matplotlib Figure or Axes, matplotlib.pyplot or a plotly Figure, found "
            f"{type(figure).__name__}; pictures are logged with log_image"
        )
    body = io.BytesIO()
    found.savefig(body, format="png")
    return Encoded(body.getvalue(), "image/png", ".png")


def _matplotlib_figure(figure: Any) -> Any:
    """The whole Figure that is meant, None where it is not matplotlib's."""
    module = sys.modules.get("matplotlib.figure")
    if module is None:
        return None
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and figure is pyplot:
        if not pyplot.get_fignums():
            raise InvalidInputError("matplotlib.pyplot has no open figure; log it before plt.show() and plt.close()")
        return pyplot.gcf()
    if isinstance(figure, module.Figure):
        return figure
    for name in ("figure", "figure_"):
        owner = getattr(figure, name, None)
        if isinstance(owner, module.SubFigure):
            owner = owner.figure
        if isinstance(owner, module.Figure):
            return owner
    return None
