"""Restoring a backup: into an empty folder, an empty database, an empty bucket, and only if every byte of it is right.

The kind of database stays: a backup of SQLite is restored to SQLite, one of PostgreSQL to PostgreSQL. From one to the
other runs go as an export.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass

from assay import system
from assay.errors import ChecksumError, DamagedError, InvalidInputError, ObjectMissingError, StoreError
from assay.serving.access.file import FILE_NAME
from assay.serving.backup_folder import (
    MANIFEST,
    POSTGRESQL,
    SQLITE,
    Manifest,
    file_facts,
    files_below,
    list_backups,
    objects_listed,
    read_manifest,
    refusing,
    sync_file,
)
from assay.serving.opening import Workspaces, make_folder
from assay.storage.disk_objects import DiskObjects
from assay.storage.sql.store import CATALOG_FILE, OBJECTS_FOLDER


@dataclass(slots=True)
class Restored:
    """What was restored.

    Attributes:
        path: The backup's folder.
        manifest: What belonged to it.
        objects: How many objects.
        object_bytes: Their bytes.
    """

    path: str
    manifest: Manifest
    objects: int = 0
    object_bytes: int = 0


def restore_backup(source: str, workspaces: Workspaces) -> Restored:
    """Restore a backup to where a server will find it.

    Args:
        source: The backup's folder, or one that holds backups: then the last of them.
        workspaces: Where it goes; nothing may be there.

    Raises:
        StoreError: There is no backup, or the destination is not empty.
        DamagedError: Something of the backup is not what was written; nothing, or only objects, was restored.
        InvalidInputError: It is one of the other kind of database.
    """
    path = find_backup(source)
    manifest = read_manifest(path)
    wanted = SQLITE if workspaces.place.database is None else POSTGRESQL
    if manifest.database != wanted:
        raise InvalidInputError(
            f"{path} is a backup of {manifest.database}, and {workspaces.place} is {wanted}; carry runs over by "
            "`assay export` and `assay import`"
        )
    check_backup(path, manifest)
    done = Restored(path, manifest)
    with refusing(str(workspaces.place)):
        _check_empty(workspaces, manifest)
        for workspace in manifest.workspaces:
            _restore_objects(path, workspace, workspaces, done)
        if wanted == POSTGRESQL:
            from assay.serving.backup_tables import restore_schemas

            restore_schemas(workspaces, manifest, path)
        else:
            _restore_files(path, workspaces, manifest)
    return done


def find_backup(source: str) -> str:
    """The folder of the backup that is meant.

    Raises:
        StoreError: There is none.
    """
    source = os.path.abspath(source)
    if os.path.exists(os.path.join(source, MANIFEST)):
        return source
    found = list_backups(source)
    if not found:
        raise StoreError(f"there is no backup in {source}: no {MANIFEST} in it, nor in a folder of it")
    return found[-1]


def check_backup(path: str, manifest: Manifest) -> None:
    """Raise DamagedError unless the files of a backup are those that were written, and no others."""
    with refusing(path):
        there = set(files_below(path)) - {MANIFEST}
        missing, others = sorted(manifest.files.keys() - there), sorted(there - manifest.files.keys())
        if missing or others:
            what = f"{missing[0]} is missing" if missing else f"{others[0]} does not belong to it"
            raise DamagedError(f"the backup {path} is damaged: {what}")
        for name, facts in manifest.files.items():
            if file_facts(os.path.join(path, name)) != facts:
                raise ChecksumError(f"the backup {path} is damaged: {name} is not what was written")


def _check_empty(workspaces: Workspaces, manifest: Manifest) -> None:
    place = workspaces.place
    if place.database is None and os.path.isdir(place.folder) and os.listdir(place.folder):
        raise StoreError(f"{place.folder} is not empty; a backup is restored into a new folder")
    if place.database is not None:
        from assay.serving.backup_tables import schemas_there

        there = schemas_there(workspaces)
        if there:
            raise StoreError(f"{place} is not empty: it has {', '.join(there)}; restore into a new database")
    for workspace in manifest.workspaces:
        found = next(iter(workspaces.open_objects(workspace).list()), None)
        if found is not None:
            raise StoreError(
                f"the place for the objects of workspace {workspace} is not empty: there is "
                f"{workspaces.open_objects(workspace).uri(found.sha256)}; name another one"
            )


def _restore_objects(path: str, workspace: str, workspaces: Workspaces, done: Restored) -> None:
    pool = DiskObjects(os.path.join(os.path.dirname(path), OBJECTS_FOLDER))
    objects = workspaces.open_objects(workspace)
    for sha256, _ in objects_listed(path, workspace):
        try:
            with pool.open(sha256) as source:
                info = objects.put(source)
        except ObjectMissingError as error:
            raise ObjectMissingError(f"the backup {path} is damaged: its object {pool.path(sha256)} is gone") from error
        if info.sha256 != sha256:
            objects.delete(info.sha256)
            raise ChecksumError(
                f"the backup {path} is damaged: {pool.path(sha256)} holds other bytes than its name says"
            )
        done.objects += 1
        done.object_bytes += info.size_bytes
    objects.sync()


def _restore_files(path: str, workspaces: Workspaces, manifest: Manifest) -> None:
    for workspace in manifest.workspaces:
        folder = workspaces.folder(workspace)
        make_folder(folder)
        _place(os.path.join(path, workspace, CATALOG_FILE), os.path.join(folder, CATALOG_FILE))
    if FILE_NAME in manifest.files:  # last: what a server asks first
        _place(os.path.join(path, FILE_NAME), os.path.join(workspaces.place.folder, FILE_NAME))


def _place(source: str, destination: str) -> None:
    part = destination + ".part"
    shutil.copyfile(source, part)
    os.chmod(part, 0o600)
    sync_file(part)
    os.rename(part, destination)
    system.sync_folder(os.path.dirname(destination))
