"""The door to scikit-learn, which is an extra: whoever draws no charts need not install it."""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from typing import TYPE_CHECKING, Any

from assay.errors import MissingExtraError

if TYPE_CHECKING:
    from types import FrameType

_PACKAGE = os.path.join(os.path.dirname(os.path.dirname(__file__)), "")


def import_metrics(call: str) -> Any:
    """The module `sklearn.metrics`, imported when the first chart needs it.

    Args:
        call: The user's call that needs it, for the message.

    Raises:
        MissingExtraError: scikit-learn can't be imported; the message says how to install it.
    """
    try:
        return importlib.import_module("sklearn.metrics")
    except ImportError as error:
        raise MissingExtraError(
            f'{call} needs scikit-learn, which can\'t be imported ({error}): pip install "assay[sklearn]"'
        ) from error


def warn_undefined(message: str) -> None:
    """Warns, as scikit-learn would, that a figure is not defined for what was passed; the line named is the user's."""
    frame: FrameType | None = sys._getframe(1)
    level = 2
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
        level += 1
    category = importlib.import_module("sklearn.exceptions").UndefinedMetricWarning
    warnings.warn(message, category, stacklevel=level)
