"""Moving objects aside and back, and what a dead put left."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from assay import system
from assay.errors import ObjectMissingError, StoreError
from assay.storage import collection
from assay.storage.checkup import check_contents
from assay.storage.disk_objects import DiskObjects
from assay.storage.finding import Checkup
from assay.storage.sql.store import SqlStore
from tests.storage.writing import artifact, new_run

HOURS_AGO = (0, 0)


@pytest.fixture
def objects(tmp_path: Path) -> DiskObjects:
    return DiskObjects(str(tmp_path / "objects"))


def put(objects: DiskObjects, body: bytes) -> str:
    return objects.put(io.BytesIO(body)).sha256


def read(objects: DiskObjects, sha256: str) -> bytes:
    return b"".join(objects.read_checked(sha256))


def test_what_lies_aside_is_read_and_comes_back(objects: DiskObjects) -> None:
    one = put(objects, b"one")

    assert [one] == objects.shelf().set_aside([one, "0" * 64])
    assert ([], b"one") == (list(objects.list()), read(objects, one))

    objects.shelf().put_back_all()
    assert ([one], b"one") == ([info.sha256 for info in objects.list()], read(objects, one))


def test_what_is_dropped_is_gone_and_its_bytes_are_counted(objects: DiskObjects) -> None:
    one, other = put(objects, b"one"), put(objects, b"other")

    assert 3 == objects.shelf().drop(objects.shelf().set_aside([one]))

    with pytest.raises(ObjectMissingError):
        read(objects, one)
    assert b"other" == read(objects, other)


def test_an_object_stored_again_while_its_like_lies_aside_stays(objects: DiskObjects) -> None:
    one = put(objects, b"one")
    aside = objects.shelf().set_aside([one])
    put(objects, b"one")

    objects.shelf().drop(aside)
    assert b"one" == read(objects, one)

    objects.shelf().set_aside([one])
    put(objects, b"one")
    objects.shelf().put_back_all()
    assert [one] == [info.sha256 for info in objects.list()]


def test_a_pin_comes_before_anybody_looks_for_the_object(objects: DiskObjects) -> None:
    one = put(objects, b"one")
    pinned: list[str] = []

    def take_it_away(sha256: str) -> None:
        pinned.append(sha256)
        objects.shelf().drop(objects.shelf().set_aside([sha256]))

    objects.put(io.BytesIO(b"one"), pin=take_it_away)

    assert [one] == pinned
    assert b"one" == read(objects, one)


def test_an_object_that_lies_aside_is_synced_with_those_that_do_not(objects: DiskObjects) -> None:
    one = put(objects, b"one")
    objects.shelf().set_aside([one])

    objects.sync()

    assert [] == objects.unsynced


def test_a_file_that_somebody_still_writes_is_no_leftover_however_old(objects: DiskObjects) -> None:
    put(objects, b"one")
    paths = [os.path.join(objects.folder, name) for name in ("new-held", "new-left", "new-young")]
    for path in paths:
        Path(path).write_bytes(b"four")
    os.utime(paths[0], HOURS_AGO)
    os.utime(paths[1], HOURS_AGO)
    with open(paths[0], "rb") as file:
        assert system.try_lock(file.fileno())

        assert [(paths[1], 4)] == objects.shelf().leftovers()


def test_a_put_holds_its_file_until_all_is_written(objects: DiskObjects) -> None:
    found = []

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            for name in os.listdir(objects.folder):
                os.utime(os.path.join(objects.folder, name), HOURS_AGO)
            found.append(objects.shelf().leftovers())
            return super().read(size)

    objects.put(Slow(b"one"))

    assert [[], []] == found


def test_one_collects_at_a_time_and_nobody_while_others_keep(
    objects: DiskObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collection, "PATIENCE_S", 0.05)

    with (
        collection.keeping(objects),
        collection.keeping(objects),
        pytest.raises(StoreError, match="by another process"),
        collection.collecting(objects),
    ):
        pass
    with collection.collecting(objects):
        with pytest.raises(StoreError, match="by another process"), collection.collecting(objects):
            pass
        with pytest.raises(StoreError, match="by another process"), collection.keeping(objects):
            pass


def test_a_checkup_takes_an_object_that_lies_aside_for_no_missing_one(tmp_path: Path) -> None:
    store = SqlStore(str(tmp_path))
    info = store.objects.put(io.BytesIO(b"one"))
    store.apply(new_run(store).uid, [artifact("model", kind="file", sha256=info.sha256, size_bytes=3)])
    store.objects.shelf().set_aside([info.sha256])

    checkup = Checkup(str(tmp_path))
    check_contents(checkup, damaged=None)
    store.close()

    assert [True] == [finding.harmless for finding in checkup.findings]
    assert "the next one puts it back" in checkup.findings[0].what
