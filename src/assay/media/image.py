"""Images, in any of the forms that a user holds them in, as the bytes of an image file.

Files and bytes are kept as they are; pixels become a PNG, in which none of them changes.
"""

from __future__ import annotations

import io
import mimetypes
import os
import sys
from pathlib import Path
from typing import Any

from assay.errors import InvalidInputError, InvalidTypeError, RefusedError
from assay.media.encoded import Encoded
from assay.media.image_type import SUFFIXES, image_type
from assay.media.pixels import as_pixels, is_array
from assay.media.png import encode_png

_PNG_MODES = {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}
"""Pillow's modes that a PNG holds as they are."""

_NEAREST_MODES = {"I": "I;16", "I;16B": "I;16", "I;16L": "I;16", "La": "LA", "PA": "RGBA", "RGBa": "RGBA"}
"""What those modes become that a PNG can hold all of; the others become RGB."""

_COMPRESS_LEVEL = 3
"""zlib's level: 3 % more bytes than Pillow's own choice, in 2/3 of the time."""


def encode_image(image: Any) -> Encoded:
    """Encodes an image.

    Args:
        image: A path to an image file (`~` is the home folder); the bytes of one; a Pillow image; or an array or
            tensor of shape (height, width), (height, width, channels) or, from torch, (channels, height, width), with
            integers from 0 to 255, floats from 0 to 1 or bools.

    Raises:
        InvalidInputError: The file does not exist, the bytes are no image, or the pixels have another shape or range.
        InvalidTypeError: It is none of these.
        RefusedError: The file can't be read.
    """
    if isinstance(image, bytes | bytearray | memoryview):
        return _from_bytes(bytes(image))
    if isinstance(image, str | os.PathLike):
        return _from_file(Path(os.path.expanduser(os.fsdecode(image))))
    pillow = sys.modules.get("PIL.Image")  # whoever holds an image of Pillow's has imported it
    if pillow is not None and isinstance(image, pillow.Image):
        return _from_pillow(image)
    if is_array(image):
        return Encoded(encode_png(as_pixels(image)), "image/png", ".png")
    raise InvalidTypeError(
        "an image must be a path, the bytes of an image file, a Pillow image, a numpy array or a torch tensor, found "
        f"{type(image).__name__}; a matplotlib or plotly figure is logged with log_figure"
    )


def _from_bytes(body: bytes) -> Encoded:
    media_type = image_type(body)
    if media_type is None:
        raise InvalidInputError(
            f"these {len(body)} bytes are no PNG, JPEG, GIF, WebP, BMP, TIFF, AVIF or SVG: they begin with "
            f"{body[:12]!r}; pixels are passed as an array, with their shape"
        )
    return Encoded(body, media_type, SUFFIXES[media_type])


def _from_file(path: Path) -> Encoded:
    if not os.path.isfile(path):
        raise InvalidInputError(f"{path} does not exist or is not a file. Please supply the path of an image file.")
    try:
        body = path.read_bytes()
    except OSError as error:
        raise RefusedError(f"can't read the image {path}: {error.strerror}", cause=error, path=str(path)) from error
    media_type = image_type(body)
    if media_type is not None:
        return Encoded(body, media_type, SUFFIXES[media_type])
    named = mimetypes.guess_type(path.name)[0]
    if named is None or not named.startswith("image/") or named in SUFFIXES:
        raise InvalidInputError(
            f"{path} is no image: its {len(body)} bytes begin with {body[:12]!r}; other files are logged with log_file"
        )
    return Encoded(body, named, path.suffix.lower())


def _nearest_mode(image: Any) -> str:
    if image.mode == "I" and not 0 <= min(image.getextrema()) <= max(image.getextrema()) <= 65_535:
        raise InvalidInputError(
            f"a Pillow image of mode I must lie between 0 and 65535, found {image.getextrema()}; scale it first"
        )
    return _NEAREST_MODES.get(image.mode, "RGB")


def _from_pillow(image: Any) -> Encoded:
    if 0 in image.size:
        raise InvalidInputError(f"an image must have at least one pixel, found the size {image.size}")
    try:
        if image.mode == "F":
            return Encoded(encode_png(as_pixels(image)), "image/png", ".png")
        if image.mode not in _PNG_MODES:
            image = image.convert(_nearest_mode(image))
        body = io.BytesIO()
        image.save(body, format="PNG", compress_level=_COMPRESS_LEVEL)
    except InvalidInputError:
        raise
    except (OSError, ValueError) as error:
        raise InvalidInputError(
            f"Pillow can't read or write this image: {error}; is it closed, or cut short?"
        ) from error
    return Encoded(body.getvalue(), "image/png", ".png")
