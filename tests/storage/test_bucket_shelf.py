"""A collection of objects in a bucket, which has neither a rename nor a lock."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assay.errors import ObjectMissingError
from assay.storage import bucket, bucket_objects, bucket_shelf
from assay.storage.bucket_objects import BucketObjects
from assay.storage.objects import Objects
from tests.seaweed import Seaweed
from tests.storage.objects_contract import MIB, read
from tests.storage.shelf_contract import ShelfContract, put

ALWAYS_S = -10.0
"""An age that everything has reached, by clocks that count whole seconds."""


class BucketShelfContract(ShelfContract):
    @pytest.fixture(autouse=True)
    def old(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bucket_shelf, "YOUNG_S", ALWAYS_S)
        monkeypatch.setattr(bucket_objects, "YOUNG_S", ALWAYS_S)

    def pin_on(self, objects: Objects, day: str, sha256: str) -> None:
        assert isinstance(objects, BucketObjects)
        objects.bucket.put(f"pins/{day}/{sha256}", b"")


class TestS3(BucketShelfContract):
    @pytest.fixture
    def objects(self, seaweed: Seaweed) -> Objects:
        return BucketObjects(seaweed.new_url(), **seaweed.options)


class TestFolder(BucketShelfContract):
    @pytest.fixture
    def objects(self, tmp_path: Path) -> Objects:
        return BucketObjects((tmp_path / "objects").as_uri())


class TestMemory(BucketShelfContract):
    @pytest.fixture
    def objects(self) -> Objects:
        return BucketObjects("memory:///")


@pytest.fixture
def objects() -> BucketObjects:
    return BucketObjects("memory:///")


def test_an_object_younger_than_a_day_is_left_alone(objects: BucketObjects) -> None:
    one, shelf = put(objects, b"one"), objects.shelf()

    assert ([], []) == (list(shelf.collectable()), shelf.set_aside([one]))
    assert b"one" == read(objects, one)


def test_only_an_old_object_that_is_asked_for_needs_a_pin(
    objects: BucketObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = put(objects, b"one")
    objects.has(one)
    assert set() == objects.shelf().pinned()

    monkeypatch.setattr(bucket_objects, "YOUNG_S", ALWAYS_S)
    put(objects, b"one")
    assert {one} == objects.shelf().pinned()


def test_what_a_killed_collection_left_aside_is_read_and_put_back_when_it_is_surely_dead(
    objects: BucketObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket_shelf, "YOUNG_S", ALWAYS_S)
    one, other = put(objects, b"one"), put(objects, b"other")
    objects.shelf().set_aside([one, other])
    put(objects, b"other")

    objects.shelf().put_back_all()
    assert [other] == [info.sha256 for info in objects.list()]
    assert b"one" == read(objects, one)

    monkeypatch.setattr(bucket_shelf, "ABANDONED_S", ALWAYS_S)
    objects.shelf().put_back_all()
    assert sorted([one, other]) == [info.sha256 for info in objects.list()]
    assert [] == objects.bucket.folders("aside")


def test_a_collection_that_was_taken_for_dead_can_still_put_back_and_drop(
    objects: BucketObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket_shelf, "YOUNG_S", ALWAYS_S)
    one, other = put(objects, b"one"), put(objects, b"other")
    held_up = objects.shelf()
    held_up.set_aside([one, other])
    monkeypatch.setattr(bucket_shelf, "ABANDONED_S", ALWAYS_S)
    objects.shelf().put_back_all()

    held_up.put_back([one])

    assert 0 == held_up.drop([other])
    assert [b"one", b"other"] == [read(objects, one), read(objects, other)]


def test_a_collection_that_was_held_up_deletes_nothing(objects: BucketObjects, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_shelf, "YOUNG_S", ALWAYS_S)
    monkeypatch.setattr(bucket_shelf, "MOVED_WITHIN_S", -1)
    one = put(objects, b"one")

    assert [] == objects.shelf().set_aside([one])
    assert [one] == [info.sha256 for info in objects.list()]


def test_an_object_longer_than_a_store_copies_is_moved_too(
    objects: BucketObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket_shelf, "YOUNG_S", ALWAYS_S)
    monkeypatch.setattr(bucket, "MOST_COPIED_BYTES", 2)
    one, shelf = put(objects, b"one"), objects.shelf()

    shelf.set_aside([one])
    assert b"one" == read(objects, one)
    shelf.put_back([one])

    assert [one] == [info.sha256 for info in objects.list()]
    assert b"one" == read(objects, one)


def test_many_are_set_aside_and_put_back_at_once(objects: BucketObjects, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_shelf, "YOUNG_S", ALWAYS_S)
    names = sorted(put(objects, b"%d" % number) for number in range(100))
    shelf = objects.shelf()

    assert names == shelf.set_aside(names)
    assert [] == list(objects.list())
    shelf.put_back(names)
    assert names == [info.sha256 for info in objects.list()]


def test_who_reads_an_object_reads_on_while_it_is_moved(
    objects: BucketObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket_shelf, "YOUNG_S", ALWAYS_S)
    data = os.urandom(4 * MIB)
    one, shelf = put(objects, data), objects.shelf()

    with objects.open(one) as file:
        found = file.read(10)
        shelf.set_aside([one])
        found += file.read(MIB)
        shelf.put_back([one])
        found += file.read(MIB)
        objects.delete(one)
        with pytest.raises(ObjectMissingError, match=one):
            file.read()

    assert data[: 10 + 2 * MIB] == found
