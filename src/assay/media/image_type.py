"""Which kind of image bytes are, by what they begin with: a name can say anything."""

from __future__ import annotations

import re

_SVG = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\b.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE\s+svg\b[^>]*>\s*)*<svg\b", re.DOTALL
)
_LOOKED_AT = 4096
"""How far the first element of an SVG is looked for, behind its comments."""

SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/tiff": ".tiff",
    "image/avif": ".avif",
    "image/svg+xml": ".svg",
}
"""The kinds that are told by their bytes, and how a file of each ends."""


def image_type(body: bytes) -> str | None:
    """The media type of an image, None where the bytes are none of `SUFFIXES`."""
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if body.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if body.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if body.startswith(b"RIFF") and body[8:12] == b"WEBP":
        return "image/webp"
    if body.startswith(b"BM") and len(body) >= 26 and body[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if body.startswith((b"II*\0", b"MM\0*")):
        return "image/tiff"
    if body[4:12] in {b"ftypavif", b"ftypavis"}:
        return "image/avif"
    if _SVG.match(body[:_LOOKED_AT]):
        return "image/svg+xml"
    return None
