"""`encode_image`: files and bytes as they are, pixels exactly, and what is no image."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from assay.errors import InvalidInputError, InvalidTypeError, RefusedError
from assay.media.image import encode_image
from tests.tensor import Tensor

Array = np.ndarray[Any, Any]
RGB = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3) * 10
SVG = b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'


def file_of(kind: str) -> bytes:
    body = io.BytesIO()
    PIL.Image.fromarray(RGB).save(body, format=kind)
    return body.getvalue()


def pixels_of(image: Any) -> Array:
    encoded = encode_image(image)
    assert ("image/png", ".png") == (encoded.media_type, encoded.suffix)
    return np.asarray(PIL.Image.open(io.BytesIO(encoded.body)))


KINDS = [
    ("PNG", "image/png", ".png"),
    ("JPEG", "image/jpeg", ".jpg"),
    ("GIF", "image/gif", ".gif"),
    ("WEBP", "image/webp", ".webp"),
    ("BMP", "image/bmp", ".bmp"),
    ("TIFF", "image/tiff", ".tiff"),
]


@pytest.mark.parametrize(("kind", "media_type", "suffix"), KINDS)
@pytest.mark.parametrize("form", [bytes, bytearray, memoryview])
def test_encode_image_keeps_the_bytes_of_an_image_file(form: type, kind: str, media_type: str, suffix: str) -> None:
    body = file_of(kind)

    encoded = encode_image(form(body))

    assert (body, media_type, suffix) == (encoded.body, encoded.media_type, encoded.suffix)
    assert bytes is type(encoded.body)


@pytest.mark.parametrize("form", [str, Path, os.fsencode])
def test_encode_image_keeps_the_bytes_at_a_path_and_takes_the_type_from_them(form: Any, tmp_path: Path) -> None:
    path = tmp_path / "no picture by its name.txt"
    path.write_bytes(file_of("JPEG"))

    if form is os.fsencode:
        encoded = encode_image(BytesPath(path))
    else:
        encoded = encode_image(form(path))

    assert (file_of("JPEG"), "image/jpeg", ".jpg") == (encoded.body, encoded.media_type, encoded.suffix)


class BytesPath(os.PathLike[bytes]):
    """A path whose file system names are bytes, as os.scandir(b".") gives them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __fspath__(self) -> bytes:
        return os.fsencode(self.path)


def test_encode_image_expands_the_home_folder(isolated: Path) -> None:
    (isolated / "picture.png").write_bytes(file_of("PNG"))

    assert file_of("PNG") == encode_image("~/picture.png").body


@pytest.mark.parametrize(
    ("body", "media_type", "suffix"),
    [(SVG, "image/svg+xml", ".svg"), (b"\0\0\0\x1cftypavif\0\0\0\0", "image/avif", ".avif")],
    ids=["SVG", "AVIF"],
)
def test_encode_image_knows_kinds_that_pillow_can_not_write(body: bytes, media_type: str, suffix: str) -> None:
    encoded = encode_image(body)

    assert (body, media_type, suffix) == (encoded.body, encoded.media_type, encoded.suffix)


def test_encode_image_takes_the_type_of_other_images_from_their_name(tmp_path: Path) -> None:
    path = tmp_path / "icon.ICO"
    path.write_bytes(b"\0\0\1\0")

    encoded = encode_image(path)

    assert ("image/", ".ico") == (encoded.media_type[:6], encoded.suffix)


@pytest.mark.parametrize("name", ["page.png", "page.svg", "page.html", "page"])
def test_encode_image_refuses_a_file_that_is_no_image_whatever_its_name(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"<html><script>alert(1)</script><svg></html>")

    with pytest.raises(InvalidInputError, match=re.escape(f"{path} is no image: its 43 bytes begin with b'<html>")):
        encode_image(path)


def test_encode_image_refuses_bytes_that_are_no_image() -> None:
    with pytest.raises(InvalidInputError, match="these 6 bytes are no PNG"):
        encode_image(b"BM1234")


@pytest.mark.parametrize("name", ["missing.png", ".", "x" * 5000, "a\0b"])
def test_encode_image_refuses_a_path_without_a_file(name: str) -> None:
    with pytest.raises(InvalidInputError, match="does not exist or is not a file"):
        encode_image(name)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a file that nobody may read")
def test_encode_image_says_why_a_file_can_not_be_read() -> None:
    with pytest.raises(RefusedError, match="can't read the image /proc/self/mem") as caught:
        encode_image("/proc/self/mem")

    assert "/proc/self/mem" == caught.value.filename


@pytest.mark.parametrize(
    ("array", "pixels"),
    [
        (RGB, RGB),
        (np.dstack([RGB, RGB[:, :, :1]]), np.dstack([RGB, RGB[:, :, :1]])),
        (RGB[:, :, 0], RGB[:, :, 0]),
        (RGB[:, :, :1], RGB[:, :, 0]),
        (RGB.astype(np.int64), RGB),
        (RGB / 255, RGB),
        ((RGB / 255).astype(np.float32), RGB),
        (np.array([[0.0, 0.5, 1.0]], np.float16), np.array([[0, 128, 255]])),
        (np.array([[True, False]]), np.array([[255, 0]])),
        (np.asfortranarray(RGB), RGB),
    ],
    ids=["RGB", "RGBA", "grey", "grey channel", "int64", "float64", "float32", "float16", "bool", "Fortran"],
)
def test_encode_image_keeps_the_pixels_of_an_array(array: Array, pixels: Array) -> None:
    assert pixels.tolist() == pixels_of(array).tolist()


