"""What every place for objects must do, wherever it is."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor

import pytest

from assay.errors import ChecksumError, InvalidInputError, ObjectMissingError
from assay.storage.objects import ObjectInfo, Objects

MIB = 1 << 20


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read(objects: Objects, sha256: str) -> bytes:
    return b"".join(objects.read_checked(sha256))


class Broken(io.BytesIO):
    """A source that gives some bytes and then fails."""

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        if not found:
            raise OSError(5, "the cable fell out")
        return found


class ObjectsContract(ABC):
    @pytest.fixture
    @abstractmethod
    def objects(self) -> Objects:
        """An empty place."""

    @abstractmethod
    def damage(self, objects: Objects, sha256: str, data: bytes) -> None:
        """Put other bytes where an object lies."""

    @pytest.mark.parametrize("size_bytes", [0, 1, 300, MIB, 4 * MIB, 4 * MIB + 1, 19 * MIB + 3])
    def test_bytes_come_back_under_their_sha256(self, objects: Objects, size_bytes: int) -> None:
        data = os.urandom(size_bytes)

        info = objects.put(io.BytesIO(data), durable=size_bytes % 2 == 1)

        assert ObjectInfo(sha256_of(data), size_bytes) == info
        assert data == read(objects, info.sha256)

    def test_the_same_bytes_are_stored_once(self, objects: Objects) -> None:
        infos = {objects.put(io.BytesIO(b"same")) for _ in range(3)}

        assert list(infos) == list(objects.list())

    def test_put_takes_what_is_left_to_read(self, objects: Objects) -> None:
        source = io.BytesIO(b"head and rest")
        source.seek(5)

        info = objects.put(source)

        assert b"and rest" == read(objects, info.sha256)

    @pytest.mark.parametrize("size_bytes", [10, 9 * MIB])
    def test_a_source_that_fails_leaves_nothing(self, objects: Objects, size_bytes: int) -> None:
        with pytest.raises(InvalidInputError, match="the cable fell out"):
            objects.put(Broken(bytes(size_bytes)))

        assert [] == list(objects.list())

    def test_an_object_with_a_flipped_bit_is_refused_and_named(self, objects: Objects) -> None:
        info = objects.put(io.BytesIO(b"a model's weights"))
        self.damage(objects, info.sha256, b"b model's weights")

        with pytest.raises(ChecksumError) as caught:
            read(objects, info.sha256)

        assert objects.uri(info.sha256) in str(caught.value)

    def test_storing_bytes_again_mends_an_object_cut_short(self, objects: Objects) -> None:
        info = objects.put(io.BytesIO(b"a model's weights"))
        self.damage(objects, info.sha256, b"a mod")

        objects.put(io.BytesIO(b"a model's weights"))

        assert b"a model's weights" == read(objects, info.sha256)

    def test_a_missing_object_is_named(self, objects: Objects) -> None:
        sha256 = sha256_of(b"never stored")

        with pytest.raises(ObjectMissingError, match=sha256):
            objects.open(sha256)

    @pytest.mark.parametrize(
        "name", ["", "..", "../../etc/passwd", "AB" * 32, "ab" * 31, "ab" * 32 + "/x", "ab" * 32 + "\n", "ab\0" * 20]
    )
    def test_what_is_no_sha256_names_nothing(self, objects: Objects, name: str) -> None:
        for act in (objects.open, objects.has, objects.uri, objects.pin, objects.delete):
            with pytest.raises(ObjectMissingError):
                act(name)
        with pytest.raises(InvalidInputError):
            objects.put_part(name, 0, io.BytesIO(b"x"))
        with pytest.raises(InvalidInputError):
            objects.parts(name)
        with pytest.raises(InvalidInputError):
            objects.assemble(name, 1)

    def test_objects_are_listed_by_name(self, objects: Objects) -> None:
        assert [] == list(objects.list())
        infos = [objects.put(io.BytesIO(bytes([number]) * number)) for number in range(20)]
        objects.put_part(sha256_of(b"other"), 0, io.BytesIO(b"other"))
        objects.pin(infos[0].sha256)

        assert sorted(infos, key=lambda info: info.sha256) == list(objects.list())

    def test_has_tells_the_length_of_what_is_there(self, objects: Objects) -> None:
        one, none = objects.put(io.BytesIO(b"one")), objects.put(io.BytesIO(b""))

        assert (3, 0) == (objects.has(one.sha256), objects.has(none.sha256))
        assert objects.has(sha256_of(b"other")) is None

    def test_delete_takes_what_is_there_and_does_not_mind_what_is_not(self, objects: Objects) -> None:
        one, other = objects.put(io.BytesIO(b"one")), objects.put(io.BytesIO(b"other"))

        objects.delete(one.sha256)
        objects.delete(one.sha256)

        assert [other] == list(objects.list())
        assert one == objects.put(io.BytesIO(b"one"))
        assert b"one" == read(objects, one.sha256)

    def test_an_object_is_a_file_to_read_and_seek_in(self, objects: Objects) -> None:
        data = os.urandom(5 * MIB + 7)
        info = objects.put(io.BytesIO(data))

        with objects.open(info.sha256) as file:
            assert data[:10] == file.read(10)
            assert len(data) - 5 == file.seek(-5, os.SEEK_END)
            assert data[-5:] == file.read(100)
            assert b"" == file.read(1)
            assert MIB == file.seek(MIB)
            assert data[MIB : 4 * MIB] == file.read(3 * MIB)
            assert 4 * MIB - 3 == file.seek(-3, os.SEEK_CUR)
            assert data[4 * MIB - 3 :] == file.read()
            assert len(data) == file.tell()
            file.seek(2 * len(data))
            assert b"" == file.read()

    def test_a_pin_comes_before_anybody_looks_for_the_object(self, objects: Objects) -> None:
        one = objects.put(io.BytesIO(b"one")).sha256

        objects.put(io.BytesIO(b"one"), pin=objects.delete)

        assert b"one" == read(objects, one)

    def test_two_who_store_the_same_at_once_both_succeed(self, objects: Objects) -> None:
        data = os.urandom(9 * MIB)
        together = threading.Barrier(4)

        def put(_: int) -> ObjectInfo:
            together.wait()
            return objects.put(io.BytesIO(data))

        with ThreadPoolExecutor(4) as pool:
            infos = set(pool.map(put, range(4)))

        assert {ObjectInfo(sha256_of(data), len(data))} == infos
        assert infos == set(objects.list())
        assert data == read(objects, sha256_of(data))
