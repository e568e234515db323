"""Commands that consist of several, such as `assay token create` and `assay token list`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cyclopts import App, Group

if TYPE_CHECKING:
    from collections.abc import Callable


def command_group(name: str, help_text: str, commands: Sequence[Callable[..., int]]) -> App:
    """A command whose first word behind it says what it does.

    Args:
        name: Its own name.
        help_text: What `--help` says of it as a whole.
        commands: What it can do, each called as its function is, without an underscore at the end.
    """
    options = Group("Options", sort_key=1)
    group = App(
        name=name,
        help=help_text,
        help_format="plaintext",
        help_epilogue="",
        group_parameters=options,
        version_flags=(),
    )
    group["--help"].group = options
    for command in commands:
        group.command(command, name=command.__name__.rstrip("_"))
    return group
