"""The outbox: the folder of this user in which what is logged waits for one server."""

from __future__ import annotations

import os
from functools import cache

from assay.recording.budget import Budget

JOURNALS_FOLDER = "journals"
OBJECTS_FOLDER = "objects"


class Outbox:
    """An outbox, as one process sees it; `outbox_at` gives the one of a folder.

    Args:
        folder: Where it lies: its journals in `journals`, the bytes of artifacts in `objects`.

    Raises:
        InvalidInputError: `ASSAY_OUTBOX_LIMIT` is no size.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.journals = os.path.join(folder, JOURNALS_FOLDER)
        self.objects = os.path.join(folder, OBJECTS_FOLDER)
        self.budget = Budget(folder)


outbox_at = cache(Outbox)
"""The outbox in a folder: one a process, since its budget remembers what it counted."""
