"""Training goes on without its server, and what it logs meanwhile is there afterwards."""

from __future__ import annotations

import pickle
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay import Run, Session, list_runs, load_run
from assay.errors import NotSignedInError, RunNotFoundError, UnavailableError
from assay.storage.sql.store import SqlStore
from tests.behaviour.processes import Processes, wait_until
from tests.serving.logging_runs import logged
from tests.serving.running import serving
from tests.system.server_child import ServerChild


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, isolated: Path) -> Iterator[ServerChild]:
    """A server that `ASSAY_STORE` names, and that is away."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    server = ServerChild(tmp_path / "served", port)
    monkeypatch.setenv("ASSAY_QUIET", "1")
    monkeypatch.setenv("ASSAY_STORE", server.url)
    yield server
    server.kill()
    Session(server.url).store_as_is.close()


@pytest.fixture
def silent_url(monkeypatch: pytest.MonkeyPatch, isolated: Path) -> Iterator[str]:
    """What takes connections and never answers."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(100)
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        monkeypatch.setenv("ASSAY_QUIET", "1")
        monkeypatch.setenv("ASSAY_STORE", url)
        yield url
        Session(url).store_as_is.close()


def test_a_run_begins_without_its_server_and_is_sent_when_that_answers(
    server: ServerChild, caplog: pytest.LogCaptureFixture
) -> None:
    with Run("Digits", "Baseline", tags={"team": "vision"}) as run:
        assert "the run goes on without it" in caplog.text
        assert server.url in caplog.text
        run.log_parameters({"lr": 0.1})
        for step in range(100):
            run.log_metric("loss", 1 / (step + 1), step=step)
        with pytest.raises(UnavailableError, match=server.url):
            _ = run.parameters
        server.start()
        wait_until(lambda: "takes data again" in caplog.text, within_s=20)

        assert {"lr": 0.1} == run.parameters

    found = load_run("baseline", "digits")
    assert (run.id, "Completed", "Baseline") == (found.id, found.status, found.display_name)
    assert {"team": "vision"} == found.tags
    assert 100 == found.metrics["loss"].count


def test_what_was_logged_without_the_server_is_sent_by_whoever_next_opens_the_store(
    server: ServerChild, processes: Processes
) -> None:
    processes.run("""
    from assay import Run
    with Run("digits", "offline") as run:
        run.log_metric("loss", 1.0)
    """)
    server.start()

    run = load_run("offline", "digits")
    assert ("Completed", 1.0) == (run.status, run.metrics["loss"].last)


def test_a_run_of_the_same_name_is_not_mixed_with_what_was_logged_without_the_server(
    server: ServerChild, caplog: pytest.LogCaptureFixture
) -> None:
    server.start()
    there = logged("baseline")
    server.kill()
    Session().store_as_is.close()

    with Run("digits", "baseline") as run:
        run.log_metric("loss", 5.0)
        server.start()
        wait_until(lambda: "takes data again" in caplog.text, within_s=20)

        assert (1, "baseline-2") == (run.metrics["loss"].count, run.run_name)
        assert "'baseline-2'" in caplog.text

    assert run.id != there.id
    assert 20 == there.metrics["loss"].count


def test_what_only_the_server_knows_is_not_guessed(server: ServerChild) -> None:
    for if_exists in ("new", "error"):
        with pytest.raises(UnavailableError, match="if_exists='open'"):
            Run("digits", "baseline", if_exists=if_exists)
    with pytest.raises(UnavailableError, match=server.url):
        load_run("baseline", "digits")
    with pytest.raises(UnavailableError, match=server.url):
        list_runs("digits")


def test_a_run_is_entered_again_while_its_server_is_away(server: ServerChild) -> None:
    server.start()
    run = logged("baseline")
    server.kill()
    with run:
        run.log_metric("loss", 9.0, step=20)
    server.start()

    # The recorder, which lives on, asks the server again after a pause.
    wait_until(lambda: 9.0 == load_run("baseline", "digits").metrics["loss"].last, within_s=30)
    assert ["Completed", "Completed"] == [attempt.status for attempt in run.attempts]


def test_a_pickled_run_logs_in_another_process_while_the_server_is_away(
    server: ServerChild, processes: Processes, tmp_path: Path
) -> None:
    with Run("digits", "baseline") as run:
        run.log_metric("loss", 1.0)
        (tmp_path / "run.pickle").write_bytes(pickle.dumps(run))
        processes.run(
            """
            import pickle, sys
            run = pickle.loads(open(sys.argv[1], "rb").read())
            run.log_metric("of-worker", 2.0)
            """,
            tmp_path / "run.pickle",
        )
    server.start()

    assert {"loss", "of-worker"} == set(load_run("baseline", "digits").metrics)


def test_a_child_process_finds_its_parent_s_run_while_the_server_is_away(
    server: ServerChild, processes: Processes
) -> None:
    script = """
    from assay import load_run
    with load_run() as run:
        run.log_metric("of-child", 2.0)
    """
    with Run("digits", "baseline", tags={f"key-{number}": "x" * 250 for number in range(50)}) as run:
        run.log_metric("loss", 1.0)
        processes.run(script)
    server.start()
    there = load_run("baseline", "digits")
    assert {"loss", "of-child"} == set(there.metrics)
    assert 50 == len(there.tags)

    server.kill()
    with run:
        processes.run(script.replace("of-child", "of-another"))
    server.start()
    assert {"loss", "of-child", "of-another"} == set(load_run("baseline", "digits").metrics)
    with pytest.raises(RunNotFoundError):
        load_run("other", "digits")


TIMED = """
import time
from assay import Run

def log():
    start = time.monotonic()
    with Run("digits") as run:
        run.log_metric("loss", 1.0)
    print(time.monotonic() - start)
"""


@pytest.mark.usefixtures("silent_url")
def test_a_silent_server_holds_up_the_first_run_for_seconds_and_the_next_not_at_all(processes: Processes) -> None:
    first_s, second_s = map(float, processes.run(TIMED + "log(); log()").split())

    assert first_s < 12
    assert second_s < 3


@pytest.mark.usefixtures("silent_url")
def test_what_was_left_holds_up_nobody_for_long(processes: Processes) -> None:
    processes.run("""
    import os
    from assay import Run
    with Run("digits", "left") as run:
        run.log_metric("loss", 1.0)
        os._exit(0)
    """)

    assert float(processes.run(TIMED + "log()")) < 15


def test_a_server_that_does_not_let_one_in_is_no_server_that_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    monkeypatch.setenv("ASSAY_TOKEN", "assay_of-another-server")
    with serving(lambda _: SqlStore(str(folder))) as url:
        session = Session(url)
        with pytest.raises(NotSignedInError):
            Run("digits", "baseline", sagemaker_session=session)
        session.store_as_is.close()
