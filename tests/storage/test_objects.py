"""Objects: bytes by their SHA-256, stored once, checked when read, never half there."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import AssayError, ChecksumError, InvalidInputError, ObjectMissingError, RefusedError
from assay.storage.disk_objects import DiskObjects
from assay.storage.objects import ObjectInfo


@pytest.fixture
def objects(tmp_path: Path) -> DiskObjects:
    return DiskObjects(str(tmp_path / "objects"))


def read(objects: DiskObjects, sha256: str) -> bytes:
    return b"".join(objects.read_checked(sha256))


@given(data=st.binary(max_size=300))
@pytest.mark.parametrize("durable", [False, True])
def test_bytes_come_back_under_their_sha256(
    tmp_path_factory: pytest.TempPathFactory, durable: bool, data: bytes
) -> None:
    objects = DiskObjects(str(tmp_path_factory.mktemp("objects")))

    info = objects.put(io.BytesIO(data), durable=durable)

    assert ObjectInfo(hashlib.sha256(data).hexdigest(), len(data)) == info
    assert data == read(objects, info.sha256)


def test_megabytes_come_back(objects: DiskObjects) -> None:
    data = os.urandom(3 * 2**20 + 17)

    info = objects.put(io.BytesIO(data))

    assert data == read(objects, info.sha256)


def test_the_same_bytes_are_stored_once(objects: DiskObjects, tmp_path: Path) -> None:
    for _ in range(3):
        objects.put(io.BytesIO(b"same"))

    assert 1 == sum(path.is_file() for path in tmp_path.rglob("*"))


def test_put_takes_what_is_left_to_read(objects: DiskObjects) -> None:
    source = io.BytesIO(b"head and rest")
    source.seek(5)

    info = objects.put(source)

    assert b"and rest" == read(objects, info.sha256)


def test_a_source_that_fails_leaves_nothing(objects: DiskObjects, tmp_path: Path) -> None:
    class Broken(io.RawIOBase):
        def __init__(self) -> None:
            self.pieces = [b"some bytes"]

        def read(self, size: int = -1) -> bytes:
            if self.pieces:
                return self.pieces.pop()
            raise OSError(5, "the cable fell out")

    with pytest.raises(InvalidInputError, match="the cable fell out"):
        objects.put(Broken())  # type: ignore[arg-type]

    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]


def test_an_object_with_a_flipped_bit_is_refused_and_named(objects: DiskObjects) -> None:
    info = objects.put(io.BytesIO(b"a model's weights"))
    path = Path(objects.path(info.sha256))
    path.chmod(0o644)
    path.write_bytes(b"b model's weights")

    with pytest.raises(ChecksumError, match=info.sha256) as caught:
        read(objects, info.sha256)

    assert str(path) in str(caught.value)


def test_a_missing_object_is_named(objects: DiskObjects) -> None:
    info = objects.put(io.BytesIO(b"a model's weights"))
    path = Path(objects.path(info.sha256))
    path.unlink()

    with pytest.raises(ObjectMissingError) as caught:
        objects.open(info.sha256)

    assert str(path) in str(caught.value)


def test_storing_bytes_again_mends_an_object_cut_short(objects: DiskObjects) -> None:
    info = objects.put(io.BytesIO(b"a model's weights"))
    path = Path(objects.path(info.sha256))
    path.chmod(0o644)
    path.write_bytes(b"a mod")

    objects.put(io.BytesIO(b"a model's weights"))

    assert b"a model's weights" == read(objects, info.sha256)


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", "AB" * 32, "ab" * 31, "ab" * 32 + "/x", "ab" * 32 + "\n"]
)
def test_what_is_no_sha256_names_no_file(objects: DiskObjects, name: str) -> None:
    with pytest.raises(ObjectMissingError):
        objects.path(name)


def test_objects_are_listed_by_name_without_what_is_half_stored(objects: DiskObjects, tmp_path: Path) -> None:
    infos = [objects.put(io.BytesIO(bytes([number]) * number)) for number in range(20)]
    (tmp_path / "objects" / "new-abc").write_bytes(b"half")

    assert sorted(infos, key=lambda info: info.sha256) == list(objects.list())


def test_no_folder_yet_lists_nothing(tmp_path: Path) -> None:
    assert [] == list(DiskObjects(str(tmp_path / "none")).list())


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

    with pytest.raises(RefusedError, match=str(tmp_path / "file")) as caught:
        DiskObjects(str(tmp_path / "file" / "objects")).put(io.BytesIO(b"x"))

    assert isinstance(caught.value, AssayError)
