"""`assay where`: which store would be used, and why."""

from __future__ import annotations

import os

from assay.cli.usage import Json


def where(*, json: Json = False) -> int:
    """Say which store would be used, and why.

    The first line is the folder alone. What decides, in this order:
    the environment variable ASSAY_STORE; the nearest folder `.assay` above
    the working folder; your data folder.

        cd "$(assay where | head -1)"

    Args:
        json: Print JSON, for programs.
    """
    from assay.place import where as locate
    from assay.storage.sql.store import CATALOG_FILE

    location, reason = locate()
    exists = os.path.exists(os.path.join(location, CATALOG_FILE))
    if json:
        from assay.cli.document import print_json

        print_json({"location": location, "reason": reason, "exists": exists})
        return 0
    print(location)
    print(f"because {reason}")
    if not exists:
        print("It holds no store yet: the first run that is logged makes it.")
    return 0
