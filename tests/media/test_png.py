"""PNGs written with zlib alone, read by Pillow."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import PIL.Image
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from assay.media.png import encode_png

SHAPES = st.tuples(st.integers(1, 20), st.integers(1, 20), st.sampled_from([1, 3, 4]))
MODES = {1: "L", 3: "RGB", 4: "RGBA"}


@given(arrays.arrays(np.uint8, SHAPES))
def test_encode_png_keeps_every_pixel(pixels: np.ndarray[Any, Any]) -> None:
    height, width, channels = pixels.shape

    image = PIL.Image.open(io.BytesIO(encode_png(pixels)))

    assert (MODES[channels], (width, height)) == (image.mode, image.size)
    assert pixels.tolist() == np.asarray(image).reshape(pixels.shape).tolist()


def test_encode_png_takes_arrays_that_are_not_contiguous() -> None:
    pixels = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(4, 3, 2).transpose(2, 0, 1)[::-1, :, :]

    image = PIL.Image.open(io.BytesIO(encode_png(pixels)))

    assert pixels.tolist() == np.asarray(image).tolist()


def test_encode_png_passes_pillows_check_of_checksums() -> None:
    PIL.Image.open(io.BytesIO(encode_png(np.zeros((1, 1, 1), np.uint8)))).verify()
