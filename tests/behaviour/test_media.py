"""Images, figures, tables, texts and histograms: kept as they are, in order where they have a step."""

from __future__ import annotations

import io
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assay import Run, load_run
from assay.media.table import decode_table

PIXELS = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
ROWS = [{"name": "a", "score": 0.5, "count": 1}, {"name": "b", "score": math.inf, "count": 2**53 + 1}]
COLUMNS = {"name": ["a", "b"], "score": [0.5, math.inf], "count": [1, 2**53 + 1]}


def pixels_of(body: bytes) -> np.ndarray:
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(body)))


# Texts and order


def test_a_text_comes_back_as_it_was(run: Run) -> None:
    text = "line\r\n  ü \0 \U0001f600\n"

    run.log_text("notes", text)

    found = run.artifacts()["notes"]
    assert ("text", True, text.encode()) == (found.kind, found.is_output, found.read_bytes())


def test_without_a_step_the_same_name_replaces(run: Run) -> None:
    for text in ("first", "second"):
        run.log_text("notes", text)

    assert [b"second"] == [one.read_bytes() for one in run.media("notes")]
    assert b"second" == run.artifacts()["notes"].read_bytes()


def test_with_a_step_all_are_kept_and_come_in_order() -> None:
    before = datetime.now(UTC) - timedelta(microseconds=1)
    with Run("digits", "baseline") as run:
        for step, text in ((5, "five"), (-1, "minus one"), (5, "five again"), (0, "zero")):
            run.log_text("samples", text, step=step)

    items = load_run("baseline", "digits").media("samples")
    assert [(-1, b"minus one"), (0, b"zero"), (5, b"five"), (5, b"five again")] == [
        (one.step, one.read_bytes()) for one in items
    ]
    assert all(one.timestamp is not None and before <= one.timestamp <= datetime.now(UTC) for one in items)
    assert {("samples", "text", None)} == {(one.name, one.kind, one.caption) for one in items}


def test_items_of_all_kinds_with_a_step_are_kept(run: Run) -> None:
    from matplotlib.figure import Figure

    for step in range(3):
        run.log_image("image", PIXELS, step=step, caption=f"after {step}")
        run.log_figure("figure", Figure(), step=step)
        run.log_table("table", ROWS, step=step)
        run.log_histogram("histogram", [step], step=step)

    for name in ("image", "figure", "table", "histogram"):
        assert [(0, name), (1, name), (2, name)] == [(one.step, one.kind) for one in run.media(name)]
    assert ["after 0", "after 1", "after 2"] == [one.caption for one in run.media("image")]


@pytest.mark.parametrize("step", [1.0, "1", None])
def test_a_step_is_an_integer_or_none(run: Run, step: Any) -> None:
    if step is None:
        run.log_text("notes", "text", step=step)
        assert [None] == [one.step for one in run.media("notes")]
        return
    with pytest.raises(ValueError, match=r"^step must be int\."):
        run.log_text("notes", "text", step=step)
    assert {} == run.artifacts()


@pytest.mark.parametrize("text", [None, 5, b"bytes"], ids=repr)
def test_what_is_no_text_is_refused(run: Run, text: Any) -> None:
    with pytest.raises(TypeError, match="text"):
        run.log_text("notes", text)

    assert {} == run.artifacts()


# Images


@pytest.mark.parametrize(
    "shape", [(4, 5), (4, 5, 1), (4, 5, 3), (4, 5, 4)], ids=lambda shape: "x".join(map(str, shape))
)
def test_pixels_come_back_as_they_were(run: Run, shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)

    run.log_image("image", pixels)

    found = run.artifacts()["image"]
    assert ("image", "image/png") == (found.kind, found.media_type)
    assert pixels.squeeze().tolist() == pixels_of(found.read_bytes()).tolist()


def test_floats_from_0_to_1_are_pixels(run: Run) -> None:
    run.log_image("image", np.array([[0.0, 0.5, 1.0]]))

    assert pixels_of(run.artifacts()["image"].read_bytes()).tolist() in ([[0, 127, 255]], [[0, 128, 255]])


def test_an_image_of_pillows_a_file_and_bytes_are_images(run: Run, tmp_path: Path) -> None:
    from PIL import Image

    image = Image.fromarray(PIXELS)
    image.save(tmp_path / "image.png")
    body = (tmp_path / "image.png").read_bytes()

    run.log_image("pillow", image)
    run.log_image("path", str(tmp_path / "image.png"))
    run.log_image("bytes", body)

    found = run.artifacts()
    assert PIXELS.tolist() == pixels_of(found["pillow"].read_bytes()).tolist()
    assert body == found["path"].read_bytes() == found["bytes"].read_bytes()


