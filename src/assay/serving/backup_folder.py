"""The folder of backups: what lies in it, and the manifest that says what belongs to one.

```text
DESTINATION/
  objects/ab/abcdef…            the bytes of artifacts, shared by all backups here: each is copied once
  2026-11-25T010203.456789Z/    one backup; it has this name once it is whole, `….part` before
    manifest.json               what belongs to it, with the SHA-256 of each file
    access.db                   workspaces, tokens, policies       (PostgreSQL: access/<table>.copy)
    main/catalog.db             the workspace's catalog            (PostgreSQL: main/<table>.copy)
    main/objects.txt            the objects that it names: SHA-256 and length a line
```
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assay import system
from assay.errors import DamagedError, RefusedError, StoreError
from assay.storage.objects import COPY_BYTES

FORMAT = 1
"""Of the manifest; a greater one was made by a newer Assay."""
MANIFEST = "manifest.json"
OBJECTS_LIST = "objects.txt"
ACCESS = "access"
PART = ".part"
SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(slots=True)
class FileFacts:
    """A file of a backup: its SHA-256, and its length."""

    sha256: str
    size_bytes: int


@dataclass(slots=True)
class TableFacts:
    """A table of PostgreSQL in a backup.

    Attributes:
        name: Of the table.
        columns: In the order in which the file has them.
        rows: How many.
    """

    name: str
    columns: list[str]
    rows: int


@dataclass(slots=True)
class Manifest:
    """What belongs to a backup.

    Attributes:
        format: `FORMAT`.
        assay: The version that made it.
        made_us: When it was begun: all that was durable then is in it.
        database: `sqlite` or `postgresql`.
        workspaces: Their names.
        versions: Of the tables, by workspace; of the tables of access under `access`.
        files: By path within the backup, with `/`.
        tables: Of PostgreSQL, by workspace (and `access`), in an order in which they can be filled.
        missing: Objects that an artifact names and that were not there: their uploads were under way.
        damaged: Objects that were there with other bytes than their names say, and are left out.
    """

    format: int
    assay: str
    made_us: int
    database: str
    workspaces: list[str]
    versions: dict[str, int] = field(default_factory=dict)
    files: dict[str, FileFacts] = field(default_factory=dict)
    tables: dict[str, list[TableFacts]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def read_manifest(path: str) -> Manifest:
    """What belongs to the backup in a folder.

    Raises:
        StoreError: There is none, or a newer Assay made it.
        DamagedError: It is no manifest.
    """
    file_path = os.path.join(path, MANIFEST)
    try:
        with open(file_path, encoding="utf-8") as file:
            found: dict[str, Any] = json.load(file)
        if int(found["format"]) > FORMAT:
            raise StoreError(f"{path} was made by a newer Assay ({found.get('assay')}); restore it with that one")
        found["files"] = {name: FileFacts(**facts) for name, facts in found["files"].items()}
        found["tables"] = {name: [TableFacts(**facts) for facts in tables] for name, tables in found["tables"].items()}
        return Manifest(**found)
    except FileNotFoundError as error:
        raise StoreError(f"{path} is no backup: there is no {MANIFEST} in it") from error
    except OSError as error:
        raise RefusedError(f"can't read {file_path}: {error.strerror or error}", cause=error) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedError(f"{file_path} is damaged: it is not what a backup writes ({error})") from error


def objects_listed(path: str, workspace: str) -> Iterator[tuple[str, int]]:
    """The objects of a workspace in a backup, with their lengths."""
    with open(os.path.join(path, workspace, OBJECTS_LIST), encoding="ascii") as file:
        for line in file:
            sha256, _, size_bytes = line.partition(" ")
            yield sha256, int(size_bytes)


def list_backups(destination: str) -> list[str]:
    """The folders of the whole backups in a destination, the oldest first."""
    if not os.path.isdir(destination):
        return []
    paths = [os.path.join(destination, name) for name in sorted(os.listdir(destination)) if not name.endswith(PART)]
    return [path for path in paths if os.path.exists(os.path.join(path, MANIFEST))]


def files_below(folder: str) -> list[str]:
    """The files below a folder, as paths within it with `/`, in order."""
    return sorted(
        os.path.relpath(os.path.join(above, name), folder).replace(os.sep, "/")
        for above, _, names in os.walk(folder)
        for name in names
    )


def file_facts(path: str) -> FileFacts:
    """A file's SHA-256 and length."""
    digest, size_bytes = hashlib.sha256(), 0
    with open(path, "rb") as file:
        while piece := file.read(COPY_BYTES):
            digest.update(piece)
            size_bytes += len(piece)
    return FileFacts(digest.hexdigest(), size_bytes)


def sync_file(path: str) -> None:
    """Return when a file is on the disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        system.sync(fd)
    finally:
        os.close(fd)


@contextlib.contextmanager
def refusing(path: str) -> Iterator[None]:
    """Turn what the system refuses into an error that says where."""
    try:
        yield
    except RefusedError:
        raise
    except OSError as error:
        where = error.filename or path
        raise RefusedError(f"can't use {where}: {error.strerror or error}", cause=error) from error
