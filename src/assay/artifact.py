"""Artifacts: what goes into a run or comes out of it, as a caller gets it."""

from __future__ import annotations

import io
import json
import os
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from assay.errors import ArtifactNotFoundError, ChecksumError, InvalidTypeError, RefusedError
from assay.formats.moments import moment
from assay.storage.contract import ArtifactRecord
from assay.storage.objects import Objects

if TYPE_CHECKING:
    import numpy as np

    from assay.media.histogram import Histogram

DIRECTORY = "directory"
DIRECTORY_MEDIA_TYPE = "application/vnd.assay.directory+json"


class Artifact:
    """One artifact of a run.

    Attributes:
        name: Its name.
        is_output: Whether it came out of the run; else it went in.
        kind: `value`, `file`, `directory`, `image`, `figure`, `table`, `text`, `histogram` or the type of a chart's
            document.
        value: What `log_artifact` was given; of stored bytes, the address at which they lie.
        media_type: The type of its bytes, None where nobody said and the name does not tell.
        size_bytes: How many bytes it has, None where the store holds none.
        sha256: Their SHA-256, None where the store holds none.
        step: Of an item of a series of media, else None.
        caption: What `log_image` was given.
        timestamp: When it was logged.
    """

    __slots__ = (
        "_histogram",
        "_objects",
        "caption",
        "is_output",
        "kind",
        "media_type",
        "name",
        "sha256",
        "size_bytes",
        "step",
        "timestamp",
        "value",
    )

    def __init__(self, record: ArtifactRecord, objects: Objects) -> None:
        self._objects = objects
        self._histogram: Histogram | None = None
        self.name = record.name
        self.is_output = record.is_output
        self.kind = record.kind
        self.media_type = record.media_type
        self.size_bytes = record.size_bytes
        self.sha256 = record.sha256
        self.step = record.step
        self.caption = record.caption
        self.timestamp: datetime | None = moment(record.created_us)
        self.value = record.value if record.sha256 is None else objects.uri(record.sha256)

    def __repr__(self) -> str:
        size = "" if self.size_bytes is None else f", {self.size_bytes:,} bytes"
        step = "" if self.step is None else f", step {self.step}"
        direction = "output" if self.is_output else "input"
        return f"<Artifact {self.name!r}: {direction} {self.kind}, {self.media_type}{size}{step}>"

    def read_bytes(self) -> bytes:
        """All of its bytes, checked.

        Raises:
            ArtifactNotFoundError: The store holds none of its bytes.
            DamagedError: They are gone, or not those that were logged; the message names the file.
        """
        return b"".join(self._objects.read_checked(self._stored()))

    def open(self) -> IO[bytes]:
        """Its bytes as a file to read, to be closed; checked against the hash when the end is reached.

        Raises:
            ArtifactNotFoundError: The store holds none of its bytes.
            ObjectMissingError: They are gone; the message names the file.
        """
        return _CheckedFile(self._objects, self._stored())

    def json(self) -> Any:
        """Its bytes as JSON."""
        return json.loads(self.read_bytes())

    @property
    def histogram(self) -> Histogram:
        """What `log_histogram` counted; read when it is first asked for.

        Raises:
            InvalidTypeError: It is no histogram.
            DamagedError: Its bytes are gone, or not those that were logged; the message names the file.
        """
        if self._histogram is None:
            if self.kind != "histogram":
                raise InvalidTypeError(
                    f"artifact {self.name!r} is of kind {self.kind!r}: it has no edges and no counts"
                )
            from assay.media.histogram import decode_histogram

            self._histogram = decode_histogram(self.read_bytes())
        return self._histogram

    @property
    def edges(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """The edges of a histogram's bins, ascending, one more than there are bins."""
        return self.histogram.edges

    @property
    def counts(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """How many values each bin of a histogram has."""
        return self.histogram.counts

    def save(self, folder: str | os.PathLike[str]) -> str:
        """Write it into a folder, which is made; the file (for a directory, the folder) lies in it whatever its name.

        Returns:
            The path.

        Raises:
            ArtifactNotFoundError: The store holds none of its bytes.
            DamagedError: They are gone, or not those that were logged; nothing is left behind.
        """
        sha256 = self._stored()
        target = os.path.join(os.fspath(folder), safe_file_name(self.name))
        if self.kind != DIRECTORY:
            _write(self._objects, sha256, target)
            return target
        _make_folder(target)
        for entry in self.json()["files"]:
            parts = [safe_file_name(part) for part in entry["path"].split("/")]
            _write(self._objects, entry["sha256"], os.path.join(target, *parts))
        return target

    def _stored(self) -> str:
        if self.sha256 is None:
            raise ArtifactNotFoundError(
                f"artifact {self.name!r} is only a value ({self.value!r}): the store holds none of its bytes"
            )
        return self.sha256


def safe_file_name(name: str) -> str:
    """A name that stays in its folder: no separators, no drive, no parent, nothing the file system refuses."""
    kept = "".join("_" if character in '/\\:\0<>"|?*' or ord(character) < 32 else character for character in name)
    kept = kept.strip(". ") if kept.strip(". ") else "_" * max(1, min(len(kept), 3))
    while len(kept.encode()) > 200:
        kept = kept[:-1]
    return kept


def _make_folder(path: str) -> None:
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise RefusedError(f"can't make the folder {path}: {error.strerror or error}", cause=error) from error


def _write(objects: Objects, sha256: str, path: str) -> None:
    _make_folder(os.path.dirname(path))
    partial = f"{path}.{os.getpid()}.part"
    try:
        with open(partial, "wb") as file:
            for piece in objects.read_checked(sha256):
                file.write(piece)
        os.replace(partial, path)
    except OSError as error:
        raise RefusedError(f"can't write {path}: {error.strerror or error}", cause=error) from error
    finally:
        if os.path.exists(partial):
            os.unlink(partial)


class _CheckedFile(io.BufferedReader):
    """A file whose bytes are hashed as they are read in order; the end of a damaged one raises."""

    def __init__(self, objects: Objects, sha256: str) -> None:
        super().__init__(_HashedRaw(objects, sha256))


class _HashedRaw(io.RawIOBase):
    def __init__(self, objects: Objects, sha256: str) -> None:
        import hashlib

        super().__init__()
        self._is_open = False
        self._file = objects.open(sha256)
        self._is_open = True
        self._uri = objects.uri(sha256)
        self._digest: Any = hashlib.sha256()
        self._sha256 = sha256

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._digest = None  # read out of order there is no hash of the whole
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:
        count: int = self._file.readinto(buffer)  # type: ignore[attr-defined]
        if self._digest is not None:
            self._digest.update(memoryview(buffer)[:count])
            if count == 0 and self._digest.hexdigest() != self._sha256:
                raise ChecksumError(f"object {self._uri} is damaged: its bytes do not have the SHA-256 of its name")
        return count

    def close(self) -> None:
        if self._is_open:  # else there was nothing to open, and what was half made is thrown away
            self._file.close()
        super().close()
