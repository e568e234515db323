"""The first page of a catalog: whether it is one, and how it is made anew when something has written over it.

SQLite's file begins with 100 bytes without which nothing behind them can be read. All that they say is known from
elsewhere: a store's tables are made at once, so the first page of a new store is that of every store that was made in
this version, but for two counters; of one that came forward, the rest of the page is put together
(`assay.storage.sql.schema_pages`). What can't be known is which pages are free; SQLite finds them once the
database is written anew (`assay.storage.sql.rewrite`).
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import sqlite3
import struct
import tempfile

from assay.errors import DamagedError
from assay.storage.sql import schema
from assay.storage.sql.schema_pages import first_pages
from assay.storage.sql.sqlite import SqliteDatabase

HEADER_BYTES = 100
"""The database header at the start of the first page. Source: https://www.sqlite.org/fileformat.html#the_database_header."""

_MAGIC = b"SQLite format 3\0"
_FRACTIONS = bytes([64, 32, 32])
_UTF8 = 1


def header_fault(path: str) -> str | None:
    """What is wrong with the header of a catalog, None where nothing is.

    A version greater than this reader's is nothing wrong: opening the store says what to do.
    """
    with open(path, "rb") as file:
        fault = _fault_of(file.read(HEADER_BYTES))
    return fault if fault is None or not _is_in_wal(path) else None


def _is_in_wal(path: str) -> bool:
    """Whether the WAL holds a first page that SQLite reads instead of the one in the file, as after a kill."""
    if not os.path.exists(path + "-wal") or os.path.getsize(path + "-wal") == 0:
        return False
    try:
        connection = sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True)
        try:
            return bool(connection.execute("PRAGMA application_id").fetchone()[0] == schema.APPLICATION_ID)
        finally:
            connection.close()
    except sqlite3.Error:
        return False


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(os.path.abspath(path))


def _fault_of(head: bytes) -> str | None:
    if not head:
        return "the file is empty"
    if len(head) < HEADER_BYTES:
        return f"the file has only {len(head)} bytes"
    if not head.startswith(_MAGIC):
        return "its first bytes are not those of a SQLite database: they were overwritten"
    if not _is_page_size(head) or head[21:24] != _FRACTIONS or _word(head, 56) != _UTF8:
        return "its header holds values that no store writes: it was overwritten"
    if _word(head, 68) != schema.APPLICATION_ID or _word(head, 60) == 0:
        return "its header is not that of a store: another program made it, or it was overwritten"
    return None


def _word(head: bytes, at: int) -> int:
    return int(struct.unpack_from(">I", head, at)[0])


def _is_page_size(head: bytes) -> bool:
    size: int = struct.unpack_from(">H", head, 16)[0]
    return size == 1 or (512 <= size <= 32768 and size & (size - 1) == 0)


def rebuild_header(path: str, set_aside: str) -> None:
    """Give a catalog its first bytes back, or its whole first page where that is lost too.

    The caller holds the store's lock. What stood there is kept in the file `set_aside`.

    Raises:
        DamagedError: What follows the header is not a store's either; the file is as it was.
    """
    page, tables = _fresh_store(path)
    with open(path, "rb") as file:
        old = file.read(len(page))
    with open(set_aside, "xb") as file:
        file.write(old)
    _carry_wal_in(path)
    if header_fault(path) is None:
        return
    counted = _with_size(page, os.path.getsize(path))
    likely = (counted[:HEADER_BYTES] + old[HEADER_BYTES:], counted)
    for candidate in itertools.chain(likely, first_pages(path, counted)):
        _overwrite(path, candidate)
        if _tables(path) == tables:
            return
    _overwrite(path, old)
    raise DamagedError(
        f"{path} can't be given its header back: what follows the first {len(page)} bytes is not a store's either; "
        "restore the file from a backup"
    )


def _carry_wal_in(path: str) -> None:
    # A WAL may hold a first page that is newer than the one in the file; SQLite then never reads the latter.
    with contextlib.suppress(sqlite3.Error):
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            connection.close()


def _fresh_store(path: str) -> tuple[bytes, set[tuple[str, str | None]]]:
    """The first page of a new store, and its tables and indexes."""
    folder = tempfile.mkdtemp(prefix="new-", dir=os.path.dirname(path))
    try:
        fresh = os.path.join(folder, "catalog.db")
        database = SqliteDatabase(fresh, writable=True)
        with database.read() as connection:
            size = int(connection.execute("PRAGMA page_size").fetchone()[0])
        database.close()  # the last connection's end carries the WAL into the file
        with open(fresh, "rb") as file:
            return file.read(size), _tables(fresh)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _with_size(page: bytes, size_bytes: int) -> bytes:
    counted = bytearray(page)
    (change,) = struct.unpack_from(">I", page, 24)
    struct.pack_into(">I", counted, 28, size_bytes // len(page))
    struct.pack_into(">II", counted, 32, 0, 0)  # the list of free pages, which nobody knows any more
    struct.pack_into(">I", counted, 92, change)  # says that the size above is valid
    return bytes(counted)


def _overwrite(path: str, data: bytes) -> None:
    # In place: the file's other readers and writers keep the file that they have open.
    with open(path, "r+b", buffering=0) as file:
        file.write(data)
        os.fsync(file.fileno())


def _plain(text: str) -> str:
    # What a migration has added to is the same table, however its text is spaced.
    return "".join(text.split())


def _tables(path: str) -> set[tuple[str, str | None]]:
    """The names and statements of a database's tables and indexes; none where it is no database."""
    try:
        # Immutable: a look that takes no lock and never carries a WAL into a file which may be no database.
        connection = sqlite3.connect(f"file:{_quoted(path)}?mode=ro&immutable=1", uri=True)
        try:
            found = connection.execute("SELECT name, sql FROM sqlite_schema").fetchall()
            return {(name, text if text is None else _plain(text)) for name, text in found}
        finally:
            connection.close()
    except sqlite3.Error:
        return set()
