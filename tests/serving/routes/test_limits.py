"""What is too long, too deep, too large or no text is the client's mistake; its answer tells nothing of the server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from assay.errors import DamagedError, RefusedError, UnavailableError
from assay.formats.wire import encode_parcel, encode_parcels
from assay.storage.contract import RunRecord
from assay.storage.sql.store import SqlStore
from tests.serving.routes.conftest import Api, Guarded
from tests.serving.running import serving

NEW_RUN = {
    "uid": "limits",
    "experiment_uid": "limits",
    "experiment_name": "limits",
    "run_name": "limits",
    "experiment_display_name": "limits",
    "run_display_name": "limits",
    "tags": {},
    "created_us": 1,
}
LONG = "x" * 10_000_000


@pytest.mark.parametrize(
    "change",
    [
        {"run_name": LONG[:900_000]},
        {"run_name": ".."},
        {"run_name": "../../etc/passwd"},
        {"run_name": "a\0b"},
        {"experiment_name": "\n"},
        {"uid": "../x"},
        {"uid": ""},
        {"created_us": 2**63},
        {"created_us": 10**400},
        {"created_us": 1.5},
        {"tags": {"k": "v" * 1000}},
        {"tags": {str(number): "" for number in range(100)}},
        {"tags": [1]},
        {"if_exists": "maybe"},
    ],
    ids=lambda change: str(change)[:30],
)
def test_a_run_against_the_rules_is_refused(api: Api, change: dict[str, object]) -> None:
    answer = api.http.post("/v1/runs", json={**NEW_RUN, **change})

    assert 400 == answer.status_code, answer.text
    assert {"type", "message"} <= answer.json()["error"].keys()
    assert len(answer.text) < 3000
    assert 404 == api.http.get("/v1/runs/limits").status_code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"runs": NaN}',
        b"\xff\xfe",
        b"[" * 500_000,
        b'{"a":' * 100_000,
        b'{"runs":["\\ud800"]}',
    ],
    ids=["empty", "cut", "null", "list", "NaN", "no text", "deep lists", "deep objects", "half a character"],
)
def test_a_body_that_is_no_document_is_refused(api: Api, body: bytes) -> None:
    answer = api.http.post("/v1/run-names", content=body, headers={"Content-Type": "application/json"})

    assert 400 == answer.status_code, answer.text
    assert "Traceback" not in answer.text


def test_a_document_that_is_too_long_is_refused(api: Api) -> None:
    statuses = [
        api.http.post("/v1/runs", json={**NEW_RUN, "run_name": LONG}).status_code,
        api.http.post("/v1/segments", content=b"\0" * ((64 << 20) + 1)).status_code,
    ]

    assert [413, 413] == statuses


def test_an_endless_body_is_cut_off(api: Api) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b" " * 65536

    try:
        status = api.http.post("/v1/runs", content=endless()).status_code
    except httpx.TransportError:  # the server closed while it was sent to
        status = 413

    assert 413 == status
    assert 200 == api.http.get("/v1/health").status_code


@pytest.mark.parametrize(
    "path",
    [
        "/v1/runs?limit=0",
        "/v1/runs?limit=1001",
        "/v1/runs?limit=99999999999999999999999",
        "/v1/runs?limit=x",
        "/v1/runs?token=forged",
        "/v1/runs?created_after_us=99999999999999999999999",
        "/v1/experiments?token=-1",
        "/v1/experiments?token=%F3%A0%80%B1",
        "/v1/trash?limit=-1",
        "/v1/runs/%00",
        "/v1/runs/..%2f..%2fcatalog.db",
        "/v1/runs/" + "x" * 65,
        "/v1/runs/limits/points?name=" + "x" * 256,
        "/v1/runs/limits/points?name=a&max_points=0",
        "/v1/runs/limits/points?name=a&first_step=9999999999999999999999",
        "/v1/runs/limits/points?name=a&repeated=some",
        "/v1/objects/0",
        "/v1/live?run=..",
    ],
)
def test_an_address_that_can_not_be_is_the_clients_mistake(api: Api, path: str) -> None:
    answer = api.http.get(path)

    assert answer.status_code in (400, 404), answer.text
    assert api.folder not in answer.text


@pytest.mark.parametrize("what", ["path", "query", "header"])
def test_ten_megabytes_before_a_body_are_not_read(api: Api, what: str) -> None:
    head = {
        "path": f"GET /v1/runs/{LONG} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "query": f"GET /v1/runs?token={LONG} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "header": f"GET /v1/runs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {LONG}\r\n\r\n",
    }[what]
    with socket.create_connection(("127.0.0.1", int(api.url.rpartition(":")[2])), timeout=20) as sock:
        answer = b""
        try:
            sock.sendall(head.encode())
            answer = sock.recv(1000)
        except ConnectionError:  # closed before all was sent
            answer = b"HTTP/1.1 400"

    assert answer.startswith(b"HTTP/1.1 4") or answer == b""
    assert 200 == api.http.get("/v1/health").status_code


@pytest.mark.parametrize(
    "head",
    [
        {},
        {"writer": "w"},
        {"writer": "w", "index": -1, "final": False, "opening": None},
        {"writer": "w", "index": 2**70, "final": False, "opening": None},
        {"writer": "../w", "index": 0, "final": False, "opening": None},
        {"writer": 5, "index": 0, "final": False, "opening": None},
        {"writer": "w", "index": 0, "final": "no", "opening": None},
        {"writer": "w", "index": 0, "final": False, "opening": {"run": 1}},
    ],
    ids=str,
)
def test_a_parcel_with_a_head_that_no_writer_sends_is_refused(api: Api, head: dict[str, object]) -> None:
    answer = api.http.post("/v1/segments", content=encode_parcels([encode_parcel(head, [], b"")]))

    assert (400, "InvalidInputError") == (answer.status_code, answer.json()["error"]["type"])


def test_a_parcel_cut_at_any_byte_is_refused_whole(api: Api) -> None:
    head = {"writer": "cut", "index": 0, "final": False, "opening": None}
    body = encode_parcels([encode_parcel(head, [], b"")])

    statuses = {api.http.post("/v1/segments", content=body[:end]).status_code for end in range(len(body))}

    assert {400} == statuses


def test_one_parcel_that_can_not_be_taken_keeps_no_other_away(api: Api) -> None:
    writer = api.writer("beside")
    good = {"writer": writer.uid, "index": 0, "final": False, "opening": None}
    bad_spec = {**NEW_RUN, "run_name": ".."}
    opening = {"run": "bad", "entered": True, "process": {}, "opened_us": 1, "run_spec": bad_spec}
    bad = {"writer": "bad", "index": 0, "final": False, "opening": opening}
    lost = {"writer": "lost", "index": 0, "final": False, "opening": None}
    torn = {"writer": writer.uid, "index": 1, "final": False, "opening": None}

    answer = api.http.post(
        "/v1/segments",
        content=encode_parcels(
            [
                encode_parcel(head, [], rows)
                for head, rows in ((bad, b""), (good, b""), (lost, b""), (torn, b"ASSAYSEG"))
            ]
        ),
    )

    items = answer.json()["items"]
    assert ["InvalidNameError", None, "RunNotFoundError", "InvalidInputError"] == [
        (one.get("error") or {}).get("type") for one in items
    ]
    assert items[1]["accepted"]


def test_too_many_wrong_tokens_are_slowed_down(guarded: Guarded) -> None:
    with guarded.client("assay_" + "0" * 49) as client:
        answers = [client.get("/v1/me") for _ in range(12)]

    assert {401, 429} == {one.status_code for one in answers}
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_a_wrong_method_says_which_are_right(api: Api) -> None:
    answer = api.http.patch("/v1/runs")

    assert 405 == answer.status_code
    assert "GET" in answer.headers["allow"]


def test_what_the_server_itself_is_in_trouble_with_stays_in_its_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(SqlStore):
        def run(self, uid: str) -> RunRecord:
            raise {
                "damaged": DamagedError(f"{tmp_path}/catalog.db is damaged"),
                "full": RefusedError("disk", cause=OSError(28, f"No space left on {tmp_path}")),
                "away": UnavailableError("can't reach postgresql://me:secret@host/db"),
                "unforeseen": KeyError(f"SELECT secret FROM {tmp_path}"),
                "quota": RefusedError("workspace main has used up its quota of 5 GB"),
            }[uid]

    with serving(lambda _: Broken(str(tmp_path))) as url, httpx.Client(base_url=url) as client:
        answers = {uid: client.get(f"/v1/runs/{uid}") for uid in ("damaged", "full", "away", "unforeseen", "quota")}

    assert {"damaged": 500, "full": 507, "away": 503, "unforeseen": 500, "quota": 507} == {
        uid: one.status_code for uid, one in answers.items()
    }
    for answer in answers.values():
        assert all(word not in answer.text for word in ("secret", "SELECT", "Traceback", str(tmp_path)))
    assert "quota of 5 GB" in answers["quota"].text
    assert "catalog.db is damaged" in caplog.text
