"""What every place for objects must do with uploads in parts."""

from __future__ import annotations

import io
import os
import threading
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from assay.errors import ChecksumError, InvalidInputError
from assay.storage.objects import Objects
from assay.storage.uploads import MOST_PART_BYTES, PART_BYTES
from tests.storage.objects_contract import Broken, read, sha256_of

LONG = timedelta(seconds=3600)
NOW = timedelta(seconds=-5)  # for a clock that counts whole seconds


def send(objects: Objects, data: bytes, part_bytes: int, *, numbers: range | None = None) -> int:
    """Upload parts of some bytes; of how many there are."""
    count = -(-len(data) // part_bytes)
    for number in range(count) if numbers is None else numbers:
        part = data[number * part_bytes : (number + 1) * part_bytes]
        assert len(part) == objects.put_part(sha256_of(data), number, io.BytesIO(part), part_bytes=part_bytes)
    return count


class UploadsContract(ABC):
    @pytest.fixture
    @abstractmethod
    def objects(self) -> Objects:
        """An empty place."""

    def test_parts_in_any_order_become_the_object(self, objects: Objects) -> None:
        data = os.urandom(2 * PART_BYTES + 5)
        sha256 = sha256_of(data)
        for number in (2, 0, 1, 0):
            send(objects, data, PART_BYTES, numbers=range(number, number + 1))

        assert {0: PART_BYTES, 1: PART_BYTES, 2: 5} == objects.parts(sha256)
        assert len(data) == objects.assemble(sha256, 3)

        assert data == read(objects, sha256)
        assert {} == objects.parts(sha256)

    @pytest.mark.parametrize("size_bytes", [0, 1, 7, 8, 9, 80])
    def test_objects_of_few_bytes_can_come_in_parts(self, objects: Objects, size_bytes: int) -> None:
        data = os.urandom(size_bytes)

        assert size_bytes == objects.assemble(sha256_of(data), send(objects, data, 8), part_bytes=8)

        assert data == read(objects, sha256_of(data))

    def test_an_upload_goes_on_where_it_was_cut(self, objects: Objects) -> None:
        data = os.urandom(40)
        sha256 = sha256_of(data)
        send(objects, data, 8, numbers=range(2))
        with pytest.raises(InvalidInputError, match="the cable fell out"):
            objects.put_part(sha256, 2, Broken(b"half"), part_bytes=8)

        assert {0: 8, 1: 8} == objects.parts(sha256, part_bytes=8)
        with pytest.raises(InvalidInputError, match="lacks 3 of its 5 parts of 8 bytes: number 2, 3, 4"):
            objects.assemble(sha256, 5, part_bytes=8)
        send(objects, data, 8, numbers=range(2, 5))
        objects.assemble(sha256, 5, part_bytes=8)

        assert data == read(objects, sha256)

    def test_a_part_that_was_cut_short_is_asked_for(self, objects: Objects) -> None:
        data = os.urandom(24)
        count = send(objects, data, 8)
        objects.put_part(sha256_of(data), 1, io.BytesIO(b"cut"), part_bytes=8)

        with pytest.raises(InvalidInputError, match="number 1, counted"):
            objects.assemble(sha256_of(data), count, part_bytes=8)

    @pytest.mark.parametrize("size_bytes", [8, 24])
    def test_parts_that_are_not_the_object_are_refused_and_dropped(self, objects: Objects, size_bytes: int) -> None:
        data = os.urandom(size_bytes)
        sha256 = sha256_of(data)
        count = send(objects, data, 8)
        objects.put_part(sha256, count - 1, io.BytesIO(b"8 others"), part_bytes=8)

        with pytest.raises(ChecksumError, match=f"{sha256} was refused"):
            objects.assemble(sha256, count, part_bytes=8)

        assert ([], {}, None) == (list(objects.list()), objects.parts(sha256, part_bytes=8), objects.has(sha256))
        send(objects, data, 8)
        assert size_bytes == objects.assemble(sha256, count, part_bytes=8)

    def test_parts_of_two_sizes_do_not_mix(self, objects: Objects) -> None:
        data = os.urandom(24)
        send(objects, data, 8, numbers=range(2))
        send(objects, data, 12)

        assert {0: 8, 1: 8} == objects.parts(sha256_of(data), part_bytes=8)
        assert 24 == objects.assemble(sha256_of(data), 2, part_bytes=12)
        assert data == read(objects, sha256_of(data))

    def test_to_assemble_what_is_there_already_succeeds(self, objects: Objects) -> None:
        data = os.urandom(24)
        objects.put(io.BytesIO(data))
        send(objects, data, 8, numbers=range(1))

        assert [24, 24] == [objects.assemble(sha256_of(data), 3, part_bytes=8) for _ in range(2)]
        assert {} == objects.parts(sha256_of(data), part_bytes=8)

    def test_two_who_upload_the_same_at_once_both_succeed(self, objects: Objects) -> None:
        data = os.urandom(10 * 1000)
        together = threading.Barrier(3)

        def upload(_: int) -> int:
            together.wait()
            while True:
                count = send(objects, data, 1000)
                try:
                    return objects.assemble(sha256_of(data), count, part_bytes=1000)
                except InvalidInputError:  # another one was faster by less than one look
                    continue

        with ThreadPoolExecutor(3) as pool:
            assert [len(data)] * 3 == list(pool.map(upload, range(3)))

        assert data == read(objects, sha256_of(data))

    @pytest.mark.parametrize(
        ("number", "part_bytes", "what"),
        [
            (-1, 8, "there is no part -1"),
            (100_000, 8, "there is no part 100000"),
            (0, 0, "parts of 0"),
            (0, MOST_PART_BYTES + 1, "can't be taken"),
            (0, 7, "longer than 7 bytes"),
        ],
    )
    def test_a_part_that_can_not_be_is_refused(self, objects: Objects, number: int, part_bytes: int, what: str) -> None:
        with pytest.raises(InvalidInputError, match=what):
            objects.put_part(sha256_of(b"8 bytes."), number, io.BytesIO(b"8 bytes."), part_bytes=part_bytes)

    @pytest.mark.parametrize("count", [-1, 100_001])
    def test_a_number_of_parts_that_can_not_be_is_refused(self, objects: Objects, count: int) -> None:
        with pytest.raises(InvalidInputError, match="0 to 100000 parts"):
            objects.assemble(sha256_of(b""), count)

    def test_parts_that_nobody_adds_to_are_dropped(self, objects: Objects) -> None:
        data = os.urandom(24)
        send(objects, data, 8)

        assert 0 == objects.drop_parts(LONG)
        assert {0: 8, 1: 8, 2: 8} == objects.parts(sha256_of(data), part_bytes=8)
        assert 24 == objects.drop_parts(NOW)
        assert {} == objects.parts(sha256_of(data), part_bytes=8)
        assert 0 == objects.drop_parts(NOW)
