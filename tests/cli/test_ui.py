"""`assay ui`: the page over a folder, for as long as it runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Assay


@contextmanager
def ui(store: Path) -> Iterator[str]:
    """The address that `assay ui` prints, while the block lasts; then it is interrupted, and ends well."""
    command = [sys.executable, "-m", "assay.cli", "ui", "--no-open", "--port", "0", "--store", str(store)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert 0 == process.returncode, err
    assert "" == out


def test_ui_serves_the_store_until_it_is_told_to_stop(runs: Path) -> None:
    with ui(runs) as url:
        names = [one["name"] for one in httpx.get(f"{url}v1/experiments").json()["items"]]

        assert "digits" in names
        assert httpx.get(url).status_code in (200, 503)


KILLED = """
import os, signal, sys
from assay import Run, Session
with Run("digits", "killed", sagemaker_session=Session(sys.argv[1])) as run:
    run.log_metric("loss", 0.25, step=0)
    run.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a signal of POSIX")
def test_ui_shows_what_a_killed_process_left(runs: Path) -> None:
    with ui(runs) as url:
        subprocess.run([sys.executable, "-c", KILLED, str(runs)], check=False)
        deadline_s = time.monotonic() + 20
        while (status := httpx.get(f"{url}v1/experiments/digits/runs/killed").json()["status"]) == "InProgress":
            assert time.monotonic() < deadline_s
            time.sleep(0.2)

    assert "Stopped" == status


def test_ui_of_a_server_leads_to_that_server(assay: Assay) -> None:
    outcome = assay("ui", "--no-open", "--store", "https://assay.example/w/team")

    assert (0, ["https://assay.example/"]) == (outcome.code, outcome.lines)


def test_ui_opens_a_browser_unless_it_is_told_not_to(assay: Assay, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assay("ui", "--store", "http://127.0.0.1:9")
    assay("ui", "--no-open", "--store", "http://127.0.0.1:9")

    assert ["http://127.0.0.1:9/"] == opened
