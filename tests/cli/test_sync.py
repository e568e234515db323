"""`assay sync`: what waits for servers is listed, and sent."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay import Run, Session, load_run
from assay.place import outbox_of
from tests.behaviour.processes import Processes
from tests.cli.conftest import Assay
from tests.system.server_child import ServerChild

SCRIPT = """
import sys
from assay import Run, Session
for name in sys.argv[2:]:
    with Run("digits", name, sagemaker_session=Session(sys.argv[1])) as run:
        run.log_metric("loss", 0.5, step=0)
        run.log_text("note", "kept by " + name)
"""


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_QUIET", "1")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerChild]:
    """A server that has not been started."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = int(sock.getsockname()[1])
    child = ServerChild(tmp_path / "served", port)
    yield child
    child.stop()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    folder = tmp_path / "scripts"
    folder.mkdir()
    processes = Processes(folder)
    yield processes
    processes.close()


def test_where_nothing_was_logged_to_a_server_there_is_nothing_to_do(assay: Assay) -> None:
    assert (0, "Nothing waits: no run has been logged to a server from here.\n") == (
        assay("sync").code,
        assay("sync", "--list").out,
    )


def test_a_folder_has_nothing_to_sync(assay: Assay, tmp_path: Path) -> None:
    said = assay("sync", "--store", str(tmp_path))

    assert 2 == said.code
    assert "is a folder" in said.err


def test_what_waits_is_listed_then_sent_and_then_gone(assay: Assay, server: ServerChild, processes: Processes) -> None:
    processes.run(SCRIPT, server.url, "first", "second")

    listed = assay("sync", "--list", width=300)
    assert 0 == listed.code
    assert f"{server.url}: what 2 writers left and the bytes of 2 artifacts" in listed.lines[0]
    assert ["  digits/first", "  digits/second"] == listed.lines[1:3]

    away = assay("sync")
    assert 1 == away.code
    assert "does not answer" in away.err
    assert outbox_of(server.url) in away.err

    server.start()
    done = assay("sync", "--store", server.url)
    assert (0, "") == (done.code, done.err)
    assert f"{server.url}: sent 2 rows, 4 events and 2 artifacts of 2 writers" == done.lines[0]
    loaded = load_run("second", "digits", sagemaker_session=Session(server.url))
    assert b"kept by second" == loaded.artifacts()["note"].read_bytes()
    assert f"{server.url}: nothing waits\n" == assay("sync", "--list").out
    assert 0 == assay("sync").code


def test_one_server_that_is_away_keeps_nothing_from_another(
    assay: Assay, server: ServerChild, processes: Processes, tmp_path: Path
) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        elsewhere = f"http://127.0.0.1:{sock.getsockname()[1]}"
    processes.run(SCRIPT, elsewhere, "lost")
    processes.run(SCRIPT, server.url, "found")
    server.start()
    said = assay("sync")

    assert 1 == said.code
    assert elsewhere in said.err
    assert server.url not in said.err
    assert "Completed" == load_run("found", "digits", sagemaker_session=Session(server.url)).status


def test_what_programs_read_says_what_was_sent_and_what_is_left(
    assay: Assay, server: ServerChild, processes: Processes
) -> None:
    processes.run(SCRIPT, server.url, "first")
    (waits,) = json.loads(assay("sync", "--list", "--json").out)
    assert (server.url, ["digits/first"], 1) == (waits["url"], waits["runs"], waits["objects"])

    server.start()
    (done,) = json.loads(assay("sync", "--json").out)
    assert ([1], 1, [], []) == (
        [one["rows"] for one in done["recovered"]],
        done["objects"],
        done["problems"],
        done["left"]["runs"],
    )


def test_a_run_that_is_still_going_sends_for_itself(assay: Assay, server: ServerChild) -> None:
    server.start()
    with Run("digits", "living", sagemaker_session=Session(server.url)) as run:
        run.log_metric("loss", 1.0)
        listed = assay("sync", "--list")

        assert f"{server.url}: nothing waits; 1 writer still going\n" == listed.out
        assert 0 == assay("sync").code
