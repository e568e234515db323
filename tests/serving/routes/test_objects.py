"""Objects over HTTP: ranges, whole and partial uploads, and bytes that are not what they are called."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from assay.errors import ObjectMissingError
from tests.serving.routes.conftest import Api

DATA = random.Random(5).randbytes(1_300_000)
"""More than is sent at once."""


def stored(api: Api, data: bytes) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    answer = api.http.put(f"/v1/objects/{sha256}", content=data)
    assert {"sha256": sha256, "size_bytes": len(data)} == answer.json()
    return f"/v1/objects/{sha256}"


@pytest.mark.parametrize("data", [b"", b"x", DATA], ids=["empty", "one", "long"])
def test_an_object_is_read_back_whole(api: Api, data: bytes) -> None:
    path = stored(api, data)

    answer = api.http.get(path)

    assert (200, data, str(len(data))) == (answer.status_code, answer.content, answer.headers["content-length"])
    assert f'"{path[-64:]}"' == answer.headers["etag"]


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=5-9", 5, 10),
        ("bytes=1000000-", 1_000_000, len(DATA)),
        ("bytes=-7", len(DATA) - 7, len(DATA)),
        ("bytes=-99999999", 0, len(DATA)),
        ("bytes=10-99999999", 10, len(DATA)),
        ("bytes=300000-1200000", 300_000, 1_200_001),
    ],
)
def test_a_range_is_that_stretch_and_no_more(api: Api, asked: str, first: int, end: int) -> None:
    answer = api.http.get(stored(api, DATA), headers={"Range": asked})

    assert (206, DATA[first:end]) == (answer.status_code, answer.content)
    assert f"bytes {first}-{end - 1}/{len(DATA)}" == answer.headers["content-range"]


@pytest.mark.parametrize("asked", ["bytes=9999999-", "bytes=9999999-9999999", "bytes=-0"])
def test_a_range_behind_the_end_is_none(api: Api, asked: str) -> None:
    answer = api.http.get(stored(api, DATA), headers={"Range": asked})

    assert (416, b"", f"bytes */{len(DATA)}") == (answer.status_code, answer.content, answer.headers["content-range"])


@pytest.mark.parametrize("asked", ["bytes=9-5", "bytes=-", "bytes=1-2,4-5", "lines=1-2", "bytes=x-y"])
def test_what_is_no_single_range_is_answered_whole(api: Api, asked: str) -> None:
    answer = api.http.get(stored(api, b"0123456789"), headers={"Range": asked})

    assert (200, b"0123456789") == (answer.status_code, answer.content)


def test_who_has_an_object_is_not_sent_it_again(api: Api) -> None:
    path = stored(api, b"known")

    answer = api.http.get(path, headers={"If-None-Match": f'"{path[-64:]}"'})

    assert (304, b"") == (answer.status_code, answer.content)


def test_head_says_how_long_an_object_is(api: Api) -> None:
    path = stored(api, b"how long")

    assert "8" == api.http.head(path).headers["content-length"]
    assert 404 == api.http.head(f"/v1/objects/{'0' * 64}").status_code


def test_bytes_of_another_name_are_refused(api: Api) -> None:
    sha256 = hashlib.sha256(b"promised").hexdigest()

    answer = api.http.put(f"/v1/objects/{sha256}", content=b"other")

    assert (400, "InvalidInputError") == (answer.status_code, answer.json()["error"]["type"])
    assert 404 == api.http.get(f"/v1/objects/{sha256}").status_code


def test_an_object_arrives_in_parts_whatever_their_order(api: Api) -> None:
    data = random.Random(6).randbytes(2500)
    path = f"/v1/objects/{hashlib.sha256(data).hexdigest()}"
    for number in (2, 0):
        api.http.put(f"{path}/parts/{number}?part_bytes=1000", content=data[1000 * number : 1000 * (number + 1)])

    early = api.http.post(f"{path}/assemble", json={"parts": 3, "part_bytes": 1000})
    there = api.http.get(f"{path}/parts?part_bytes=1000").json()["items"]
    api.http.put(f"{path}/parts/1?part_bytes=1000", content=data[1000:2000])
    done = api.http.post(f"{path}/assemble", json={"parts": 3, "part_bytes": 1000})
    again = api.http.post(f"{path}/assemble", json={"parts": 3, "part_bytes": 1000})

    assert 400 == early.status_code
    assert "number 1" in early.json()["error"]["message"]
    assert [{"number": 0, "size_bytes": 1000}, {"number": 2, "size_bytes": 500}] == there
    assert [2500, 2500] == [done.json()["size_bytes"], again.json()["size_bytes"]]
    assert data == api.http.get(path).content


def test_parts_are_listed_in_pages(api: Api) -> None:
    path = f"/v1/objects/{'1' * 64}/parts"
    for number in range(3):
        api.http.put(f"{path}/{number}?part_bytes=1", content=b"x")

    first = api.http.get(f"{path}?part_bytes=1&limit=2").json()
    rest = api.http.get(f"{path}?part_bytes=1&limit=2&token={first['next_token']}").json()

    assert [[0, 1], [2]] == [[one["number"] for one in page["items"]] for page in (first, rest)]
    assert rest["next_token"] is None


def test_parts_that_make_something_else_are_refused_and_dropped(api: Api) -> None:
    path = f"/v1/objects/{'2' * 64}"
    api.http.put(f"{path}/parts/0", content=b"not that")

    answer = api.http.post(f"{path}/assemble", json={"parts": 1})

    assert (422, "ChecksumError") == (answer.status_code, answer.json()["error"]["type"])
    assert [] == api.http.get(f"{path}/parts").json()["items"]


def test_a_part_that_is_too_long_is_refused(api: Api) -> None:
    answer = api.http.put(f"/v1/objects/{'3' * 64}/parts/0?part_bytes=3", content=b"four")

    assert 400 == answer.status_code


def test_an_object_that_is_too_long_for_one_request_is_refused_before_it_is_read(api: Api) -> None:
    answer = api.http.put(f"/v1/objects/{'4' * 64}", content=b"\0" * ((16 << 20) + 1))

    assert 413 == answer.status_code


@pytest.mark.parametrize("name", ["..", "%2e%2e", "../../catalog.db", "A" * 64, "0" * 63, "%00" * 64, "0" * 63 + "%0A"])
def test_a_name_that_is_no_sha256_leads_nowhere(api: Api, name: str) -> None:
    for answer in (api.http.get(f"/v1/objects/{name}"), api.http.put(f"/v1/objects/{name}", content=b"x")):
        assert answer.status_code in (400, 404)
        assert api.folder not in answer.text


def test_the_client_reads_and_stores_the_same_objects(api: Api) -> None:
    import io

    info = api.store.objects.put(io.BytesIO(DATA))

    assert (hashlib.sha256(DATA).hexdigest(), len(DATA)) == (info.sha256, info.size_bytes)
    assert len(DATA) == api.store.objects.has(info.sha256)
    assert DATA == b"".join(api.store.objects.read_checked(info.sha256))
    with api.store.objects.open(info.sha256) as file:
        file.seek(1000)
        assert DATA[1000:1010] == file.read(10)
    with pytest.raises(ObjectMissingError):
        api.store.objects.open("5" * 64)


def test_an_object_that_a_disk_cut_short_is_whole_again_once_it_is_stored_again(api: Api) -> None:
    data = b"weights that a power cut has torn"
    path = stored(api, data)
    (file,) = Path(api.folder, "objects").glob(f"??/{path[-64:]}")
    file.chmod(0o644)
    file.write_bytes(data[:5])

    stored(api, data)

    assert data == api.http.get(path).content
