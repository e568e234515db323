"""Names of experiments, runs and artifacts: what is allowed, and what is made up where none is given."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from typing import Any

from assay.errors import InvalidInputError, InvalidNameError, InvalidTypeError

NAME_LENGTH = 59
"""The service's 120 characters for `experiment-run`, halved; kept so that a script can move there unchanged."""
DISPLAY_NAME_LENGTH = 120
ARTIFACT_NAME_LENGTH = 255
RUN_GROUP = "Default-Run-Group-"

_NAME = re.compile(r"[a-z0-9](?:[-_.]*[a-z0-9])*")
_RULE = (
    "a name starts and ends with a letter or digit (a-z, A-Z, 0-9) and may have '-', '_' and '.' inside; "
    f"it has at most {NAME_LENGTH} characters"
)


def check_names(experiment_name: Any, run_name: Any) -> tuple[str, str]:
    """Both names in lower case; a run name of None is made up.

    Raises:
        InvalidNameError: One is too long, empty or not of the allowed form. The run's is checked first.
    """
    made = run_name is None
    for what, name in (("run_name", run_name), ("experiment_name", experiment_name)):
        if not (made and what == "run_name") and not isinstance(name, str):
            raise InvalidTypeError(f"{what} must be a str, not {type(name).__name__} ({name!r})")
    run_name = generated_run_name() if made else run_name.lower()
    experiment_name = experiment_name.lower()
    for what, name in (("run_name", run_name), ("experiment_name", experiment_name)):
        if len(name) > NAME_LENGTH:
            raise InvalidNameError(
                f"The {what} (length: {len(name)}) must have length less than or equal to {NAME_LENGTH}"
            )
        if not _NAME.fullmatch(name):
            raise InvalidNameError(f"{what} {name!r} is not allowed: {_RULE}")
    return experiment_name, run_name


def generated_run_name() -> str:
    """`run-YYYYMMDD-HHMMSS-<10 hex>`, in UTC."""
    return f"run-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.urandom(5).hex()}"


def numbered_name(name: str, number: int) -> str:
    """`name-2`, `name-3`, …: the name of another run, cut where it would be too long."""
    tail = f"-{number}"
    return name[: NAME_LENGTH - len(tail)].rstrip("-_.") + tail


def new_uid() -> str:
    """An id: 80 random bits in hexadecimal."""
    return os.urandom(10).hex()


def run_group_name(experiment_name: str) -> str:
    """The run group (trial) that the runs of an experiment belong to."""
    return RUN_GROUP + experiment_name[:100]


def display_name(what: str, name: Any, default: str) -> str:
    """A display name as given, or the default.

    Raises:
        InvalidInputError: It is no text, or too long.
    """
    if name is None:
        return default
    if not isinstance(name, str):
        raise InvalidTypeError(f"{what} must be a str, not {type(name).__name__}")
    if len(name) > DISPLAY_NAME_LENGTH:
        raise InvalidInputError(f"{what} has {len(name)} characters, more than {DISPLAY_NAME_LENGTH}")
    return name


def artifact_name(name: Any) -> str:
    """An artifact's name: 1 to 255 characters of any text but control characters.

    Raises:
        InvalidNameError: It is none.
    """
    if not isinstance(name, str):
        raise InvalidTypeError(f"an artifact's name must be a str, not {type(name).__name__} ({name!r})")
    if not 1 <= len(name) <= ARTIFACT_NAME_LENGTH:
        raise InvalidNameError(
            f"an artifact's name has 1 to {ARTIFACT_NAME_LENGTH} characters; this one has {len(name)}"
        )
    if any(ord(character) < 32 or 0xD800 <= ord(character) < 0xE000 for character in name):
        raise InvalidNameError(f"an artifact's name can't hold control characters or half surrogates: {name!r}")
    return name
