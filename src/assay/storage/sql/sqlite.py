"""A SQLite file that many threads and processes share without ever seeing "database is locked".

Writers of all processes queue on one lock file and hold it for the length of a transaction, so SQLite's own locks
are never contended; its busy handler, which sleeps ever longer and can starve, is only the second line. On a local
disk the database runs in WAL mode, where readers and the writer do not meet. On a network file system WAL does not
work: there it uses a rollback journal, and readers share the lock file.
"""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator

from assay import system
from assay.errors import RefusedError, StoreError, StoreVersionError
from assay.storage.sql import schema
from assay.storage.sql.database import LOCK_TIMEOUT_S, Database, Names
from assay.storage.sql.forking import gate
from assay.storage.sql.sqlite_connection import SqliteConnection
from assay.storage.sql.sqlite_errors import translate

JOURNAL_ENVIRONMENT = "ASSAY_SQLITE_JOURNAL"
"""`wal` or `rollback`, for file systems that are not recognised as local or network ones."""
PAGE_BYTES = 2048
"""Of a new database. The catalog of an empty store takes a page a table and index; half of SQLite's own choice costs a
millisecond in reading a million points."""
COMPACT_PAGES = 2048
"""So many empty pages are given back while one lock is held."""
WAL_LIMIT_BYTES = 1 << 16
"""What the WAL may keep on disk once everything in it has been moved into the database."""

_lock_files: dict[int, str] = {}  # the lock files of this process, by what they are open as
_leaked: list[object] = []  # connections of the parent process: closing them in a forked child would break its locks


