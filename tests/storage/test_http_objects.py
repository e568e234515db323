"""Objects of a server, with a real one before them."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from assay.errors import ChecksumError, InvalidInputError, ObjectMissingError, StoreError
from assay.storage.disk_objects import DiskObjects
from assay.storage.http.objects import READ_BYTES, WHOLE_BYTES, HttpObjects
from assay.storage.http.snapshots import SnapshotObjects
from assay.storage.http.store import HttpStore
from assay.storage.sql.store import SqlStore
from assay.storage.uploads import PART_BYTES
from tests.serving.running import serving
from tests.storage.objects_contract import read, sha256_of


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[HttpObjects]:
    """The objects of a server, of which there are none."""
    folder = tmp_path / "served"
    folder.mkdir()
    with serving(lambda _: SqlStore(str(folder))) as url:
        store = HttpStore(url)
        assert isinstance(store.objects, HttpObjects)
        yield store.objects
        store.close()


@pytest.mark.parametrize("size_bytes", [0, 1, READ_BYTES - 1, READ_BYTES, READ_BYTES + 1, WHOLE_BYTES, WHOLE_BYTES + 1])
def test_what_is_put_is_read_and_pinned_before_it_is_sent(objects: HttpObjects, size_bytes: int) -> None:
    data = os.urandom(size_bytes)
    pinned: list[tuple[str, int | None]] = []

    info = objects.put(io.BytesIO(data), pin=lambda sha256: pinned.append((sha256, objects.has(sha256))))

    assert [(sha256_of(data), None)] == pinned
    assert (sha256_of(data), size_bytes) == (info.sha256, info.size_bytes)
    assert size_bytes == objects.has(info.sha256)
    assert data == read(objects, info.sha256)


def test_any_stretch_of_an_object_is_read(objects: HttpObjects) -> None:
    data = os.urandom(2 * READ_BYTES + 100)
    sha256 = objects.put(io.BytesIO(data)).sha256
    with objects.open(sha256) as file:
        for offset, length in ((0, 10), (READ_BYTES - 5, 10), (len(data) - 3, 10), (7, READ_BYTES + 7), (len(data), 1)):
            file.seek(offset)
            assert data[offset : offset + length] == file.read(length)
        assert len(data) == file.seek(0, io.SEEK_END)
        assert len(data) - 4 == file.seek(-4, io.SEEK_CUR)
        assert data[-4:] == file.read()


def test_an_object_that_is_not_there_says_that_it_may_come(objects: HttpObjects) -> None:
    sha256 = sha256_of(b"elsewhere")

    assert objects.has(sha256) is None
    with pytest.raises(ObjectMissingError, match="not uploaded yet"):
        objects.open(sha256)


@pytest.mark.parametrize("name", ["", "../secret", "a" * 63, "A" * 64])
def test_what_is_no_name_of_an_object_is_asked_of_nobody(objects: HttpObjects, name: str) -> None:
    with pytest.raises(ObjectMissingError):
        objects.open(name)


def test_an_upload_sends_only_the_parts_that_are_not_there(objects: HttpObjects) -> None:
    data = os.urandom(2 * PART_BYTES + 9)
    sha256 = sha256_of(data)
    objects.put_part(sha256, 1, io.BytesIO(data[PART_BYTES : 2 * PART_BYTES]))
    # Were it sent again, these other bytes in its place would give it away.
    local = bytearray(data)
    local[PART_BYTES] ^= 1
    sent: list[int] = []

    objects.upload(sha256, len(data), io.BytesIO(local), sent.append)

    assert [PART_BYTES, PART_BYTES, 9] == sent
    assert data == read(objects, sha256)


def test_an_upload_of_other_bytes_is_refused(objects: HttpObjects) -> None:
    sha256 = sha256_of(b"what was meant")
    with pytest.raises(InvalidInputError, match="nothing was stored"):
        objects.upload(sha256, 14, io.BytesIO(b"what was not.."))
    size_bytes = WHOLE_BYTES + 1
    with pytest.raises(ChecksumError):
        objects.upload(sha256, size_bytes, io.BytesIO(bytes(size_bytes)))

    assert objects.has(sha256) is None


def test_a_part_that_is_too_long_is_refused_before_it_is_sent(objects: HttpObjects) -> None:
    with pytest.raises(InvalidInputError, match="longer than 7 bytes"):
        objects.put_part(sha256_of(b""), 0, io.BytesIO(bytes(8)), part_bytes=7)


def test_what_only_the_servers_machine_can_do_says_so(objects: HttpObjects) -> None:
    for act in (
        objects.list,
        objects.shelf,
        lambda: objects.delete(sha256_of(b"")),
        lambda: objects.drop_parts(timedelta()),
    ):
        with pytest.raises(StoreError, match="do it where its store lies"):
            act()


def test_a_snapshot_is_read_here_until_it_is_on_the_server(objects: HttpObjects, tmp_path: Path) -> None:
    both = SnapshotObjects(DiskObjects(str(tmp_path / "outbox")), objects)
    sha256 = both.put(io.BytesIO(b"a model")).sha256
    assert (b"a model", False, None) == (read(both, sha256), both.is_sent(sha256), both.has(sha256))

    with both.local.open(sha256) as file:
        objects.upload(sha256, 7, file)
    both.local.delete(sha256)

    assert (b"a model", True, 7) == (read(both, sha256), both.is_sent(sha256), both.has(sha256))