@pytest.mark.parametrize(
    ("tensor", "pixels"),
    [
        (Tensor(RGB.transpose(2, 0, 1)), RGB),
        (Tensor(RGB.transpose(2, 0, 1)[:1]), RGB[:, :, 0]),
        (Tensor(RGB), RGB),
        (Tensor(RGB[:, :, 0]), RGB[:, :, 0]),
        (Tensor(np.full((3, 3, 1), [[[0]], [[1]], [[0]]])), np.full((3, 1, 3), [0, 1, 0])),
        (Tensor(np.array([[0.0, 0.5, 1.0]]), dtype="bfloat16"), np.array([[0, 128, 255]])),
    ],
    ids=["channels first", "one channel", "channels last", "grey", "ambiguous: channels first", "bfloat16"],
)
def test_encode_image_keeps_the_pixels_of_a_tensor(tensor: Tensor, pixels: Array) -> None:
    assert pixels.tolist() == pixels_of(tensor).tolist()


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([[0.0, 1.5]]), "an image of floats must lie between 0 and 1, found 0.0 to 1.5"),
        (np.array([[-1, 3]]), "an image of integers must lie between 0 and 255, found -1 to 3"),
        (np.array([[256]]), "found 256 to 256"),
        (np.array([[0.0, np.nan]]), "must be finite"),
        (np.array([[0.0, np.inf]]), "must be finite"),
        (np.zeros((2, 2, 2)), re.escape("found (2, 2, 2); pick the channels to show")),
        (np.zeros((3, 8, 8)), re.escape("found (3, 8, 8); with the channels first, pass array.transpose(1, 2, 0)")),
        (np.zeros((5, 8, 8, 3)), "one by one"),
        (np.zeros(7), re.escape("found (7,)")),
        (np.zeros((0, 5)), "at least one pixel"),
    ],
)
def test_encode_image_refuses_arrays_that_are_no_image(array: Array, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        encode_image(array)


@pytest.mark.parametrize("array", [np.array([["a"]]), np.array([[1j]]), np.array([[None]])])
def test_encode_image_refuses_pixels_that_are_no_numbers(array: Array) -> None:
    with pytest.raises(InvalidTypeError, match="found the type"):
        encode_image(array)


@pytest.mark.parametrize("value", [None, 3, [[0, 1], [1, 0]], object()])
def test_encode_image_refuses_what_is_no_image(value: object) -> None:
    with pytest.raises(InvalidTypeError, match=f"found {type(value).__name__}"):
        encode_image(value)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_encode_image_keeps_the_mode_of_a_pillow_image(mode: str) -> None:
    image = PIL.Image.fromarray(RGB).convert(mode)

    read = PIL.Image.open(io.BytesIO(encode_image(image).body))

    assert mode == read.mode
    assert image.convert("RGBA").tobytes() == read.convert("RGBA").tobytes()


@pytest.mark.parametrize(("mode", "kept"), [("CMYK", "RGB"), ("YCbCr", "RGB"), ("HSV", "RGB"), ("RGBa", "RGBA")])
def test_encode_image_converts_modes_that_a_png_does_not_know(mode: str, kept: str) -> None:
    image = PIL.Image.fromarray(RGB).convert("RGBA" if mode == "RGBa" else "RGB").convert(mode)

    read = PIL.Image.open(io.BytesIO(encode_image(image).body))

    assert image.convert(kept).tobytes() == read.tobytes()


@pytest.mark.parametrize("dtype", [np.uint16, np.int32])
def test_encode_image_keeps_sixteen_bits_of_a_pillow_image(dtype: type) -> None:
    array: Array = np.array([[0, 300], [40_000, 65_535]], dtype)

    assert array.tolist() == pixels_of(PIL.Image.fromarray(array)).tolist()


def test_encode_image_takes_floats_of_a_pillow_image_as_those_of_an_array() -> None:
    assert [[0, 128, 255]] == pixels_of(PIL.Image.fromarray(np.array([[0.0, 0.5, 1.0]], np.float32))).tolist()


def closed() -> PIL.Image.Image:
    image = PIL.Image.fromarray(RGB)
    image.close()
    return image


def cut_short() -> PIL.Image.Image:
    return PIL.Image.open(io.BytesIO(file_of("PNG")[:-30]))


@pytest.mark.parametrize(
    "image",
    [
        closed,
        cut_short,
        lambda: PIL.Image.new("RGB", (0, 3)),
        lambda: PIL.Image.fromarray(np.array([[0, 70_000]], np.int32)),
        lambda: PIL.Image.fromarray(np.array([[0.0, 7.0]], np.float32)),
    ],
    ids=["closed", "cut short", "empty", "beyond 16 bits", "floats beyond 1"],
)
def test_encode_image_refuses_pillow_images_without_pixels_to_show(image: Any) -> None:
    with pytest.raises(InvalidInputError):
        encode_image(image())


def test_encode_image_of_an_array_needs_no_pillow() -> None:
    code = """
import sys
sys.modules["PIL"] = None
import numpy as np
from assay.media.image import encode_image
print(encode_image(np.zeros((2, 2))).media_type)
"""

    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout

    assert "image/png\n" == printed
