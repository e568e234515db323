"""A store that is away, hangs, dies or refuses; and how little of an object is in memory."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assay.errors import InvalidInputError, MissingExtraError, RefusedError, StoreError, UnavailableError
from assay.storage import bucket
from assay.storage.bucket import Bucket
from assay.storage.bucket_objects import BucketObjects
from assay.storage.objects import Objects
from tests.seaweed import Seaweed
from tests.storage.objects_contract import MIB, read, sha256_of

NAME = "ab" * 32
LONG_S = 60.0

ACTS: dict[str, Callable[[Objects], object]] = {
    "put": lambda objects: objects.put(io.BytesIO(b"x")),
    "open": lambda objects: objects.open(NAME),
    "has": lambda objects: objects.has(NAME),
    "pin": lambda objects: objects.pin(NAME),
    "list": lambda objects: list(objects.list()),
    "delete": lambda objects: objects.delete(NAME),
    "put_part": lambda objects: objects.put_part(NAME, 0, io.BytesIO(b"x")),
    "parts": lambda objects: objects.parts(NAME),
}


def test_address_and_credentials_come_from_the_environment(seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in seaweed.environment.items():
        monkeypatch.setenv(name, value)
    objects = BucketObjects(seaweed.new_url())

    objects.check()
    info = objects.put(io.BytesIO(b"x"))

    assert b"x" == read(objects, info.sha256)


@pytest.mark.parametrize("url", ["", "bucket", "ftp://bucket", "s3:/bucket", "https://example.com/bucket"])
def test_what_is_no_place_for_objects_is_refused(url: str) -> None:
    with pytest.raises(InvalidInputError, match=r"s3://bucket/prefix.* not in"):
        BucketObjects(url)


def test_an_option_that_there_is_not_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="colour"):
        BucketObjects("s3://bucket", colour="red")


def test_who_has_no_obstore_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("obstore.store", "obstore.exceptions"):
        monkeypatch.setitem(sys.modules, name, None)

    with pytest.raises(MissingExtraError, match=r"pip install 'assay\[server\]'"):
        BucketObjects("s3://bucket")


@pytest.mark.parametrize("act", ACTS)
def test_a_store_that_is_away_is_said_to_be_after_a_while(act: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "RETRIED_S", 0.3)
    options = {"endpoint": "http://127.0.0.1:9", "access_key_id": "a", "secret_access_key": "b"}
    objects = BucketObjects("s3://bucket/prefix", **options)

    began_s = time.monotonic()
    with pytest.raises(UnavailableError, match=r"s3://bucket/prefix: .*127\.0\.0\.1:9"):
        ACTS[act](objects)

    assert time.monotonic() - began_s < LONG_S


@pytest.mark.parametrize("act", ACTS)
def test_credentials_that_do_not_do_are_named(act: str, seaweed: Seaweed) -> None:
    url = seaweed.new_url()
    objects = BucketObjects(url, **(seaweed.options | {"secret_access_key": "another"}))

    with pytest.raises(RefusedError, match=f"{url} did not let us .* check the credentials"):
        ACTS[act](objects)


def test_credentials_that_are_nowhere_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "RETRIED_S", 0.3)
    objects = BucketObjects("s3://bucket", endpoint="http://127.0.0.1:9", metadata_endpoint="http://127.0.0.1:9")

    with pytest.raises(StoreError, match="s3://bucket: there are no credentials for it in the environment"):
        objects.has(NAME)


def test_a_bucket_that_there_is_not_is_named(seaweed: Seaweed) -> None:
    objects = BucketObjects("s3://none-of-that-name/prefix", **seaweed.options)

    with pytest.raises(StoreError, match="s3://none-of-that-name/prefix: there is no such bucket"):
        list(objects.list())


def test_no_space_to_hold_what_is_stored_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))

    with pytest.raises(RefusedError, match=f"{tmp_path / 'none'}.*set TMPDIR"):
        BucketObjects("memory:///").put(io.BytesIO(bytes(5 * MIB)))


def test_a_store_that_hangs_is_waited_for_no_longer_than_a_request_may_take(
    own_seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "ANSWER_S", 0.5)
    monkeypatch.setattr(bucket, "RETRIED_S", 0.5)
    objects = BucketObjects(own_seaweed.new_url(), **own_seaweed.options)
    objects.put(io.BytesIO(b"x"))
    own_seaweed.pause()

    began_s = time.monotonic()
    for act in ("has", "pin", "list"):
        with pytest.raises(UnavailableError):
            ACTS[act](objects)

    assert time.monotonic() - began_s < LONG_S


def test_a_store_that_dies_in_a_put_has_nothing_of_it_and_all_of_the_others_when_it_is_back(
    own_seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "RETRIED_S", 0.5)
    url = own_seaweed.new_url()
    objects = BucketObjects(url, **own_seaweed.options)
    before = [objects.put(io.BytesIO(os.urandom(size))) for size in (0, 1, MIB, 9 * MIB)]
    data = os.urandom(40 * MIB)
    sha256 = sha256_of(data)

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(data), MIB):
            if start == 20 * MIB:
                own_seaweed.kill()
            yield data[start : start + MIB]

    with pytest.raises(UnavailableError, match=url):
        objects.bucket.put_pieces(objects.path(sha256), pieces(), len(data))
    own_seaweed.start()

    assert sorted(before, key=lambda info: info.sha256) == list(objects.list())
    assert objects.has(sha256) is None
    for info in before:
        assert info.size_bytes == len(read(objects, info.sha256))
    objects.put(io.BytesIO(data))
    assert data == read(objects, sha256)


def test_a_store_that_restarts_meanwhile_is_not_noticed(own_seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "RETRIED_S", LONG_S)
    objects = BucketObjects(own_seaweed.new_url(), **own_seaweed.options)
    data = os.urandom(9 * MIB)

    with ThreadPoolExecutor(1) as pool:

        def restart(_: str) -> None:
            own_seaweed.kill()
            starts.append(pool.submit(own_seaweed.start))

        starts: list[object] = []
        info = objects.put(io.BytesIO(data), pin=restart)

    assert 1 == len(starts)
    assert data == read(objects, info.sha256)


class Counted(Bucket):
    """A bucket that knows how many bytes were read from it."""

    read_bytes = 0

    def read(self, path: str, start: int, length: int) -> bytes | None:
        found = super().read(path, start, length)
        self.read_bytes += len(found or b"")
        return found


def test_of_a_large_object_only_what_is_asked_for_is_fetched(seaweed: Seaweed) -> None:
    objects = BucketObjects(seaweed.new_url(), **seaweed.options)
    data = os.urandom(20 * MIB)
    info = objects.put(io.BytesIO(data))
    counted = objects.bucket = Counted(objects.bucket.url, **seaweed.options)

    with objects.open(info.sha256) as file:
        assert data[:100] == file.read(100)
        file.seek(-100, os.SEEK_END)
        assert data[-100:] == file.read()

    assert counted.read_bytes < MIB


MEASURE = """
import hashlib, io, resource, sys
from assay.storage.bucket_objects import BucketObjects
from assay.storage.uploads import PART_BYTES

