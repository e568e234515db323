"""Values as callers pass them, and as they are kept: metric values, steps, timestamps and parameters."""

from __future__ import annotations

import dataclasses
import operator
import sys
from collections.abc import Iterator, Mapping
from numbers import Integral
from typing import Any

from assay.errors import InvalidInputError, InvalidNameError, InvalidTypeError

METRIC_NAME_LENGTH = 255
PARAMETER_NAME_LENGTH = 320
TEXT_BYTES = 65536
"""A parameter's text may have so many bytes in UTF-8."""
TAG_COUNT, TAG_KEY_LENGTH, TAG_VALUE_LENGTH = 50, 128, 256
_INT64 = 2**63


def metric_value(name: str, value: Any) -> float:
    """A metric's value: whatever `float()` takes.

    Raises:
        InvalidInputError: It takes no such value.
    """
    try:
        return float(value)
    except TypeError as error:
        raise InvalidTypeError(
            f"metric {name!r}: a value of type {type(value).__name__} is no number: {error}"
        ) from error
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(f"metric {name!r}: {error}") from error


def metric_name(name: Any) -> str:
    """A metric's name: 1 to 255 characters.

    Raises:
        InvalidNameError: It is none.
    """
    if not isinstance(name, str):
        raise InvalidTypeError(f"a metric's name must be a str, not {type(name).__name__} ({name!r})")
    if not 1 <= len(name) <= METRIC_NAME_LENGTH:
        raise InvalidNameError(f"a metric's name has 1 to {METRIC_NAME_LENGTH} characters; this one has {len(name)}")
    _check_text(name, "a metric's name")
    return name


def _check_text(text: str, what: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidNameError(f"{what} must be text that UTF-8 can hold; {text!r} is not") from error


def step_number(step: Any) -> int:
    """A step: anything with `__index__`, within int64.

    Raises:
        InvalidInputError: It is none.
    """
    try:
        number = operator.index(step)
    except TypeError as error:
        raise InvalidInputError("step must be int.") from error
    if not -_INT64 <= number < _INT64:
        raise InvalidInputError(f"step must be int. {number} does not fit into 64 bits")
    return number


def timestamp_us(timestamp: Any) -> int:
    """Microseconds since 1970 of a datetime (a naive one is local time) or of a number of seconds.

    Raises:
        InvalidInputError: It is neither.
    """
    from datetime import UTC, datetime, timedelta

    if isinstance(timestamp, datetime):
        try:
            aware = timestamp.astimezone(UTC)
        except (OverflowError, OSError, ValueError) as error:
            raise InvalidInputError(f"timestamp {timestamp!r}: {error}") from error
        return (aware - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    try:
        seconds = float(timestamp)
        microseconds = round(seconds * 1e6)
    except TypeError as error:
        raise InvalidTypeError(
            f"timestamp must be a datetime or seconds since 1970, not {type(timestamp).__name__}"
        ) from error
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(f"timestamp {timestamp!r} is no time: {error}") from error
    if not -_INT64 <= microseconds < _INT64:
        raise InvalidInputError(f"timestamp {timestamp!r} lies beyond what microseconds in 64 bits can hold")
    return microseconds


def flat_parameters(parameters: Any) -> dict[str, Any]:
    """Parameters with nested dicts, dataclasses and namespaces flattened by `.`, each value as it is kept.

    Raises:
        InvalidInputError: A name or a value can't be kept.
    """
    if dataclasses.is_dataclass(parameters) and not isinstance(parameters, type):
        parameters = dataclasses.asdict(parameters)
    elif _is_namespace(parameters):
        parameters = vars(parameters)
    if not isinstance(parameters, Mapping):
        raise InvalidTypeError(f"parameters must be a dict, not {type(parameters).__name__}")
    try:
        return {name: value for key, one in parameters.items() for name, value in _flatten(_top_name(key), one)}
    except RecursionError as error:
        raise InvalidInputError("a parameter holds itself, or is nested too deeply") from error


def _is_namespace(value: Any) -> bool:
    # Whoever has one has loaded its module: a log call need not.
    namespace = getattr(sys.modules.get("argparse"), "Namespace", None)
    return namespace is not None and isinstance(value, namespace)


def _top_name(key: Any) -> str:
    return key if isinstance(key, str) else str(key)


def _flatten(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = dataclasses.asdict(value)
    elif _is_namespace(value):
        value = vars(value)
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _flatten(f"{name}.{key}", inner)
        return
    if not name:
        raise InvalidNameError("a parameter's name must not be empty")
    if len(name) > PARAMETER_NAME_LENGTH:
        raise InvalidNameError(
            f"a parameter's name has at most {PARAMETER_NAME_LENGTH} characters; {name[:40]!r}… has {len(name)}"
        )
    _check_text(name, "a parameter's name")
    yield name, parameter_value(name, value)


def parameter_value(name: str, value: Any) -> Any:
    """A parameter's value as it is kept: int, float, bool, str, None, a list of these, {} or text.

    Raises:
        InvalidInputError: Its text is too long.
    """
    if value is None or isinstance(value, bool):
        return value
    if type(value) is int or type(value) is float:
        return value
    if isinstance(value, str):
        return _text(name, str(value))
    if isinstance(value, Mapping):
        return {_top_name(key): parameter_value(name, inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [parameter_value(name, inner) for inner in value]
    plain = _scalar(value)
    if plain is not None:
        return plain
    return _text(name, str(value))


def _scalar(value: Any) -> int | float | bool | None:
    """The Python number that a numpy or torch scalar or a subclass stands for exactly, None where none does."""
    if callable(getattr(value, "item", None)) and getattr(value, "shape", None) == ():
        value = value.item()
        return value if isinstance(value, (bool, int, float)) else None
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, float):
        return float(value)
    return None


def _text(name: str, text: str) -> str:
    try:
        size_bytes = len(text.encode())
    except UnicodeEncodeError as error:
        raise InvalidInputError(f"parameter {name!r}: text that UTF-8 can't hold: {text[:40]!r}") from error
    if size_bytes > TEXT_BYTES:
        raise InvalidInputError(
            f"parameter {name!r}: its text has {size_bytes} bytes, more than {TEXT_BYTES}; "
            "longer ones can be kept with log_text"
        )
    return text


def tag_dict(tags: Any) -> dict[str, str]:
    """Tags from a dict or a list of {"Key": …, "Value": …}, which is left as it is.

    Raises:
        InvalidInputError: They are neither, too many or too long.
    """
    if tags is None:
        return {}
    if isinstance(tags, Mapping):
        pairs = list(tags.items())
    elif isinstance(tags, (list, tuple)):
        try:
            pairs = [(tag["Key"], tag["Value"]) for tag in tags]
        except (TypeError, KeyError) as error:
            raise InvalidInputError(
                'tags are a dict or a list of {"Key": …, "Value": …}; found ' + repr(tags)[:80]
            ) from error
    else:
        raise InvalidTypeError(f'tags are a dict or a list of {{"Key": …, "Value": …}}, not {type(tags).__name__}')
    found = {str(key): str(value) for key, value in pairs}
    if len(found) > TAG_COUNT:
        raise InvalidInputError(f"at most {TAG_COUNT} tags; found {len(found)}")
    for key, value in found.items():
        if not 1 <= len(key) <= TAG_KEY_LENGTH or len(value) > TAG_VALUE_LENGTH:
            raise InvalidInputError(
                f"a tag's key has 1 to {TAG_KEY_LENGTH} characters and its value at most {TAG_VALUE_LENGTH}; "
                f"{key[:40]!r} has {len(key)} and {len(value)}"
            )
        _check_text(key + value, "a tag")
    return found