@pytest.mark.parametrize(
    "image",
    [np.zeros((2, 2, 7), np.uint8), np.zeros(3), np.zeros((0, 3)), b"no image", "/not/there.png", None, 5],
    ids=lambda image: repr(image)[:18],
)
def test_what_is_no_image_is_refused(run: Run, image: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"image|pixel|shape|array"):
        run.log_image("image", image)

    assert {} == run.artifacts()


# Figures


def test_a_figure_of_matplotlib_is_a_picture(run: Run) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2, 1), dpi=50)
    figure.add_subplot().plot([1, 2])

    run.log_figure("figure", figure)

    found = run.artifacts()["figure"]
    assert ("figure", "image/png") == (found.kind, found.media_type)
    assert (50, 100) == pixels_of(found.read_bytes()).shape[:2]


def test_a_figure_of_plotly_is_kept_as_it_is(run: Run) -> None:
    import plotly.graph_objects as go

    run.log_figure("figure", go.Figure(go.Scatter(x=[1, 2], y=[3, 4])))

    found = run.artifacts()["figure"]
    assert "figure" == found.kind
    assert "scatter" == found.json()["data"][0]["type"]


@pytest.mark.parametrize("figure", [None, "figure.png", PIXELS], ids=["None", "path", "array"])
def test_what_is_no_figure_is_refused(run: Run, figure: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="figure"):
        run.log_figure("figure", figure)

    assert {} == run.artifacts()


# Tables


def tables() -> dict[str, Any]:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    return {
        "pandas": pd.DataFrame(ROWS),
        "polars": pl.DataFrame(COLUMNS),
        "arrow": pa.table(COLUMNS),
        "rows": ROWS,
        "columns": COLUMNS,
    }


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow", "rows", "columns"])
def test_a_table_comes_back_value_by_value(run: Run, kind: str) -> None:
    run.log_table("table", tables()[kind])

    found = run.artifacts()["table"]
    assert "table" == found.kind
    assert COLUMNS == decode_table(found.read_bytes())


def test_values_that_json_has_not_come_back(run: Run) -> None:
    run.log_table("table", [{"v": -0.0, "w": None}, {"v": -math.inf, "w": "x"}, {"v": math.nan}])

    columns = decode_table(run.artifacts()["table"].read_bytes())
    assert ["-0.0", "-inf", "nan"] == [str(value) for value in columns["v"]]
    assert [None, "x", None] == columns["w"]


@pytest.mark.parametrize("table", [None, 5, "a,b\n1,2", [1, 2], {"a": [1], "b": [1, 2]}], ids=repr)
def test_what_is_no_table_is_refused(run: Run, table: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"table|column|row"):
        run.log_table("table", table)

    assert {} == run.artifacts()


# Histograms


def test_a_histogram_comes_back_with_edges_and_counts(run: Run) -> None:
    for step in range(3):
        run.log_histogram("weights", np.full((2, 3), step), step=step, bins=[0, 1, 2])

    items = run.media("weights")
    assert [("histogram", step, "application/json") for step in range(3)] == [
        (one.kind, one.step, one.media_type) for one in items
    ]
    assert [[0.0, 1.0, 2.0]] * 3 == [one.edges.tolist() for one in items]
    assert [[6, 0], [0, 6], [0, 6]] == [one.counts.tolist() for one in items]
    assert [0, 6] == run.artifacts()["weights"].json()["counts"]


def test_what_is_no_histogram_has_no_edges(run: Run) -> None:
    run.log_text("notes", "words")

    with pytest.raises(TypeError, match="artifact 'notes' is of kind 'text'"):
        _ = run.media("notes")[0].edges


def test_values_of_a_histogram_that_are_not_finite_are_counted(run: Run) -> None:
    run.log_histogram("gradients", [math.nan, math.inf, 1.0])

    found = run.media("gradients")[0].histogram
    assert (3, 1, 1, 0, 1) == (
        found.count,
        found.nan,
        found.positive_infinite,
        found.negative_infinite,
        found.counts.sum(),
    )


@pytest.mark.parametrize(("values", "bins"), [("text", 64), ([None], 64), ([1.0], 0), ([1.0], [2, 1])], ids=repr)
def test_what_is_no_histogram_is_refused(run: Run, values: Any, bins: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"values|bins"):
        run.log_histogram("weights", values, bins=bins)

    assert {} == run.artifacts()
