"""Pixels: an array or tensor, in any of the ways that people keep images, as uint8 rows, columns and channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.errors import InvalidInputError, InvalidTypeError

if TYPE_CHECKING:
    import numpy as np

_CHANNELS = (1, 3, 4)


def is_array(image: Any) -> bool:
    """Whether it is a numpy array, a torch tensor, or what else says that it can become a numpy array."""
    return any(hasattr(image, name) for name in ("detach", "__array__", "__array_interface__"))


def as_pixels(image: Any) -> np.ndarray[Any, Any]:
    """The image as uint8 of shape (height, width, channels).

    Args:
        image: Of shape (height, width) or (height, width, 1, 3 or 4); a torch tensor may also have its channels first.
            Integers go from 0 to 255, floats from 0 to 1, bools are black and white.

    Raises:
        InvalidInputError: Another shape, or a value out of range or not finite.
        InvalidTypeError: Values that are not real numbers.
    """
    import numpy as np

    channels_first = hasattr(image, "detach")
    array: np.ndarray[Any, Any] = tensor_as_array(image) if channels_first else np.asarray(image)
    pixels = _shaped(array, channels_first)
    kind = pixels.dtype.kind
    if kind == "b":
        white = np.uint8(255)
        return pixels.astype(np.uint8) * white
    if kind in "iu":
        _check_range(pixels, 255, "integers")
        return pixels.astype(np.uint8, copy=False)
    if kind == "f":
        _check_range(pixels, 1, "floats")
        scaled: np.ndarray[Any, Any] = np.rint(pixels.astype(np.float64) * 255)
        return scaled.astype(np.uint8)
    raise InvalidTypeError(f"an image's pixels must be integers, floats or bools, found the type {array.dtype}")


def tensor_as_array(tensor: Any) -> np.ndarray[Any, Any]:
    """A torch tensor as a numpy array, wherever it lies and whatever it takes part in."""
    tensor = tensor.detach().cpu()  # it may ask for gradients and lie on another device
    if str(tensor.dtype) == "torch.bfloat16":  # numpy has no such type; float32 holds each of its values
        tensor = tensor.float()
    array: np.ndarray[Any, Any] = tensor.numpy()
    return array


def _shaped(array: np.ndarray[Any, Any], channels_first: bool) -> np.ndarray[Any, Any]:
    shape = array.shape
    if 0 in shape:
        raise InvalidInputError(f"an image must have at least one pixel, found the shape {shape}")
    if array.ndim == 2:
        return array[:, :, None]
    if array.ndim == 3:
        if channels_first and shape[0] in _CHANNELS:
            return array.transpose(1, 2, 0)
        if shape[2] in _CHANNELS:
            return array
    raise InvalidInputError(
        f"an image must have the shape (height, width) or (height, width, 1, 3 or 4), found {shape}; {_advice(shape)}"
    )


def _advice(shape: tuple[int, ...]) -> str:
    if len(shape) == 4:
        return "log the images of a batch one by one"
    if len(shape) == 3 and shape[0] in _CHANNELS:
        return "with the channels first, pass array.transpose(1, 2, 0)"
    return "pick the channels to show, such as array[:, :, :3]"


def _check_range(pixels: np.ndarray[Any, Any], greatest: int, words: str) -> None:
    import numpy as np

    lowest, highest = pixels.min(), pixels.max()
    if not (np.isfinite(lowest) and np.isfinite(highest)):
        raise InvalidInputError("an image's pixels must be finite, found NaN or infinity; see numpy.nan_to_num")
    if lowest < 0 or highest > greatest:
        raise InvalidInputError(
            f"an image of {words} must lie between 0 and {greatest}, found {lowest.item()} to {highest.item()}; "
            "scale it first, for example by (image - image.min()) / (image.max() - image.min())"
        )
