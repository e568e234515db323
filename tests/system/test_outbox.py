"""A server that dies, is away, or never answers: what calls accepted is read there in the end, once each."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay import Run, Session, load_run
from assay.cli import main
from assay.errors import UnavailableError
from assay.place import outbox_of
from assay.recording import server_route
from tests.behaviour.processes import Processes, hear, wait_until
from tests.system.relay import Relay
from tests.system.server_child import ServerChild


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerChild]:
    child = ServerChild(tmp_path / "served", free_port())
    yield child
    child.stop()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    folder = tmp_path / "scripts"
    folder.mkdir()
    processes = Processes(folder)
    yield processes
    processes.close()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def losses(url: str, name: str) -> list[float]:
    run = load_run(name, "digits", sagemaker_session=Session(url))
    return [float(value) for value in run.metric_history("loss").values]


def waits(url: str) -> list[str]:
    """What lies in the outbox but what says whose it is."""
    kept = [path.name for path in Path(outbox_of(url)).rglob("*") if path.is_file()]
    return sorted(set(kept) - {"server.json", "recovery.lock"})


def test_a_server_killed_in_mid_run_has_everything_once_when_it_is_back(server: ServerChild) -> None:
    server.start()
    with Run("digits", "killed", sagemaker_session=Session(server.url)) as run:
        for step in range(1000):
            run.log_metric("loss", step, step=step)
            if step == 300:
                server.kill()
            if step == 600:
                server.start()
            time.sleep(0.001)
        run.flush()

        assert [float(step) for step in range(1000)] == losses(server.url, "killed")

    assert [] == waits(server.url)


def test_a_server_killed_again_and_again_has_each_point_and_artifact_once(server: ServerChild) -> None:
    server.start()
    session = Session(server.url)
    with Run("digits", "first", sagemaker_session=session) as run:
        for round_ in range(2):
            for step in range(500):
                run.log_metric("loss", 500 * round_ + step, step=500 * round_ + step)
                time.sleep(0.0005)
            server.kill()
            run.log_text(f"note-{round_}", str(round_))
            server.start()

    wait_until(lambda: waits(server.url) == [], within_s=40)
    assert [float(step) for step in range(1000)] == losses(server.url, "first")
    loaded = load_run("first", "digits", sagemaker_session=session)
    assert ["0", "1"] == [loaded.artifacts()[f"note-{one}"].read_bytes().decode() for one in range(2)]


def test_what_was_logged_to_a_server_that_was_away_is_there_after_sync(
    server: ServerChild, processes: Processes, capsys: pytest.CaptureFixture[str]
) -> None:
    script = """
    import sys
    from assay import Run, Session
    with Run("digits", "offline", sagemaker_session=Session(sys.argv[1])) as run:
        run.log_parameter("lr", 0.1)
        for step in range(100):
            run.log_metric("loss", step, step=step)
        run.log_text("note", "from afar")
    """
    processes.run(script, server.url)
    assert 1 == main(["sync"])
    assert "1 writer" in capsys.readouterr().err
    server.start()
    assert 0 == main(["sync"])

    loaded = load_run("offline", "digits", sagemaker_session=Session(server.url))
    assert ("Completed", {"lr": 0.1}) == (loaded.status, loaded.parameters)
    assert [float(step) for step in range(100)] == losses(server.url, "offline")
    assert b"from afar" == loaded.artifacts()["note"].read_bytes()
    assert [] == waits(server.url)


def test_a_client_killed_while_its_server_was_away_loses_nothing_and_doubles_nothing(
    server: ServerChild, processes: Processes
) -> None:
    script = """
    import sys, time
    from assay import Run, Session
    with Run("digits", "both", sagemaker_session=Session(sys.argv[1])) as run:
        step = 0
        while True:
            run.log_metric("loss", step, step=step)
            print(step, flush=True)
            step += 1
            time.sleep(0.0005)
    """
    server.start()
    client = processes.start(script, server.url)
    hear(client)
    wait_until(lambda: load_run("both", "digits", sagemaker_session=Session(server.url)).metrics != {})
    server.kill()
    told = [hear(client) for _ in range(3000)]
    client.send_signal(signal.SIGKILL)
    assert client.stdout is not None
    told += [line for line in client.stdout if line.endswith("\n")]
    server.start()
    assert 0 == main(["sync"])

    found = losses(server.url, "both")
    # The last call may have been accepted without the process having come to say so.
    assert [float(step) for step in range(len(found))] == found
    assert len(found) in (int(told[-1]) + 1, int(told[-1]) + 2)
    assert "Stopped" == load_run("both", "digits", sagemaker_session=Session(server.url)).status


def test_calls_beyond_the_budget_are_refused_and_taken_again_when_there_is_space(
    server: ServerChild, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ASSAY_OUTBOX_LIMIT", "11.5MB")
    accepted = 0
    with Run("digits", "much", sagemaker_session=Session(server.url)) as run:
        while run.refused == 0:
            run.log_metric("loss", accepted, step=accepted)
            accepted += 1
        accepted -= 1
        assert [] != [one for one in caplog.messages if "ASSAY_OUTBOX_LIMIT sets the limit" in one]
        server.start()
        run.flush()
        time.sleep(1.1)  # how long the sizes that were seen are believed
        refused = run.refused
        for step in range(accepted, accepted + 100):
            run.log_metric("loss", step, step=step)
        assert refused == run.refused

    assert [float(step) for step in range(accepted + 100)] == losses(server.url, "much")
    assert refused == load_run("much", "digits", sagemaker_session=Session(server.url)).refused


def test_an_upload_that_was_cut_goes_on_from_the_parts_that_are_there(server: ServerChild, tmp_path: Path) -> None:
    size_bytes, part_bytes = 200 << 20, 8 << 20
    source = tmp_path / "model"
    with source.open("wb") as file:
        piece = os.urandom(1 << 20)
        for number in range(size_bytes >> 20):
            file.write(number.to_bytes(4, "little") + piece[4:])
    server.start()
    relay = Relay(server.port)
    try:
        with Run("digits", "large", sagemaker_session=Session(relay.url)) as run:
            relay.cut_after(size_bytes // 2)
            run.log_file(source, "model")
            wait_until(lambda: relay.is_cut, within_s=30)
            server.kill()
            server.start()
            relay.mend()
            run.flush()

        assert relay.sent_bytes < size_bytes + 2 * part_bytes
    finally:
        relay.close()
    kept = load_run("large", "digits", sagemaker_session=Session(server.url)).artifacts()["model"]
    assert source.read_bytes() == kept.read_bytes()
    assert [] == waits(relay.url)


def test_an_upload_of_a_killed_process_is_finished_by_who_next_opens_the_store(
    server: ServerChild, processes: Processes, tmp_path: Path
) -> None:
    script = """
    import sys, time
    from assay import Run, Session
    with Run("digits", "dead", sagemaker_session=Session(sys.argv[1])) as run:
        run.log_file(sys.argv[2], "model")
        print("logged", flush=True)
        time.sleep(60)
    """
    (tmp_path / "model").write_bytes(os.urandom(24 << 20))
    server.start()
    relay = Relay(server.port)
    try:
        relay.cut_after(10 << 20)
        client = processes.start(script, relay.url, tmp_path / "model")
        hear(client)
        wait_until(lambda: relay.is_cut, within_s=20)
        client.kill()
        client.communicate()
        relay.mend()
        with Run("digits", "next", sagemaker_session=Session(relay.url)) as run:
            run.log_metric("loss", 1.0)
            wait_until(lambda: not [one for one in waits(relay.url) if len(one) == 64], within_s=20)
    finally:
        relay.close()

    dead = load_run("dead", "digits", sagemaker_session=Session(server.url))
    assert ("Stopped", (tmp_path / "model").read_bytes()) == (dead.status, dead.artifacts()["model"].read_bytes())


def test_an_artifact_is_read_at_once_by_who_logged_it(server: ServerChild, tmp_path: Path) -> None:
    server.start()
    (tmp_path / "model").write_bytes(os.urandom(20 << 20))
    with Run("digits", "eager", sagemaker_session=Session(server.url)) as run:
        run.log_file(tmp_path / "model", "model")
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "one.txt").write_text("one", "utf-8")
        run.log_directory(tmp_path / "folder")

        assert (tmp_path / "model").read_bytes() == run.artifacts()["model"].read_bytes()

    saved = (
        load_run("eager", "digits", sagemaker_session=Session(server.url)).artifacts()["folder"].save(tmp_path / "got")
    )
    assert "one" == (Path(saved) / "one.txt").read_text("utf-8")
    assert [] == waits(server.url)


def test_leaving_a_run_is_bounded_where_the_server_takes_connections_and_never_answers() -> None:
    relay = Relay(None)
    try:
        started = time.monotonic()
        with Run("digits", "silent", sagemaker_session=Session(relay.url)) as run:
            run.log_metric("loss", 1.0)
            entered = time.monotonic()
        left = time.monotonic()

        assert entered - started < 7
        assert left - entered < 3
        assert [] != waits(relay.url)
    finally:
        relay.close()


def test_many_short_runs_do_not_each_wait_for_a_server_that_is_away(server: ServerChild) -> None:
    started = time.monotonic()
    for number in range(50):
        with Run("digits", f"short-{number}", sagemaker_session=Session(server.url)) as run:
            run.log_metric("loss", number, step=0)
    took = time.monotonic() - started
    server.start()
    session = Session(server.url)
    wait_until(lambda: not [one for one in waits(server.url) if one.endswith(".events")], within_s=40)

    assert took < 10
    assert [[float(number)] for number in range(50)] == [losses(server.url, f"short-{number}") for number in range(50)]
    assert "Completed" == load_run("short-49", "digits", sagemaker_session=session).status


def test_a_server_that_was_set_back_to_an_earlier_state_is_sent_again_what_it_lacks(
    server: ServerChild, tmp_path: Path
) -> None:
    server.start()
    with Run("digits", "restored", sagemaker_session=Session(server.url)) as run:
        run.log_metrics({"loss": 0.0}, step=0)
        run.flush()
        server.stop()
        shutil.copytree(server.folder, tmp_path / "backup")
        server.start()
        for step in range(1, 4):
            run.log_metrics({"loss": step}, step=step)
            run.log_parameter(f"p{step}", step)
            run.flush()
        server.stop()
        shutil.rmtree(server.folder)
        shutil.copytree(tmp_path / "backup", server.folder)
        server.start()
        run.log_metrics({"loss": 4.0}, step=4)

    assert [0.0, 1.0, 2.0, 3.0, 4.0] == losses(server.url, "restored")
    loaded = load_run("restored", "digits", sagemaker_session=Session(server.url))
    assert {"p1": 1, "p2": 2, "p3": 3} == loaded.parameters


def test_a_server_that_lost_a_run_altogether_is_sent_all_that_the_journal_has(server: ServerChild) -> None:
    server.start()
    with Run("digits", "forgotten", sagemaker_session=Session(server.url), tags={"team": "vision"}) as run:
        run.log_metrics({"loss": 0.0}, step=0)
        run.flush()
        server.stop()
        shutil.rmtree(server.folder)
        server.folder.mkdir()
        server.start()
        run.log_metrics({"loss": 1.0}, step=1)

    assert [0.0, 1.0] == losses(server.url, "forgotten")
    loaded = load_run("forgotten", "digits", sagemaker_session=Session(server.url))
    assert ("Completed", {"team": "vision"}) == (loaded.status, loaded.tags)


def test_a_connection_cut_anywhere_in_a_segment_loses_and_doubles_nothing(server: ServerChild) -> None:
    server.start()
    relay = Relay(server.port)
    sent = 0
    try:
        with Run("digits", "cut", sagemaker_session=Session(relay.url)) as run:
            for _ in range(2):
                before = relay.sent_bytes
                run.log_metric("loss", sent, step=sent)
                sent += 1
                run.flush()
            request_bytes = relay.sent_bytes - before
            for cut in (*range(1, request_bytes, 19), *range(request_bytes - 3, request_bytes + 3)):
                run.log_metric("loss", sent, step=sent)
                sent += 1
                relay.cut_after(relay.sent_bytes + cut)
                with contextlib.suppress(UnavailableError):
                    run.flush()
                relay.mend()
            run.flush()
    finally:
        relay.close()

    assert [float(step) for step in range(sent)] == losses(server.url, "cut")


def test_a_writer_that_has_nothing_to_say_is_heard_of(server: ServerChild, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_route, "HEARTBEAT_S", 0.5)
    server.start()
    with Run("digits", "quiet", sagemaker_session=Session(server.url)) as run:
        run.flush()
        store = run.session.store

        def heard_us() -> int:
            return store.attempts(store.find_run("digits", "quiet").uid)[0].heard_us or 0

        first = heard_us()
        wait_until(lambda: heard_us() > first)
