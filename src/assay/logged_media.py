"""Logging what is to be looked at: images, figures, tables, texts and histograms, each once or step by step."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any

from assay.formats.names import artifact_name
from assay.formats.values import step_number
from assay.media.text import encode_text

if TYPE_CHECKING:
    from assay.media.encoded import Encoded


class MediaLogging:
    """The part of `Run` that logs media."""

    def _check_inside(self) -> None:
        raise MediaLogging._unbound()

    def _say(self, kind: str, body: Mapping[str, Any]) -> None:
        raise MediaLogging._unbound()

    def _put(self, source: IO[bytes]) -> dict[str, Any] | None:
        raise MediaLogging._unbound()

    @staticmethod
    def _unbound() -> TypeError:
        return TypeError("MediaLogging is a part of Run and is not used alone")

    def log_image(self, name: str, image: Any, step: int | None = None, caption: str | None = None) -> None:
        """Store an image: a file's path, encoded bytes, a Pillow image, or an array of pixels.

        Args:
            name: With a step, all of a name are kept and `media(name)` gives them in order; else the same replaces.
            image: Arrays have shape (h, w), (h, w, 1), (h, w, 3) or (h, w, 4), as uint8 or as floats in 0…1.
            step: The step it belongs to.
            caption: A line of text beside it.

        Raises:
            InvalidInputError: It is no image.
            ContextError: Outside the `with` block.
        """
        self._check_inside()
        from assay.media.image import encode_image

        self._log_media(name, "image", encode_image(image), step, caption)

    def log_figure(self, name: str, figure: Any, step: int | None = None) -> None:
        """Store a matplotlib figure as a picture, or a plotly figure as it is.

        Args:
            name: With a step, all of a name are kept and `media(name)` gives them in order; else the same replaces.
            figure: The figure.
            step: The step it belongs to.

        Raises:
            InvalidInputError: It is no figure.
            ContextError: Outside the `with` block.
        """
        self._check_inside()
        from assay.media.figure import encode_figure

        self._log_media(name, "figure", encode_figure(figure), step, None)

    def log_table(self, name: str, table: Any, step: int | None = None) -> None:
        """Store a table: of pandas, polars or Arrow, a list of dicts (rows) or a dict of lists (columns).

        Args:
            name: With a step, all of a name are kept and `media(name)` gives them in order; else the same replaces.
            table: The table.
            step: The step it belongs to.

        Raises:
            InvalidInputError: It is no table.
            ContextError: Outside the `with` block.
        """
        self._check_inside()
        from assay.media.table import encode_table

        self._log_media(name, "table", encode_table(table), step, None)

    def log_text(self, name: str, text: str, step: int | None = None) -> None:
        """Store a text.

        Args:
            name: With a step, all of a name are kept and `media(name)` gives them in order; else the same replaces.
            text: The text.
            step: The step it belongs to.

        Raises:
            InvalidInputError: It is no text.
            ContextError: Outside the `with` block.
        """
        self._check_inside()
        self._log_media(name, "text", encode_text(text), step, None)

    def log_histogram(self, name: str, values: Any, step: int | None = None, bins: Any = 64) -> None:
        """Store how values are spread, such as the weights of a layer; the values themselves are not kept.

        Args:
            name: With a step, all of a name are kept and `media(name)` gives them in order; else the same replaces.
            values: Numbers of any shape, in an array, a tensor or a list; NaN and infinities are counted by themselves.
                A list of arrays, such as all the weights of a network, is one histogram.
            step: The step it belongs to.
            bins: How many bins of one width, 1 to 1,024, from the least to the greatest finite value; or ascending
                edges, which all steps then share.

        Raises:
            InvalidInputError: They are no real numbers, or there can be no such bins.
            ContextError: Outside the `with` block.
        """
        self._check_inside()
        from assay.media.histogram import encode_histogram

        self._log_media(name, "histogram", encode_histogram(values, bins), step, None)

    def _log_media(self, name: str, kind: str, encoded: Encoded, step: int | None, caption: str | None) -> None:
        body = {"name": artifact_name(name), "is_output": True, "kind": kind, "media_type": encoded.media_type}
        if step is not None:
            body["step"] = step_number(step)
        if caption is not None:
            body["caption"] = str(caption)
        stored = self._put(io.BytesIO(encoded.body))
        if stored is not None:
            self._say("artifact", {**body, **stored})
