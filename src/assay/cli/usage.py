"""What every command's options have in common: wrong usage, the store that is meant, and the screen."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from assay.errors import InvalidInputError, StoreError

if TYPE_CHECKING:
    from rich.console import Console

    from assay.session import Session

PIPE_WIDTH = 200
"""Characters a line where the reader is no terminal: nothing is cut short for a screen that is not there."""

Json = Annotated[bool, Parameter(name="--json", negative="", show_default=False)]
"""An option of every command that prints."""
Flag = Annotated[bool, Parameter(negative="", show_default=False)]
"""An option that is given or not."""


class UsageError(InvalidInputError):
    """The command was called in a way that it can't be."""


def console() -> Console:
    """Standard output, as wide as the terminal is; what a user named is printed as it is, brackets and colons too."""
    from rich.console import Console

    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        return Console(highlight=False, markup=False, emoji=False)
    return Console(highlight=False, markup=False, emoji=False, width=PIPE_WIDTH)


def find_store(named: str | None) -> Session | None:
    """The store that is meant, to be read; None where it is the default one and nothing was logged to it as yet.

    Raises:
        StoreError: A store was named, and there is none.
    """
    from assay import stores
    from assay.session import Session
    from assay.storage.sql.store import CATALOG_FILE

    session = Session(named)
    if stores.exists(session.location):
        return session
    if named is not None:
        raise StoreError(f"no store in {session.location}: there is no {CATALOG_FILE}; to make one, log a run to it")
    return None
