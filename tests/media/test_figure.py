"""`encode_figure`: figures of matplotlib and plotly, and that neither they nor the backend change."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import PIL.Image
import plotly.graph_objects
import plotly.io
import pytest
from matplotlib.figure import Figure
from sklearn.metrics import ConfusionMatrixDisplay

from assay.errors import InvalidInputError, InvalidTypeError
from assay.media.figure import encode_figure


@pytest.fixture(autouse=True)
def no_open_figures() -> Iterator[None]:
    plt.close("all")
    yield
    plt.close("all")


def drawn(encoded: Any) -> np.ndarray[Any, Any]:
    assert ("image/png", ".png") == (encoded.media_type, encoded.suffix)
    return np.asarray(PIL.Image.open(io.BytesIO(encoded.body)))


def loose_figure() -> Figure:
    """A figure of which pyplot knows nothing."""
    figure = Figure(figsize=(2, 1), dpi=50)
    figure.add_subplot().plot([1, 3, 2])
    return figure


def test_encode_figure_draws_a_figure_that_pyplot_does_not_know() -> None:
    picture = drawn(encode_figure(loose_figure()))

    assert (50, 100, 4) == picture.shape
    assert len(np.unique(picture.reshape(-1, 4), axis=0)) > 2


def test_encode_figure_draws_the_same_picture_of_all_that_belongs_to_a_figure() -> None:
    figure, axes = plt.subplots(figsize=(2, 1), dpi=50)
    axes.plot([1, 3, 2])

    pictures = [encode_figure(each) for each in (figure, axes, plt)]

    assert [pictures[0]] * 3 == pictures
    drawn(pictures[0])


def test_encode_figure_of_axes_in_a_subfigure_draws_the_whole_figure() -> None:
    figure = Figure(figsize=(2, 1), dpi=50)
    left: Any = figure.add_subfigure(figure.add_gridspec(1, 2)[0])
    axes = left.add_subplot()

    assert [encode_figure(figure)] * 2 == [encode_figure(axes), encode_figure(left)]


def test_encode_figure_takes_what_keeps_its_figure() -> None:
    display = ConfusionMatrixDisplay(np.array([[1, 0], [0, 2]])).plot()

    assert encode_figure(display.figure_) == encode_figure(display)


def test_encode_figure_changes_neither_the_figure_nor_the_backend() -> None:
    figure, _ = plt.subplots(figsize=(2, 1), dpi=50)
    before = (mpl.get_backend(), figure.canvas, figure.dpi, figure.get_size_inches().tolist(), dict(mpl.rcParams))

    encode_figure(figure)

    after = (mpl.get_backend(), figure.canvas, figure.dpi, figure.get_size_inches().tolist(), dict(mpl.rcParams))
    assert before == after
    assert [figure.number] == plt.get_fignums()


def test_encode_figure_of_a_loose_figure_loads_no_pyplot() -> None:
    code = """
import sys
from matplotlib.figure import Figure
from assay.media.figure import encode_figure
encode_figure(Figure())
print("matplotlib.pyplot" in sys.modules)
"""

    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout

    assert "False\n" == printed


def test_encode_figure_of_pyplot_without_a_figure_says_so_and_opens_none() -> None:
    with pytest.raises(InvalidInputError, match="no open figure"):
        encode_figure(plt)

    assert [] == plt.get_fignums()


def test_encode_figure_keeps_a_plotly_figure_interactive() -> None:
    figure = plotly.graph_objects.Figure(plotly.graph_objects.Scatter(x=[1, 2], y=[3.5, None], name="Größe"))

    encoded = encode_figure(figure)

    assert ("application/vnd.plotly.v1+json", ".json") == (encoded.media_type, encoded.suffix)
    assert figure == plotly.io.from_json(encoded.body.decode("utf-8"))


def test_encode_figure_of_plotly_is_json_without_nan() -> None:
    figure = plotly.graph_objects.Figure(plotly.graph_objects.Scatter(y=[float("nan"), float("inf"), 1.0]))

    data = json.loads(encode_figure(figure).body, parse_constant=pytest.fail)["data"]

    assert [None, None, 1.0] == data[0]["y"]


@pytest.mark.parametrize("value", [None, "figure.png", object(), np.zeros((2, 2)), {"data": []}])
def test_encode_figure_refuses_what_is_no_figure(value: object) -> None:
    with pytest.raises(InvalidTypeError, match=f"found {type(value).__name__}; pictures are logged with log_image"):
        encode_figure(value)


def test_encode_figure_without_matplotlib_refuses_what_is_no_figure() -> None:
    code = """
from assay.media.figure import encode_figure
try:
    encode_figure(3)
except TypeError as error:
    print(error)
"""

    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout

    assert printed.startswith("a figure must be a matplotlib Figure")
