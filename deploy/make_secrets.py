"""Make the secrets that compose.yaml reads: new passwords and keys, each in a file of its own in `secrets/`.

    python deploy/make_secrets.py

Files that are there stay as they are, so calling it again changes nothing. It needs nothing but Python.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from pathlib import Path

FOLDER = Path(__file__).parent / "secrets"


def make_secrets(folder: Path) -> list[Path]:
    """Make the files that are not there; those that were made.

    Raises:
        FileExistsError: Some are there and others not: they hold the same password, so one alone is of no use.
    """
    password, key, secret = secrets.token_urlsafe(24), secrets.token_hex(10), secrets.token_urlsafe(30)
    who = {
        "name": "assay",
        "credentials": [{"accessKey": key, "secretKey": secret}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    files = {
        "database_password": password,
        "database": f"postgresql://assay:{password}@database:5432/assay\n",
        "object_keys": f"[default]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n",
        "object_store": json.dumps({"identities": [who]}, indent=2) + "\n",
    }
    there = [name for name in files if (folder / name).exists()]
    if len(there) == len(files):
        return []
    if there:
        raise FileExistsError(f"{folder} has {', '.join(there)} and lacks others; delete them, or put the others back")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in files.items():
        # Readable inside the containers, whose users are others than this one; the folder itself is closed.
        with open(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w", encoding="utf-8") as file:
            file.write(text)
    return [folder / name for name in files]


if __name__ == "__main__":
    try:
        made = make_secrets(FOLDER)
    except OSError as error:
        sys.exit(f"make_secrets: {error}")
    print("\n".join(map(str, made)) if made else f"{FOLDER} has all of them already")
