"""What killed writers left in a served folder is brought in by the server, since nobody else may ever open it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assay.serving.leftovers import Leftovers
from assay.serving.opening import Workspaces
from assay.serving.settings import Place
from tests.serving.command import server_command

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a signal of POSIX"),
    pytest.mark.timeout(120),
]

KILLED = """
import os, signal, sys
from assay import Run, Session
with Run("digits", "killed", sagemaker_session=Session(sys.argv[1])) as run:
    for step in range(1000):
        run.log_metric("loss", 1 / (step + 1), step=step)
    run.flush()
    run.log_metric("after", 1.0)
    os.kill(os.getpid(), signal.SIGKILL)
"""
ALIVE = """
import sys, time
from assay import Run, Session
with Run("digits", "alive", sagemaker_session=Session(sys.argv[1])) as run:
    run.log_metric("loss", 0.5)
    run.flush()
    print("logged", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def run_killed(folder: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(folder)], check=False, env={**os.environ, "ASSAY_QUIET": "1"})


def test_a_server_shows_what_a_killed_writer_left(store: Path) -> None:
    with server_command("--store", str(store), "--log-format", "json") as command:
        run_killed(store)
        deadline_s = time.monotonic() + 30
        while (found := command.ask("GET", "/v1/experiments/digits/runs/killed")[1])["status"] == "InProgress":
            assert time.monotonic() < deadline_s
            time.sleep(0.2)
        metrics = command.ask("GET", f"/v1/runs/{found['uid']}/metrics")[1]["items"]
        command.tell()
        command.end()

    assert "Stopped" == found["status"]
    assert {"loss": 1000, "after": 1} == {one["name"]: one["count"] for one in metrics}
    (recovered,) = [one for one in command.events if one["event"] == "recovered"]
    assert "digits/killed" == recovered["run"]


def test_a_writer_that_lives_is_left_alone(store: Path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", ALIVE, str(store)], stdout=subprocess.PIPE, text=True)
    try:
        assert writer.stdout is not None
        assert "logged" == writer.stdout.readline().strip()
        with Workspaces(Place(str(store))) as workspaces:
            Leftovers(workspaces).look()
            opened = workspaces.open_store("main")
            assert "InProgress" == opened.find_run("digits", "alive").status
            opened.close()
    finally:
        writer.kill()
        writer.communicate()


def test_a_folder_that_is_damaged_keeps_no_other_waiting(store: Path) -> None:
    with Workspaces(Place(str(store))) as workspaces:
        workspaces.members.create_workspace("team")
        run_killed(Path(workspaces.folder("team")))
        run_killed(store)
        for name in os.listdir(store):
            if name.startswith("catalog.db"):
                (store / name).write_bytes(b"no catalog" * 1000)
        Leftovers(workspaces).look()
        opened = workspaces.open_store("team")

        assert "Stopped" == opened.find_run("digits", "killed").status
        opened.close()
