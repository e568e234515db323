"""Objects in a folder: read-only files that are never half there."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import AssayError, ChecksumError, InvalidInputError, RefusedError
from assay.storage.disk_objects import DiskObjects
from assay.storage.objects import ObjectInfo, Objects
from tests.storage.objects_contract import Broken, ObjectsContract, read, sha256_of
from tests.storage.uploads_contract import NOW, UploadsContract, send

HOURS_AGO = (0, 0)


@pytest.fixture
def objects(tmp_path: Path) -> DiskObjects:
    return DiskObjects(str(tmp_path / "objects"))


def files(folder: Path) -> list[str]:
    """The names of all files below a folder, pins excepted."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file() and path.parent.parent.name != "pins")


class TestDiskObjects(ObjectsContract, UploadsContract):
    @pytest.fixture
    def objects(self, tmp_path: Path) -> Objects:
        return DiskObjects(str(tmp_path / "objects"))

    def damage(self, objects: Objects, sha256: str, data: bytes) -> None:
        assert isinstance(objects, DiskObjects)
        path = Path(objects.path(sha256))
        path.chmod(0o644)
        path.write_bytes(data)


@given(data=st.binary(max_size=300))
@pytest.mark.parametrize("durable", [False, True])
def test_any_bytes_come_back_under_their_sha256(
    tmp_path_factory: pytest.TempPathFactory, durable: bool, data: bytes
) -> None:
    objects = DiskObjects(str(tmp_path_factory.mktemp("objects")))

    info = objects.put(io.BytesIO(data), durable=durable)

    assert ObjectInfo(hashlib.sha256(data).hexdigest(), len(data)) == info
    assert data == read(objects, info.sha256)


def test_the_same_bytes_are_one_file(objects: DiskObjects, tmp_path: Path) -> None:
    for _ in range(3):
        objects.put(io.BytesIO(b"same"))

    assert [sha256_of(b"same")] == files(tmp_path)


def test_a_source_that_fails_leaves_no_file(objects: DiskObjects, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="the cable fell out"):
        objects.put(Broken(b"some bytes"))
    with pytest.raises(InvalidInputError, match="the cable fell out"):
        objects.put_part("ab" * 32, 0, Broken(b"some bytes"))

    assert [] == files(tmp_path)


def test_objects_are_listed_without_what_is_half_stored(objects: DiskObjects, tmp_path: Path) -> None:
    info = objects.put(io.BytesIO(b"whole"))
    (tmp_path / "objects" / "new-abc").write_bytes(b"half")

    assert [info] == list(objects.list())


def test_an_object_is_read_only(objects: DiskObjects) -> None:
    info = objects.put(io.BytesIO(b"x"))

    assert 0 == os.stat(objects.path(info.sha256)).st_mode & 0o222


def test_sync_leaves_nothing_unsynced_even_where_an_object_went_away(objects: DiskObjects) -> None:
    gone = objects.put(io.BytesIO(b"gone"))
    objects.put(io.BytesIO(b"stays"))
    os.unlink(objects.path(gone.sha256))

    objects.sync()

    assert [] == objects.unsynced


def test_a_uri_leads_to_the_file(objects: DiskObjects) -> None:
    info = objects.put(io.BytesIO(b"x"))

    assert "file://" + objects.path(info.sha256) == objects.uri(info.sha256)


def test_a_folder_that_can_not_be_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    objects = DiskObjects(str(tmp_path / "file" / "objects"))

    for act in (lambda: objects.put(io.BytesIO(b"x")), lambda: objects.put_part("ab" * 32, 0, io.BytesIO(b"x"))):
        with pytest.raises(RefusedError, match=str(tmp_path / "file")) as caught:
            act()
        assert isinstance(caught.value, AssayError)


def test_what_was_assembled_or_refused_leaves_no_file(objects: DiskObjects, tmp_path: Path) -> None:
    data = os.urandom(20)
    send(objects, data, 8)
    objects.assemble(sha256_of(data), 3, part_bytes=8)
    objects.put_part("ab" * 32, 0, io.BytesIO(b"other"))
    with pytest.raises(ChecksumError):
        objects.assemble("ab" * 32, 1)

    assert [sha256_of(data)] == files(tmp_path)
    assert [] == os.listdir(tmp_path / "objects" / "uploads")


def test_an_upload_that_is_added_to_is_kept_whole(objects: DiskObjects, tmp_path: Path) -> None:
    data = os.urandom(24)
    send(objects, data, 8)
    folder = tmp_path / "objects" / "uploads" / sha256_of(data) / "8"
    for path in (folder / "0", folder / "1", folder, folder.parent):
        os.utime(path, HOURS_AGO)

    assert 0 == objects.drop_parts(timedelta(hours=1))

    os.utime(folder / "2", HOURS_AGO)
    assert 24 == objects.drop_parts(timedelta(hours=1))


def test_parts_are_taken_while_the_upload_is_dropped(objects: DiskObjects) -> None:
    data = os.urandom(8)
    sent = threading.Event()

    def drop() -> None:
        while not sent.is_set():
            objects.drop_parts(NOW)

    with ThreadPoolExecutor(1) as pool:
        dropping = pool.submit(drop)
        try:
            counts = {send(objects, data, 8) for _ in range(200)}
        finally:
            sent.set()
        dropping.result()

    assert {1} == counts
    send(objects, data, 8)
    assert 8 == objects.assemble(sha256_of(data), 1, part_bytes=8)
