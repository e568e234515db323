"""How a server's data is opened, and what is looked at before anybody is let in.

A workspace is a catalog of its own and objects of its own, so that no query and no hash leads from one to another: in
a folder it is that folder (`main`) or one below it, in PostgreSQL a schema, in a bucket a prefix. Beside them lie the
tables of access.
"""

from __future__ import annotations

import contextlib
import io
import os
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from assay.errors import DamagedError, NotFoundError, RefusedError, StoreError, nearest
from assay.place import JOURNALS_FOLDER
from assay.serving.access.file import FILE_NAME, AccessFile
from assay.serving.access.members import Members
from assay.serving.access.workspace import MAIN
from assay.serving.policies import Policies
from assay.serving.settings import Place
from assay.storage.sql.store import CATALOG_FILE, OBJECTS_FOLDER, SqlStore

if TYPE_CHECKING:
    from assay.serving.access.tables import Database as AccessDatabase
    from assay.storage.objects import Objects
    from assay.storage.sql.database import Database
    from assay.storage.sql.pool import Pool
    from assay.storage.sql.postgres import PostgresSchema

WORKSPACES_FOLDER = "workspaces"
ACCESS_SCHEMA = "assay"
CLOCK_APART_S = 60
"""So far our clock may be from those of the database and the bucket before it is said."""
CREDENTIALS_FILE = "AWS_SHARED_CREDENTIALS_FILE"
PROFILE = "AWS_PROFILE"


class Workspaces:
    """The workspaces of a server, wherever their data lies.

    Args:
        place: Where that is.
        location: What messages call a store, such as the server's public URL; None calls it by its place.
    """

    def __init__(self, place: Place, location: str | None = None) -> None:
        self.place = place
        self.location = location

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def access(self) -> AccessDatabase:
        """Where the tables of access lie."""
        if self.place.database is not None:
            from assay.storage.sql.postgres import PostgresSchema

            return PostgresSchema(self.pool, ACCESS_SCHEMA)
        make_folder(self.place.folder)
        return AccessFile(self.place.folder)

    @cached_property
    def members(self) -> Members:
        """Who may come in; the tables are made where they are not there."""
        return Members(self.access)

    @cached_property
    def policies(self) -> Policies:
        """How long workspaces keep what, and how much."""
        _ = self.members  # which makes the tables
        return Policies(self.access)

    @cached_property
    def pool(self) -> Pool:
        """Connections to the database, for all workspaces."""
        from assay.storage.sql.pool import Pool

        assert self.place.database is not None
        return Pool(self.place.database)

    def names(self) -> list[str]:
        """The names of all workspaces, in order; of a folder that no server was started on yet, `main`."""
        if self.place.database is None and not os.path.exists(os.path.join(self.place.folder, FILE_NAME)):
            return [MAIN]
        return self.members.list_workspaces()

    def check_name(self, workspace: str) -> None:
        """Raise NotFoundError unless there is a workspace of that name."""
        known = self.names()
        if workspace not in known:
            raise NotFoundError(
                f"no workspace {workspace!r}{nearest(workspace, known)}; to make one: assay workspace create NAME"
            )

    def folder(self, workspace: str) -> str:
        """The folder of a workspace, for what of it lies in one."""
        if workspace == MAIN:
            return self.place.folder
        return os.path.join(self.place.folder, WORKSPACES_FOLDER, workspace)

    def journals(self, workspace: str) -> Path:
        """Where processes that use a workspace's folder without a server have their journals."""
        return Path(self.folder(workspace)) / JOURNALS_FOLDER

    def has_catalog(self, workspace: str) -> bool:
        """Whether anything was kept there yet; a database is asked only by opening it."""
        return self.place.database is not None or os.path.exists(os.path.join(self.folder(workspace), CATALOG_FILE))

    def open_objects(self, workspace: str) -> Objects:
        """The objects of a workspace."""
        if self.place.objects is not None:
            from assay.storage.bucket_objects import BucketObjects

            return BucketObjects(f"{self.place.objects.rstrip('/')}/{workspace}", **bucket_options(self.place.objects))
        from assay.storage.disk_objects import DiskObjects

        return DiskObjects(os.path.join(self.folder(workspace), OBJECTS_FOLDER))

    def open_database(self, workspace: str) -> Database:
        """The catalog of a workspace; its tables are made, or brought up to date, where they are not.

        Raises:
            RefusedError: Something of it can't be written.
            StoreVersionError: A newer Assay wrote it.
            UnavailableError: The database does not answer.
        """
        if self.place.database is not None:
            from assay.storage.sql.postgres import PostgresDatabase

            return PostgresDatabase(self.pool, schema_of(workspace), self.location or "")
        from assay.storage.sql.sqlite import SqliteDatabase

        folder = self.folder(workspace)
        make_folder(folder)
        return SqliteDatabase(os.path.join(folder, CATALOG_FILE), writable=True, place=self.location or "")

    def open_store(self, workspace: str) -> SqlStore:
        """The store of a workspace, to be closed by who asked for it.

        Raises:
            AssayError: As `open_database`.
        """
        location = self.location or (self.folder(workspace) if self.place.database is None else str(self.place))
        return SqlStore(self.open_database(workspace), self.open_objects(workspace), location)

    def check(self) -> list[str]:
        """Look whether everything that a server needs works: the folder, the database, its tables, the objects.

        Returns:
            What is odd but no reason not to start.

        Raises:
            AssayError: It does not work; the message says what of it.
        """
        if self.place.uses_folder:
            make_folder(self.place.folder)
        if self.place.database is not None:
            from assay.storage.sql.postgres import PostgresSchema

            check_locks(PostgresSchema(self.pool, ACCESS_SCHEMA))
        self.members.has_members()
        store = self.open_store(MAIN)
        try:
            store.experiments()
            probe(store.objects)
            return [
                f"the clock of {what} is {abs(ahead_s):.0f} s {'ahead of' if ahead_s > 0 else 'behind'} this "
                "machine's: times of different servers will not agree, and tokens expire by this one's"
                for what, ahead_s in self._clocks(store)
                if abs(ahead_s) > CLOCK_APART_S
            ]
        finally:
            store.close()

    def close(self) -> None:
        """Let go of connections; what was opened by `open_store` is closed by who asked for it."""
        if "pool" in self.__dict__:
            self.pool.close()

    def _clocks(self, store: SqlStore) -> list[tuple[str, float]]:
        """How far the clocks that matter are ahead of this machine's, in seconds, by whose they are."""
        found = []
        if self.place.database is not None:
            asked = "SELECT CAST(extract(epoch FROM clock_timestamp()) AS DOUBLE PRECISION)"
            with store.reading() as connection:
                found.append(("the database", connection.execute(asked).fetchone()[0] - time.time()))
        if self.place.objects is not None:
            from assay.storage.bucket_objects import BucketObjects

            assert isinstance(store.objects, BucketObjects)
            found.append(("the object store", store.objects.bucket.now_s() - time.time()))
        return found