PIECE, COUNT = bytes(range(256)) * 4096, 100

class Source(io.RawIOBase):
    left = COUNT

    def read(self, size=-1):
        self.left -= 1
        return PIECE if self.left >= 0 else b""

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> (20 if sys.platform == "darwin" else 10)

objects = BucketObjects(sys.argv[1])
objects.put(io.BytesIO(b"small"))
before = peak()
info = objects.put(Source())
assert info.size_bytes == sum(len(piece) for piece in objects.read_checked(info.sha256))
objects.delete(info.sha256)
part, whole = PIECE * 8, COUNT * len(PIECE)
for number in range(0, -(-whole // PART_BYTES)):
    objects.put_part(info.sha256, number, io.BytesIO(part[: whole - number * PART_BYTES]))
assert whole == objects.assemble(info.sha256, number + 1)
assert info.size_bytes == sum(len(piece) for piece in objects.read_checked(info.sha256))
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells a process's memory another way")
def test_a_hundred_megabytes_take_half_of_that_in_memory(seaweed: Seaweed) -> None:
    found = subprocess.run(
        [sys.executable, "-c", MEASURE, seaweed.new_url()],
        env=os.environ | seaweed.environment,
        check=True,
        capture_output=True,
        text=True,
    )

    assert int(found.stdout) < 90, found.stdout