class SqliteDatabase(Database):
    """One SQLite file, opened by each process for itself.

    Args:
        path: The file; it is made where it does not exist.
        writable: False opens it for reading alone and never makes it.
        place: What messages call it, where they are read by others than the user of this machine; by default the path.
    """

    def __init__(self, path: str, *, writable: bool, place: str = "") -> None:
        self.path, self.place = path, place or path
        self.writable = writable
        self.names = Names()
        self._views: tuple[str, ...] = ()
        self._mode = os.environ.get(JOURNAL_ENVIRONMENT) or ("rollback" if system.is_network(path) else "wal")
        self._reset()
        self._prepare()
        self._file = os.stat(path)

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._idle: list[SqliteConnection] = []
        weakref.finalize(self, _close, self._idle, self._pid)
        self._queue = threading.Lock()  # flock holds between processes, this between the threads of one
        self._lock_fd = self._wal_fd = -1

    def _prepare(self) -> None:
        with self.translated(), gate.passed(), contextlib.ExitStack() as undo:
            with self._shared():
                connection = self._connect()
                undo.callback(connection.close)
                version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0 and self.writable:
                version = self._create(connection)
            if 0 < version < schema.VERSION:
                self._bring_forward(connection)
            if self.writable and self._mode == "wal":
                self._mode = self._agreed_mode(connection)
            undo.pop_all()
            self._idle.append(connection)
        if version > schema.VERSION:
            raise StoreVersionError(
                f"the store {self.place} was written by a newer Assay (format {version}, this one reads up to "
                f"{schema.VERSION}); to use it: pip install --upgrade assay"
            )
        if version == 0:
            raise StoreError(f"{self.place} is empty and can't be written; it is no store")

    def _agreed_mode(self, connection: SqliteConnection) -> str:
        """`wal` if the database is, or can be put, in that mode; one that was made for a network disk may not be."""
        if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
            return "wal"
        with self._exclusive():
            if connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] == "wal":
                return "wal"
        connection.execute("PRAGMA synchronous=FULL")
        return "rollback"

    def _create(self, connection: SqliteConnection) -> int:
        with self._exclusive():
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version:  # another process was quicker
                return version
            connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
            if self._mode == "wal":
                connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("BEGIN IMMEDIATE")
            for statement in schema.statements(schema.VIEWS + schema.TABLES):
                # The catalog keeps the text of each: in one line it takes some pages less.
                connection.execute(" ".join(statement.split()))
            connection.execute("INSERT INTO facts VALUES ('secret', ?)", (os.urandom(16).hex(),))
            connection.execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={schema.VERSION}")
            connection.execute("COMMIT")
            return schema.VERSION

    def _bring_forward(self, connection: SqliteConnection) -> None:
        """Bring a catalog of an older format to this one; one that can't be written only looks like it."""
        from assay.storage.sql.migrations import READ_AS, migrate  # once in a store's life

        if not self.writable:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            connection.execute("PRAGMA temp_store=MEMORY")
            self._views = tuple(view for one in range(version + 1, schema.VERSION + 1) for view in READ_AS[one])
            for view in self._views:
                connection.execute(view)
            return
        with self._exclusive():
            connection.execute("BEGIN IMMEDIATE")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            migrate(connection, version)  # none, where another process was quicker
            connection.execute(f"PRAGMA user_version={max(version, schema.VERSION)}")
            connection.execute("COMMIT")

    def _connect(self) -> SqliteConnection:
        mode = "rwc" if self.writable else "ro"
        uri = f"file:{_quoted(self.path)}?mode={mode}"
        if not self.writable and not os.path.exists(self.path + "-wal"):
            uri += "&immutable=1"  # a folder that can't be written has nobody who changes it, nor room for a WAL
        connection = sqlite3.connect(
            uri,
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=LOCK_TIMEOUT_S,
            cached_statements=256,
            factory=SqliteConnection,
        )
        with contextlib.ExitStack() as undo:
            undo.callback(connection.close)
            if self.writable:
                if self._mode != "wal":
                    connection.execute("PRAGMA journal_mode=TRUNCATE")
                # In WAL mode `write` syncs by itself, once it has let go of the lock.
                connection.execute(f"PRAGMA synchronous={'NORMAL' if self._mode == 'wal' else 'FULL'}")
                connection.execute(f"PRAGMA journal_size_limit={WAL_LIMIT_BYTES}")
            for view in self._views:
                connection.execute(view)
            undo.pop_all()
        return connection

    @contextlib.contextmanager
    def read(self) -> Iterator[SqliteConnection]:
        """A connection that sees one state of the database until the block ends."""
        with self.translated(), self._shared(), self._connection() as connection:
            connection.execute("BEGIN")
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[SqliteConnection]:
        """A connection within a transaction that is kept if the block ends well, and undone if it raises."""
        if not self.writable:
            store = os.path.dirname(self.path) if self.place == self.path else self.place
            raise RefusedError(f"the store {store} is read-only: nothing can be logged to it")
        with self.translated():
            with self._exclusive(), self._connection() as connection:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    self.names.forget()
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
            self._settle()
            system.observe("commit", self.path)

    def _settle(self) -> None:
        """Return when what was committed is on the disk.

        SQLite would sync the WAL while it holds the lock, and 64 processes that start at once would wait for 64 syncs
        one after another. Behind the lock one sync serves all that committed before it. If the WAL was carried into
        the database and begun anew meanwhile, SQLite has synced the database for that.
        """
        if self._mode == "wal":
            if self._wal_fd < 0:
                self._wal_fd = os.open(self.path + "-wal", os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
                system.sync_folder(os.path.dirname(os.path.abspath(self.path)))
            system.sync(self._wal_fd)

    def shrink(self, *, free_pages: int = 256, wal_bytes: int | None = None) -> None:
        """Give back what the file does not need: empty pages if they are many, and a WAL that has grown.

        Where others are writing it is left to them.

        Args:
            free_pages: So many empty pages stay.
            wal_bytes: So large the WAL stays, by default a twentieth of the database.
        """
        with self.translated(), self._connection() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            free = connection.execute("PRAGMA freelist_count").fetchone()[0]
            if free > max(free_pages, pages // 20):
                with self._exclusive(patient=False) as ours:
                    if ours:
                        # It gives back a page a step, and only a script is stepped to its end.
                        connection.executescript("PRAGMA incremental_vacuum")
            with contextlib.suppress(OSError):
                limit = wal_bytes or max(WAL_LIMIT_BYTES, os.path.getsize(self.path) // 20)
                if os.path.getsize(self.path + "-wal") > limit:
                    with self._exclusive(patient=False) as ours:
                        if ours:  # and only if no reader is in the way: everybody who writes would wait for it
                            _truncate_wal(connection, patience_ms=0)

    def compact(self) -> None:
        """Give back every empty page and all of the WAL, a few MiB at a time, so that nobody waits for long."""
        free = -1
        while True:
            with self.translated(), self._exclusive(), self._connection() as connection:
                before, free = free, connection.execute("PRAGMA freelist_count").fetchone()[0]
                if free in (0, before):
                    break
                connection.executescript(f"PRAGMA incremental_vacuum({COMPACT_PAGES})")
        for _ in range(10):
            with self.translated(), self._exclusive(), self._connection() as connection:
                done = _truncate_wal(connection, patience_ms=100)
            if done:
                break
            time.sleep(0.05)

    @property
    def free_bytes(self) -> int:
        with self.read() as connection:
            free, size = (connection.execute(f"PRAGMA {one}").fetchone()[0] for one in ("freelist_count", "page_size"))
            return int(free * size)

    @property
    def is_there(self) -> bool:
        """Whether the file that was opened is still the one of that name."""
        try:
            return os.path.samestat(self._file, os.stat(self.path))
        except OSError:
            return False

    def close(self) -> None:
        """Close what this process holds; the next call opens it again."""
        with gate.passed():
            while self._idle and self._pid == os.getpid():
                self._idle.pop().close()
        if self._pid == os.getpid():
            _lock_files.pop(self._lock_fd, None)
            for fd in (self._lock_fd, self._wal_fd):
                if fd >= 0:
                    os.close(fd)
            self._lock_fd = self._wal_fd = -1

    @contextlib.contextmanager
    def _connection(self) -> Iterator[SqliteConnection]:
        if self._pid != os.getpid():
            _leaked.extend(self._idle)
            self._reset()
        with gate.passed():
            connection = self._idle.pop() if self._idle else self._connect()
            pid = self._pid
            try:
                yield connection
            finally:
                if pid == os.getpid():
                    if connection.in_transaction:  # a read, or something that was interrupted
                        connection.execute("ROLLBACK")
                    self._idle.append(connection)

    @contextlib.contextmanager
    def _exclusive(self, *, patient: bool = True) -> Iterator[bool]:
        """The lock of those who write; whether it was had, which only one who is not patient needs to ask."""
        if self._pid != os.getpid():
            _leaked.extend(self._idle)
            self._reset()
        # Bounded: a signal handler may ask for what the thread that it interrupted has.
        if not self._queue.acquire(patient, LOCK_TIMEOUT_S if patient else -1):
            if patient:
                raise self._too_slow()
            yield False
            return
        try:
            if self._lock_fd < 0:
                self._lock_fd = os.open(
                    self.path + ".lock", os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666
                )
                _lock_files[self._lock_fd] = self.path + ".lock"
            if patient:
                fd = self._lock_fd
                self._lock_fd = -1  # while the wait lasts, and for ever if it was in vain, the wait owns it
                if not system.lock_within(fd, LOCK_TIMEOUT_S):
                    raise self._too_slow()
                self._lock_fd = fd
            elif not system.try_lock(self._lock_fd):
                yield False
                return
            try:
                yield True
            finally:
                system.unlock(self._lock_fd)
        finally:
            self._queue.release()

    @contextlib.contextmanager
    def _shared(self) -> Iterator[None]:
        if self._mode == "wal" or not self.writable:
            yield
            return
        fd = os.open(self.path + ".lock", os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
        try:
            deadline_s = time.monotonic() + LOCK_TIMEOUT_S
            while not system.try_lock(fd, shared=True):
                if time.monotonic() > deadline_s:
                    raise self._too_slow()
                time.sleep(0.0005 + 0.0015 * random.random())
            yield
        finally:
            system.unlock(fd)  # closing alone would leave it to a child that was forked meanwhile
            os.close(fd)

    def _too_slow(self) -> StoreError:
        return StoreError(
            f"another process has held the store {self.place} for {LOCK_TIMEOUT_S:.0f} s; is one of those that use it "
            "stopped (Ctrl-Z, a debugger)?"
        )

    @contextlib.contextmanager
    def translated(self) -> Iterator[None]:
        """Turn what SQLite raises into what a caller can act on."""
        try:
            yield
        except sqlite3.Error as error:
            raise translate(error, self.place) from error
        except OSError as error:
            if isinstance(error, RefusedError):
                raise
            raise RefusedError(f"can't use the store {self.place}: {error.strerror or error}", cause=error) from error


def _let_go_in_child() -> None:
    """Close the parent's lock files: a lock that it held would outlive it in here."""
    for fd, path in _lock_files.items():
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(fd), os.stat(path)):
                os.close(fd)
    _lock_files.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go_in_child)


def _truncate_wal(connection: SqliteConnection, *, patience_ms: int) -> bool:
    """Carry the WAL into the database and empty it; False where a reader was in the way for so long."""
    connection.execute(f"PRAGMA busy_timeout={patience_ms}")
    try:
        return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        connection.execute(f"PRAGMA busy_timeout={int(LOCK_TIMEOUT_S * 1000)}")


def _quoted(path: str) -> str:
    return "".join(f"%{ord(one):02x}" if one in "%?#" else one for one in os.path.abspath(path))


def _close(idle: list[SqliteConnection], pid: int) -> None:
    while idle and pid == os.getpid():
        idle.pop().close()