def check_locks(schema: PostgresSchema) -> None:
    """Raise StoreError unless the database keeps the locks that writers rely on: some take them and do nothing."""
    probe_lock = ("probe", os.urandom(8).hex())
    with schema.claim(probe_lock) as first, schema.claim(probe_lock) as second:
        if not first or second:
            raise StoreError(
                f"the database {schema.place} takes advisory locks and does not keep them; without them what several "
                "clients send at once would be lost: use PostgreSQL, or a version of this database that keeps them"
            )


def schema_of(workspace: str) -> str:
    """The schema of a workspace in PostgreSQL."""
    return f"assay_{workspace}"


def make_folder(folder: str) -> None:
    """Make a folder that only this user reads, where it is not there.

    Raises:
        RefusedError: It can't be made, or can't be written to.
    """
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        raise RefusedError(f"can't make the folder {folder}: {error.strerror or error}", cause=error) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise RefusedError(f"can't write to the folder {folder}; is it this user's?", path=folder)


def probe(objects: Objects) -> None:
    """Store an object, read it back, and delete it.

    Raises:
        AssayError: One of these failed.
    """
    data = b"assay looks whether objects can be stored here\n" + os.urandom(16)
    info = objects.put(io.BytesIO(data), durable=True)
    try:
        if b"".join(objects.read_checked(info.sha256)) != data:
            raise DamagedError(f"{objects.uri(info.sha256)} was stored and did not read back as it was")
    finally:
        with contextlib.suppress(StoreError, OSError):
            objects.delete(info.sha256)


def bucket_options(url: str) -> dict[str, Any]:
    """What a bucket is opened with beside what the environment says of it.

    Where `AWS_SHARED_CREDENTIALS_FILE` names a file and the environment holds no key, the keys are read from there:
    a secret in a file is seen by fewer than one in the environment.

    Raises:
        RefusedError: The file can't be read, or holds no keys.
    """
    path = os.environ.get(CREDENTIALS_FILE)
    if not path or not url.startswith("s3://") or os.environ.get("AWS_ACCESS_KEY_ID"):
        return {}
    import configparser

    profile = os.environ.get(PROFILE) or "default"
    parser = configparser.ConfigParser(interpolation=None)
    try:
        with open(path, encoding="utf-8") as file:
            parser.read_file(file)
        found = parser[profile]
        options = {
            "access_key_id": found["aws_access_key_id"],
            "secret_access_key": found["aws_secret_access_key"],
        }
    except OSError as error:
        raise RefusedError(f"can't read {path}: {error.strerror or error}", cause=error) from error
    except (configparser.Error, KeyError, UnicodeDecodeError) as error:
        raise RefusedError(
            f"{path} holds no aws_access_key_id and aws_secret_access_key under [{profile}]", path=path
        ) from error
    if "aws_session_token" in found:
        options["session_token"] = found["aws_session_token"]
    return options
