"""Live events: what changed is told within seconds, whoever changed it, to as many as listen."""

from __future__ import annotations

import itertools
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from assay.formats.event import Event
from assay.serving import streams
from assay.storage.http.store import HttpStore
from assay.storage.sql.store import SqlStore
from tests.serving.routes.conftest import Api
from tests.serving.running import serving
from tests.storage.writing import new_run, rows

Told = tuple[str, dict[str, Any]]


@contextmanager
def listening(url: str, **query: str) -> Iterator[Iterator[Told]]:
    """Events as they come: their kind, and what they say; a comment is of the kind ":"."""
    with httpx.stream("GET", f"{url}/v1/live", params=query, timeout=20) as answer:
        assert "text/event-stream" == answer.headers["content-type"]
        yield events_of(answer)


def events_of(answer: httpx.Response) -> Iterator[Told]:
    kind = ""
    for line in answer.iter_lines():
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield kind, json.loads(line.removeprefix("data: "))
        elif line.startswith(":"):
            yield ":", {}


def test_a_listener_hears_how_a_run_is_and_of_each_change(api: Api) -> None:
    writer = api.writer("heard")
    with listening(api.url, run=writer.run.uid) as events:
        first = next(events)
        writer.send(rows("loss", [0.5]))
        second = next(events)
        api.store.apply(writer.run.uid, [Event(1, "tags", {"values": {"a": "b"}})])
        third = next(events)

    assert ["changed"] * 3 == [kind for kind, _ in (first, second, third)]
    assert {writer.run.uid} == {told["run"] for _, told in (first, second, third)}
    assert first[1]["revision"] < second[1]["revision"] < third[1]["revision"]


def test_a_listener_hears_of_what_another_process_wrote_to_the_store(api: Api) -> None:
    writer = api.writer("elsewhere")
    other = SqlStore(api.folder)
    with listening(api.url, run=writer.run.uid) as events:
        before = next(events)[1]["revision"]
        other.apply(writer.run.uid, [Event(1, "tags", {"values": {"a": "b"}})])
        after = next(events)[1]["revision"]
    other.close()

    assert before < after


def test_who_listens_to_an_experiment_hears_of_its_new_runs(api: Api) -> None:
    first = new_run(api.store, "watched", "first")
    with listening(api.url, experiment="watched") as events:
        told = [next(events)]
        second = new_run(api.store, "watched", "second")
        told.append(next(events))

    assert [first.uid, second.uid] == [one["run"] for _, one in told]


def test_a_run_that_is_deleted_is_told_of(api: Api) -> None:
    run = api.run("gone")
    with listening(api.url, run=run.uid) as events:
        next(events)
        api.store.trash.delete_runs([run.uid])

        assert ("deleted", {"run": run.uid}) == next(events)


def test_many_listeners_cost_one_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = []

    class Counted(SqlStore):
        def revisions(self, run_uids: Any) -> dict[str, int]:
            looks.append(time.monotonic())
            return super().revisions(run_uids)

    with serving(lambda _: Counted(str(tmp_path))) as url:
        store = HttpStore(url)
        run = new_run(store)
        opened = [listening(url, run=run.uid) for _ in range(20)]
        entered = [one.__enter__() for one in opened]
        heard = [next(events) for events in entered]
        for one in opened:
            one.__exit__(None, None, None)
        store.close()

    assert 20 == len(heard)
    assert len(looks) < 10
    assert all(later - earlier > 0.9 for earlier, later in itertools.pairwise(looks))


def test_a_comment_shows_that_the_connection_lives(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "COMMENT_S", 0.2)
    run = api.run("quiet")
    with listening(api.url, run=run.uid) as events:
        kinds = [next(events)[0] for _ in range(3)]

    assert ":" in kinds


def test_who_does_not_read_is_dropped(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SLOW_S", 0.5)
    monkeypatch.setattr(streams, "COMMENT_S", 0.0)  # so much is said that no buffer holds it
    run = api.run("slow")
    with socket.create_connection(("127.0.0.1", int(api.url.rpartition(":")[2]))) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.sendall(f"GET /v1/live?run={run.uid} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert sock.recv(100).startswith(b"HTTP/1.1 200")
        deadline_s = time.monotonic() + 20
        while listeners(api) and time.monotonic() < deadline_s:
            time.sleep(0.1)

        assert 0 == listeners(api)


def listeners(api: Api) -> int:
    (line,) = [one for one in api.http.get("/metrics").text.splitlines() if one.startswith("assay_live_listeners")]
    return int(float(line.split()[1]))


def test_a_server_that_ends_lets_listeners_go_at_once(tmp_path: Path) -> None:
    with serving(lambda _: SqlStore(str(tmp_path))) as url:
        store = HttpStore(url)
        run = new_run(store)
        store.close()
        stream = listening(url, run=run.uid)
        events = stream.__enter__()
        next(events)
        began_s = time.monotonic()

    assert time.monotonic() - began_s < 5
    assert [] == [kind for kind, _ in events if kind != ":"]
    stream.__exit__(None, None, None)


def test_nothing_to_listen_to_is_an_error(api: Api) -> None:
    answer = api.http.get("/v1/live")

    assert (400, "InvalidInputError") == (answer.status_code, answer.json()["error"]["type"])


def test_a_look_that_fails_ends_the_connection_and_the_next_one_is_served(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Stumbling(SqlStore):
        looks = 0

        def revisions(self, run_uids: Any) -> dict[str, int]:
            self.looks += 1
            if self.looks == 1:
                raise KeyError("unforeseen")
            return super().revisions(run_uids)

    with serving(lambda _: Stumbling(str(tmp_path))) as url:
        store = HttpStore(url)
        run = new_run(store)
        store.close()
        with listening(url, run=run.uid) as events:
            first = list(events)
        with listening(url, run=run.uid) as events:
            second = next(events)

    assert [] == [kind for kind, _ in first if kind != ":"]
    assert ("changed", run.uid) == (second[0], second[1]["run"])
    assert "live events ended" in caplog.text
