"""Backups of a server's data: all workspaces, their objects, and who may come in, made while it runs.

A SQLite catalog is copied by SQLite's online backup in one read transaction; tables of PostgreSQL are read by `COPY` in
one snapshot of all workspaces. Objects are copied behind that: they never change, and while a backup is made nothing
is collected. What the journals of clients hold is not in it: it follows when they send it.

Source: https://www.sqlite.org/backup.html, https://www.postgresql.org/docs/current/sql-copy.html
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version

from assay import system
from assay.errors import InvalidInputError, ObjectMissingError, StoreError
from assay.serving.access.file import FILE_NAME, AccessFile
from assay.serving.backup_folder import (
    FORMAT,
    MANIFEST,
    OBJECTS_LIST,
    PART,
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
from assay.serving.opening import Workspaces
from assay.storage.collection import References, keeping
from assay.storage.disk_objects import DiskObjects
from assay.storage.objects import Objects
from assay.storage.sql.database import Connection
from assay.storage.sql.sqlite_connection import SqliteConnection
from assay.storage.sql.store import CATALOG_FILE, OBJECTS_FOLDER, SqlStore


@dataclass(slots=True)
class BackedUp:
    """What a backup did.

    Attributes:
        path: Its folder.
        manifest: What belongs to it.
        objects: How many objects it has.
        new_objects: So many of them were not in the destination before.
        new_bytes: What was written, objects and tables.
        dropped: The folders of older backups that went.
    """

    path: str
    manifest: Manifest
    objects: int = 0
    new_objects: int = 0
    new_bytes: int = 0
    dropped: list[str] = field(default_factory=list)


def back_up(workspaces: Workspaces, destination: str, *, keep: int | None = None) -> BackedUp:
    """Make a backup in a folder that may hold others already.

    Args:
        workspaces: What is backed up; a server may go on with it.
        destination: The folder; it is made where it is not there.
        keep: How many backups stay, this one among them; the older ones go, with the objects that only they name.

    Raises:
        RefusedError: It can't be written.
        StoreError: Somebody collects objects meanwhile, or the data can't be read.
        InvalidInputError: `keep` is below 1.
    """
    if keep is not None and keep < 1:
        raise InvalidInputError(f"the backup that is made stays at least: keep 1 or more, not {keep}")
    destination = os.path.abspath(destination)
    done = _Backup(workspaces, destination).make()
    if keep is not None:
        with refusing(destination):
            done.dropped = drop_older(destination, keep)
    return done


def drop_older(destination: str, keep: int) -> list[str]:
    """Delete all but the last backups in a folder, and the objects that none of these names; their folders."""
    found = list_backups(destination)
    older, kept = found[:-keep], found[-keep:]
    needed = {
        sha256
        for path in kept
        for workspace in read_manifest(path).workspaces
        for sha256, _ in objects_listed(path, workspace)
    }
    for path in older:
        os.rename(path, path + PART)  # from here on it is none, however much of it is still there
        shutil.rmtree(path + PART)
    pool = DiskObjects(os.path.join(destination, OBJECTS_FOLDER))
    for sha256 in [info.sha256 for info in pool.list() if info.sha256 not in needed]:
        pool.delete(sha256)
    return older


class _Backup:
    def __init__(self, workspaces: Workspaces, destination: str) -> None:
        self._workspaces = workspaces
        self._destination = destination
        place = workspaces.place
        made_us = time.time_ns() // 1000
        kind = SQLITE if place.database is None else POSTGRESQL
        names = [one for one in workspaces.names() if workspaces.has_catalog(one)]
        if not names:
            raise StoreError(f"there is nothing to back up: no store in {place}")
        self._manifest = Manifest(FORMAT, version("assay"), made_us, kind, names)
        moment = datetime.fromtimestamp(made_us / 1e6, UTC)
        self._whole = os.path.join(destination, moment.strftime("%Y-%m-%dT%H%M%S.%fZ"))
        self._folder = self._whole + PART
        self._done = BackedUp(self._whole, self._manifest)
        self._pool = DiskObjects(os.path.join(destination, OBJECTS_FOLDER))

    def make(self) -> BackedUp:
        with refusing(self._destination), ExitStack() as undo:
            self._drop_parts()
            os.makedirs(self._folder, mode=0o700)
            undo.callback(shutil.rmtree, self._folder, ignore_errors=True)
            stores = {name: self._workspaces.open_store(name) for name in self._manifest.workspaces}
            for store in stores.values():
                undo.callback(store.close)
                undo.enter_context(keeping(store.objects))
            named = self._copy_tables(stores)
            for name, objects in named.items():
                self._copy_objects(name, stores[name].objects, objects)
            self._pool.sync()
            self._finish()
        return self._done

    def _copy_tables(self, stores: dict[str, SqlStore]) -> dict[str, set[str]]:
        """Copy catalogs and the tables of access; the objects that each workspace names."""
        if self._manifest.database == POSTGRESQL:
            from assay.serving.backup_tables import copy_schemas

            return copy_schemas(self._workspaces, self._manifest, self._folder)
        access = os.path.join(self._workspaces.place.folder, FILE_NAME)
        if os.path.exists(access):
            with AccessFile(self._workspaces.place.folder).read() as connection:
                copy_database(connection, self._path(FILE_NAME))
        named = {}
        for name, store in stores.items():
            path = self._path(name, CATALOG_FILE)
            with store.reading() as connection:
                assert isinstance(connection, SqliteConnection)
                copy_database(connection, path)
            with opened_copy(path) as connection:
                self._manifest.versions[name] = connection.execute("PRAGMA user_version").fetchone()[0]
                named[name] = References(store.objects).named(connection)
        return named

    def _copy_objects(self, workspace: str, objects: Objects, named: set[str]) -> None:
        kept = []
        for sha256 in sorted(named):
            size_bytes = self._pooled(sha256)
            if size_bytes is None:
                size_bytes = self._copy_object(objects, sha256)
            if size_bytes is not None:
                kept.append(f"{sha256} {size_bytes}\n")
        self._done.objects += len(kept)
        with open(self._path(workspace, OBJECTS_LIST), "w", encoding="ascii", newline="\n") as file:
            file.writelines(kept)

    def _pooled(self, sha256: str) -> int | None:
        """How long an object is that is here already; the one of a backup that was killed appeared whole, or not."""
        try:
            return os.stat(self._pool.path(sha256)).st_size
        except FileNotFoundError:
            return None

    def _copy_object(self, objects: Objects, sha256: str) -> int | None:
        try:
            with objects.open(sha256) as source:
                info = self._pool.put(source)
        except ObjectMissingError:
            self._manifest.missing.append(sha256)
            return None
        if info.sha256 != sha256:
            self._pool.delete(info.sha256)
            self._manifest.damaged.append(sha256)
            return None
        self._done.new_objects += 1
        self._done.new_bytes += info.size_bytes
        return info.size_bytes

    def _finish(self) -> None:
        for path in files_below(self._folder):
            facts = file_facts(os.path.join(self._folder, path))
            self._manifest.files[path] = facts
            self._done.new_bytes += facts.size_bytes
            sync_file(os.path.join(self._folder, path))
        manifest = self._path(MANIFEST)
        with open(manifest, "w", encoding="utf-8") as file:
            json.dump(asdict(self._manifest), file, indent=1)
        sync_file(manifest)
        for folder in {self._folder, *(os.path.join(self._folder, one) for one in self._manifest.workspaces)}:
            system.sync_folder(folder)
        os.rename(self._folder, self._whole)
        system.sync_folder(self._destination)

    def _drop_parts(self) -> None:
        """Delete what backups left that were killed; two at once into one folder are not meant."""
        os.makedirs(self._destination, mode=0o700, exist_ok=True)
        for name in os.listdir(self._destination):
            if name.endswith(PART):
                shutil.rmtree(os.path.join(self._destination, name))

    def _path(self, *names: str) -> str:
        path = os.path.join(self._folder, *names)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        return path


def copy_database(connection: sqlite3.Connection, path: str) -> None:
    """Copy what a read transaction sees of a SQLite database into a new file; who writes goes on meanwhile."""
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it sees one state
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    target = sqlite3.connect(path)
    try:
        connection.backup(target)  # in one step: between several it would begin anew whenever somebody writes
    finally:
        target.close()


@contextlib.contextmanager
def opened_copy(path: str) -> Iterator[Connection]:
    """A SQLite database that nobody changes, to be read without a file beside it."""
    quoted = "".join(f"%{ord(one):02x}" if one in "%?#" else one for one in path)
    connection = sqlite3.connect(f"file:{quoted}?mode=ro&immutable=1", uri=True, factory=SqliteConnection)
    try:
        yield connection
    finally:
        connection.close()
