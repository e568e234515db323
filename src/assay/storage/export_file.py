"""The file of an export: under its name only once it is whole, and read only once it has been checked."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

from assay import system
from assay.errors import ChecksumError, DamagedError, InvalidInputError, RefusedError, StoreVersionError
from assay.formats import export
from assay.formats.export import BLOCK_BYTES, CLOSING_BYTES, ExportHead

PIECE_BYTES = 1 << 20
RECORDS_BYTES = 1 << 30
"""An entry of records is read whole; one that says it is longer was not written by Assay."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an export.

    Attributes:
        name: Its name in the archive.
        at: Where its bytes begin.
        size_bytes: How many there are.
    """

    name: str
    at: int
    size_bytes: int


def is_replaceable(path: str) -> bool:
    """Whether a file is an export, to judge by its beginning, or empty."""
    if not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        block = file.read(BLOCK_BYTES)
    try:
        return not block or export.decode_entry_header(block)[0] == export.HEAD_NAME
    except ValueError:
        return False


class ExportWriter:
    """Writes an export; the file appears under its name once it is whole and on the disk.

    Args:
        path: The file; an export that is there already is replaced.
        exported_us: When the export began, microseconds since 1970.

    Raises:
        InvalidInputError: There is something else of that name.
        RefusedError: The file can't be written.
    """

    def __init__(self, path: str, exported_us: int) -> None:
        self.path = path
        self.size_bytes = 0
        self._exported_us = exported_us
        self._partial = f"{path}.{os.getpid()}.part"
        self._digest = hashlib.sha256()
        with self._translated():
            if os.path.exists(path) and not is_replaceable(path):
                raise InvalidInputError(
                    f"{path} is there already and is no export, so it is not replaced: name another file, or delete it"
                )
            self._file: IO[bytes] = open(self._partial, "wb")  # noqa: SIM115  # closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._file.close()
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._partial)

    def _finish(self) -> None:
        self._write(export.closing(self._digest.hexdigest()))
        with self._translated():
            self._file.flush()
            system.sync(self._file.fileno())
            system.observe("sync", self.path)
            self._file.close()
            os.replace(self._partial, self.path)
            system.sync_folder(os.path.dirname(os.path.abspath(self.path)))

    def add(self, name: str, size_bytes: int, pieces: Iterable[bytes]) -> None:
        """Write an entry of as many bytes as are promised.

        Raises:
            RefusedError: There is no space, or no permission.
            DamagedError: There are more or fewer bytes.
        """
        self._write(export.entry_header(name, size_bytes, self._exported_us))
        end = self.size_bytes + size_bytes
        for piece in pieces:
            self._write(piece)
        if self.size_bytes != end:
            raise DamagedError(
                f"{name} has {self.size_bytes - end + size_bytes} bytes, not the {size_bytes} that the store names; "
                "`assay doctor` lists what is affected"
            )
        self._write(export.padding(size_bytes))

    def _write(self, data: bytes) -> None:
        self._digest.update(data)
        self.size_bytes += len(data)
        with self._translated():
            system.observe("write", self.path)
            self._file.write(data)

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RefusedError(f"can't write {self.path}: {error.strerror or error}", cause=error) from error


class ExportReader:
    """An export to read, checked as a whole before the first entry is given out.

    Args:
        path: The file.

    Raises:
        RefusedError: It can't be read.
        InvalidInputError: It is no export.
        ChecksumError: It was cut short or altered.
        StoreVersionError: A newer Assay wrote it.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        with self._translated():
            self._file: IO[bytes] = open(path, "rb")  # noqa: SIM115  # closed by __exit__
        try:
            with self._translated():
                self.head = self._check()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _check(self) -> ExportHead:
        try:
            name, _ = export.decode_entry_header(self._file.read(BLOCK_BYTES))
        except ValueError:
            name = ""
        if name != export.HEAD_NAME:
            raise InvalidInputError(f"{self.path} is no export of Assay, or its first bytes were altered")
        self._end = os.fstat(self._file.fileno()).st_size - CLOSING_BYTES
        self._file.seek(0)
        digest = hashlib.sha256()
        left = self._end
        while left > 0 and (piece := self._file.read(min(PIECE_BYTES, left))):
            digest.update(piece)
            left -= len(piece)
        if self._end < 0 or self._file.read() != export.closing(digest.hexdigest()):
            raise ChecksumError(
                f"{self.path} is cut short or was altered: its end is not the SHA-256 of what stands before; nothing "
                "was imported; copy it again, or export again"
            )
        head = next(self.entries())
        try:
            # A newer version may say more, or other things, but these three.
            found = export.decode_record(self.read(head), ExportHead)
        except ValueError as error:
            raise self.wrong(str(error)) from error
        if found.version > export.VERSION:
            raise StoreVersionError(
                f"{self.path} was written by a newer Assay (format {found.version}, this one reads up to "
                f"{export.VERSION}); to import it: pip install --upgrade assay"
            )
        if found.format != export.FORMAT or found.version < 1:
            raise self.wrong(f"format {found.format!r} of version {found.version}")
        return found

    def entries(self) -> Iterator[Entry]:
        """The entries in order; what is read in between does not matter.

        Raises:
            DamagedError: They are not those of an export.
        """
        at = 0
        while at < self._end:
            with self._translated():
                self._file.seek(at)
                block = self._file.read(BLOCK_BYTES)
            try:
                name, size_bytes = export.decode_entry_header(block)
            except ValueError as error:
                raise self.wrong(str(error)) from error
            entry = Entry(name, at + BLOCK_BYTES, size_bytes)
            at = entry.at + size_bytes + len(export.padding(size_bytes))
            if at > self._end:
                raise self.wrong(f"entry {name!r} reaches beyond the end")
            yield entry

    def read(self, entry: Entry) -> bytes:
        """All bytes of an entry of records."""
        if entry.size_bytes > RECORDS_BYTES:
            raise self.wrong(f"entry {entry.name!r} has {entry.size_bytes} bytes")
        return self.read_at(entry.at, entry.size_bytes)

    def read_at(self, at: int, size_bytes: int) -> bytes:
        """Bytes from anywhere in the file."""
        with self._translated():
            self._file.seek(at)
            return self._file.read(size_bytes)

    def open(self, entry: Entry) -> IO[bytes]:
        """An entry's bytes as a file, which is read before anything else is."""
        with self._translated():
            self._file.seek(entry.at)
        return _Part(self._file, entry.size_bytes)  # type: ignore[return-value]

    def wrong(self, what: str) -> DamagedError:
        """The error of a file that is whole and holds what no Assay writes."""
        return DamagedError(f"{self.path} is whole, but not what Assay writes: {what}; nothing more was imported")

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RefusedError(f"can't read {self.path}: {error.strerror or error}", cause=error) from error


class _Part:
    """What `Objects.put` needs of a file: `read`."""

    def __init__(self, file: IO[bytes], left: int) -> None:
        self._file = file
        self._left = left
        self.name = getattr(file, "name", "")

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(piece)
        return piece
