"""What a collection may rely on, wherever objects lie."""

from __future__ import annotations

import io
import random
import threading
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor

import pytest

from assay.errors import ObjectMissingError
from assay.storage.collection import collecting
from assay.storage.objects import Objects
from tests.storage.objects_contract import read, sha256_of

BODIES = [b"body %d" % number for number in range(120)]


def put(objects: Objects, body: bytes) -> str:
    return objects.put(io.BytesIO(body)).sha256


class ShelfContract(ABC):
    @pytest.fixture
    @abstractmethod
    def objects(self) -> Objects:
        """An empty place, where an object is old enough to be collected as soon as it is stored."""

    @abstractmethod
    def pin_on(self, objects: Objects, day: str, sha256: str) -> None:
        """Pin an object as it is pinned on a day."""

    def test_what_lies_aside_is_read_and_comes_back(self, objects: Objects) -> None:
        one, shelf = put(objects, b"one"), objects.shelf()

        assert [one] == shelf.set_aside([one, "0" * 64])
        assert ([], b"one", None) == (list(shelf.collectable()), read(objects, one), objects.has(one))

        shelf.put_back([one])
        assert [one] == [info.sha256 for info in shelf.collectable()]
        assert b"one" == read(objects, one)

    def test_what_is_dropped_is_gone_and_its_bytes_are_counted(self, objects: Objects) -> None:
        one, other, shelf = put(objects, b"one"), put(objects, b"other"), objects.shelf()

        assert 3 == shelf.drop(shelf.set_aside([one]))

        with pytest.raises(ObjectMissingError):
            read(objects, one)
        assert b"other" == read(objects, other)

    def test_an_object_stored_again_while_its_like_lies_aside_stays(self, objects: Objects) -> None:
        one, shelf = put(objects, b"one"), objects.shelf()
        aside = shelf.set_aside([one])
        put(objects, b"one")

        shelf.drop(aside)

        assert b"one" == read(objects, one)

    def test_who_asks_for_an_object_or_pins_it_holds_it(self, objects: Objects) -> None:
        one, other, _ = put(objects, b"one"), put(objects, b"other"), put(objects, b"third")

        objects.has(one)
        objects.pin(other)

        assert {one, other} == objects.shelf().pinned()

    def test_a_pin_holds_for_days_and_is_deleted_then(self, objects: Objects) -> None:
        put(objects, b"what is there, so that the clocks are known")
        one = "ab" * 32
        objects.pin(one)
        self.pin_on(objects, "000123", "cd" * 32)

        shelf = objects.shelf()
        assert {one} == shelf.pinned() & {one, "cd" * 32}
        shelf.drop_old_pins()
        assert {one} == objects.shelf().pinned() & {one, "cd" * 32}

    def test_what_somebody_names_stays_while_others_collect(self, objects: Objects) -> None:
        for body in BODIES:
            objects.put(io.BytesIO(body))
        named: set[str] = set()
        freed: list[int] = []
        done = threading.Event()

        def collect() -> None:
            while not done.is_set():
                with collecting(objects):
                    shelf = objects.shelf()
                    needed = shelf.pinned() | named
                    aside = shelf.set_aside(
                        [info.sha256 for info in shelf.collectable() if info.sha256 not in needed][:10]
                    )
                    needed = shelf.pinned() | named
                    shelf.put_back([sha256 for sha256 in aside if sha256 in needed])
                    freed.append(shelf.drop([sha256 for sha256 in aside if sha256 not in needed]))

        def write(bodies: list[bytes]) -> None:
            for body in bodies:
                sha256 = sha256_of(body)
                if objects.has(sha256) is None:
                    objects.put(io.BytesIO(body), pin=objects.pin)
                named.add(sha256)
                assert body == read(objects, sha256)

        chosen = random.Random(7).sample(BODIES, 60)
        with ThreadPoolExecutor(5) as pool:
            collectors = [pool.submit(collect) for _ in range(2)]
            try:
                for writer in [pool.submit(write, chosen[start::3]) for start in range(3)]:
                    writer.result()
            finally:
                done.set()
            for collector in collectors:
                collector.result()

        assert sum(freed) > 0
        assert set(chosen) == {read(objects, sha256_of(body)) for body in chosen}
